#include "lib/ws_handshake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define HOST "Host: server.example:8080\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define GET_WS "GET /ws HTTP/1.1\r\n"
#define WITH_KEY "Sec-WebSocket-Key: " KEY "\r\n"
#define GOOD GET_WS HOST UPGRADE VERSION WITH_KEY

static const struct handshake_policy nobody_else = {.about = "A test"};

/* Decides on a head, given without its blank line, in a heap buffer of exactly its size. */
static struct handshake_answer decide_by(const char *lines, const struct handshake_policy *policy)
{
    struct message_head head = {0};
    struct handshake_answer answer;
    size_t size = strlen(lines) + 2;
    char *bytes = malloc(size);
    memcpy(bytes, lines, size - 2);
    memcpy(bytes + size - 2, "\r\n", 2);
    assert_int_equal(request_head_parse(&head, bytes, size), (int)size);
    handshake_decide(&head, policy, &answer);
    free(bytes);
    return answer;
}

static int status_of(const char *lines)
{
    return decide_by(lines, &nobody_else).status;
}

static void test_accept_is_that_of_rfc_6455_1_3(void **state)
{
    (void)state;
    char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
    char *key = malloc(HANDSHAKE_KEY_LENGTH);
    memcpy(key, KEY, HANDSHAKE_KEY_LENGTH);
    assert_int_equal(handshake_accept_for((struct span){key, HANDSHAKE_KEY_LENGTH}, accept), 0);
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    free(key);
}

static void test_a_good_request_is_upgraded(void **state)
{
    (void)state;
    struct handshake_answer answer = decide_by(GOOD, &nobody_else);
    assert_int_equal(answer.status, 101);
    assert_string_equal(answer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_null(answer.subprotocol);

    assert_int_equal(status_of("GET /ws?a=/b HTTP/1.1\r\n" HOST UPGRADE VERSION WITH_KEY), 101);
    assert_int_equal(status_of("GET /ws HTTP/1.2\r\n" HOST UPGRADE VERSION WITH_KEY), 101);
    assert_int_equal(status_of("GET http://other/ws?x HTTP/1.1\r\n" HOST UPGRADE VERSION WITH_KEY), 101);
    assert_int_equal(status_of(GOOD "Content-Length: 0\r\n"), 101);
    /* The key of the RFC's section 4.1 has bits set that its 16 bytes do not use. */
    assert_int_equal(status_of(GET_WS HOST UPGRADE VERSION "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n"), 101);
}

static void test_a_request_that_lacks_something_is_told_so(void **state)
{
    (void)state;
    assert_int_equal(status_of(GET_WS HOST), 426);
    assert_int_equal(status_of(GET_WS HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" VERSION WITH_KEY), 426);
    assert_int_equal(status_of(GET_WS HOST "Upgrade: websocket\r\n" VERSION WITH_KEY), 426);
    assert_int_equal(status_of(GET_WS HOST UPGRADE "Sec-WebSocket-Version: 8\r\n" WITH_KEY), 426);
    assert_int_equal(status_of(GET_WS HOST UPGRADE "Sec-WebSocket-Version: 013\r\n" WITH_KEY), 426);
    assert_int_equal(status_of(GET_WS HOST UPGRADE WITH_KEY), 400);
    assert_int_equal(status_of(GET_WS HOST UPGRADE VERSION), 400);
    assert_int_equal(status_of(GET_WS UPGRADE VERSION WITH_KEY), 400);
    assert_int_equal(status_of("GET /ws HTTP/1.0\r\n" HOST UPGRADE VERSION WITH_KEY), 400);
    assert_int_equal(status_of("GET /ws HTTP/2.0\r\n" HOST UPGRADE VERSION WITH_KEY), 505);
    assert_int_equal(status_of("GET /ws HTTP/0.9\r\n" HOST UPGRADE VERSION WITH_KEY), 505);
}

static void test_what_must_be_there_once_is_refused_twice(void **state)
{
    (void)state;
    assert_int_equal(status_of(GOOD WITH_KEY), 400);
    assert_int_equal(status_of(GOOD VERSION), 400);
    assert_int_equal(status_of(GOOD HOST), 400);
    assert_int_equal(status_of(GOOD "Origin: http://server.example:8080\r\nOrigin: http://server.example:8080\r\n"),
                     400);
}

static void test_a_key_is_the_base64_of_16_bytes(void **state)
{
    (void)state;
    const char *const keys[] = {
        "",
        "AA==",
        "AAECAwQFBgcICQoLDA0O",
        "AAECAwQFBgcICQoLDA0ODxA=",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=",
        "_-_-_-_-_-_-_-_-_-_-_w==",
        "dGhlIHNhbXBs ZSBub25jZQ==",
        "dGhlIHNhbXBs=SBub25jZQ==",
        "dGhlIHNhbXBsZSBub25jZQ==, x",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char lines[512];
        snprintf(lines, sizeof lines, GET_WS HOST UPGRADE VERSION "Sec-WebSocket-Key: %s\r\n", keys[i]);
        assert_int_equal(status_of(lines), 400);
    }
}

static void test_an_upgrade_has_no_body(void **state)
{
    (void)state;
    assert_int_equal(status_of(GOOD "Content-Length: 5\r\n"), 400);
    assert_int_equal(status_of(GOOD "Content-Length: 0\r\nContent-Length: 0\r\n"), 400);
    assert_int_equal(status_of(GOOD "Transfer-Encoding: chunked\r\n"), 400);
}

static void test_a_host_is_no_url(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: a/b\r\n"), 400);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: user@a\r\n"), 400);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: a b\r\n"), 400);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: \r\n"), 200);
    assert_int_equal(status_of("GET / HTTP/1.1\r\nHost: [::1]:80\r\n"), 200);
    assert_int_equal(status_of("GET / HTTP/1.0\r\n"), 200);
}

