/*
 * Every head is parsed whole and byte by byte, each time from a heap buffer of exactly the bytes that have
 * come.
 */
#include "lib/http_head.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *exact(const char *bytes, size_t size)
{
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    return copy;
}

/* The result for the bytes as a whole, which must be that of the bytes one by one. `*seen` is how many bytes
 * the result took. */
static int parse(const char *bytes, size_t size, size_t *seen)
{
    struct message_head whole = {0}, bytewise = {0};
    char *copy = exact(bytes, size);
    int expected = request_head_parse(&whole, copy, size);
    free(copy);

    int result = 0;
    for (*seen = 0; *seen < size && result == 0;) {
        copy = exact(bytes, ++*seen);
        result = request_head_parse(&bytewise, copy, *seen);
        free(copy);
    }
    assert_int_equal(result, expected);
    return result;
}

static void refuse_at(const char *bytes, size_t seen_expected)
{
    size_t seen;
    assert_int_equal(parse(bytes, strlen(bytes), &seen), -EBADMSG);
    if (seen_expected > 0)
        assert_int_equal(seen, seen_expected);
}

static void refuse(const char *bytes)
{
    refuse_at(bytes, strlen(bytes)); /* by its last byte */
}

static struct message_head take(const char *bytes)
{
    struct message_head head = {0};
    size_t seen;
    int length = parse(bytes, strlen(bytes), &seen);
    assert_int_equal(length, (int)seen);
    assert_int_equal(request_head_parse(&head, bytes, strlen(bytes)), length);
    return head;
}

/* The same for a response. */
static int parse_response(const char *bytes, struct message_head *head)
{
    size_t size = strlen(bytes);
    int expected = response_head_parse(head, bytes, size), result = 0;
    struct message_head bytewise = {0};
    for (size_t seen = 0; seen < size && result == 0;) {
        char *copy = exact(bytes, ++seen);
        result = response_head_parse(&bytewise, copy, seen);
        free(copy);
    }
    assert_int_equal(result, expected);
    return result;
}

static void test_parse_takes_a_response_apart(void **state)
{
    (void)state;
    static const char *const lines[] = {"HTTP/1.1 101 Switching Protocols\r\n", "HTTP/1.1 101 \r\n",
                                        "HTTP/1.1 101\r\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[100];
        struct message_head head = {0};
        struct span value;
        strcpy(text, lines[i]);
        strcat(text, "Upgrade: a, b\r\n\r\n");
        assert_int_equal(parse_response(text, &head), strlen(text));
        assert_int_equal(head.status, 101);
        assert_int_equal(head.major, 1);
        assert_int_equal(head.minor, 1);
        assert_int_equal(message_head_find(&head, "upgrade", &value), 1);
        assert_true(span_equals(value, "a, b"));
        assert_true(message_head_has_token(&head, "Upgrade", "B"));
    }
    struct message_head bare = {0};
    assert_int_equal(parse_response("HTTP/2.0 999 \xff\r\n\r\n", &bare), 18);
    assert_int_equal(bare.status, 999);
    assert_int_equal(bare.major, 2);
}

static void test_parse_refuses_what_is_no_response(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\r\nHTTP/1.1 101 x\r\n\r\n",
        "HTTP/1.1  101 x\r\n",
        "HTTP/1.1 1010 x\r\n",
        "HTTP/1.1 10 x\r\n",
        "HTTP/11 101 x\r\n",
        "http/1.1 101 x\r\n",
        "GET / HTTP/1.1\r\n",
        "HTTP/1.1 101 x\n",
        "HTTP/1.1 101 a\x01\r\n",
        "HTTP/1.1 101 x\r\n a:b\r\n",
        "HTTP/1.1 101 x\r\nno colon\r\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct message_head head = {0};
        assert_int_equal(parse_response(texts[i], &head), -EBADMSG);
    }
}

static void test_a_response_that_never_ends_is_too_long(void **state)
{
    (void)state;
    static char text[MESSAGE_HEAD_MAX + 1] = "HTTP/1.1 200 ";
    struct message_head head = {0}, shorter = {0};
    memset(text + strlen(text), 'x', MESSAGE_HEAD_MAX - strlen(text));
    assert_int_equal(response_head_parse(&shorter, text, MESSAGE_HEAD_MAX - 1), 0);
    assert_int_equal(response_head_parse(&head, text, MESSAGE_HEAD_MAX), -EMSGSIZE);
}

