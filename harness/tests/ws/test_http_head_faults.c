// Malformed heads: each with its fault, the same whole and byte by byte, and found no later than with its
// line.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exact.h"
#include "ws/handshake.h"

typedef int decoder(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault);

struct malformed {
    const char *text;
    size_t size;
    const char *fault; // how it begins
};

#define ROW(text, fault)                                                                                               \
    {                                                                                                                  \
        text, sizeof(text) - 1, fault                                                                                  \
    }
#define RESPONSE "HTTP/1.1 101 Switching Protocols\r\n"
#define REQUEST "GET /ws HTTP/1.1\r\n"

static int decode_exact(decoder *decode, const char *text, size_t size, const char **fault)
{
    unsigned char *bytes = exact_copy(text, size);
    struct http_head head;
    int length = decode(bytes, size, &head, fault);
    free(bytes);
    if (length <= 0) {
        assert_null(head.storage);
        assert_null(head.fields);
    }
    return length;
}

static void check_malformed(decoder *decode, const struct malformed *row)
{
    const char *fault = NULL;
    int length = decode_exact(decode, row->text, row->size, &fault);
    if (length != -EBADMSG)
        fail_msg("%s: gives %d", row->text, length);
    if (strncmp(fault, row->fault, strlen(row->fault)) != 0)
        fail_msg("%s: is \"%s\", not \"%s\"", row->text, fault, row->fault);
    for (size_t size = 0; size < row->size; size++) {
        const char *early = NULL;
        length = decode_exact(decode, row->text, size, &early);
        if (length == 0)
            continue;
        assert_int_equal(length, -EBADMSG);
        assert_string_equal(early, fault);
    }
}

