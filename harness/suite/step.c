#include "suite/step.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buffer.h"

static bool knows(const struct connection_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

// The connection that a step makes: by name, "main" without.
static bool make_name(struct reader *reader, const yaml_node_t *node, struct connection_names *names, struct step *step)
{
    step->on = "main";
    if (node && !node_is_null(node) && !read_string(reader, node, &step->on))
        return false;
    if (knows(names, step->on))
        return true;
    if (names->count == sizeof names->items / sizeof *names->items) {
        reader_problem(reader, node, "more than %zu connections in a case; make a group by `count`", names->count);
        return false;
    }
    names->items[names->count++] = step->on;
    return true;
}

// The connection that a step works on: by name, or the only one there is.
static bool use_name(struct reader *reader, const yaml_node_t *node, const yaml_node_t *place,
                     const struct connection_names *names, struct step *step)
{
    if (node && !node_is_null(node)) {
        if (!read_string(reader, node, &step->on))
            return false;
        if (knows(names, step->on))
            return true;
        const char **known = arena_allocate(reader->arena, names->count + 1, sizeof *known);
        memcpy(known, names->items, names->count * sizeof *known);
        reader_problem(reader, node, "no connection `%s` was made before%s", step->on,
                       reader_hint(reader, step->on, known));
        return false;
    }
    if (names->count == 1) {
        step->on = names->items[0];
        return true;
    }
    if (names->count == 0)
        reader_problem(reader, place, "no connection was made before `%s`", step->name);
    else
        reader_problem(reader, place, "`%s` needs `on`: the case has %zu connections", step->name, names->count);
    return false;
}

struct context {
    struct reader *reader;
    struct connection_names *names;
};

static bool read_connect(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "family", "count", NULL};
    static const char *const families[] = {"ipv4", "ipv6", NULL};
    struct reader *reader = context->reader;
    step->family = AF_INET;
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    if (!map_check(reader, node, "connect", keys, NULL))
        return false;
    const yaml_node_t *family = map_get(reader, node, "family");
    const yaml_node_t *count = map_get(reader, node, "count");
    size_t index = 0;
    if (family && !read_word(reader, family, "an address family", families, &index))
        return false;
    step->family = index ? AF_INET6 : AF_INET;
    if (count && !read_integer(reader, count, 1, 4096, &step->count))
        return false;
    return make_name(reader, map_get(reader, node, "as"), context->names, step);
}

static bool read_accept(struct context *context, const yaml_node_t *node, struct step *step)
{
    return make_name(context->reader, node, context->names, step);
}

static bool read_open(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "path", NULL};
    struct reader *reader = context->reader;
    step->family = AF_INET;
    step->payload = (struct payload){.kind = PAYLOAD_HANDSHAKE};
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    if (!map_check(reader, node, "open", keys, request_keys) ||
        !payload_read_request(reader, node, &step->payload.request) ||
        !map_string(reader, node, "path", &step->payload.request.target))
        return false;
    return make_name(reader, map_get(reader, node, "as"), context->names, step);
}

