#include "suite/matcher.h"

#include <limits.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite/pattern.h"
#include "suite/response.h"

// Keys that a matcher has beside those of a payload.
static const char *const matcher_keys[] = {
    "regex", "prefix", "bytes", "integer", "unix-seconds", "go-time", "rfc3339-time", "request",
    "pongs", "end",    "eof",   "any",     "grade",        "why",     "until",        NULL,
};

// The forms of text that carry a time; what the fields must be is checked when the text is there.
#define GO_TIME_PATTERN                                                                                                \
    "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? [+-]\\d{4} (?:[A-Z]{3,5}|[+-]\\d\\d(?:\\d\\d)?)"        \
    "(?: m=[+-]\\d+\\.\\d+)?"
#define RFC3339_PATTERN "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)"

static bool read_regex(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    if (!read_string(reader, node, &matcher->pattern))
        return false;
    matcher->kind = MATCH_REGEX;
    matcher->regex = pattern_compile(reader, node, matcher->pattern);
    return matcher->regex != NULL;
}

static bool read_prefix(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_PREFIX;
    return payload_read(reader, node, NULL, &matcher->payload);
}

static bool read_range(struct reader *reader, const yaml_node_t *node, const char *what, const char *const *more,
                       long long least, struct matcher *matcher)
{
    static const char *const keys[] = {"min", "max", NULL};
    if (!map_check(reader, node, what, keys, more))
        return false;
    const yaml_node_t *minimum = map_need(reader, node, what, "min");
    const yaml_node_t *maximum = map_need(reader, node, what, "max");
    return minimum && maximum && read_integer(reader, minimum, least, LLONG_MAX, &matcher->minimum) &&
           read_integer(reader, maximum, matcher->minimum, LLONG_MAX, &matcher->maximum);
}

static bool read_bytes(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_BYTES;
    return read_range(reader, node, "bytes", NULL, 0, matcher);
}

static bool read_number(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    static const char *const more[] = {"then", "sample", NULL};
    struct buffer pattern = {0};
    matcher->kind = MATCH_INTEGER;
    matcher->then = "";
    if (!read_range(reader, node, "an integer", more, LLONG_MIN, matcher) ||
        !map_string(reader, node, "then", &matcher->then) || !map_string(reader, node, "sample", &matcher->sample))
        return false;
    buffer_text(&pattern, "-?\\d+");
    for (const char *at = matcher->then; *at; at++)
        buffer_format(&pattern, "\\x%02x", (unsigned char)*at);
    matcher->regex = pattern_compile(reader, node, buffer_string(&pattern));
    buffer_free(&pattern);
    return matcher->regex != NULL;
}

static bool read_time(struct reader *reader, const yaml_node_t *node, enum matcher_kind kind, const char *pattern,
                      struct matcher *matcher)
{
    static const char *const keys[] = {"skew", NULL};
    matcher->kind = kind;
    matcher->regex = pattern_compile(reader, node, pattern);
    if (!map_check(reader, node, "a time", keys, NULL))
        return false;
    const yaml_node_t *skew = map_need(reader, node, "a time", "skew");
    return skew && read_duration(reader, skew, &matcher->skew_ms);
}

static bool read_unix_seconds(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    return read_time(reader, node, MATCH_UNIX_SECONDS, "\\d{10}", matcher);
}

static bool read_go_time(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    return read_time(reader, node, MATCH_GO_TIME, GO_TIME_PATTERN, matcher);
}

static bool read_rfc3339_time(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    return read_time(reader, node, MATCH_RFC3339_TIME, RFC3339_PATTERN, matcher);
}

static bool read_request(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_REQUEST;
    return request_read(reader, node, &matcher->request);
}

static bool read_response(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_RESPONSE;
    return response_read(reader, map_get(reader, node, "response"), &matcher->response);
}

bool matcher_read_end(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    static const char *const names[] = {"fin", "rst", "cut", "any", NULL};
    size_t index;
    matcher->kind = MATCH_END;
    if (!read_word(reader, node, "an end of a connection", names, &index))
        return false;
    matcher->end = (enum end_kind)index;
    return true;
}

static bool read_eof(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    bool value = true;
    matcher->kind = MATCH_END;
    matcher->end = END_FIN;
    if (!read_boolean(reader, node, &value))
        return false;
    if (!value)
        reader_problem(reader, node, "`eof` can only be yes; that nothing ends is proved by going on");
    return value;
}

static bool read_alternatives(struct reader *reader, const yaml_node_t *node, const char *word, struct matcher *matcher)
{
    if (!list_check(reader, node, word))
        return false;
    matcher->alternative_count = list_size(node);
    matcher->alternatives =
        arena_allocate(reader->arena, matcher->alternative_count + 1, sizeof *matcher->alternatives);
    bool good = matcher->alternative_count > 0;
    if (!good)
        reader_problem(reader, node, "`%s` needs an alternative", word);
    for (size_t i = 0; i < matcher->alternative_count; i++)
        good &= matcher_read(reader, list_item(reader, node, i), NULL, &matcher->alternatives[i]);
    return good;
}

