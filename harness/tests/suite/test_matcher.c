// Matchers as they are read: every word, what excludes what, grades.
#include "support.h"

#include "suite/matcher.h"

struct read_matcher {
    struct document document;
    struct matcher matcher;
    bool good;
};

static void matcher_open(struct read_matcher *read, const char *text)
{
    const yaml_node_t *root = document_root(&read->document, text);
    read->good = matcher_read(&read->document.reader, root, NULL, &read->matcher);
    if (read->good)
        assert_no_problems(&read->document);
    else
        assert_true(read->document.problems.count > 0);
}

static void check_problem(const char *text, const char *expected)
{
    struct read_matcher read;
    matcher_open(&read, text);
    if (read.good)
        fail_msg("accepted: %s", text);
    assert_problems(&read.document, expected);
    document_close(&read.document);
}

static void test_every_word_has_its_kind_and_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum matcher_kind kind;
        const char *words;
    } rows[] = {
        {"hello", MATCH_PAYLOAD, "\"hello\""},
        {"{text: hello}", MATCH_PAYLOAD, "\"hello\""},
        {"{hex: \"00\"}", MATCH_PAYLOAD, "\"\\0\""},
        {"{base64: AA==}", MATCH_PAYLOAD, "\"\\0\""},
        {"{fill: x, length: 100}", MATCH_PAYLOAD, "100 bytes of \"x\""},
        {"{concat: [a, b]}", MATCH_PAYLOAD, "\"a\" + \"b\""},
        {"{text: a, until: end}", MATCH_PAYLOAD, "\"a\", and then the end"},
        {"{prefix: HTTP/}", MATCH_PREFIX, "what begins with \"HTTP/\""},
        {"{prefix: {hex: \"01\"}}", MATCH_PREFIX, "what begins with \"\\x01\""},
        {"{regex: \"a+\"}", MATCH_REGEX, "what matches /a+/"},
        {"{bytes: {min: 1, max: 5}}", MATCH_BYTES, "1 to 5 bytes"},
        {"{integer: {min: -3, max: 3}}", MATCH_INTEGER, "an integer from -3 to 3"},
        {"{integer: {min: 1, max: 3, then: \"\\n\", sample: a}}", MATCH_INTEGER, "an integer from 1 to 3 and \"\\n\""},
        {"{unix-seconds: {skew: 1500ms}}", MATCH_UNIX_SECONDS, "Unix seconds within 1.5 s of now"},
        {"{go-time: {skew: 2s}}", MATCH_GO_TIME, "daytime text (2006-01-02 15:04:05.9 +0000 UTC) within 2 s of now"},
        {"{rfc3339-time: {skew: 0s}}", MATCH_RFC3339_TIME, "RFC 3339 text (2006-01-02T15:04:05Z) within 0 s of now"},
        {"{request: {}}", MATCH_REQUEST, "an HTTP request"},
        {"{request: {opening: yes, method: GET, target: /ws, headers: {Origin: absent}, key: {sample: k}}}",
         MATCH_REQUEST, "the request of an opening handshake by GET for /ws, no Origin"},
        {"{response: {status: 400}}", MATCH_RESPONSE, "an HTTP response with status 400"},
        {"{frame: text, mask: {sample: m}}", MATCH_FRAME, "a text frame"},
        {"{frame: ping}", MATCH_FRAME, "a ping frame"},
        {"{frame: pong, payload: x}", MATCH_FRAME, "a pong frame of \"x\""},
        {"{message: text, payload: {regex: x}}", MATCH_MESSAGE, "a text message of what matches /x/"},
        {"{message: binary}", MATCH_MESSAGE, "a binary message"},
        {"{close-frame: any}", MATCH_CLOSE_FRAME, "a close frame"},
        {"{close-frame: none}", MATCH_CLOSE_FRAME, "a close frame without a code"},
        {"{close-frame: 1002}", MATCH_CLOSE_FRAME, "a close frame with code 1002"},
        {"{close-frame: [1002, 1007]}", MATCH_CLOSE_FRAME, "a close frame with code 1002 or 1007"},
        {"{pongs: [a, b]}", MATCH_PONGS, "a pong for \"b\", and before it, in order, for any of the pings before"},
        {"{end: fin}", MATCH_END, "the end of the connection (FIN)"},
        {"{end: rst}", MATCH_END, "a reset (RST)"},
        {"{end: any, until: end}", MATCH_END, "the end of the connection"},
        {"{eof: yes}", MATCH_END, "the end of the connection (FIN)"},
        {"{any: [a, {end: fin}]}", MATCH_ANY, "\"a\", or the end of the connection (FIN)"},
        {"{any: [a, {text: b, grade: fail, why: w}, {text: c, grade: info, why: w}]}", MATCH_ANY, "\"a\", or \"c\""},
        {"{any: [{text: b, grade: fail, why: w}, c]}", MATCH_ANY, "\"c\""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_matcher read;
        struct buffer out = {0};
        matcher_open(&read, rows[i].text);
        if (!read.good)
            fail_msg("%s: %s", rows[i].text, read.document.problems.items[0].text);
        assert_int_equal(read.matcher.kind, rows[i].kind);
        matcher_describe(&read.matcher, &out);
        assert_string_equal(buffer_string(&out), rows[i].words);
        buffer_free(&out);
        document_close(&read.document);
    }
}

