// Steps as they are read: every word, its forms and its mistakes.
#include "support.h"

#include <signal.h>
#include <sys/socket.h>

#include "suite/step.h"

struct read_steps {
    struct document document;
    struct connection_names names;
    struct step *steps;
    size_t count;
    bool good;
};

// Reads `text`, a list of steps, as what follows the making of the connections `a` and `b`, or of none.
static void steps_open(struct read_steps *read, const char *text, size_t connections)
{
    const yaml_node_t *root = document_root(&read->document, text);
    read->names = (struct connection_names){{"a", "b"}, connections};
    read->good = steps_read(&read->document.reader, root, &read->names, &read->steps, &read->count);
    assert_int_equal(read->good, read->document.problems.count == 0);
}

static void steps_need(struct read_steps *read, const char *text, size_t connections)
{
    steps_open(read, text, connections);
    if (!read->good)
        fail_msg("%s: %s", text, read->document.problems.items[0].text);
}

static void check_problem(const char *text, size_t connections, const char *expected)
{
    struct read_steps read;
    steps_open(&read, text, connections);
    if (read.good)
        fail_msg("accepted: %s", text);
    assert_problems(&read.document, expected);
    document_close(&read.document);
}

static void test_every_word_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum step_word word;
    } rows[] = {
        {"connect", STEP_CONNECT},
        {"accept", STEP_ACCEPT},
        {"open", STEP_OPEN},
        {"send: x", STEP_SEND},
        {"flood: x", STEP_FLOOD},
        {"expect: x", STEP_EXPECT},
        {"expect-end: fin", STEP_EXPECT},
        {"shutdown", STEP_SHUTDOWN},
        {"cut", STEP_CUT},
        {"reset", STEP_RESET},
        {"close", STEP_CLOSE},
        {"close: a", STEP_CLOSE},
        {"close: 1000", STEP_CLOSE_WS},
        {"close: {code: 1000, reason: bye}", STEP_CLOSE_WS},
        {"pause: 5ms", STEP_PAUSE},
        {"stdin: text", STEP_STDIN},
        {"stdin: eof", STEP_STDIN_EOF},
        {"stdin: \"eof\"", STEP_STDIN},
        {"expect-stdout: x", STEP_EXPECT_STDOUT},
        {"expect-stderr: {regex: x}", STEP_EXPECT_STDERR},
        {"signal: TERM", STEP_SIGNAL},
        {"expect-exit: 0", STEP_EXPECT_EXIT},
        {"restart: KILL", STEP_RESTART},
        {"control", STEP_CONTROL},
        {"control: a", STEP_CONTROL},
        {"repeat: {times: 2, steps: [{send: x}]}", STEP_REPEAT},
        {"resources: before", STEP_RESOURCES},
        {"expect-resources: {since: before, threads: 0}", STEP_EXPECT_RESOURCES},
        {"expect-keepalive", STEP_EXPECT_KEEPALIVE},
        {"expect-open", STEP_EXPECT_OPEN},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_steps read;
        bool bare = !strchr(rows[i].text, ':');
        char *text = format_text(bare ? "[%s]" : "[{%s}]", rows[i].text);
        steps_need(&read, text, 1);
        assert_int_equal(read.count, 1);
        assert_int_equal(read.steps[0].word, rows[i].word);
        assert_int_equal(strncmp(read.steps[0].name, rows[i].text, strlen(read.steps[0].name)), 0);
        assert_int_equal(read.steps[0].line, 1);
        assert_int_equal(read.steps[0].column, bare ? 2 : 3);
        document_close(&read.document);
        free(text);
    }
}