static void test_targets_in_absolute_form_name_the_resource(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET http://a HTTP/1.1\r\n" HOST), 200);
    assert_int_equal(status_of("GET HTTP://a?b HTTP/1.1\r\n" HOST), 200);
    assert_int_equal(status_of("GET http://a/other HTTP/1.1\r\n" HOST), 404);
    assert_int_equal(status_of("GET http:///ws HTTP/1.1\r\n" HOST), 400);
    assert_int_equal(status_of("GET ftp://a/ws HTTP/1.1\r\n" HOST), 400);
    assert_int_equal(status_of("GET ws HTTP/1.1\r\n" HOST), 400);
    assert_int_equal(status_of("GET a?http://b/ws HTTP/1.1\r\n" HOST), 400);
}

static void test_resources_and_methods_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET / HTTP/1.1\r\n" HOST), 200);
    assert_int_equal(status_of("HEAD /?a HTTP/1.1\r\n" HOST), 200);
    assert_int_equal(status_of("GET /wss HTTP/1.1\r\n" HOST), 404);
    assert_int_equal(status_of("GET /WS HTTP/1.1\r\n" HOST), 404);
    assert_int_equal(status_of("OPTIONS * HTTP/1.1\r\n" HOST), 404);

    struct handshake_answer answer = decide_by("POST / HTTP/1.1\r\n" HOST, &nobody_else);
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.allow, "GET, HEAD");
    answer = decide_by("HEAD /ws HTTP/1.1\r\n" HOST UPGRADE VERSION WITH_KEY, &nobody_else);
    assert_int_equal(answer.status, 405);
    assert_string_equal(answer.allow, "GET");
    assert_int_equal(status_of("get /ws HTTP/1.1\r\n" HOST UPGRADE VERSION WITH_KEY), 405);
}