static void test_parse_takes_a_request_apart(void **state)
{
    (void)state;
    const char text[] = "GET /ws?a=1 HTTP/1.1\r\nHost: one\r\nX-Empty:\r\nX-Blanks: \t a b\t \r\n\r\nrest";
    struct message_head head = take(text);
    assert_true(span_equals(head.method, "GET"));
    assert_true(span_equals(head.target, "/ws?a=1"));
    assert_int_equal(head.major, 1);
    assert_int_equal(head.minor, 1);

    struct field_line field = {0};
    assert_true(message_head_next(&head, &field));
    assert_true(span_equals(field.name, "Host") && span_equals(field.value, "one"));
    assert_true(message_head_next(&head, &field));
    assert_true(span_equals(field.name, "X-Empty") && span_equals(field.value, ""));
    assert_true(message_head_next(&head, &field));
    assert_true(span_equals(field.name, "X-Blanks") && span_equals(field.value, "a b"));
    assert_false(message_head_next(&head, &field));
}

static void test_parse_takes_a_head_without_fields(void **state)
{
    (void)state;
    struct message_head head = take("GET / HTTP/1.0\r\n\r\n");
    struct field_line field = {0};
    assert_int_equal(head.minor, 0);
    assert_false(message_head_next(&head, &field));
}

static void test_parse_skips_one_empty_line_in_front(void **state)
{
    (void)state;
    struct message_head head = take("\r\nGET /ws HTTP/1.1\r\nHost: a\r\n\r\n");
    struct span host;
    assert_true(span_equals(head.method, "GET"));
    assert_true(span_equals(head.target, "/ws"));
    assert_int_equal(message_head_find(&head, "host", &host), 1);
    refuse("\r\n\r");
}

static void test_parse_takes_values_beyond_ascii(void **state)
{
    (void)state;
    struct message_head head = take("GET / HTTP/1.1\r\nX: J\xc3\xbcrgen \xff\r\n\r\n");
    struct span value;
    assert_int_equal(message_head_find(&head, "X", &value), 1);
    assert_true(span_equals(value, "J\xc3\xbcrgen \xff"));
}

static void test_parse_refuses_a_bad_request_line_at_the_byte_that_shows_it(void **state)
{
    (void)state;
    refuse(" ");
    refuse("\n");
    refuse("GET\r");
    refuse("GET\t");
    refuse("GET  ");
    refuse("GET /a\r");
    refuse("GET /a\n");
    refuse("GET /a#");
    refuse("GET /\x7f");
    refuse("GET /\xc3");
    refuse("GET / /");
    refuse("GET / HTTP/1.1 ");
    refuse("GET / HTTP/11");
    refuse("GET / HTTP/o");
    refuse("GET / HTTP/1.10");
    refuse("GET / h");
    refuse("GET / HTTP/1.1\n");
    refuse("GET / HTTP/1.1\r\r");
    refuse_at("\x16\x03\x01 no TLS here", 1);
    refuse_at("GET / http/1.1\r\n\r\n", 7);
}

static void test_parse_refuses_a_bad_field_line_at_the_byte_that_shows_it(void **state)
{
    (void)state;
#define LINE "GET / HTTP/1.1\r\n"
    refuse(LINE ":");
    refuse(LINE "No-Colon\r");
    refuse(LINE "Blank ");
    refuse(LINE "\x01");
    refuse(LINE "A: b\n");
    refuse(LINE "A: b\x01");
    refuse(LINE "A: b\x7f");
    refuse(LINE "A: b\rc");
    refuse(LINE "A: b\r\n "); /* a folded line */
    refuse(LINE "A: b\r\n\t");
    refuse(LINE "\rx");
    size_t seen;
    const char nul[] = LINE "A: b\0c\r\n\r\n";
    assert_int_equal(parse(nul, sizeof nul - 1, &seen), -EBADMSG);
    assert_int_equal(seen, strlen(LINE "A: b") + 1);
}

static void test_parse_goes_on_refusing(void **state)
{
    (void)state;
    struct message_head head = {0};
    assert_int_equal(request_head_parse(&head, "GET  ", 5), -EBADMSG);
    assert_int_equal(request_head_parse(&head, "GET  / HTTP/1.1\r\n\r\n", 19), -EBADMSG);
}

