/* The server runs on a thread of this process and the tests are its clients. */
#include "lib/server.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/unix_socket.h"

enum { LATE_MS = 10000 };

struct running {
    struct server *server;
    pthread_t thread;
    int result;
    int64_t ended; /* when server_run returned */
    uint16_t port;
};

/* Echoes until the client's end. */
static void echo(int socket, void *context)
{
    (void)context;
    char buffer[256];
    ssize_t count;
    while ((count = net_read(socket, buffer, sizeof buffer, NET_NEVER)) > 0)
        if (net_write(socket, buffer, (size_t)count, net_deadline(LATE_MS)) < 0)
            return;
}

/* Says hello and hears nothing. */
static void greet(int socket, void *context)
{
    (void)context;
    net_write(socket, "hello", 5, net_deadline(LATE_MS));
}

/* Writes for as long as it can. */
static void flood(int socket, void *context)
{
    static const char bytes[65536];
    (void)context;
    while (net_write(socket, bytes, sizeof bytes, NET_NEVER) == 0)
        continue;
}

struct start {
    struct running *running;
    server_handler *handler;
};

static void *run(void *argument)
{
    struct start start = *(struct start *)argument;
    free(argument);
    struct failure failure;
    start.running->result = server_run(start.running->server, start.handler, NULL, &failure);
    start.running->ended = net_deadline(0);
    return NULL;
}

static void run_server(struct running *running, const struct server_options *options, server_handler *handler)
{
    struct failure failure;
    assert_int_equal(server_open(&running->server, options, &failure), 0);
    running->port = server_port(running->server);
    struct start *start = malloc(sizeof *start);
    assert_non_null(start);
    *start = (struct start){running, handler};
    assert_int_equal(pthread_create(&running->thread, NULL, run, start), 0);
}

static void start_server(struct running *running, server_handler *handler, unsigned max_clients)
{
    struct server_options options = {
        .host = "127.0.0.1", .family = NET_IPV4, .max_clients = max_clients, .drain_ms = 1000, .keepalive = true};
    run_server(running, &options, handler);
    assert_true(running->port > 0);
}

static void finish_server(struct running *running)
{
    int64_t begin = net_deadline(0);
    assert_int_equal(pthread_join(running->thread, NULL), 0);
    assert_int_equal(running->result, 0);
    assert_true(running->ended < begin + 2000);
    server_close(running->server);
}

static void stop_server(struct running *running)
{
    server_stop(running->server);
    finish_server(running);
}

static int dial(const struct running *running)
{
    char peer[32];
    struct failure failure;
    snprintf(peer, sizeof peer, "127.0.0.1:%u", running->port);
    int client = net_dial(peer, NET_IPV4, SOCK_STREAM, LATE_MS, &failure);
    if (client < 0)
        fail_msg("%s", failure.text);
    return client;
}

static void reset(int socket)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(socket);
}

static void assert_reads(int client, const char *expected)
{
    char buffer[64];
    size_t had = 0, length = strlen(expected);
    while (had < length) {
        ssize_t count = net_read(client, buffer + had, length - had, net_deadline(LATE_MS));
        assert_true(count > 0);
        had += (size_t)count;
    }
    assert_memory_equal(buffer, expected, length);
}

static void assert_echoes(int client)
{
    assert_int_equal(net_write(client, "ping", 4, net_deadline(LATE_MS)), 0);
    assert_reads(client, "ping");
}

static void assert_ends(int client)
{
    char byte;
    assert_int_equal(net_read(client, &byte, 1, net_deadline(LATE_MS)), 0);
    close(client);
}

static int open_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void test_two_hundred_clients_are_served_at_once(void **state)
{
    (void)state;
    enum { CLIENTS = 200 };
    struct running running;
    int clients[CLIENTS];
    start_server(&running, echo, 0);
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = dial(&running);
    for (int i = CLIENTS - 1; i >= 0; i--)
        assert_echoes(clients[i]);
    for (int i = 0; i < CLIENTS; i++) {
        shutdown(clients[i], SHUT_WR);
        assert_ends(clients[i]);
    }
    stop_server(&running);
}