static bool read_any(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_ANY;
    return read_alternatives(reader, node, "any", matcher);
}

static bool read_pongs(struct reader *reader, const yaml_node_t *node, struct matcher *matcher)
{
    matcher->kind = MATCH_PONGS;
    return read_alternatives(reader, node, "pongs", matcher);
}

static const struct {
    const char *word;
    bool (*read)(struct reader *reader, const yaml_node_t *node, struct matcher *matcher);
} matcher_table[] = {
    {"regex", read_regex},
    {"prefix", read_prefix},
    {"bytes", read_bytes},
    {"integer", read_number},
    {"unix-seconds", read_unix_seconds},
    {"go-time", read_go_time},
    {"rfc3339-time", read_rfc3339_time},
    {"request", read_request},
    {"pongs", read_pongs},
    {"end", matcher_read_end},
    {"eof", read_eof},
    {"any", read_any},
};
#define MATCHER_WORDS (sizeof matcher_table / sizeof *matcher_table)

// `close-frame: [1002, 1007]`, one code, `any` or `none`.
static bool read_close_frame(struct reader *reader, const yaml_node_t *map, struct matcher *matcher)
{
    const yaml_node_t *node = map_get(reader, map, "close-frame");
    const char **words;
    size_t count;
    matcher->kind = MATCH_CLOSE_FRAME;
    if (!read_strings(reader, node, "close-frame", &words, &count))
        return false;
    if (count == 1 && strcmp(words[0], "any") == 0)
        return true;
    if (count == 1 && strcmp(words[0], "none") == 0) {
        matcher->no_code = true;
        return true;
    }
    if (count == 0) {
        reader_problem(reader, node, "`close-frame` needs a code, any or none");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        long long code;
        if (parse_integer(words[i], &code) < 0 || code < 0 || code > 65535 || i == 16) {
            reader_problem(reader, node, "`%s` is not a close code (at most 16 of them), any or none", words[i]);
            return false;
        }
        matcher->codes[matcher->code_count++] = (int)code;
    }
    return true;
}

// What stands beside `frame` and `message`: the payload, and `mask: {sample: NAME}`.
static bool read_content(struct reader *reader, const yaml_node_t *map, struct matcher *matcher)
{
    static const char *const keys[] = {"sample", NULL};
    const yaml_node_t *content = map_get(reader, map, "payload");
    const yaml_node_t *mask = map_get(reader, map, "mask");
    const yaml_node_t *sample = NULL;
    if (mask &&
        (!map_check(reader, mask, "the mask of an expected frame", keys, NULL) ||
         !(sample = map_need(reader, mask, "a mask", "sample")) || !read_string(reader, sample, &matcher->sample)))
        return false;
    if (!content)
        return true;
    matcher->content = arena_allocate(reader->arena, 1, sizeof *matcher->content);
    return matcher_read(reader, content, NULL, matcher->content);
}

static bool read_message(struct reader *reader, const yaml_node_t *map, struct matcher *matcher)
{
    static const char *const types[] = {"text", "binary", NULL};
    size_t type;
    matcher->kind = MATCH_MESSAGE;
    if (!read_word(reader, map_get(reader, map, "message"), "a type of message", types, &type))
        return false;
    matcher->opcode = type ? WS_BINARY : WS_TEXT;
    return read_content(reader, map, matcher);
}

static bool read_frame(struct reader *reader, const yaml_node_t *map, struct matcher *matcher)
{
    matcher->kind = MATCH_FRAME;
    return payload_read_opcode(reader, map_get(reader, map, "frame"), &matcher->opcode) &&
           read_content(reader, map, matcher);
}

static bool read_grade(struct reader *reader, const yaml_node_t *map, struct matcher *matcher)
{
    static const char *const names[] = {"pass", "nonstrict", "info", "fail", NULL};
    const yaml_node_t *grade = map_get(reader, map, "grade");
    const yaml_node_t *until = map_get(reader, map, "until");
    size_t index = 0;
    if (!map_string(reader, map, "why", &matcher->why))
        return false;
    if (grade && !read_word(reader, grade, "a grade", names, &index))
        return false;
    matcher->grade = (enum grade)index;
    if (grade && index != GRADE_PASS && !matcher->why) {
        reader_problem(reader, grade, "a grade other than pass needs a `why`");
        return false;
    }
    static const char *const ends[] = {"end", NULL};
    matcher->until_end = until != NULL;
    return !until || read_word(reader, until, "a bound", ends, &index);
}

// Words of a payload that are matched in a way of their own, and what may stand beside them there.
static const struct {
    const char *word;
    bool (*read)(struct reader *reader, const yaml_node_t *map, struct matcher *matcher);
    const char *companions[2];
} framed_table[] = {
    {"frame", read_frame, {"payload", "mask"}},
    {"message", read_message, {"payload", "mask"}},
    {"close-frame", read_close_frame, {NULL}},
    {"response", read_response, {NULL}},
};
#define FRAMED_WORDS (sizeof framed_table / sizeof *framed_table)

