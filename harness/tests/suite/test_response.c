// Expected HTTP responses as they are read, and patterns.
#include "support.h"

#include "suite/pattern.h"
#include "suite/response.h"

struct read_response {
    struct document document;
    struct response_matcher *response;
    bool good;
};

static void response_open(struct read_response *read, const char *text)
{
    const yaml_node_t *root = document_root(&read->document, text);
    read->good = response_read(&read->document.reader, root, &read->response);
    assert_int_equal(read->good, read->document.problems.count == 0);
}

static void check_problem(const char *text, const char *expected)
{
    struct read_response read;
    response_open(&read, text);
    if (read.good)
        fail_msg("accepted: %s", text);
    assert_problems(&read.document, expected);
    document_close(&read.document);
}

static void test_every_member_is_read_and_put_into_words(void **state)
{
    (void)state;
    struct read_response read;
    struct buffer out = {0};
    response_open(&read, "status: [101, 4xx]\n"
                         "headers: {Upgrade: websocket, Connection: {token: upgrade}, Server: {regex: \"a.*\"}, "
                         "Date: absent}\n"
                         "accept: yes\n"
                         "body: {contains: sorry}\n");
    assert_true(read.good);
    assert_int_equal(read.response->status_count, 2);
    assert_int_equal(read.response->statuses[0], 101);
    assert_int_equal(read.response->statuses[1], 4);
    assert_int_equal(read.response->field_count, 4);
    assert_int_equal(read.response->fields[0].rule, FIELD_EXACT);
    assert_int_equal(read.response->fields[1].rule, FIELD_TOKEN);
    assert_int_equal(read.response->fields[2].rule, FIELD_REGEX);
    assert_non_null(read.response->fields[2].regex);
    assert_int_equal(read.response->fields[3].rule, FIELD_ABSENT);
    response_describe(read.response, &out);
    assert_string_equal(buffer_string(&out),
                        "an HTTP response with status 101 or 4xx, Upgrade: websocket, `upgrade` in Connection, "
                        "Server like /a.*/, no Date, the Sec-WebSocket-Accept of the key, a body that holds \"sorry\"");
    buffer_free(&out);
    document_close(&read.document);
}

static void test_a_status_is_a_number_or_a_class(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int status;
    } good[] = {{"100", 100}, {"999", 999}, {"1xx", 1}, {"9xx", 9}, {"426", 426}};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct read_response read;
        char *text = format_text("{status: %s}", good[i].word);
        response_open(&read, text);
        assert_true(read.good);
        assert_int_equal(read.response->statuses[0], good[i].status);
        document_close(&read.document);
        free(text);
    }
    static const char *const wrong[] = {"99",  "1000", "0xx",  "axx",     "xx",  "4XX",
                                        "40x", "-1",   "\"\"", "\":xx\"", "4xxx"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct read_response read;
        char *text = format_text("{status: %s}", wrong[i]);
        response_open(&read, text);
        if (read.good)
            fail_msg("accepted: %s", text);
        document_close(&read.document);
        free(text);
    }
    check_problem("{status: ok}", "1:10: `ok` is not a status such as 101, or a class such as 4xx (at most 8)");
    check_problem("{status: [1xx,2xx,3xx,4xx,5xx,6xx,7xx,8xx,9xx]}",
                  "1:10: `9xx` is not a status such as 101, or a class such as 4xx (at most 8)");
    check_problem("{status: []}", "1:10: `status` needs a status");
}

static void test_members_are_checked(void **state)
{
    (void)state;
    check_problem("{}", "1:1: a response needs `status`");
    check_problem("400", "1:1: a response must be a map, not a plain value");
    check_problem("{status: 400, header: {}}", "1:15: unknown key `header` in a response, did you mean `headers`?");
    check_problem("{status: 400, headers: [a]}", "1:24: `headers` must be a map");
    check_problem("{status: 400, headers: {A: {}}}", "1:28: a header is a text, `absent`, {token: …} or {regex: …}");
    check_problem("{status: 400, headers: {A: {token: a, regex: b}}}",
                  "1:28: a header is a text, `absent`, {token: …} or {regex: …}");
    check_problem("{status: 400, headers: {A: {tokn: a}}}",
                  "1:29: unknown key `tokn` in a header, did you mean `token`?");
    check_problem("{status: 400, headers: {A: {regex: \"(\"}}}",
                  "1:36: not a regular expression: missing closing parenthesis at character 2 of `(`");
    check_problem("{status: 400, accept: maybe}", "1:23: `maybe` is neither yes nor no");
    check_problem("{status: 400, body: text}", "1:21: a body must be a map, not a plain value");
    check_problem("{status: 400, body: {}}", "1:21: a body needs `contains`");
}

static void test_patterns_are_anchored_and_match_any_byte(void **state)
{
    (void)state;
    struct document document;
    const yaml_node_t *root = document_root(&document, "x");
    pcre2_code *code = pattern_compile(&document.reader, root, "a.(b)?");
    size_t end = 99;
    assert_int_equal(pattern_match(code, "xa\n", 3, 0, &end), PCRE2_ERROR_NOMATCH);
    assert_int_equal(end, 99);
    assert_true(pattern_match(code, "a\nb", 3, 0, &end) >= 0);
    assert_int_equal(end, 3);
    assert_true(pattern_match(code, "a\0b", 3, 0, NULL) >= 0);
    assert_true(pattern_match(code, "a\xff", 2, PCRE2_ENDANCHORED, &end) >= 0);
    assert_int_equal(end, 2);
    assert_int_equal(pattern_match(code, "a", 1, PCRE2_PARTIAL_SOFT, NULL), PCRE2_ERROR_PARTIAL);
    assert_int_equal(pattern_match(code, NULL, 0, 0, NULL), PCRE2_ERROR_NOMATCH);
    document_close(&document);
}

// What is loaded is shared by all workers and must not change any more.
static void test_matching_takes_nothing_from_the_arena(void **state)
{
    (void)state;
    struct document document;
    const yaml_node_t *root = document_root(&document, "x");
    pcre2_code *code = pattern_compile(&document.reader, root, "(a|ab)(c|bcd)(d*)");
    char *before = arena_text(&document.arena, "before");
    size_t step = (size_t)(arena_text(&document.arena, "behind") - before);
    for (int i = 0; i < 100; i++)
        assert_true(pattern_match(code, "abcd", 4, PCRE2_ENDANCHORED, NULL) >= 0);
    assert_ptr_equal(arena_text(&document.arena, "after"), before + 2 * step);
    document_close(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_member_is_read_and_put_into_words),
        cmocka_unit_test(test_a_status_is_a_number_or_a_class),
        cmocka_unit_test(test_members_are_checked),
        cmocka_unit_test(test_patterns_are_anchored_and_match_any_byte),
        cmocka_unit_test(test_matching_takes_nothing_from_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