static void test_a_step_is_one_word(void **state)
{
    (void)state;
    check_problem("[{send: a, expect: b}]", 1, "1:2: a step is one word, or a map with one step word");
    check_problem("[{}]", 1, "1:2: a step is one word, or a map with one step word");
    check_problem("[[send]]", 1, "1:2: a step is one word, or a map with one step word");
    check_problem("send", 1, "1:1: steps must be a list, not a plain value");
    struct read_steps read;
    steps_open(&read, "[{sned: a}, expct]", 1);
    assert_int_equal(read.document.problems.count, 2);
    assert_holds(read.document.problems.items[0].text, "`sned` is not a step (connect, accept, ");
    assert_holds(read.document.problems.items[0].text, "did you mean `send`?");
    assert_holds(read.document.problems.items[1].text, "did you mean `expect`?");
    document_close(&read.document);
}

static void test_words_that_need_a_value_say_so(void **state)
{
    (void)state;
    static const char *const words[] = {"send",          "expect",      "expect-end",       "pause",  "stdin",
                                        "expect-stdout", "expect-exit", "restart",          "repeat", "resources",
                                        "expect-stderr", "signal",      "expect-resources", "flood"};
    for (size_t i = 0; i < COUNT(words); i++) {
        char *text = format_text("[%s, {%s: }]", words[i], words[i]);
        char *expected =
            format_text("1:2: `%s` needs a value\n1:%zu: `%s` needs a value", words[i], strlen(words[i]) + 5, words[i]);
        check_problem(text, 1, expected);
        free(text);
        free(expected);
    }
}

static void test_the_only_connection_need_not_be_named(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[connect, {send: x}, {expect: y}, shutdown, {expect-end: fin}, reset]", 0);
    for (size_t i = 0; i < read.count; i++)
        assert_string_equal(read.steps[i].on, "main");
    document_close(&read.document);

    steps_need(&read, "[{connect: one}, {send: x}, {close: }]", 0);
    assert_string_equal(read.steps[1].on, "one");
    assert_string_equal(read.steps[2].on, "one");
    document_close(&read.document);
}

static void test_a_name_is_needed_among_several(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read,
               "[{send: {text: x, on: b}}, {expect: {text: y, on: a}}, {shutdown: b}, {control: a}, "
               "{expect-end: {end: fin, on: b}}, {close: {on: a, code: 1000}}]",
               2);
    static const char *const names[] = {"b", "a", "b", "a", "b", "a"};
    for (size_t i = 0; i < read.count; i++)
        assert_string_equal(read.steps[i].on, names[i]);
    document_close(&read.document);

    check_problem("[{send: x}]", 2, "1:9: `send` needs `on`: the case has 2 connections");
    check_problem("[{expect-end: fin}]", 2, "1:15: `expect-end` needs `on`: the case has 2 connections");
    check_problem("[shutdown]", 2, "1:2: `shutdown` needs `on`: the case has 2 connections");
    check_problem("[{close: 1000}]", 2, "1:10: `close` needs `on`: the case has 2 connections");
}

static void test_a_connection_must_have_been_made(void **state)
{
    (void)state;
    check_problem("[{send: x}]", 0, "1:9: no connection was made before `send`");
    check_problem("[{shutdown: c}]", 1, "1:13: no connection `c` was made before");
    check_problem("[{connect: first}, {reset: frist}]", 0,
                  "1:28: no connection `frist` was made before, did you mean `first`?");
    check_problem("[{send: {text: x, on: main}}, connect]", 0, "1:23: no connection `main` was made before");
    check_problem("[{control: a}]", 0, "1:12: no connection `a` was made before");
}

static void test_a_case_has_at_most_64_connections(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < 64; i++)
        buffer_format(&text, "- connect: c%d\n", i);
    struct read_steps read;
    steps_need(&read, buffer_string(&text), 0);
    document_close(&read.document);
    buffer_text(&text, "- connect: c0\n- connect: more\n");
    check_problem(buffer_string(&text), 0, "66:12: more than 64 connections in a case; make a group by `count`");
    buffer_free(&text);
}