static int parse_filled(const char *before, char fill, const char *after, size_t size)
{
    char *bytes = malloc(size);
    size_t filled = size - strlen(before) - strlen(after);
    memcpy(bytes, before, strlen(before));
    memset(bytes + strlen(before), fill, filled);
    memcpy(bytes + strlen(before) + filled, after, strlen(after));
    size_t seen;
    int result = parse(bytes, size, &seen);
    free(bytes);
    return result;
}

static void test_parse_takes_a_head_of_the_limit_and_none_above(void **state)
{
    (void)state;
    const char *line = "GET / HTTP/1.1\r\nX: ";
    assert_int_equal(parse_filled(line, 'v', "\r\n\r\n", MESSAGE_HEAD_MAX), MESSAGE_HEAD_MAX);
    assert_int_equal(parse_filled(line, 'v', "\r\n\r\n", MESSAGE_HEAD_MAX + 1), -EMSGSIZE);
    assert_int_equal(parse_filled(line, 'v', "", MESSAGE_HEAD_MAX), -EMSGSIZE);
    assert_int_equal(parse_filled(line, 'v', "", MESSAGE_HEAD_MAX - 1), 0);
    assert_int_equal(parse_filled("GET /", 'q', "", MESSAGE_HEAD_MAX + 5), -ENAMETOOLONG);
}

static void test_find_counts_and_gives_the_first(void **state)
{
    (void)state;
    struct message_head head = take("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\na: 3\r\nAb: 4\r\n\r\n");
    struct span value = {"none", 4};
    assert_int_equal(message_head_find(&head, "A", &value), 2);
    assert_true(span_equals(value, "1"));
    assert_int_equal(message_head_find(&head, "aB", &value), 1);
    assert_true(span_equals(value, "4"));
    assert_int_equal(message_head_find(&head, "C", &value), 0);
    assert_true(span_equals(value, "4"));
}

static void test_tokens_are_found_across_fields_and_in_any_case(void **state)
{
    (void)state;
    struct message_head head = take("GET / HTTP/1.1\r\nConnection: keep-alive,, \t ,Te\r\nX: lost\r\n"
                                    "connection:upGrade\t,x y\r\nConnection:\r\n\r\n");
    assert_true(message_head_has_token(&head, "Connection", "Upgrade"));
    assert_true(message_head_has_token(&head, "Connection", "keep-alive"));
    assert_true(message_head_has_token(&head, "Connection", "TE"));
    assert_false(message_head_has_token(&head, "Connection", "keep"));
    assert_false(message_head_has_token(&head, "Connection", "alive"));
    assert_false(message_head_has_token(&head, "Connection", "lost"));
    assert_false(message_head_has_token(&head, "Connection", "x"));
    assert_false(message_head_has_token(&head, "Connection", ""));
}

static void test_a_token_is_of_token_characters(void **state)
{
    (void)state;
    assert_true(span_is_token((struct span){"a-Z0!#$%&'*+.^_`|~", 18}));
    assert_false(span_is_token((struct span){"", 0}));
    assert_false(span_is_token((struct span){"a b", 3}));
    assert_false(span_is_token((struct span){"a\0", 2}));
    assert_false(span_is_token((struct span){"\"a\"", 3}));
    assert_false(span_is_token((struct span){"\xc3\xbc", 2}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_takes_a_response_apart),
        cmocka_unit_test(test_parse_refuses_what_is_no_response),
        cmocka_unit_test(test_a_response_that_never_ends_is_too_long),
        cmocka_unit_test(test_parse_takes_a_request_apart),
        cmocka_unit_test(test_parse_takes_a_head_without_fields),
        cmocka_unit_test(test_parse_skips_one_empty_line_in_front),
        cmocka_unit_test(test_parse_takes_values_beyond_ascii),
        cmocka_unit_test(test_parse_refuses_a_bad_request_line_at_the_byte_that_shows_it),
        cmocka_unit_test(test_parse_refuses_a_bad_field_line_at_the_byte_that_shows_it),
        cmocka_unit_test(test_parse_goes_on_refusing),
        cmocka_unit_test(test_parse_takes_a_head_of_the_limit_and_none_above),
        cmocka_unit_test(test_find_counts_and_gives_the_first),
        cmocka_unit_test(test_tokens_are_found_across_fields_and_in_any_case),
        cmocka_unit_test(test_a_token_is_of_token_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