static void test_words_exclude_each_other(void **state)
{
    (void)state;
    check_problem("{regex: a, end: fin}", "1:1: `regex` and `end` exclude each other");
    check_problem("{end: fin, eof: yes}", "1:1: `end` and `eof` exclude each other");
    check_problem("{pongs: [a], frame: pong}", "1:21: `frame` does not go with `pongs`");
    check_problem("{pongs: []}", "1:9: `pongs` needs an alternative");
    check_problem("{regex: a, text: b}", "1:18: `text` does not go with `regex`");
    check_problem("{end: fin, text: b}", "1:18: `text` does not go with `end`");
    check_problem("{any: [a], frame: ping}", "1:19: `frame` does not go with `any`");
    check_problem("{go-time: {skew: 1s}, payload: x}", "1:32: `payload` does not go with `go-time`");
    check_problem("{text: a, hex: \"00\"}", "1:1: `text` and `hex` exclude each other");
    check_problem("{frame: ping, message: text}", "1:24: `message` does not go with `frame`");
    check_problem("{close-frame: 1000, text: a}", "1:27: `text` does not go with `close-frame`");
}

static void test_what_no_frame_is_matched_by_is_refused(void **state)
{
    (void)state;
    check_problem("{frame: text, fin: no}", "1:20: `fin` does not go with `frame`");
    check_problem("{frame: text, mask: no}", "1:21: the mask of an expected frame must be a map, not a plain value");
    check_problem("{message: text, fragment: 5}", "1:27: `fragment` does not go with `message`");
    check_problem("{close-frame: 1000, reason: x}", "1:29: `reason` does not go with `close-frame`");
    check_problem("{handshake: {}}", "1:1: only plain bytes can be expected so; frames by `frame` or `message`");
    check_problem("{concat: [{frame: ping}]}", "1:1: only plain bytes can be expected so; frames by `frame` or "
                                               "`message`");
}

static void test_unknown_words_are_problems(void **state)
{
    (void)state;
    check_problem("{regexp: a}", "1:2: unknown key `regexp` in a matcher, did you mean `regex`?");
    check_problem("[a]", "1:1: a matcher must be a map, not a list");
    check_problem(
        "{}",
        "1:1: a payload needs one of: text, hex, base64, fill, noise, concat, deflated, frame, message, close-frame, "
        "handshake, response");
    check_problem("{any: []}", "1:7: `any` needs an alternative");
    check_problem("{any: a}", "1:7: any must be a list, not a plain value");
    check_problem("{any: [{regx: a}]}", "1:9: unknown key `regx` in a matcher, did you mean `regex`?");
    check_problem("{eof: no}", "1:7: `eof` can only be yes; that nothing ends is proved by going on");
    check_problem("{end: eof}", "1:7: `eof` is not an end of a connection (fin, rst, cut, any)");
    check_problem("{text: a, until: close}", "1:18: `close` is not a bound (end)");
    check_problem("{message: ping}", "1:11: `ping` is not a type of message (text, binary)");
}

static void test_ranges_need_both_bounds_in_order(void **state)
{
    (void)state;
    check_problem("{bytes: {min: 1}}", "1:9: bytes needs `max`");
    check_problem("{integer: {max: 1}}", "1:11: an integer needs `min`");
    check_problem("{integer: {min: 5, max: 4}}", "1:25: 4 is not in the range 5 to 9223372036854775807");
    check_problem("{bytes: {min: -1, max: 4}}", "1:15: -1 is not in the range 0 to 9223372036854775807");
    check_problem("{bytes: 5}", "1:9: bytes must be a map, not a plain value");
    check_problem("{unix-seconds: {}}", "1:16: a time needs `skew`");
    check_problem("{unix-seconds: {skew: soon}}", "1:23: `soon` is not a duration such as 500ms, 2s or 2m");
    check_problem("{rfc3339-time: {skw: 1s}}", "1:17: unknown key `skw` in a time, did you mean `skew`?");
}