static void test_only_pages_of_this_host_are_trusted_by_default(void **state)
{
    (void)state;
    assert_int_equal(status_of(GOOD "Origin: http://server.example:8080\r\n"), 101);
    assert_int_equal(status_of(GOOD "Origin: https://SERVER.example:8080\r\n"), 101);
    assert_int_equal(status_of(GOOD "Origin: http://server.example\r\n"), 403);
    assert_int_equal(status_of(GOOD "Origin: http://server.example:80801\r\n"), 403);
    assert_int_equal(status_of(GOOD "Origin: http://evilserver.example:8080\r\n"), 403);
    assert_int_equal(status_of(GOOD "Origin: null\r\n"), 403);
    assert_int_equal(status_of(GOOD "Origin:\r\n"), 403);
    /* An absolute target overrules Host. */
    assert_int_equal(status_of("GET http://other/ws HTTP/1.1\r\n" HOST UPGRADE VERSION WITH_KEY
                               "Origin: http://server.example:8080\r\n"),
                     403);
}

static void test_given_origins_are_trusted_and_no_others(void **state)
{
    (void)state;
    const char *const origins[] = {"https://app.example", "http://localhost:3000"};
    const struct handshake_policy policy = {.origins = origins, .origin_count = 2};
    assert_int_equal(decide_by(GOOD, &policy).status, 101);
    assert_int_equal(decide_by(GOOD "Origin: https://APP.example\r\n", &policy).status, 101);
    assert_int_equal(decide_by(GOOD "Origin: http://localhost:3000\r\n", &policy).status, 101);
    assert_int_equal(decide_by(GOOD "Origin: http://app.example\r\n", &policy).status, 403);
    assert_int_equal(decide_by(GOOD "Origin: http://server.example:8080\r\n", &policy).status, 403);
}

static void test_the_first_offered_subprotocol_that_is_spoken_is_chosen(void **state)
{
    (void)state;
    const char *const names[] = {"chat", "superchat"};
    const struct handshake_policy policy = {.subprotocols = names, .subprotocol_count = 2};
#define OFFER GOOD "Sec-WebSocket-Protocol: "
    assert_string_equal(decide_by(OFFER "x,\tsuperchat , chat\r\n", &policy).subprotocol, "superchat");
    assert_string_equal(decide_by(OFFER "x\r\nSec-WebSocket-Protocol: chat\r\n", &policy).subprotocol, "chat");
    assert_null(decide_by(OFFER "Chat, chats\r\n", &policy).subprotocol);
    assert_null(decide_by(OFFER "chat\r\n", &nobody_else).subprotocol);
    assert_int_equal(decide_by(OFFER "chats\r\n", &policy).status, 101);
    assert_int_equal(decide_by(OFFER "chat, a b\r\n", &policy).status, 400);
}

static void test_offers_of_extensions_are_ignored_but_not_their_mistakes(void **state)
{
    (void)state;
#define EXTENSION GOOD "Sec-WebSocket-Extensions: "
    assert_int_equal(status_of(EXTENSION "permessage-deflate; client_max_window_bits\r\n"), 101);
    assert_int_equal(status_of(EXTENSION "a;b=1 ; c = \"x\" ,d\r\n"), 101);
    assert_int_equal(status_of(EXTENSION "a;\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "; a=1\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a; b=\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a; b=\"\"\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a; b=\"\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a b\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a=1\r\n"), 400);
    assert_int_equal(status_of(EXTENSION "a; b=(c)\r\n"), 400);
}

static void test_deflate_is_answered_where_the_server_speaks_it(void **state)
{
    (void)state;
    static const struct handshake_policy policy = {.about = "A test", .deflate = true};
    char bytes[HANDSHAKE_ANSWER_MAX];
#define DEFLATE_OFFER "Sec-WebSocket-Extensions: x, permessage-deflate; server_max_window_bits=9\r\n"
    struct handshake_answer answer = decide_by(GOOD DEFLATE_OFFER, &policy);
    assert_int_equal(answer.status, 101);
    assert_true(answer.deflate);
    assert_int_equal(answer.deflate_parameters.server_max_window_bits, 9);
    bytes[handshake_answer_write(&answer, 0, bytes)] = '\0';
    assert_non_null(
        strstr(bytes, "\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n\r\n"));

    assert_false(decide_by(GOOD DEFLATE_OFFER, &nobody_else).deflate);
    assert_false(decide_by(GOOD, &policy).deflate);
    assert_int_equal(decide_by(GOOD DEFLATE_OFFER "Sec-WebSocket-Extensions: y;\r\n", &policy).status, 400);
}