// Refuses whatever else of a payload stands beside the one word of a matcher and its companions.
static bool stands_alone(struct reader *reader, const yaml_node_t *map, const char *word,
                         const char *const companions[2])
{
    for (size_t i = 0; payload_keys[i]; i++) {
        const char *key = payload_keys[i];
        const yaml_node_t *value = map_get(reader, map, key);
        bool companion = false;
        for (size_t k = 0; k < 2 && companions[k]; k++)
            companion |= strcmp(key, companions[k]) == 0;
        if (value && strcmp(key, word) != 0 && !companion) {
            reader_problem(reader, value, "`%s` does not go with `%s`", key, word);
            return false;
        }
    }
    return true;
}

static bool read_payload_matcher(struct reader *reader, const yaml_node_t *node, const char *const *more,
                                 struct matcher *matcher)
{
    for (size_t i = 0; node_is_map(node) && i < FRAMED_WORDS; i++)
        if (map_get(reader, node, framed_table[i].word))
            return stands_alone(reader, node, framed_table[i].word, framed_table[i].companions) &&
                   framed_table[i].read(reader, node, matcher);
    matcher->kind = MATCH_PAYLOAD;
    if (!payload_read(reader, node, more, &matcher->payload))
        return false;
    if (!payload_is_plain(&matcher->payload)) {
        reader_problem(reader, node, "only plain bytes can be expected so; frames by `frame` or `message`");
        return false;
    }
    return true;
}

// The keys of a matcher and those that its context allows, as one list.
static const char **join_keys(struct reader *reader, const char *const *more)
{
    size_t count = 0;
    while (more && more[count])
        count++;
    size_t own = sizeof matcher_keys / sizeof *matcher_keys - 1;
    const char **keys = arena_allocate(reader->arena, own + count + 1, sizeof *keys);
    memcpy(keys, matcher_keys, own * sizeof *keys);
    for (size_t i = 0; i < count; i++)
        keys[own + i] = more[i];
    return keys;
}

bool matcher_read(struct reader *reader, const yaml_node_t *node, const char *const *more, struct matcher *matcher)
{
    *matcher = (struct matcher){0};
    if (node_is_scalar(node))
        return read_payload_matcher(reader, node, NULL, matcher);
    const char **keys = join_keys(reader, more);
    if (!map_check(reader, node, "a matcher", payload_keys, keys) || !read_grade(reader, node, matcher))
        return false;
    size_t found = MATCHER_WORDS;
    for (size_t i = 0; i < MATCHER_WORDS; i++) {
        if (!map_get(reader, node, matcher_table[i].word))
            continue;
        if (found < MATCHER_WORDS) {
            reader_problem(reader, node, "`%s` and `%s` exclude each other", matcher_table[found].word,
                           matcher_table[i].word);
            return false;
        }
        found = i;
    }
    static const char *const none[2];
    if (found < MATCHER_WORDS)
        return stands_alone(reader, node, matcher_table[found].word, none) &&
               matcher_table[found].read(reader, map_get(reader, node, matcher_table[found].word), matcher);
    return read_payload_matcher(reader, node, keys, matcher);
}

// True when no bytes at all satisfy it.
static bool accepts_nothing(const struct matcher *matcher)
{
    switch (matcher->kind) {
    case MATCH_PAYLOAD:
    case MATCH_PREFIX:
        return payload_length(&matcher->payload) == 0;
    case MATCH_BYTES:
        return matcher->minimum == 0;
    case MATCH_REGEX:
        return pattern_match(matcher->regex, NULL, 0, PCRE2_ENDANCHORED, NULL) >= 0;
    case MATCH_NONE:
    case MATCH_INTEGER:
    case MATCH_UNIX_SECONDS:
    case MATCH_GO_TIME:
    case MATCH_RFC3339_TIME:
    case MATCH_REQUEST:
    case MATCH_RESPONSE:
    case MATCH_FRAME:
    case MATCH_MESSAGE:
    case MATCH_CLOSE_FRAME:
    case MATCH_PONGS:
    case MATCH_END:
    case MATCH_ANY:
        return false;
    }
    return false;
}

bool matcher_accepts_end(const struct matcher *matcher)
{
    for (size_t i = 0; i < matcher->alternative_count; i++)
        if (matcher_accepts_end(&matcher->alternatives[i]))
            return true;
    if (matcher->grade == GRADE_FAIL)
        return false;
    return matcher->kind == MATCH_END || (matcher->until_end && accepts_nothing(matcher));
}

bool matcher_needs_bytes(const struct matcher *matcher)
{
    for (size_t i = 0; i < matcher->alternative_count; i++)
        if (matcher->alternatives[i].grade != GRADE_FAIL && !matcher_needs_bytes(&matcher->alternatives[i]))
            return false;
    return matcher->kind != MATCH_END && !accepts_nothing(matcher);
}
