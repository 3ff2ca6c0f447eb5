/* The server is this test, at the other end of a socket pair; the client runs on a thread where it has to
 * wait. */
#include "lib/ws_client.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"
#include "lib/ws_handshake.h"

enum { LATE_MS = 5000 };

struct pair {
    int server, socket;
    struct ws_client client;
    struct failure failure;
    pthread_t thread;
    int opened;
};

static struct ws_client_options options; /* of the clients to come */

static void *open_client(void *argument)
{
    struct pair *pair = argument;
    static const struct ws_url url = {.peer = "a:80", .host = "a", .target = "/ws"};
    pair->opened = ws_client_open(&pair->client, (struct stream){.socket = pair->socket}, &url, &options,
                                  net_deadline(LATE_MS), &pair->failure);
    return NULL;
}

static void answer(struct pair *pair, const void *bytes, size_t size)
{
    assert_int_equal(net_write(pair->server, bytes, size, net_deadline(LATE_MS)), 0);
}

#define ANSWER(pair, bytes) answer(pair, bytes, sizeof bytes - 1)

/* Reads the request and answers it, followed by `frames` in the same write, or by `instead` alone. */
static void shake_hands(struct pair *pair, const char *instead, const char *frames, size_t size)
{
    int sockets[2];
    char request[4096], response[4096];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    pair->server = sockets[0];
    pair->socket = sockets[1];
    assert_int_equal(pthread_create(&pair->thread, NULL, open_client, pair), 0);
    struct message_head head = {0};
    size_t had = 0;
    while (request_head_parse(&head, request, had) == 0) {
        ssize_t count = net_read(pair->server, request + had, sizeof request - had, net_deadline(LATE_MS));
        assert_true(count > 0);
        had += (size_t)count;
    }
    struct handshake_answer accepted;
    handshake_decide(&head, &(struct handshake_policy){.about = "A test", .deflate = true}, &accepted);
    assert_int_equal(accepted.status, 101);
    size_t length = handshake_answer_write(&accepted, 0, response);
    memcpy(response + length, frames, size);
    if (instead)
        answer(pair, instead, strlen(instead));
    else
        answer(pair, response, length + size);
    if (instead)
        shutdown(pair->server, SHUT_WR);
    assert_int_equal(pthread_join(pair->thread, NULL), 0);
}

static void start(struct pair *pair)
{
    shake_hands(pair, NULL, "", 0);
    assert_int_equal(pair->opened, 0);
}

static void finish(struct pair *pair)
{
    close(pair->server);
    ws_client_end(&pair->client, LATE_MS);
}

static int next(struct pair *pair, struct session_event *event)
{
    return ws_client_next(&pair->client, net_deadline(50), event, &pair->failure);
}

/* Reads a frame of the client: its header must be legal, and its payload under the mask as expected. */
static void expect_frame(struct pair *pair, enum frame_opcode opcode, bool final, const char *payload, size_t size)
{
    unsigned char bytes[FRAME_CLIENT_HEADER_MAX + 20000];
    struct frame_header header;
    size_t had = 0;
    int length = 0;
    while (length == 0 || had < (size_t)length + size) {
        size_t wanted = length == 0 ? had + 1 : (size_t)length + size;
        ssize_t count = net_read(pair->server, bytes + had, wanted - had, net_deadline(LATE_MS));
        assert_true(count > 0);
        had += (size_t)count;
        if (length == 0)
            length = frame_header_decode(bytes, had, FRAME_BY_CLIENT, pair->client.session.deflate, &header);
        assert_true(length >= 0);
    }
    bool data = opcode == OPCODE_TEXT || opcode == OPCODE_BINARY;
    assert_int_equal(header.opcode, opcode);
    assert_int_equal(header.compressed, data && pair->client.session.deflate);
    assert_int_equal(header.final, final);
    assert_int_equal(header.length, size);
    frame_unmask(bytes + length, bytes + length, size, header.mask, 0);
    assert_memory_equal(bytes + length, payload, size);
}

static void test_messages_come_and_pings_are_answered(void **state)
{
    (void)state;
    struct pair pair;
    struct session_event event;
    static const char frames[] = "\x89\x02hi\x01\x03Hel\x80\x02lo";
    shake_hands(&pair, NULL, frames, sizeof frames - 1); /* right behind the response */
    assert_int_equal(pair.opened, 0);
    assert_int_equal(next(&pair, &event), 1);
    assert_int_equal(event.type, SESSION_MESSAGE);
    assert_int_equal(event.length, 5);
    assert_memory_equal(event.payload, "Hello", 5);
    expect_frame(&pair, OPCODE_PONG, true, "hi", 2);
    assert_int_equal(next(&pair, &event), 0);
    finish(&pair);
}

static void test_what_is_sent_is_masked_and_whole(void **state)
{
    (void)state;
    struct pair pair;
    static char big[20000];
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 31);
    start(&pair);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_TEXT, false, "Hel", 3, &pair.failure), 0);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_CONTINUATION, true, "", 0, &pair.failure), 0);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_BINARY, true, big, sizeof big, &pair.failure), 0);
    expect_frame(&pair, OPCODE_TEXT, false, "Hel", 3);
    expect_frame(&pair, OPCODE_CONTINUATION, true, "", 0);
    expect_frame(&pair, OPCODE_BINARY, true, big, sizeof big);
    finish(&pair);
}

