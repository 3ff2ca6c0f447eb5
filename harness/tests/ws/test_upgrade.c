// The server's half of the opening handshake: what a request must hold, and the head that answers it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "ws/handshake.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static void check_response(const struct ws_response *response, const char *head)
{
    struct buffer out = {0};
    ws_response_encode(&out, response, KEY);
    assert_string_equal(buffer_string(&out), head);
    buffer_free(&out);
}

static void test_a_response_upgrades_by_default(void **state)
{
    (void)state;
    check_response(&(struct ws_response){0}, "HTTP/1.1 101 Switching Protocols\r\n"
                                             "Upgrade: websocket\r\n"
                                             "Connection: Upgrade\r\n"
                                             "Sec-WebSocket-Accept: " ACCEPT "\r\n"
                                             "\r\n");
}

static void test_another_status_refuses(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"Location", "/elsewhere"}};
    check_response(&(struct ws_response){.status = 301, .changes.set = set, .changes.set_count = 1},
                   "HTTP/1.1 301 Moved Permanently\r\nConnection: close\r\nContent-Length: 0\r\n"
                   "Location: /elsewhere\r\n\r\n");
    check_response(&(struct ws_response){.status = 599, .version = "HTTP/1.0"},
                   "HTTP/1.0 599 Status\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

static void test_fields_change_as_those_of_a_request_do(void **state)
{
    (void)state;
    static const struct http_field set[] = {{"UPGRADE", "WebSocket"}};
    static const char *const without[] = {"connection"};
    static const char *const add[] = {"X"};
    check_response(
        &(struct ws_response){
            .reason = "",
            .changes =
                {.set = set, .set_count = 1, .without = without, .without_count = 1, .add = add, .add_count = 1}},
        "HTTP/1.1 101 \r\nUPGRADE: WebSocket\r\nSec-WebSocket-Accept: " ACCEPT "\r\nX\r\n\r\n");
}

static void test_an_accept_can_be_wrong_in_each_way(void **state)
{
    (void)state;
    static const char *const accepts[] = {
        [WS_ACCEPT_RIGHT] = ACCEPT,
        [WS_ACCEPT_SWAPPED_CASE] = "S3PplmbItXAq9KygZZHzrBk+XoO=",
        [WS_ACCEPT_SHORTENED] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
        [WS_ACCEPT_EXTENDED] = ACCEPT "=",
        [WS_ACCEPT_KEY] = KEY,
        [WS_ACCEPT_NO_GUID] = "hHLtf2V1k8aDQZfNjw3Ia1hCwt0=",
    };
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        if (!accepts[i])
            continue;
        char *head = format_text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: %s\r\n\r\n",
                                 accepts[i]);
        check_response(&(struct ws_response){.accept = (enum ws_accept)i}, head);
        free(head);
    }
    struct buffer out = {0};
    ws_response_encode(&out, &(struct ws_response){.accept = WS_ACCEPT_OTHER}, "AAAAAAAAAAAAAAAAAAAAAA==");
    assert_non_null(strstr(buffer_string(&out), ACCEPT));
    buffer_free(&out);
}

static void test_a_key_is_the_base64_of_16_bytes(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "dGhlIHNhbXBsZSBub25jZQ=",
                                      "dGhlIHNhbXBsZSBub25jZQ===",
                                      "dGhlIHNhbXBsZSBub25jZVo=",
                                      "dGhlIHNhbXBsZSBub25jZVpa",
                                      "dGhlIHNhbXBsZSBub25jZR==",
                                      "dGhlIHNhbXBsZSBub25j*Q==",
                                      " GhlIHNhbXBsZSBub25jZQ=="};
    unsigned char nonce[16];
    assert_true(ws_key_decode(KEY, nonce));
    assert_memory_equal(nonce, "the sample nonce", 16);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ws_key_decode(bad[i], nonce));
}

#define LINE "GET /ws HTTP/1.1\r\n"
#define HOST "Host: h\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEYED "Sec-WebSocket-Key: " KEY "\r\n"

static void test_a_request_is_held_against_section_4_1(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        const char *fault;
    } rows[] = {
        {LINE HOST UPGRADE VERSION KEYED "\r\n", NULL},
        {"GET http://h/ws HTTP/1.1\r\n" HOST UPGRADE VERSION KEYED "\r\n", NULL},
        {"POST /ws HTTP/1.1\r\n" HOST UPGRADE VERSION KEYED "\r\n", "the method is not GET (RFC 6455 section 4.1, 2)"},
        {"GET /ws HTTP/1.0\r\n" HOST UPGRADE VERSION KEYED "\r\n",
         "the version of HTTP is below 1.1 (RFC 6455 section 4.1, 2)"},
        {"GET ws HTTP/1.1\r\n" HOST UPGRADE VERSION KEYED "\r\n",
         "the target is neither a path nor a URI, or has a fragment (RFC 6455 section 4.1, 3)"},
        {"GET /ws#a HTTP/1.1\r\n" HOST UPGRADE VERSION KEYED "\r\n",
         "the target is neither a path nor a URI, or has a fragment (RFC 6455 section 4.1, 3)"},
        {LINE UPGRADE VERSION KEYED "\r\n", "not one Host (RFC 6455 section 4.1, 4)"},
        {LINE HOST HOST UPGRADE VERSION KEYED "\r\n", "not one Host (RFC 6455 section 4.1, 4)"},
        {LINE HOST "Connection: Upgrade\r\n" VERSION KEYED "\r\n",
         "no `websocket` in Upgrade (RFC 6455 section 4.1, 5)"},
        {LINE HOST "Upgrade: websocket\r\n" VERSION KEYED "\r\n",
         "no `Upgrade` in Connection (RFC 6455 section 4.1, 6)"},
        {LINE HOST UPGRADE KEYED "\r\n", "Sec-WebSocket-Version is not 13 (RFC 6455 section 4.1, 9)"},
        {LINE HOST UPGRADE VERSION VERSION KEYED "\r\n", "Sec-WebSocket-Version is not 13 (RFC 6455 section 4.1, 9)"},
        {LINE HOST UPGRADE VERSION KEYED "Content-Length: 0\r\n\r\n",
         "a GET request with a body (RFC 6455 section 4.1, 2)"},
        {LINE HOST UPGRADE VERSION "\r\n", "not one Sec-WebSocket-Key (RFC 6455 section 4.1, 7)"},
        {LINE HOST UPGRADE VERSION KEYED KEYED "\r\n", "not one Sec-WebSocket-Key (RFC 6455 section 4.1, 7)"},
        {LINE HOST UPGRADE VERSION "Sec-WebSocket-Key: a2V5\r\n\r\n",
         "Sec-WebSocket-Key is not the base64 of 16 bytes (RFC 6455 section 4.1, 7)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_head head;
        const char *fault;
        assert_true(http_request_decode((const unsigned char *)rows[i].head, strlen(rows[i].head), &head, &fault) > 0);
        const char *found = ws_request_fault(&head);
        if (!rows[i].fault)
            assert_null(found);
        else
            assert_string_equal(found ? found : "none", rows[i].fault);
        http_head_free(&head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_response_upgrades_by_default),
        cmocka_unit_test(test_another_status_refuses),
        cmocka_unit_test(test_fields_change_as_those_of_a_request_do),
        cmocka_unit_test(test_an_accept_can_be_wrong_in_each_way),
        cmocka_unit_test(test_a_key_is_the_base64_of_16_bytes),
        cmocka_unit_test(test_a_request_is_held_against_section_4_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
