// Each cell's network, and cells under many threads.
#include "support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

enum { CELLS = 32, FIXED_PORT = 1200 };

static int bind_v4(struct cell *cell, int type, uint16_t port)
{
    int handle = cell_socket(cell, AF_INET, type);
    assert_true(handle >= 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    assert_int_equal(bind(handle, (struct sockaddr *)&address, sizeof address), 0);
    return handle;
}

// Serves one connection with a greeting.
static int role_serve(uint16_t port)
{
    int handle = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(handle, (struct sockaddr *)&address, sizeof address) < 0 || listen(handle, 5) < 0)
        return 1;
    int connection = accept(handle, NULL, NULL);
    return connection >= 0 && write(connection, "hello", 5) == 5 ? 0 : 1;
}

static void wait_for_listener(struct cell *cell, uint16_t port)
{
    int64_t deadline = soon();
    int listening;
    while ((listening = cell_listening(cell, ENDPOINT_TCP, port, NULL)) == 0 && clock_now() < deadline)
        poll(NULL, 0, 1);
    assert_int_equal(listening, 1);
}

static void test_socket_reaches_a_server_in_the_cell(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    int port = cell_free_port(cell, SOCK_STREAM);
    assert_true(port > 0);
    char text[16];
    snprintf(text, sizeof text, "%d", port);
    struct process server = start_role(cell, "serve", text);
    wait_for_listener(cell, (uint16_t)port);
    int handle = cell_socket(cell, AF_INET, SOCK_STREAM);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    assert_string_equal(read_until(handle, NULL), "hello");
    close(handle);
    assert_int_equal(wait_status(&server), 0);
    process_release(&server);
}

static void test_sockets_are_fresh_and_close_on_exec(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    static const int kinds[][2] = {{AF_INET, SOCK_STREAM}, {AF_INET6, SOCK_STREAM}, {AF_INET, SOCK_DGRAM},
                                   {AF_UNIX, SOCK_STREAM}, {AF_UNIX, SOCK_DGRAM},   {AF_INET6, SOCK_DGRAM}};
    for (size_t i = 0; i < 4 * sizeof kinds / sizeof *kinds; i++) {
        const int *kind = kinds[i % (sizeof kinds / sizeof *kinds)];
        int handle = cell_socket(cell, kind[0], kind[1]), value;
        assert_true(handle >= 0);
        socklen_t length = sizeof value;
        assert_int_equal(getsockopt(handle, SOL_SOCKET, SO_DOMAIN, &value, &length), 0);
        assert_int_equal(value, kind[0]);
        assert_int_equal(getsockopt(handle, SOL_SOCKET, SO_TYPE, &value, &length), 0);
        assert_int_equal(value, kind[1]);
        assert_true(fcntl(handle, F_GETFD) & FD_CLOEXEC);
        close(handle);
    }
    assert_int_equal(cell_socket(cell, 12345, SOCK_STREAM), -EAFNOSUPPORT);
}

static void test_cells_bind_the_same_port(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct cell *other;
    assert_int_equal(cell_open(fixture->sandbox, -1, &other), 0);
    assert_true(cell_isolated(other));
    for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
        int here = bind_v4(fixture->cell, type, FIXED_PORT), there = bind_v4(other, type, FIXED_PORT);
        close(here);
        close(there);
    }
    cell_close(other);
}

static void test_ports_below_1024_are_for_everybody(void **state)
{
    close(bind_v4(fixture_of(state)->cell, SOCK_STREAM, 13));
}

static void test_ipv6_loopback_works(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    int handle = cell_socket(cell, AF_INET6, SOCK_STREAM);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    if (handle == -EAFNOSUPPORT)
        skip();
    assert_int_equal(bind(handle, (struct sockaddr *)&address, sizeof address), 0);
    close(handle);
}

static void test_nothing_outside_is_reached(void **state)
{
    int handle = cell_socket(fixture_of(state)->cell, AF_INET, SOCK_STREAM);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), -1);
    assert_int_equal(errno, ENETUNREACH);
    close(handle);
}