static bool read_send(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const more[] = {"on", "from", NULL};
    static const char *const others[] = {"other", NULL};
    struct reader *reader = context->reader;
    size_t index;
    bool map = node_is_map(node);
    const yaml_node_t *from = map ? map_get(reader, node, "from") : NULL;
    step->from_other = from != NULL;
    if (from && !read_word(reader, from, "a sender", others, &index))
        return false;
    return payload_read(reader, node, more, &step->payload) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

static bool read_times(struct reader *reader, const yaml_node_t *map, struct step *step);

static bool read_flood(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const more[] = {"on", "within", NULL};
    struct reader *reader = context->reader;
    bool map = node_is_map(node);
    return payload_read(reader, node, more, &step->payload) && (!map || read_times(reader, node, step)) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

// `within` and `not-before`.
static bool read_times(struct reader *reader, const yaml_node_t *map, struct step *step)
{
    static const char *const classes[] = {"prompt", "normal", "slow", NULL};
    const yaml_node_t *within = map_get(reader, map, "within");
    const yaml_node_t *not_before = map_get(reader, map, "not-before");
    if (not_before && !read_duration(reader, not_before, &step->not_before_ms))
        return false;
    if (!within)
        return true;
    const char *string;
    if (!read_string(reader, within, &string))
        return false;
    for (size_t i = 0; classes[i]; i++) {
        if (strcmp(string, classes[i]) == 0) {
            step->patience = (enum patience)i;
            return true;
        }
    }
    step->patience = PATIENCE_EXACT;
    return read_duration(reader, within, &step->within_ms);
}

static const char *const expect_keys[] = {"on", "within", "not-before", NULL};

static bool read_expect(struct context *context, const yaml_node_t *node, struct step *step)
{
    struct reader *reader = context->reader;
    bool map = node_is_map(node);
    return (!map || read_times(reader, node, step)) && matcher_read(reader, node, expect_keys, &step->matcher) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

// `expect-end: fin`, or a map with `end` or `any` and the keys of an expectation.
static bool read_expect_end(struct context *context, const yaml_node_t *node, struct step *step)
{
    if (!node_is_scalar(node))
        return read_expect(context, node, step);
    return matcher_read_end(context->reader, node, &step->matcher) &&
           use_name(context->reader, NULL, node, context->names, step);
}

static bool read_expect_output(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"within", "not-before", NULL};
    return (!node_is_map(node) || read_times(context->reader, node, step)) &&
           matcher_read(context->reader, node, keys, &step->matcher);
}

static bool read_name(struct context *context, const yaml_node_t *node, struct step *step)
{
    return use_name(context->reader, node, node, context->names, step);
}

// `close: NAME` closes a socket, `close: 1000` or a map does the closing handshake of WebSocket.
static bool read_close(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"on", "code", "reason", NULL};
    struct reader *reader = context->reader;
    const yaml_node_t *code = node;
    const yaml_node_t *on = NULL;
    const char *reason = "";
    const char *string;
    if (node_is_map(node)) {
        if (!map_check(reader, node, "close", keys, NULL) || !map_string(reader, node, "reason", &reason))
            return false;
        code = map_need(reader, node, "close", "code");
        on = map_get(reader, node, "on");
    } else if (node_is_null(node) || !read_string(reader, node, &string) || string[0] < '0' || string[0] > '9') {
        return read_name(context, node, step);
    }
    long long number;
    if (!code || !read_integer(reader, code, 0, 65535, &number))
        return false;
    struct buffer bytes = {0};
    buffer_append(&bytes, (unsigned char[]){(unsigned char)(number >> 8), (unsigned char)number}, 2);
    buffer_text(&bytes, reason);
    step->word = STEP_CLOSE_WS;
    step->payload = (struct payload){
        .kind = PAYLOAD_BYTES,
        .pattern = (unsigned char *)arena_bytes(reader->arena, bytes.data, bytes.length),
        .pattern_length = bytes.length,
        .length = bytes.length,
    };
    buffer_free(&bytes);
    return use_name(reader, on, node, context->names, step);
}

static bool read_pause(struct context *context, const yaml_node_t *node, struct step *step)
{
    return read_duration(context->reader, node, &step->pause_ms);
}

static bool read_stdin(struct context *context, const yaml_node_t *node, struct step *step)
{
    if (node_is_scalar(node) && strcmp((const char *)node->data.scalar.value, "eof") == 0 &&
        node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        step->word = STEP_STDIN_EOF;
        return true;
    }
    if (!payload_read(context->reader, node, NULL, &step->payload))
        return false;
    if (!payload_is_plain(&step->payload))
        reader_problem(context->reader, node, "standard input takes plain bytes");
    return payload_is_plain(&step->payload);
}

static bool read_signal(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const names[] = {"TERM", "INT", "KILL", "HUP", "USR1", "PIPE", "STOP", "CONT", NULL};
    static const int signals[] = {SIGTERM, SIGINT, SIGKILL, SIGHUP, SIGUSR1, SIGPIPE, SIGSTOP, SIGCONT};
    size_t index;
    if (!read_word(context->reader, node, "a signal", names, &index))
        return false;
    step->signal = signals[index];
    return true;
}

static bool read_exit_code(struct reader *reader, const yaml_node_t *node, struct exit_matcher *matcher)
{
    const char *string;
    long long code;
    if (!read_string(reader, node, &string))
        return false;
    matcher->nonzero = strcmp(string, "nonzero") == 0;
    if (matcher->nonzero)
        return true;
    if (!read_integer(reader, node, 0, 255, &code))
        return false;
    matcher->code = (int)code;
    return true;
}

static bool read_exit_alternative(struct reader *reader, const yaml_node_t *node, struct exit_matcher *matcher)
{
    static const char *const keys[] = {"code", "grade", "why", NULL};
    static const char *const grades[] = {"pass", "nonstrict", "info", "fail", NULL};
    size_t index = 0;
    if (!map_check(reader, node, "an alternative", keys, NULL))
        return false;
    const yaml_node_t *code = map_need(reader, node, "an alternative", "code");
    const yaml_node_t *grade = map_get(reader, node, "grade");
    if (!code || !read_exit_code(reader, code, matcher) || !map_string(reader, node, "why", &matcher->why) ||
        (grade && !read_word(reader, grade, "a grade", grades, &index)))
        return false;
    matcher->grade = (enum grade)index;
    return true;
}

static bool read_expect_exit(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"any", "code", "within", "not-before", NULL};
    struct reader *reader = context->reader;
    const yaml_node_t *list = node_is_list(node) ? node : NULL;
    if (node_is_map(node)) {
        if (!map_check(reader, node, "expect-exit", keys, NULL) || !read_times(reader, node, step))
            return false;
        list = map_get(reader, node, "any");
        node = list ? list : map_need(reader, node, "expect-exit", "code");
        if (!node || (list && !list_check(reader, list, "any")))
            return false;
    }
    step->exit_count = list ? list_size(list) : 1;
    step->exits = arena_allocate(reader->arena, step->exit_count + 1, sizeof *step->exits);
    if (!list)
        return read_exit_code(reader, node, step->exits);
    bool good = true;
    for (size_t i = 0; i < step->exit_count; i++) {
        const yaml_node_t *item = list_item(reader, list, i);
        good &= node_is_map(item) ? read_exit_alternative(reader, item, &step->exits[i])
                                  : read_exit_code(reader, item, &step->exits[i]);
    }
    return good;
}