static void test_connect_takes_family_and_count(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read,
               "[connect, {connect: {as: x, family: ipv6, count: 100}}, {connect: {address: 127.0.0.2}},"
               " {connect: {as: z, receive-buffer: 4096}}, {open: {as: w, receive-buffer: 1}}]",
               0);
    assert_int_equal(read.steps[0].family, AF_INET);
    assert_int_equal(read.steps[0].count, 0);
    assert_int_equal(read.steps[1].family, AF_INET6);
    assert_string_equal(read.steps[2].address, "127.0.0.2");
    assert_int_equal(read.steps[1].count, 100);
    assert_string_equal(read.steps[1].on, "x");
    assert_string_equal(read.steps[2].on, "main");
    assert_int_equal(read.steps[2].receive_buffer, 0);
    assert_int_equal(read.steps[3].receive_buffer, 4096);
    assert_int_equal(read.steps[4].receive_buffer, 1);
    document_close(&read.document);
    check_problem("[{connect: {family: ipx}}]", 0, "1:21: `ipx` is not an address family (ipv4, ipv6)");
    check_problem("[{connect: {count: 0}}]", 0, "1:20: 0 is not in the range 1 to 4096");
    check_problem("[{connect: {name: x}}]", 0,
                  "1:13: unknown key `name` in connect; it can have: as, family, address, count, receive-buffer, tls");
    check_problem("[{connect: {receive-buffer: 0}}]", 0, "1:29: 0 is not in the range 1 to 1073741824");
    check_problem("[{connect: {address: 10.0.0.1}}]", 0, "1:22: an `address` is one of IPv4 that begins with 127");
    check_problem("[{connect: {address: 127.0.0.1, family: ipv6}}]", 0,
                  "1:22: an `address` is one of IPv4 that begins with 127");
}

static void test_open_takes_the_members_of_a_handshake(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[open, {open: {as: w, path: /x, set: {A: b}, without: Host}}, {open: {target: /y}}]", 0);
    assert_null(read.steps[0].payload.request.target);
    assert_string_equal(read.steps[1].on, "w");
    assert_string_equal(read.steps[1].payload.request.target, "/x");
    assert_int_equal(read.steps[1].payload.request.changes.set_count, 1);
    assert_int_equal(read.steps[1].payload.request.changes.without_count, 1);
    assert_string_equal(read.steps[2].payload.request.target, "/y");
    document_close(&read.document);
    check_problem("[{open: {pth: /x}}]", 0, "1:10: unknown key `pth` in open, did you mean `path`?");
}

static void test_upgrade_takes_the_members_of_a_response(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[upgrade, {upgrade: {as: w, status: 101, without: Upgrade}}, {expect-end: {end: fin, on: w}}]",
               0);
    assert_string_equal(read.steps[0].on, "main");
    assert_string_equal(read.steps[1].on, "w");
    assert_int_equal(read.steps[1].payload.response.changes.without_count, 1);
    document_close(&read.document);
    check_problem("[{upgrade: {on: x}}]", 0,
                  "1:13: unknown key `on` in upgrade; it can have: as, tls, status, reason, version, accept, "
                  "set, without, add");
}

