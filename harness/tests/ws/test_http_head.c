// Well-formed heads: taken apart whole, and asked for more while they are not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exact.h"
#include "ws/handshake.h"

static const char upgrade[] = "HTTP/1.1 101 Switching Protocols\r\n"
                              "Upgrade: websocket\r\n"
                              "Connection:Upgrade\r\n"
                              "Sec-WebSocket-Accept: \t s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t \r\n"
                              "X-Empty:\r\n"
                              "x-Blank:  \t\r\n"
                              "X-Colons: a:b : c\r\n"
                              "\r\n";

static const char request[] = "GET /ws?a=b HTTP/1.1\r\n"
                              "Host: localhost\r\n"
                              "Host: again\r\n"
                              "\r\n";

typedef int decoder(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault);

static int decode_exact(decoder *decode, const char *text, size_t size, struct http_head *head)
{
    unsigned char *bytes = exact_copy(text, size);
    const char *fault = NULL;
    int length = decode(bytes, size, head, &fault);
    free(bytes);
    assert_null(fault);
    return length;
}

static void test_a_response_is_taken_apart(void **state)
{
    (void)state;
    struct http_head head;
    assert_int_equal(decode_exact(http_response_decode, upgrade, strlen(upgrade), &head), strlen(upgrade));
    assert_string_equal(head.version, "HTTP/1.1");
    assert_int_equal(head.status, 101);
    assert_string_equal(head.reason, "Switching Protocols");
    assert_null(head.method);
    assert_null(head.target);
    assert_int_equal(head.field_count, 6);
    assert_string_equal(head.fields[1].name, "Connection");
    assert_string_equal(head.fields[1].value, "Upgrade");
    assert_string_equal(head.fields[4].name, "x-Blank");
    assert_string_equal(http_field_value(&head, "sec-websocket-ACCEPT"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_string_equal(http_field_value(&head, "X-Empty"), "");
    assert_string_equal(http_field_value(&head, "X-Blank"), "");
    assert_string_equal(http_field_value(&head, "X-Colons"), "a:b : c");
    assert_null(http_field_value(&head, "X-Absent"));
    assert_null(http_field_value(&head, "X-Colon"));
    http_head_free(&head);
    assert_null(head.storage);
}

static void test_a_request_is_taken_apart(void **state)
{
    (void)state;
    struct http_head head;
    assert_int_equal(decode_exact(http_request_decode, request, strlen(request), &head), strlen(request));
    assert_string_equal(head.method, "GET");
    assert_string_equal(head.target, "/ws?a=b");
    assert_string_equal(head.version, "HTTP/1.1");
    assert_int_equal(head.status, 0);
    assert_null(head.reason);
    assert_string_equal(http_field_value(&head, "HOST"), "localhost");
    assert_int_equal(http_field_count(&head, "host"), 2);
    assert_int_equal(http_field_count(&head, "hosts"), 0);
    http_head_free(&head);
}

// Every beginning but the whole asks for more and leaves nothing to free.
static void check_beginnings(decoder *decode, const char *text)
{
    for (size_t size = 0; size < strlen(text); size++) {
        struct http_head head;
        assert_int_equal(decode_exact(decode, text, size, &head), 0);
        assert_null(head.storage);
        assert_null(head.fields);
    }
}

static void test_a_head_that_is_not_whole_asks_for_more(void **state)
{
    (void)state;
    check_beginnings(http_response_decode, upgrade);
    check_beginnings(http_request_decode, request);
}

static void test_what_follows_a_head_is_left_alone(void **state)
{
    (void)state;
    static const char bytes[] = "HTTP/1.0 404 Not Found\r\n\r\n\x81\x02\n\r\n\r\n\0 :";
    struct http_head head;
    assert_int_equal(decode_exact(http_response_decode, bytes, sizeof bytes - 1, &head), 26);
    assert_string_equal(head.version, "HTTP/1.0");
    assert_int_equal(head.status, 404);
    assert_int_equal(head.field_count, 0);
    assert_null(http_field_value(&head, "Host"));
    http_head_free(&head);
}

static void test_a_reason_may_be_empty_or_hold_any_text(void **state)
{
    (void)state;
    struct http_head head;
    static const char empty[] = "HTTP/1.1 999 \r\n\r\n";
    assert_int_equal(decode_exact(http_response_decode, empty, strlen(empty), &head), strlen(empty));
    assert_int_equal(head.status, 999);
    assert_string_equal(head.reason, "");
    http_head_free(&head);
    static const char strange[] = "HTTP/1.9 100 \t a: \xc3\xa9 \r\n\r\n";
    assert_int_equal(decode_exact(http_response_decode, strange, strlen(strange), &head), strlen(strange));
    assert_int_equal(head.status, 100);
    assert_string_equal(head.reason, "\t a: \xc3\xa9 ");
    http_head_free(&head);
}

static void test_names_are_tokens_of_every_kind(void **state)
{
    (void)state;
    static const char text[] = "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ:\xff\t\x80\r\n\r\n";
    struct http_head head;
    assert_int_equal(decode_exact(http_response_decode, text, strlen(text), &head), strlen(text));
    assert_string_equal(http_field_value(&head, "!#$%&'*+-.^_`|~09azaz"), "\xff\t\x80");
    http_head_free(&head);
}

static void test_many_fields_fit(void **state)
{
    (void)state;
    struct http_head head;
    size_t count = 5000;
    char *text = malloc(count * 6 + 100);
    char *end = text;
    end += strlen(strcpy(end, "HTTP/1.1 200 OK\r\n"));
    for (size_t i = 0; i < count; i++)
        end += strlen(strcpy(end, "a: b\r\n"));
    end += strlen(strcpy(end, "\r\n"));
    size_t size = (size_t)(end - text);
    assert_int_equal(decode_exact(http_response_decode, text, size, &head), size);
    assert_int_equal(http_field_count(&head, "A"), count);
    http_head_free(&head);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_response_is_taken_apart),
        cmocka_unit_test(test_a_request_is_taken_apart),
        cmocka_unit_test(test_a_head_that_is_not_whole_asks_for_more),
        cmocka_unit_test(test_what_follows_a_head_is_left_alone),
        cmocka_unit_test(test_a_reason_may_be_empty_or_hold_any_text),
        cmocka_unit_test(test_names_are_tokens_of_every_kind),
        cmocka_unit_test(test_many_fields_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