static void test_the_101_is_written_without_what_was_not_asked_for(void **state)
{
    (void)state;
    struct handshake_answer answer = decide_by(GOOD, &nobody_else);
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(&answer, 0, bytes);
    assert_int_equal(length, strlen(bytes));
    assert_string_equal(bytes, "HTTP/1.1 101 Switching Protocols\r\n"
                               "Upgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                               "\r\n");
    answer.subprotocol = "chat";
    handshake_answer_write(&answer, 0, bytes);
    assert_non_null(strstr(bytes, "=\r\nSec-WebSocket-Protocol: chat\r\n\r\n"));
}

static void test_other_answers_are_written_with_length_and_date(void **state)
{
    (void)state;
    char bytes[HANDSHAKE_ANSWER_MAX];
    struct handshake_answer answer = {.status = 405, .allow = "GET"};
    handshake_answer_write(&answer, 784111777, bytes);
    assert_string_equal(bytes, "HTTP/1.1 405 Method Not Allowed\r\n"
                               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Length: 23\r\n"
                               "Allow: GET\r\n"
                               "Connection: close\r\n"
                               "\r\n"
                               "405 Method Not Allowed\n");
    answer = (struct handshake_answer){.status = 426};
    handshake_answer_write(&answer, 0, bytes);
    assert_non_null(strstr(bytes, "\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"));
    answer = (struct handshake_answer){.status = 200};
    handshake_answer_write(&answer, 0, bytes);
    assert_non_null(strstr(strstr(bytes, "\r\n\r\n"), "/ws"));
    answer.without_body = true;
    handshake_answer_write(&answer, 0, bytes);
    assert_string_equal(strstr(bytes, "\r\n\r\n"), "\r\n\r\n");
}

static void test_parse_errors_have_their_statuses(void **state)
{
    (void)state;
    assert_int_equal(handshake_status_for(-EBADMSG), 400);
    assert_int_equal(handshake_status_for(-ENAMETOOLONG), 414);
    assert_int_equal(handshake_status_for(-EMSGSIZE), 431);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_is_that_of_rfc_6455_1_3),
        cmocka_unit_test(test_a_good_request_is_upgraded),
        cmocka_unit_test(test_a_request_that_lacks_something_is_told_so),
        cmocka_unit_test(test_what_must_be_there_once_is_refused_twice),
        cmocka_unit_test(test_a_key_is_the_base64_of_16_bytes),
        cmocka_unit_test(test_an_upgrade_has_no_body),
        cmocka_unit_test(test_a_host_is_no_url),
        cmocka_unit_test(test_targets_in_absolute_form_name_the_resource),
        cmocka_unit_test(test_resources_and_methods_are_told_apart),
        cmocka_unit_test(test_only_pages_of_this_host_are_trusted_by_default),
        cmocka_unit_test(test_given_origins_are_trusted_and_no_others),
        cmocka_unit_test(test_the_first_offered_subprotocol_that_is_spoken_is_chosen),
        cmocka_unit_test(test_offers_of_extensions_are_ignored_but_not_their_mistakes),
        cmocka_unit_test(test_deflate_is_answered_where_the_server_speaks_it),
        cmocka_unit_test(test_the_101_is_written_without_what_was_not_asked_for),
        cmocka_unit_test(test_other_answers_are_written_with_length_and_date),
        cmocka_unit_test(test_parse_errors_have_their_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