static void test_a_reset_or_silent_client_disturbs_no_other(void **state)
{
    (void)state;
    struct running running;
    start_server(&running, echo, 0);
    int silent = dial(&running);
    for (int i = 0; i < 100; i++)
        reset(dial(&running));
    int client = dial(&running);
    assert_echoes(client);
    close(client);
    close(silent);
    stop_server(&running);
}

static void test_unread_bytes_of_a_client_cost_it_nothing(void **state)
{
    (void)state;
    struct running running;
    static const char unread[50000];
    start_server(&running, greet, 0);
    for (int i = 0; i < 20; i++) {
        int client = dial(&running);
        assert_int_equal(net_write(client, unread, sizeof unread, net_deadline(LATE_MS)), 0);
        assert_reads(client, "hello");
        assert_ends(client);
    }
    stop_server(&running);
}

static void test_with_a_bound_of_one_the_next_client_waits(void **state)
{
    (void)state;
    struct running running;
    start_server(&running, echo, 1);
    int first = dial(&running), second = dial(&running);
    assert_echoes(first);
    assert_int_equal(net_write(second, "ping", 4, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_wait_readable(second, net_deadline(100)), -ETIMEDOUT);
    shutdown(first, SHUT_WR);
    assert_ends(first);
    assert_reads(second, "ping");
    close(second);
    stop_server(&running);
}

/* The limit leaves room for the client's end of one more connection but not for the server's (contract 0.3).
 */
static void test_running_out_of_descriptors_passes(void **state)
{
    (void)state;
    struct rlimit before, tight;
    struct running running;
    start_server(&running, echo, 0);
    int first = dial(&running);
    assert_echoes(first);
    int lowest_free = dup(STDERR_FILENO);
    close(lowest_free);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)lowest_free + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
    int client = dial(&running);
    assert_int_equal(client, lowest_free);
    assert_int_equal(net_write(client, "ping", 4, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_wait_readable(client, net_deadline(300)), -ETIMEDOUT);
    assert_echoes(first);
    close(first);
    assert_reads(client, "ping");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(client);
    stop_server(&running);
}

static void test_a_thousand_clients_leave_nothing_behind(void **state)
{
    (void)state;
    struct running running;
    start_server(&running, echo, 0);
    int before = open_descriptors();
    for (int i = 0; i < 1000; i++) {
        int client = dial(&running);
        shutdown(client, SHUT_WR);
        assert_ends(client);
    }
    int64_t deadline = net_deadline(LATE_MS);
    while (open_descriptors() > before && net_deadline(0) < deadline)
        usleep(1000);
    assert_int_equal(open_descriptors(), before);
    stop_server(&running);
}

static void test_either_signal_stops_and_every_client_gets_its_end(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        struct running running;
        start_server(&running, echo, 0);
        int client = dial(&running);
        assert_echoes(client);
        assert_int_equal(kill(getpid(), signals[i]), 0);
        assert_ends(client);
        finish_server(&running);
        /* The server saw the signal without taking it; the next one must not see it too. */
        sigset_t seen;
        int taken;
        sigemptyset(&seen);
        sigaddset(&seen, signals[i]);
        assert_int_equal(sigwait(&seen, &taken), 0);
    }
}

static void test_stopping_tells_handlers_that_write_for_ever(void **state)
{
    (void)state;
    struct running running;
    start_server(&running, flood, 0);
    int client = dial(&running);
    assert_int_equal(net_wait_readable(client, net_deadline(LATE_MS)), 0);
    assert_false(server_is_stopping(running.server));
    server_stop(running.server);
    assert_true(server_is_stopping(running.server));
    finish_server(&running);
    close(client);
}

