/* The program runs on a thread and ends by a signal to this process. */
#include "lib/ws_server.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LATE_MS = 5000 };

#define REQUEST                                                                                                        \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "              \
    "13\r\nSec-WebSocket-Protocol: two\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define UPGRADED                                                                                                       \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: two\r\n\r\n"

/* Says hello and closes. */
static void greet(struct websocket *client)
{
    websocket_send(client, (const unsigned char *)"\x81\x05hello", 7);
    websocket_close(client, CLOSE_NORMAL);
}

struct program {
    char *argv[8];
    int argc;
    int status;
};

static void *run(void *argument)
{
    static const struct ws_server server = {.about = "Greets", .greeting = "A greeter", .serve = greet};
    struct program *program = argument;
    program->status = ws_server_main(program->argc, program->argv, &server);
    return NULL;
}

static uint16_t free_port(void)
{
    struct failure failure;
    int listener = net_listen("127.0.0.1", 0, NET_IPV4, SOCK_STREAM, &failure);
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    close(listener);
    return ntohs(address.sin_port);
}

static int dial(const char *port)
{
    char peer[32];
    snprintf(peer, sizeof peer, "127.0.0.1:%s", port);
    struct failure failure;
    int64_t deadline = net_deadline(LATE_MS);
    int client;
    while ((client = net_dial(peer, NET_IPV4, SOCK_STREAM, LATE_MS, &failure)) < 0 && net_deadline(0) < deadline)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_true(client >= 0);
    return client;
}

/* Reads to the end of the stream. */
static size_t read_all(int client, char *bytes, size_t size)
{
    size_t length = 0;
    ssize_t count;
    while ((count = net_read(client, bytes + length, size - 1 - length, net_deadline(LATE_MS))) > 0)
        length += (size_t)count;
    bytes[length] = '\0';
    return length;
}

static void test_options_reach_the_handshake_and_clients_the_program(void **state)
{
    (void)state;
    char port[8], bytes[1024];
    snprintf(port, sizeof port, "%u", free_port());
    struct program program = {
        .argv = {(char[]){"program"}, (char[]){"--host=127.0.0.1"}, (char[]){"--subprotocol=one"},
                 (char[]){"--subprotocol=two"}, port},
        .argc = 5,
    };
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run, &program), 0);

    int client = dial(port);
    assert_int_equal(net_write(client, REQUEST, strlen(REQUEST), net_deadline(LATE_MS)), 0);
    static const char expected[] = UPGRADED "\x81\x05hello\x88\x02\x03\xe8";
    assert_int_equal(read_all(client, bytes, sizeof bytes), sizeof expected - 1);
    assert_memory_equal(bytes, expected, sizeof expected - 1);
    close(client);

    client = dial(port);
    assert_int_equal(net_write(client, "GET / HTTP/1.0\r\n\r\n", 18, net_deadline(LATE_MS)), 0);
    read_all(client, bytes, sizeof bytes);
    assert_non_null(strstr(bytes, "\r\n\r\nA greeter: open a WebSocket at /ws\n"));
    close(client);

    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(program.status, 0);
}

static void assert_misuse(char *argument)
{
    struct program program = {.argv = {(char[]){"program"}, argument}, .argc = 2};
    run(&program);
    assert_int_equal(program.status, 1);
}

static void test_a_subprotocol_must_be_a_short_token(void **state)
{
    (void)state;
    char longest[160] = "--subprotocol=";
    memset(longest + strlen(longest), 'x', HANDSHAKE_SUBPROTOCOL_MAX + 1);
    assert_misuse((char[]){"--subprotocol=a b"});
    assert_misuse((char[]){"--subprotocol="});
    assert_misuse(longest);
}

int main(void)
{
    /* The signal is the server's, on whichever thread it would arrive. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_reach_the_handshake_and_clients_the_program),
        cmocka_unit_test(test_a_subprotocol_must_be_a_short_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