static void test_close_codes_are_numbers_of_16_bits(void **state)
{
    (void)state;
    struct read_matcher read;
    matcher_open(&read, "{close-frame: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}");
    assert_true(read.good);
    assert_int_equal(read.matcher.code_count, 16);
    document_close(&read.document);
    check_problem("{close-frame: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}",
                  "1:15: `17` is not a close code (at most 16 of them), any or none");
    check_problem("{close-frame: 65536}", "1:15: `65536` is not a close code (at most 16 of them), any or none");
    check_problem("{close-frame: [any, 1000]}", "1:15: `any` is not a close code (at most 16 of them), any or none");
    check_problem("{close-frame: []}", "1:15: `close-frame` needs a code, any or none");
}

static void test_a_grade_below_pass_needs_a_reason(void **state)
{
    (void)state;
    check_problem("{any: [{text: a, grade: info}]}", "1:25: a grade other than pass needs a `why`");
    check_problem("{text: a, grade: nonstrict}", "1:18: a grade other than pass needs a `why`");
    check_problem("{text: a, grade: good}", "1:18: `good` is not a grade (pass, nonstrict, info, fail)");
    static const char *const words[] = {"text: a",     "eof: yes",
                                        "end: any",    "close-frame: 1000",
                                        "regex: a",    "response: {status: 4xx}",
                                        "frame: ping", "bytes: {min: 1, max: 2}"};
    for (size_t i = 0; i < COUNT(words); i++) {
        struct read_matcher read;
        char *text = format_text("{%s, grade: nonstrict, why: because}", words[i]);
        matcher_open(&read, text);
        assert_true(read.good);
        if (read.matcher.grade != GRADE_NONSTRICT || !read.matcher.why || strcmp(read.matcher.why, "because") != 0)
            fail_msg("the grade is lost: %s", text);
        document_close(&read.document);
        free(text);
    }
}

static void test_a_bad_regular_expression_has_its_place(void **state)
{
    (void)state;
    check_problem("{regex: \"a(b\"}",
                  "1:9: not a regular expression: missing closing parenthesis at character 4 of `a(b`");
    check_problem("{regex: \"[z-a]\"}",
                  "1:9: not a regular expression: range out of order in character class at character 4 of `[z-a]`");
    check_problem("{regex: \"a\\0b\"}", "1:9: a NUL byte cannot stand here");
}

static void check_end(const char *text, bool accepts_end, bool needs_bytes)
{
    struct read_matcher read;
    matcher_open(&read, text);
    assert_true(read.good);
    if (matcher_accepts_end(&read.matcher) != accepts_end || matcher_needs_bytes(&read.matcher) != needs_bytes)
        fail_msg("%s", text);
    document_close(&read.document);
}

static void test_what_an_end_alone_can_satisfy_is_known(void **state)
{
    (void)state;
    check_end("a", false, true);
    check_end("{end: rst}", true, false);
    check_end("{eof: yes}", true, false);
    check_end("{any: [a, {end: fin}]}", true, false);
    check_end("{any: [a, {end: fin, grade: nonstrict, why: w}]}", true, false);
    check_end("{any: [a, {end: fin, grade: fail, why: w}]}", false, true);
    check_end("{any: [a, {any: [b, {end: any}]}]}", true, false);
    check_end("{any: [a, b]}", false, true);
    // Nothing at all is no proof of life, and up to the end it is the end that satisfies.
    check_end("{text: \"\"}", false, false);
    check_end("{text: \"\", until: end}", true, false);
    check_end("{bytes: {min: 0, max: 9}}", false, false);
    check_end("{bytes: {min: 0, max: 9}, until: end}", true, false);
    check_end("{bytes: {min: 1, max: 9}, until: end}", false, true);
    check_end("{regex: \"a*\"}", false, false);
    check_end("{regex: \"a*\", until: end}", true, false);
    check_end("{regex: \"a+\", until: end}", false, true);
    check_end("{prefix: \"\"}", false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_has_its_kind_and_words),
        cmocka_unit_test(test_words_exclude_each_other),
        cmocka_unit_test(test_what_no_frame_is_matched_by_is_refused),
        cmocka_unit_test(test_unknown_words_are_problems),
        cmocka_unit_test(test_ranges_need_both_bounds_in_order),
        cmocka_unit_test(test_close_codes_are_numbers_of_16_bits),
        cmocka_unit_test(test_a_grade_below_pass_needs_a_reason),
        cmocka_unit_test(test_a_bad_regular_expression_has_its_place),
        cmocka_unit_test(test_what_an_end_alone_can_satisfy_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
