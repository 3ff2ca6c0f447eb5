#include "lib/ws_client_handshake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The key and the accept value of RFC 6455 section 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"

static const char *fault_of(const char *text)
{
    struct message_head head = {0};
    assert_int_equal(response_head_parse(&head, text, strlen(text)), strlen(text));
    struct client_request request = {.key = KEY};
    struct client_agreement agreement;
    const char *fault = client_response_fault(&head, &request, &agreement);
    assert_true(fault || !agreement.deflate);
    return fault;
}

static void test_a_good_response_has_no_fault(void **state)
{
    (void)state;
    assert_null(fault_of(SWITCHING UPGRADE CONNECTION ACCEPT "\r\n"));
    assert_null(fault_of("HTTP/1.1 101\r\n" ACCEPT "connection: keep-alive, UPGRADE\r\nUPGRADE: WebSocket\r\n\r\n"));
}

static void test_each_part_of_it_is_needed(void **state)
{
    (void)state;
    assert_string_equal(fault_of("HTTP/1.1 200 OK\r\n" UPGRADE CONNECTION ACCEPT "\r\n"), "the status is not 101");
    assert_string_equal(fault_of("HTTP/1.0 101 x\r\n" UPGRADE CONNECTION ACCEPT "\r\n"),
                        "the response is not HTTP/1.1");
    assert_string_equal(fault_of(SWITCHING CONNECTION ACCEPT "\r\n"), "the response does not upgrade to websocket");
    assert_string_equal(fault_of(SWITCHING "Upgrade: h2c\r\n" CONNECTION ACCEPT "\r\n"),
                        "the response does not upgrade to websocket");
    assert_string_equal(fault_of(SWITCHING UPGRADE ACCEPT "\r\n"), "Connection of the response has no upgrade");
    assert_string_equal(fault_of(SWITCHING UPGRADE "Connection: upgraded\r\n" ACCEPT "\r\n"),
                        "Connection of the response has no upgrade");
}

static void test_the_accept_value_must_be_that_of_the_key(void **state)
{
    (void)state;
    static const char *const accepts[] = {
        "",
        "Sec-WebSocket-Accept:\r\n",
        "Sec-WebSocket-Accept: " KEY "\r\n",
        "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n",
        ACCEPT ACCEPT,
    };
    for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, SWITCHING UPGRADE CONNECTION "%s\r\n", accepts[i]);
        assert_string_equal(fault_of(text), "Sec-WebSocket-Accept does not belong to the key");
    }
}

static void test_what_was_not_offered_must_not_be_taken(void **state)
{
    (void)state;
    assert_string_equal(
        fault_of(SWITCHING UPGRADE CONNECTION ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
        "an extension that was not offered");
    assert_string_equal(fault_of(SWITCHING UPGRADE CONNECTION ACCEPT "Sec-WebSocket-Protocol: chat\r\n\r\n"),
                        "a subprotocol that was not offered");
}

/* What a client writes, a server takes. */
static void test_the_request_is_one_that_a_server_upgrades(void **state)
{
    (void)state;
    char bytes[CLIENT_REQUEST_MAX];
    struct client_request request = {.host = "a:1234", .target = "/ws?x=1", .key = KEY};
    int length = client_request_write(&request, bytes);
    struct message_head head = {0};
    assert_int_equal(request_head_parse(&head, bytes, (size_t)length), length);
    struct handshake_answer answer;
    handshake_decide(&head, &(struct handshake_policy){.about = "A test"}, &answer);
    assert_int_equal(answer.status, 101);
}

static void test_a_request_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    char bytes[CLIENT_REQUEST_MAX], target[CLIENT_REQUEST_MAX];
    memset(target, '/', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    struct client_request request = {.host = "a", .target = target, .key = KEY};
    assert_int_equal(client_request_write(&request, bytes), -EMSGSIZE);
}

static void test_permessage_deflate_is_agreed_on_where_it_was_offered(void **state)
{
    (void)state;
    static const char text[] = SWITCHING UPGRADE CONNECTION ACCEPT
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9\r\n\r\n";
    struct client_request request = {.host = "a", .target = "/ws", .key = KEY};
    struct client_agreement agreement;
    struct message_head head = {0};
    char bytes[CLIENT_REQUEST_MAX];
    assert_null(deflate_offer_make("client_max_window_bits", &request.deflate));
    assert_true(client_request_write(&request, bytes) > 0);
    assert_non_null(strstr(bytes, "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"));
    assert_int_equal(response_head_parse(&head, text, strlen(text)), strlen(text));
    assert_null(client_response_fault(&head, &request, &agreement));
    assert_true(agreement.deflate);
    assert_int_equal(agreement.deflate_parameters.client_max_window_bits, 9);
    assert_string_equal(fault_of(text), "an extension that was not offered");
}

static void test_keys_are_fresh(void **state)
{
    (void)state;
    char keys[2][HANDSHAKE_KEY_LENGTH + 1];
    client_key(keys[0]);
    client_key(keys[1]);
    assert_int_equal(strlen(keys[0]), HANDSHAKE_KEY_LENGTH);
    assert_string_not_equal(keys[0], keys[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_response_has_no_fault),
        cmocka_unit_test(test_each_part_of_it_is_needed),
        cmocka_unit_test(test_the_accept_value_must_be_that_of_the_key),
        cmocka_unit_test(test_what_was_not_offered_must_not_be_taken),
        cmocka_unit_test(test_the_request_is_one_that_a_server_upgrades),
        cmocka_unit_test(test_a_request_that_does_not_fit_is_refused),
        cmocka_unit_test(test_permessage_deflate_is_agreed_on_where_it_was_offered),
        cmocka_unit_test(test_keys_are_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
