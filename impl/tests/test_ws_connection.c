/*
 * The client is this test, at the other end of a socket pair; the server side runs on a thread.
 */
#include "lib/ws_connection.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define REQUEST                                                                                                        \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "              \
    "13\r\n"                                                                                                           \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define UPGRADED                                                                                                       \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
#define HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
#define HELLO_ECHO "\x81\x05Hello"

struct pair {
    int server, client;
    struct websocket_options options;
    pthread_t thread;
    bool finishes; /* after the first message */
    int opened;    /* what websocket_open returned */
    int ended;     /* what websocket_next returned in the end */
};

static void *serve(void *argument)
{
    struct pair *pair = argument;
    struct websocket websocket;
    struct session_event message;
    pair->ended = 0;
    pair->opened = websocket_open(&websocket, pair->server, &pair->options);
    if (pair->opened == 0) {
        while ((pair->ended = websocket_next(&websocket, &message)) > 0)
            if (pair->finishes || websocket_send(&websocket, message.answer, message.answer_length) < 0)
                break;
        if (pair->finishes)
            pair->ended = websocket_finish(&websocket, CLOSE_NORMAL);
        websocket_end(&websocket);
    }
    shutdown(pair->server, SHUT_WR);
    return NULL;
}

static void start(struct pair *pair)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    pair->server = sockets[0];
    pair->client = sockets[1];
    assert_int_equal(pthread_create(&pair->thread, NULL, serve, pair), 0);
}

static void finish(struct pair *pair)
{
    assert_int_equal(pthread_join(pair->thread, NULL), 0);
    close(pair->server);
    close(pair->client);
}

static const struct websocket_options usual = {
    .message_limit = 1 << 20,
    .handshake_timeout_ms = 5000,
    .read_timeout_ms = 5000,
    .write_timeout_ms = 5000,
};

static void send_bytes(struct pair *pair, const char *bytes, size_t size)
{
    assert_int_equal(net_write(pair->client, bytes, size, net_deadline(5000)), 0);
}

/* Reads exactly these bytes. */
static void expect(struct pair *pair, const char *bytes, size_t size)
{
    char *got = malloc(size);
    for (size_t had = 0; had < size;) {
        ssize_t count = net_read(pair->client, got + had, size - had, net_deadline(5000));
        assert_true(count > 0);
        had += (size_t)count;
    }
    assert_memory_equal(got, bytes, size);
    free(got);
}

static void expect_end(struct pair *pair)
{
    char byte;
    assert_int_equal(net_read(pair->client, &byte, 1, net_deadline(5000)), 0);
}

/* Reads the answer to a refused request up to the end, and checks how it begins. */
static void expect_refusal(struct pair *pair, const char *beginning)
{
    expect(pair, beginning, strlen(beginning));
    char rest[1024];
    while (net_read(pair->client, rest, sizeof rest, net_deadline(5000)) > 0)
        continue;
}

#define SEND(pair, literal) send_bytes(pair, literal, sizeof(literal) - 1)
#define EXPECT(pair, literal) expect(pair, literal, sizeof(literal) - 1)

static void test_a_client_is_upgraded_echoed_and_closed(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    start(&pair);
    SEND(&pair, REQUEST);
    EXPECT(&pair, UPGRADED);
    SEND(&pair, HELLO);
    EXPECT(&pair, HELLO_ECHO);
    SEND(&pair, "\x88\x82\0\0\0\0\x03\xe8");
    EXPECT(&pair, "\x88\x02\x03\xe8");
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.ended, 0);
}

static void test_frames_behind_the_head_are_answered(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    start(&pair);
    SEND(&pair, REQUEST HELLO HELLO "\x89\x80\0\0\0\0");
    EXPECT(&pair, UPGRADED HELLO_ECHO HELLO_ECHO "\x8a\0");
    shutdown(pair.client, SHUT_WR);
    expect_end(&pair);
    finish(&pair);
}

static void test_a_request_byte_by_byte_is_read(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    start(&pair);
    for (size_t i = 0; i < strlen(REQUEST); i++)
        send_bytes(&pair, &REQUEST[i], 1);
    EXPECT(&pair, UPGRADED);
    shutdown(pair.client, SHUT_WR);
    finish(&pair);
    assert_int_equal(pair.ended, 0);
}