static bool read_control(struct context *context, const yaml_node_t *node, struct step *step)
{
    return !node || node_is_null(node) || use_name(context->reader, node, node, context->names, step);
}

static bool read_repeat(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"times", "steps", NULL};
    struct reader *reader = context->reader;
    if (!map_check(reader, node, "repeat", keys, NULL))
        return false;
    const yaml_node_t *times = map_need(reader, node, "repeat", "times");
    const yaml_node_t *steps = map_need(reader, node, "repeat", "steps");
    return times && steps && read_integer(reader, times, 1, 1000000, &step->count) &&
           steps_read(reader, steps, context->names, &step->steps, &step->step_count);
}

static bool read_resources(struct context *context, const yaml_node_t *node, struct step *step)
{
    return read_string(context->reader, node, &step->on);
}

// "512KiB" or "2MiB" into KiB.
static bool read_memory(struct reader *reader, const yaml_node_t *node, long long *kib)
{
    const char *string;
    char *unit;
    if (!read_string(reader, node, &string))
        return false;
    *kib = strtoll(string, &unit, 10);
    if (strcmp(unit, "MiB") == 0)
        *kib *= 1024;
    if (unit == string || (strcmp(unit, "MiB") != 0 && strcmp(unit, "KiB") != 0)) {
        reader_problem(reader, node, "`%s` is not a size such as 512KiB or 2MiB", string);
        return false;
    }
    return true;
}

static bool read_expect_resources(struct context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"since", "descriptors", "threads", "zombies", "memory", "within", NULL};
    struct reader *reader = context->reader;
    if (!map_check(reader, node, "expect-resources", keys, NULL) || !read_times(reader, node, step))
        return false;
    const struct {
        const char *key;
        long long *bound;
    } bounds[] = {
        {"descriptors", &step->growth.descriptors},
        {"threads", &step->growth.threads},
        {"zombies", &step->growth.zombies},
    };
    const yaml_node_t *since = map_need(reader, node, "expect-resources", "since");
    const yaml_node_t *memory = map_get(reader, node, "memory");
    step->growth = (struct growth){-1, -1, -1, -1};
    bool good = since && read_string(reader, since, &step->on);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const yaml_node_t *bound = map_get(reader, node, bounds[i].key);
        good &= !bound || read_integer(reader, bound, 0, INT_MAX, bounds[i].bound);
    }
    return good && (!memory || read_memory(reader, memory, &step->growth.memory_kib));
}