/* Compressed as RFC 7692 sections 7.2.3.1, 7.2.3.2 and 7.2.3.6 have it. */
static void test_messages_are_compressed_where_that_was_agreed_on(void **state)
{
    (void)state;
    struct pair pair;
    struct session_event event;
    assert_null(deflate_offer_make("client_max_window_bits", &options.deflate));
    shake_hands(&pair, NULL, "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\0\xc1\x05\xf2\0\x11\0\0", 16);
    options.deflate.made = false;
    assert_int_equal(pair.opened, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(next(&pair, &event), 1);
        assert_int_equal(event.length, 5);
        assert_memory_equal(event.payload, "Hello", 5);
    }
    assert_int_equal(ws_client_send(&pair.client, OPCODE_TEXT, true, "Hello", 5, &pair.failure), 0);
    expect_frame(&pair, OPCODE_TEXT, true, "\xf2\x48\xcd\xc9\xc9\x07\0", 7);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_TEXT, false, "Hello", 5, &pair.failure), 0);
    expect_frame(&pair, OPCODE_TEXT, false, "\xf2\0\x11\0\0\0\0\xff\xff", 9);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_CONTINUATION, true, "", 0, &pair.failure), 0);
    expect_frame(&pair, OPCODE_CONTINUATION, true, "\0", 1);
    assert_int_equal(ws_client_send(&pair.client, OPCODE_PING, true, "ping", 4, &pair.failure), 0);
    expect_frame(&pair, OPCODE_PING, true, "ping", 4);
    finish(&pair);
}

static void test_a_close_frame_is_sent_back(void **state)
{
    (void)state;
    struct pair pair;
    struct session_event event;
    start(&pair);
    ANSWER(&pair, "\x88\x06\x03\xe9gone");
    assert_int_equal(next(&pair, &event), 1);
    assert_int_equal(event.type, SESSION_CLOSED);
    assert_int_equal(event.code, CLOSE_GOING_AWAY);
    expect_frame(&pair, OPCODE_CLOSE, true, "\x03\xe9", 2);
    finish(&pair);
}

static void test_messages_under_way_still_come_behind_our_close_frame(void **state)
{
    (void)state;
    struct pair pair;
    struct session_event event;
    start(&pair);
    assert_int_equal(ws_client_close(&pair.client, CLOSE_NORMAL, &pair.failure), 0);
    assert_int_equal(ws_client_close(&pair.client, CLOSE_NORMAL, &pair.failure), 0); /* sends no second one */
    expect_frame(&pair, OPCODE_CLOSE, true, "\x03\xe8", 2);
    ANSWER(&pair, "\x81\x04last\x89\x00\x88\x02\x03\xe8");
    assert_int_equal(next(&pair, &event), 1);
    assert_int_equal(event.type, SESSION_MESSAGE);
    assert_int_equal(next(&pair, &event), 1);
    assert_int_equal(event.type, SESSION_CLOSED);
    char byte;
    assert_int_equal(net_read(pair.server, &byte, 1, net_deadline(50)), -ETIMEDOUT); /* no pong, no close frame */
    finish(&pair);
}

static void test_mistakes_of_the_server_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *code;
    } rows[] = {
        {"\x81\x82\0\0\0\0hi", 8, "\x03\xea"}, /* a mask */
        {"\xc1\x00", 2, "\x03\xea"},           /* RSV1 */
        {"\x81\x01\xff", 3, "\x03\xef"},       /* not UTF-8 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair;
        struct session_event event;
        start(&pair);
        answer(&pair, rows[i].bytes, rows[i].size);
        assert_int_equal(next(&pair, &event), -EPROTO);
        assert_non_null(strstr(pair.failure.text, "the server broke the protocol"));
        expect_frame(&pair, OPCODE_CLOSE, true, rows[i].code, 2);
        finish(&pair);
    }
}

static void test_an_end_without_a_close_frame_is_a_failure(void **state)
{
    (void)state;
    struct pair pair;
    struct session_event event;
    start(&pair);
    shutdown(pair.server, SHUT_WR);
    assert_int_equal(next(&pair, &event), -ECONNRESET);
    assert_string_equal(pair.failure.text, "read from a:80: closed by the peer");
    finish(&pair);
}

static void assert_not_opened(const char *response, int expected, const char *reason)
{
    struct pair pair;
    shake_hands(&pair, response, "", 0);
    assert_int_equal(pair.opened, expected);
    assert_non_null(strstr(pair.failure.text, reason));
    close(pair.server);
}

static void test_other_responses_are_failures(void **state)
{
    (void)state;
    assert_not_opened("HTTP/1.1 404 Not Found\r\n\r\n", -EPROTO, "the server answered with status 404");
    assert_not_opened("HTTP/1.1 101 x\r\n\r\n", -EPROTO, "does not upgrade");
    assert_not_opened("220 mail.example ESMTP\r\n", -EPROTO, "no HTTP response");
    assert_not_opened("HTTP/1.1 101 x\r\nUpgr", -ECONNRESET, "closed by the peer");
    assert_not_opened("", -ECONNRESET, "closed by the peer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_and_pings_are_answered),
        cmocka_unit_test(test_what_is_sent_is_masked_and_whole),
        cmocka_unit_test(test_messages_are_compressed_where_that_was_agreed_on),
        cmocka_unit_test(test_a_close_frame_is_sent_back),
        cmocka_unit_test(test_messages_under_way_still_come_behind_our_close_frame),
        cmocka_unit_test(test_mistakes_of_the_server_are_told),
        cmocka_unit_test(test_an_end_without_a_close_frame_is_a_failure),
        cmocka_unit_test(test_other_responses_are_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