static void test_malformed_responses(void **state)
{
    (void)state;
    static const struct malformed rows[] = {
        ROW("\x88\x02", "does not begin with HTTP/1.x"),
        ROW("\r\n", "does not begin with HTTP/1.x"),
        ROW("\r\n" RESPONSE, "does not begin with HTTP/1.x"),
        ROW("http/1.1 101 \r\n", "does not begin with HTTP/1.x"),
        ROW("HTTP/2", "does not begin with HTTP/1.x"),
        ROW("HTTP/1.1\r\n", "the status line does not begin with HTTP/1.x and one space"),
        ROW("HTTP/1.11 101 \r\n", "the status line does not begin with HTTP/1.x and one space"),
        ROW("HTTP/1.x 101 \r\n", "the status line does not begin with HTTP/1.x and one space"),
        ROW("HTTP/1.1\t101 \r\n", "the status line does not begin with HTTP/1.x and one space"),
        ROW("HTTP/1.1  101 \r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 \r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 10\r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 10 \r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 1010 OK\r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 099 OK\r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 +10 OK\r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 1e1 OK\r\n", "the status code is not a number of three digits"),
        ROW("HTTP/1.1 101\r\n", "no space after the status code"),
        ROW("HTTP/1.1 101\tOK\r\n", "no space after the status code"),
        ROW("HTTP/1.1 101 \x1b[1mOK\r\n", "a control character in the reason phrase"),
        ROW("HTTP/1.1 101 O\0K\r\n", "a NUL byte"),
        ROW("HTTP/1.1 101 OK\n", "a line that ends with a bare LF"),
        ROW("HTTP/1.1 101 O\rK\r\n", "a bare CR within a line"),
        ROW("HTTP/1.1 101 OK\r\r\n", "a bare CR within a line"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_malformed(http_response_decode, &rows[i]);
}

static void test_malformed_field_lines(void **state)
{
    (void)state;
    static const struct malformed rows[] = {
        ROW(RESPONSE "\n", "a line that ends with a bare LF"),
        ROW(RESPONSE "A: b\n", "a line that ends with a bare LF"),
        ROW(RESPONSE "A: b\r\n\n", "a line that ends with a bare LF"),
        ROW(RESPONSE "A: b\n\r\n", "a line that ends with a bare LF"),
        ROW(RESPONSE "A: b\rc\r\n", "a bare CR within a line"),
        ROW(RESPONSE "\r\r\n", "a bare CR within a line"),
        ROW(RESPONSE " A: b\r\n", "a field line begins with a blank: obsolete line folding"),
        ROW(RESPONSE "A: b\r\n c\r\n", "a field line begins with a blank: obsolete line folding"),
        ROW(RESPONSE "A: b\r\n\tc: d\r\n", "a field line begins with a blank: obsolete line folding"),
        ROW(RESPONSE "A: b\r\n \r\n", "a field line begins with a blank: obsolete line folding"),
        ROW(RESPONSE "A : b\r\n", "a blank between a field's name and its colon"),
        ROW(RESPONSE "A\t: b\r\n", "a blank between a field's name and its colon"),
        ROW(RESPONSE "A \t : b\r\n", "a blank between a field's name and its colon"),
        ROW(RESPONSE "A\r\n", "a field line without a colon"),
        ROW(RESPONSE "A b\r\n", "a field line without a colon"),
        ROW(RESPONSE "A b: c\r\n", "a field's name is not a token"),
        ROW(RESPONSE ": b\r\n", "a field's name is not a token"),
        ROW(RESPONSE "(A): b\r\n", "a field's name is not a token"),
        ROW(RESPONSE "\xc3\xa9: b\r\n", "a field's name is not a token"),
        ROW(RESPONSE "A\0: b\r\n", "a NUL byte"),
        ROW(RESPONSE "A: b\0c\r\n", "a NUL byte"),
        ROW(RESPONSE "\0\r\n", "a NUL byte"),
        ROW(RESPONSE "A: b\x01\r\n", "a control character in a field's value"),
        ROW(RESPONSE "A: \x7f\r\n", "a control character in a field's value"),
        ROW(RESPONSE "A: b\r\nB\r\nC : d\n", "a field line without a colon"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_malformed(http_response_decode, &rows[i]);
}

static void test_malformed_requests(void **state)
{
    (void)state;
    static const struct malformed rows[] = {
        ROW("\x16\x03\x01", "does not begin with a method and one space"),
        ROW("\r\n" REQUEST, "does not begin with a method and one space"),
        ROW(" GET /ws HTTP/1.1\r\n", "does not begin with a method and one space"),
        ROW("GET\r\n", "does not begin with a method and one space"),
        ROW("GET\t/ws HTTP/1.1\r\n", "does not begin with a method and one space"),
        ROW("G\0T /ws HTTP/1.1\r\n", "does not begin with a method and one space"),
        ROW("GET \r\n", "the request line has no target between two single spaces"),
        ROW("GET  /ws HTTP/1.1\r\n", "the request line has no target between two single spaces"),
        ROW("GET /ws\r\n", "the request line has no target between two single spaces"),
        ROW("GET /ws\tHTTP/1.1\r\n", "the request line has no target between two single spaces"),
        ROW("GET /ws  HTTP/1.1\r\n", "the request line does not end with HTTP/1.x"),
        ROW("GET /ws HTTP/1.1 \r\n", "the request line does not end with HTTP/1.x"),
        ROW("GET /ws HTTP/2.0\r\n", "the request line does not end with HTTP/1.x"),
        ROW("GET /ws a HTTP/1.1\r\n", "the request line does not end with HTTP/1.x"),
        ROW("GET /\x01 HTTP/1.1\r\n", "a control character in the request target"),
        ROW("GET /\0 HTTP/1.1\r\n", "a NUL byte"),
        ROW("GET /ws HTTP/1.1\n", "a line that ends with a bare LF"),
        ROW(REQUEST "Host : a\r\n", "a blank between a field's name and its colon"),
        ROW(REQUEST "Host: a\r\n b\r\n", "a field line begins with a blank: obsolete line folding"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_malformed(http_request_decode, &rows[i]);
}

// A response head of exactly `size` bytes.
static char *head_of_size(size_t size)
{
    static const char start[] = "HTTP/1.1 200 OK\r\nA: ";
    char *text = malloc(size);
    memset(text, 'x', size);
    memcpy(text, start, sizeof start - 1);
    memcpy(text + size - 4, "\r\n\r\n", 4);
    return text;
}

static void test_a_head_is_at_most_64_KiB(void **state)
{
    (void)state;
    const char *fault;
    char *fits = head_of_size(65536);
    assert_int_equal(decode_exact(http_response_decode, fits, 65535, &fault), 0);
    unsigned char *bytes = exact_copy(fits, 65536);
    struct http_head head;
    assert_int_equal(http_response_decode(bytes, 65536, &head, &fault), 65536);
    http_head_free(&head);
    free(bytes);
    free(fits);

    char *exceeds = head_of_size(65537);
    assert_int_equal(decode_exact(http_response_decode, exceeds, 65535, &fault), 0);
    for (size_t size = 65536; size <= 65537; size++) {
        assert_int_equal(decode_exact(http_response_decode, exceeds, size, &fault), -EBADMSG);
        assert_string_equal(fault, "the head is longer than 64 KiB");
    }
    free(exceeds);
}

static void test_a_method_without_end_is_bounded_too(void **state)
{
    (void)state;
    char *text = malloc(70000);
    memset(text, 'G', 70000);
    const char *fault;
    assert_int_equal(decode_exact(http_request_decode, text, 65535, &fault), 0);
    assert_int_equal(decode_exact(http_request_decode, text, 70000, &fault), -EBADMSG);
    assert_string_equal(fault, "the head is longer than 64 KiB");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed_responses),
        cmocka_unit_test(test_malformed_field_lines),
        cmocka_unit_test(test_malformed_requests),
        cmocka_unit_test(test_a_head_is_at_most_64_KiB),
        cmocka_unit_test(test_a_method_without_end_is_bounded_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