static void test_expectations_take_times(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read,
               "[{expect: x}, {expect: {text: x, within: prompt}}, {expect: {text: x, within: slow}}, "
               "{expect: {text: x, within: 50ms, not-before: 2s}}, {expect-stdout: {text: x, within: normal}}]",
               1);
    assert_int_equal(read.steps[0].patience, PATIENCE_NORMAL);
    assert_int_equal(read.steps[1].patience, PATIENCE_PROMPT);
    assert_int_equal(read.steps[2].patience, PATIENCE_SLOW);
    assert_int_equal(read.steps[3].patience, PATIENCE_EXACT);
    assert_int_equal(read.steps[3].within_ms, 50);
    assert_int_equal(read.steps[3].not_before_ms, 2000);
    assert_int_equal(read.steps[4].patience, PATIENCE_NORMAL);
    document_close(&read.document);
    check_problem("[{expect: {text: x, within: soon}}]", 1, "1:29: `soon` is not a duration such as 500ms, 2s or 2m");
    check_problem("[{expect: {text: x, whithin: 1s}}]", 1,
                  "1:21: unknown key `whithin` in a matcher, did you mean `within`?");
    check_problem(
        "[{expect-stdout: {text: x, on: a}}]", 1,
        "1:28: unknown key `on` in a matcher; it can have: text, hex, base64, fill, length, concat, "
        "deflated, blocks, final, tail, takeover, frame, message, payload, deflate, fin, rsv, mask, length-form, fragment, declared-length, close-frame, reason, "
        "handshake, response, noise, regex, prefix, bytes, integer, unix-seconds, go-time, rfc3339-time, request, pongs, end, eof, "
        "any, grade, why, until, within, not-before");
}

static void test_expect_end_needs_an_end(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[{expect-end: rst}, {expect-end: {any: [{end: fin}, {end: rst, grade: info, why: w}]}}]", 1);
    assert_int_equal(read.steps[0].matcher.end, END_RST);
    assert_int_equal(read.steps[1].matcher.kind, MATCH_ANY);
    document_close(&read.document);
    check_problem("[{expect-end: closed}]", 1, "1:15: `closed` is not an end of a connection (fin, rst, cut, any)");
    check_problem("[{expect-end: {text: x}}]", 1, "1:15: `expect-end` is satisfied by no end");
}

static void test_sending_takes_payload_and_sender(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[{send: {frame: ping, payload: x, on: a}}, {send: {text: x, from: other}}]", 1);
    assert_int_equal(read.steps[0].payload.kind, PAYLOAD_FRAME);
    assert_false(read.steps[0].from_other);
    assert_true(read.steps[1].from_other);
    document_close(&read.document);
    check_problem("[{send: {text: x, from: me}}]", 1, "1:25: `me` is not a sender (other)");
    check_problem("[{send: {on: a}}]", 1,
                  "1:9: a payload needs one of: text, hex, base64, fill, noise, concat, deflated, frame, "
                  "message, close-frame, handshake, response");
}

static void test_closing_codes_are_16_bits(void **state)
{
    (void)state;
    struct read_steps read;
    steps_need(&read, "[{close: {code: 1001, reason: bye}}, {close: 0}]", 1);
    assert_int_equal(read.steps[0].payload.length, 5);
    assert_memory_equal(read.steps[0].payload.pattern,
                        "\x03\xe9"
                        "bye",
                        5);
    assert_memory_equal(read.steps[1].payload.pattern, "\0\0", 2);
    document_close(&read.document);
    check_problem("[{close: 65536}]", 1, "1:10: 65536 is not in the range 0 to 65535");
    check_problem("[{close: {on: a}}]", 1, "1:10: close needs `code`");
    check_problem("[{close: 1000x}]", 1, "1:10: `1000x` is not an integer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_read),
        cmocka_unit_test(test_a_step_is_one_word),
        cmocka_unit_test(test_words_that_need_a_value_say_so),
        cmocka_unit_test(test_the_only_connection_need_not_be_named),
        cmocka_unit_test(test_a_name_is_needed_among_several),
        cmocka_unit_test(test_a_connection_must_have_been_made),
        cmocka_unit_test(test_a_case_has_at_most_64_connections),
        cmocka_unit_test(test_connect_takes_family_and_count),
        cmocka_unit_test(test_open_takes_the_members_of_a_handshake),
        cmocka_unit_test(test_upgrade_takes_the_members_of_a_response),
        cmocka_unit_test(test_expectations_take_times),
        cmocka_unit_test(test_expect_end_needs_an_end),
        cmocka_unit_test(test_sending_takes_payload_and_sender),
        cmocka_unit_test(test_closing_codes_are_16_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
