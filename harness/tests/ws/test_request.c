// The request head that opens a WebSocket, the key and its answer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/random.h"
#include "base/text.h"
#include "exact.h"
#include "ws/handshake.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void check_request(const struct ws_request *request, const char *head)
{
    struct buffer out = {0};
    ws_request_encode(&out, request, "localhost:9001", KEY);
    assert_string_equal(buffer_string(&out), head);
    buffer_free(&out);
}

static void test_a_request_has_the_default_fields_in_order(void **state)
{
    (void)state;
    check_request(&(struct ws_request){0}, "GET /ws HTTP/1.1\r\n"
                                           "Host: localhost:9001\r\n"
                                           "Upgrade: websocket\r\n"
                                           "Connection: Upgrade\r\n"
                                           "Sec-WebSocket-Key: " KEY "\r\n"
                                           "Sec-WebSocket-Version: 13\r\n"
                                           "\r\n");
}

static void test_method_target_and_version_are_written_as_given(void **state)
{
    (void)state;
    static const char *const without[] = {"host", "UPGRADE", "Connection", "Sec-WebSocket-Key",
                                          "Sec-WebSocket-Version"};
    struct ws_request request = {.method = "POST",
                                 .target = "no slash",
                                 .version = "HTTP/0.9",
                                 .changes.without = without,
                                 .changes.without_count = 5};
    check_request(&request, "POST no slash HTTP/0.9\r\n\r\n");
}

static void test_set_replaces_in_place_with_the_letter_case_given(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"uPGRADE", "WebSocket"}, {"Origin", "http://a"}, {"HOST", ""}};
    check_request(&(struct ws_request){.changes.set = set, .changes.set_count = 3}, "GET /ws HTTP/1.1\r\n"
                                                                                    "HOST: \r\n"
                                                                                    "uPGRADE: WebSocket\r\n"
                                                                                    "Connection: Upgrade\r\n"
                                                                                    "Sec-WebSocket-Key: " KEY "\r\n"
                                                                                    "Sec-WebSocket-Version: 13\r\n"
                                                                                    "Origin: http://a\r\n"
                                                                                    "\r\n");
}

static void test_set_twice_counts_the_later(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"Host", "a"}, {"host", "b"}, {"X", "1"}, {"x", "2"}};
    struct buffer out = {0};
    ws_request_encode(&out, &(struct ws_request){.changes.set = set, .changes.set_count = 4}, "h", KEY);
    assert_non_null(strstr(buffer_string(&out), "HTTP/1.1\r\nhost: b\r\nUpgrade"));
    assert_non_null(strstr(buffer_string(&out), "13\r\nx: 2\r\n\r\n"));
    buffer_free(&out);
}

static void test_without_also_removes_what_was_set(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"Origin", "http://a"}, {"Host", "b"}};
    static const char *const without[] = {"origin", "host", "absent"};
    struct ws_request request = {
        .changes.set = set, .changes.set_count = 2, .changes.without = without, .changes.without_count = 3};
    check_request(&request, "GET /ws HTTP/1.1\r\n"
                            "Upgrade: websocket\r\n"
                            "Connection: Upgrade\r\n"
                            "Sec-WebSocket-Key: " KEY "\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "\r\n");
}

static void test_add_appends_raw_lines_whatever_else_is_said(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"Upgrade", "h2c"}};
    static const char *const without[] = {"Host", "Connection", "Sec-WebSocket-Key"};
    static const char *const add[] = {"Host: again", " folded", "no colon", ""};
    struct ws_request request = {.changes.set = set,
                                 .changes.set_count = 1,
                                 .changes.without = without,
                                 .changes.without_count = 3,
                                 .changes.add = add,
                                 .changes.add_count = 4};
    check_request(&request, "GET /ws HTTP/1.1\r\n"
                            "Upgrade: h2c\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "Host: again\r\n folded\r\nno colon\r\n\r\n"
                            "\r\n");
}