static void test_what_was_received_is_answered_before_the_stop(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct running running;
        start_server(&running, echo, 0);
        int client = dial(&running);
        assert_echoes(client);
        assert_int_equal(net_write(client, "last", 4, net_deadline(LATE_MS)), 0);
        server_stop(running.server);
        assert_reads(client, "last");
        assert_ends(client);
        finish_server(&running);
    }
}

static void test_a_taken_port_is_named(void **state)
{
    (void)state;
    struct running running;
    start_server(&running, echo, 0);
    struct server_options options = {.host = "127.0.0.1", .port = running.port, .family = NET_IPV4};
    struct server *second;
    struct failure failure;
    assert_int_equal(server_open(&second, &options, &failure), -EADDRINUSE);
    assert_non_null(strstr(failure.text, "Address already in use"));
    stop_server(&running);
    assert_int_equal(server_open(&second, &options, &failure), 0);
    server_close(second);
    server_close(NULL);
}

static void test_a_server_of_one_client_ends_with_it(void **state)
{
    (void)state;
    struct running running;
    struct server_options options = {.host = "127.0.0.1", .once = true};
    run_server(&running, &options, greet);
    int client = dial(&running), second = dial(&running);
    assert_reads(client, "hello");
    assert_ends(client);
    finish_server(&running);
    char byte;
    assert_true(net_read(second, &byte, 1, net_deadline(LATE_MS)) <= 0); /* never accepted, so reset */
    close(second);
}

static void test_a_unix_socket_is_removed_at_the_end(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_server_XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    struct running running;
    struct server_options options = {.path = path};
    run_server(&running, &options, echo);
    struct failure failure;
    int client = unix_dial(path, &failure);
    assert_true(client >= 0);
    assert_echoes(client);
    stop_server(&running);
    assert_ends(client);
    assert_int_equal(rmdir(directory), 0);
}

static void test_a_server_that_never_ran_removes_its_socket_too(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_server_XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    struct server_options options = {.path = path};
    struct server *server;
    struct failure failure;
    assert_int_equal(server_open(&server, &options, &failure), 0);
    server_close(server);
    assert_int_equal(rmdir(directory), 0);
}

static void *run_main(void *argument)
{
    struct server_options *options = argument;
    static int status;
    status = server_main(options, greet, NULL);
    return &status;
}

static void test_main_serves_and_gives_the_exit_status(void **state)
{
    (void)state;
    char directory[] = "/tmp/test_server_XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    struct server_options options = {.path = path, .once = true};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_main, &options), 0);
    struct failure failure;
    int client;
    while ((client = unix_dial(path, &failure)) < 0)
        sched_yield();
    assert_reads(client, "hello");
    assert_ends(client);
    void *status;
    assert_int_equal(pthread_join(thread, &status), 0);
    assert_int_equal(*(int *)status, 0);
    assert_int_equal(rmdir(directory), 0);
    options.path = "/nonexistent/socket";
    assert_int_equal(*(int *)run_main(&options), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_hundred_clients_are_served_at_once),
        cmocka_unit_test(test_a_reset_or_silent_client_disturbs_no_other),
        cmocka_unit_test(test_unread_bytes_of_a_client_cost_it_nothing),
        cmocka_unit_test(test_with_a_bound_of_one_the_next_client_waits),
        cmocka_unit_test(test_running_out_of_descriptors_passes),
        cmocka_unit_test(test_a_thousand_clients_leave_nothing_behind),
        cmocka_unit_test(test_stopping_tells_handlers_that_write_for_ever),
        cmocka_unit_test(test_what_was_received_is_answered_before_the_stop),
        cmocka_unit_test(test_a_taken_port_is_named),
        cmocka_unit_test(test_a_server_of_one_client_ends_with_it),
        cmocka_unit_test(test_a_unix_socket_is_removed_at_the_end),
        cmocka_unit_test(test_a_server_that_never_ran_removes_its_socket_too),
        cmocka_unit_test(test_main_serves_and_gives_the_exit_status),
        cmocka_unit_test(test_either_signal_stops_and_every_client_gets_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