static void test_refused_requests_get_their_status(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    start(&pair);
    SEND(&pair, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
    expect_refusal(&pair, "HTTP/1.1 404 Not Found\r\n");
    finish(&pair);
    assert_int_equal(pair.opened, -EPROTO);

    start(&pair);
    SEND(&pair, "GET /ws HTTP/1.1\r\nHost : a");
    expect_refusal(&pair, "HTTP/1.1 400 Bad Request\r\n");
    finish(&pair);
    assert_int_equal(pair.opened, -EPROTO);
}

static void test_a_slow_handshake_times_out(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    pair.options.handshake_timeout_ms = 50;
    start(&pair);
    SEND(&pair, "GET /ws");
    expect_refusal(&pair, "HTTP/1.1 408 Request Timeout\r\n");
    finish(&pair);
    assert_int_equal(pair.opened, -ETIMEDOUT);
}

static void test_a_client_that_leaves_within_its_head_gets_nothing(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    start(&pair);
    SEND(&pair, "GET /ws");
    shutdown(pair.client, SHUT_WR);
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.opened, -ENODATA);
}

static void test_a_silent_client_is_closed_by_the_read_timeout(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    pair.options.read_timeout_ms = 50;
    start(&pair);
    SEND(&pair, REQUEST);
    EXPECT(&pair, UPGRADED "\x88\x02\x03\xe9");
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.ended, 0);
}

static void test_a_client_that_never_reads_is_given_up_by_the_write_timeout(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    struct pair pair = {.options = usual};
    pair.options.write_timeout_ms = 50;
    start(&pair);
    SEND(&pair, REQUEST "\x82\xff\0\0\0\0\0\x10\0\0\0\0\0\0");
    char *payload = calloc(1, SIZE);
    send_bytes(&pair, payload, SIZE);
    free(payload);
    finish(&pair);
    assert_int_equal(pair.opened, 0);
}

static void test_a_mistake_is_told_although_more_is_under_way(void **state)
{
    (void)state;
    struct pair pair = {.options = usual};
    char noise[100000] = {0};
    start(&pair);
    SEND(&pair, REQUEST "\xc1");
    send_bytes(&pair, noise, sizeof noise);
    shutdown(pair.client, SHUT_WR);
    EXPECT(&pair, UPGRADED "\x88\x02\x03\xea");
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.ended, 0);
}

static void test_finishing_waits_for_the_clients_close_frame(void **state)
{
    (void)state;
    struct pair pair = {.options = usual, .finishes = true};
    start(&pair);
    SEND(&pair, REQUEST HELLO HELLO);
    EXPECT(&pair, UPGRADED "\x88\x02\x03\xe8");
    SEND(&pair, HELLO "\x88\x82\0\0\0\0\x03\xe8");
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.ended, 0);
}

static void test_finishing_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct pair pair = {.options = usual, .finishes = true};
    pair.options.write_timeout_ms = 50;
    start(&pair);
    SEND(&pair, REQUEST HELLO);
    EXPECT(&pair, UPGRADED "\x88\x02\x03\xe8");
    expect_end(&pair);
    finish(&pair);
    assert_int_equal(pair.ended, -ETIMEDOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_client_is_upgraded_echoed_and_closed),
        cmocka_unit_test(test_frames_behind_the_head_are_answered),
        cmocka_unit_test(test_a_request_byte_by_byte_is_read),
        cmocka_unit_test(test_refused_requests_get_their_status),
        cmocka_unit_test(test_a_slow_handshake_times_out),
        cmocka_unit_test(test_a_client_that_leaves_within_its_head_gets_nothing),
        cmocka_unit_test(test_a_silent_client_is_closed_by_the_read_timeout),
        cmocka_unit_test(test_a_client_that_never_reads_is_given_up_by_the_write_timeout),
        cmocka_unit_test(test_a_mistake_is_told_although_more_is_under_way),
        cmocka_unit_test(test_finishing_waits_for_the_clients_close_frame),
        cmocka_unit_test(test_finishing_does_not_wait_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