static const struct {
    const char *name;
    enum step_word word;
    bool (*read)(struct context *context, const yaml_node_t *node, struct step *step);
    bool bare; // may stand without a value
} step_table[] = {
    {"connect", STEP_CONNECT, read_connect, true},
    {"accept", STEP_ACCEPT, read_accept, true},
    {"open", STEP_OPEN, read_open, true},
    {"send", STEP_SEND, read_send, false},
    {"flood", STEP_FLOOD, read_flood, false},
    {"expect", STEP_EXPECT, read_expect, false},
    {"expect-end", STEP_EXPECT, read_expect_end, false},
    {"shutdown", STEP_SHUTDOWN, read_name, true},
    {"reset", STEP_RESET, read_name, true},
    {"close", STEP_CLOSE, read_close, true},
    {"pause", STEP_PAUSE, read_pause, false},
    {"stdin", STEP_STDIN, read_stdin, false},
    {"expect-stdout", STEP_EXPECT_STDOUT, read_expect_output, false},
    {"expect-stderr", STEP_EXPECT_STDERR, read_expect_output, false},
    {"signal", STEP_SIGNAL, read_signal, false},
    {"expect-exit", STEP_EXPECT_EXIT, read_expect_exit, false},
    {"restart", STEP_RESTART, read_signal, false},
    {"control", STEP_CONTROL, read_control, true},
    {"repeat", STEP_REPEAT, read_repeat, false},
    {"resources", STEP_RESOURCES, read_resources, false},
    {"expect-resources", STEP_EXPECT_RESOURCES, read_expect_resources, false},
    {"expect-keepalive", STEP_EXPECT_KEEPALIVE, read_name, true},
};
#define STEP_WORDS (sizeof step_table / sizeof *step_table)

static size_t find_step(struct reader *reader, const yaml_node_t *word)
{
    const char *words[STEP_WORDS + 1] = {NULL};
    for (size_t i = 0; i < STEP_WORDS; i++)
        words[i] = step_table[i].name;
    size_t index = STEP_WORDS;
    return read_word(reader, word, "a step", words, &index) ? index : STEP_WORDS;
}

static bool read_step(struct context *context, const yaml_node_t *node, struct step *step)
{
    // What a bare word stands for: a step without a value.
    static yaml_char_t nothing[] = "";
    yaml_node_t null = {.type = YAML_SCALAR_NODE, .start_mark = node->start_mark};
    null.data.scalar.value = nothing;
    null.data.scalar.style = YAML_PLAIN_SCALAR_STYLE;

    const yaml_node_t *word = node;
    const yaml_node_t *value = &null;
    if (!node_is_scalar(node)) {
        if (!node_is_map(node) || map_size(node) != 1) {
            reader_problem(context->reader, node, "a step is one word, or a map with one step word");
            return false;
        }
        word = map_key(context->reader, node, 0);
        value = map_value(context->reader, node, 0);
    }
    size_t index = find_step(context->reader, word);
    if (index == STEP_WORDS)
        return false;
    step->word = step_table[index].word;
    step->name = step_table[index].name;
    step->file = context->reader->path;
    step->line = node_line(word);
    step->column = node_column(word);
    step->patience = PATIENCE_NORMAL;
    if (node_is_null(value) && !step_table[index].bare) {
        reader_problem(context->reader, word, "`%s` needs a value", step->name);
        return false;
    }
    return step_table[index].read(context, value, step);
}

bool steps_read(struct reader *reader, const yaml_node_t *node, struct connection_names *names, struct step **steps,
                size_t *count)
{
    struct context context = {reader, names};
    *steps = NULL;
    *count = 0;
    if (!list_check(reader, node, "steps"))
        return false;
    *steps = arena_allocate(reader->arena, list_size(node) + 1, sizeof **steps);
    bool good = true;
    for (size_t i = 0; i < list_size(node); i++)
        good &= read_step(&context, list_item(reader, node, i), &(*steps)[i]);
    *count = list_size(node);
    return good;
}