// Whether "\r\n" `line` "\r\n" stands in the head.
static bool has_line(const char *head, const char *name, const char *value)
{
    struct buffer line = {0};
    buffer_format(&line, "\r\n%s: %s\r\n", name, value);
    bool found = strstr(head, buffer_string(&line)) != NULL;
    buffer_free(&line);
    return found;
}

static void test_every_combination_of_set_without_and_add(void **state)
{
    (void)state;
    static const char *const names[] = {"Host",  "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
                                        "Origin"};
    static const char *const defaults[] = {"localhost", "websocket", "Upgrade", KEY, "13", NULL};
    static const char *const add[] = {"Added: line"};
    for (unsigned bits = 0; bits < 1 << 13; bits++) {
        struct http_field set[6];
        const char *without[6];
        struct ws_request request = {
            .changes.set = set, .changes.without = without, .changes.add = add, .changes.add_count = bits >> 12};
        for (unsigned i = 0; i < 6; i++) {
            if (bits >> i & 1)
                set[request.changes.set_count++] = (struct http_field){names[i], "mine"};
            if (bits >> (6 + i) & 1)
                without[request.changes.without_count++] = names[i];
        }
        struct buffer out = {0};
        ws_request_encode(&out, &request, "localhost", KEY);
        const char *head = buffer_string(&out);
        for (unsigned i = 0; i < 6; i++) {
            bool is_set = bits >> i & 1;
            bool is_without = bits >> (6 + i) & 1;
            assert_int_equal(has_line(head, names[i], "mine"), is_set && !is_without);
            if (defaults[i])
                assert_int_equal(has_line(head, names[i], defaults[i]), !is_set && !is_without);
        }
        assert_int_equal(has_line(head, "Added", "line"), bits >> 12);
        assert_string_equal(head + out.length - 4, "\r\n\r\n");
        buffer_free(&out);
    }
}

static void test_the_accept_value_of_the_rfc(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_LENGTH + 1];
    ws_accept_for(KEY, accept);
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void test_a_key_of_any_content_has_an_accept_value(void **state)
{
    (void)state;
    char accept[WS_ACCEPT_LENGTH + 1];
    ws_accept_for("", accept);
    assert_string_equal(accept, "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
    char *key = malloc(5001);
    memset(key, 'k', 5000);
    key[5000] = '\0';
    ws_accept_for(key, accept);
    free(key);
    assert_int_equal(strlen(accept), WS_ACCEPT_LENGTH);
}

static void test_keys_are_base64_of_16_bytes_and_differ(void **state)
{
    (void)state;
    struct random random = random_for(1, 0);
    unsigned char nonce[16];
    char keys[50][WS_KEY_LENGTH + 1];
    for (size_t i = 0; i < 50; i++) {
        random_bytes(&random, nonce, sizeof nonce);
        ws_key_make(nonce, keys[i]);
        assert_int_equal(strlen(keys[i]), WS_KEY_LENGTH);
        assert_int_equal(strspn(keys[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"), 22);
        assert_non_null(strchr("AQgw", keys[i][21])); // the low four bits of the last digit are no data
        assert_string_equal(keys[i] + 22, "==");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(keys[i], keys[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_has_the_default_fields_in_order),
        cmocka_unit_test(test_method_target_and_version_are_written_as_given),
        cmocka_unit_test(test_set_replaces_in_place_with_the_letter_case_given),
        cmocka_unit_test(test_set_twice_counts_the_later),
        cmocka_unit_test(test_without_also_removes_what_was_set),
        cmocka_unit_test(test_add_appends_raw_lines_whatever_else_is_said),
        cmocka_unit_test(test_every_combination_of_set_without_and_add),
        cmocka_unit_test(test_the_accept_value_of_the_rfc),
        cmocka_unit_test(test_a_key_of_any_content_has_an_accept_value),
        cmocka_unit_test(test_keys_are_base64_of_16_bytes_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