static void test_free_ports_are_distinct_and_free(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    static bool given[65536];
    memset(given, 0, sizeof given);
    for (int i = 0; i < 500; i++) {
        int type = i % 2 ? SOCK_STREAM : SOCK_DGRAM;
        int port = cell_free_port(cell, type);
        assert_in_range(port, 1024, 65535);
        assert_false(given[port]);
        given[port] = true;
        if (cell_isolated(cell)) // elsewhere another process may be quicker
            close(bind_v4(cell, type, (uint16_t)port));
    }
}

static void test_a_port_in_use_is_not_free(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    int port = cell_free_port(cell, SOCK_STREAM), taken[8];
    for (int i = 0; i < 8; i++) { // those that come next; without namespaces another process may have some
        taken[i] = cell_socket(cell, AF_INET, SOCK_STREAM);
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(port + 1 + i))};
        bind(taken[i], (struct sockaddr *)&address, sizeof address);
    }
    int next = cell_free_port(cell, SOCK_STREAM);
    assert_false(next >= port && next <= port + 8);
    for (int i = 0; i < 8; i++)
        close(taken[i]);
}

struct worker {
    struct sandbox *sandbox;
    const char *failure;
};

static const char *cell_exercise(struct cell *cell)
{
    const char *const arguments[] = {"sh", "-c", "exit 9", NULL};
    int port = cell_isolated(cell) ? FIXED_PORT : cell_free_port(cell, SOCK_STREAM);
    for (int i = 0; i < 5; i++) {
        int handle = cell_socket(cell, AF_INET, SOCK_STREAM), on = 1;
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(handle, (struct sockaddr *)&address, sizeof address) < 0 || listen(handle, 1) < 0)
            return "bind";
        struct process process;
        if (cell_start(cell, &(struct process_start){.argv = arguments}, &process) < 0)
            return "cell_start";
        if (process_wait(&process, soon()) < 0 || WEXITSTATUS(process.status) != 9)
            return "process_wait";
        process_release(&process);
        if (cell_listening(cell, ENDPOINT_TCP, (uint16_t)port, NULL) != 1)
            return "cell_listening";
        struct cell_usage usage;
        if (cell_usage(cell, &usage) < 0 || cell_clear(cell) != 0)
            return "cell_clear";
        close(handle);
    }
    return NULL;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct cell *cell;
    if (cell_open(worker->sandbox, -1, &cell) < 0) {
        worker->failure = "cell_open";
        return NULL;
    }
    worker->failure = cell_exercise(cell);
    cell_close(cell);
    return NULL;
}

static void test_thirty_two_threads_use_a_cell_each(void **state)
{
    struct fixture *fixture = fixture_of(state);
    pthread_t threads[CELLS];
    struct worker workers[CELLS];
    for (int i = 0; i < CELLS; i++) {
        workers[i] = (struct worker){.sandbox = fixture->sandbox};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < CELLS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < CELLS; i++)
        assert_ptr_equal(workers[i].failure, NULL);
}

static void test_description_says_what_and_why(void **state)
{
    struct fixture *fixture = fixture_of(state);
    const char *description = sandbox_description(fixture->sandbox);
    const char *expected = fixture->mode == SANDBOX_NONE ? "none (as asked)" : "network";
    assert_non_null(strstr(description, expected));
    struct sandbox *automatic;
    assert_int_equal(sandbox_open(SANDBOX_AUTO, &automatic), 0);
    assert_true(strlen(sandbox_description(automatic)) > 0);
    sandbox_close(automatic);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        return role_serve((uint16_t)atoi(argv[2]));
    const struct CMUnitTest tests[] = {
        IN_ALL(test_socket_reaches_a_server_in_the_cell),
        IN_ALL(test_sockets_are_fresh_and_close_on_exec),
        IN_NETWORKS(test_cells_bind_the_same_port),
        IN_NETWORKS(test_ports_below_1024_are_for_everybody),
        IN_NETWORKS(test_ipv6_loopback_works),
        IN_NETWORKS(test_nothing_outside_is_reached),
        IN_ALL(test_free_ports_are_distinct_and_free),
        IN_ALL(test_a_port_in_use_is_not_free),
        IN_ALL(test_thirty_two_threads_use_a_cell_each),
        IN_ALL(test_description_says_what_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
