#include "lib/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"

enum { LATE_MS = 5000 };

static int open_server(void)
{
    struct failure failure;
    int server = net_listen(NULL, 0, NET_IPV4, SOCK_DGRAM, &failure);
    assert_true(server >= 0);
    assert_int_equal(datagram_prepare(server), 0);
    return server;
}

/* A socket connected to the server at `host`, so that it hears answers from there alone. */
static int open_client(int server, const char *host)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(server, (struct sockaddr *)&address, &length), 0);
    char peer[64];
    snprintf(peer, sizeof peer, "%s:%u", host, ntohs(address.sin_port));
    struct failure failure;
    int client = net_dial(peer, NET_IPV4, SOCK_DGRAM, LATE_MS, &failure);
    assert_true(client >= 0);
    return client;
}

static ssize_t receive(int server, void *buffer, size_t size, struct datagram_path *path)
{
    assert_int_equal(net_wait_readable(server, net_deadline(LATE_MS)), 0);
    return datagram_receive(server, buffer, size, path);
}

static void test_an_answer_leaves_from_where_the_datagram_went(void **state)
{
    (void)state;
    int server = open_server();
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "127.1.2.3"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        int client = open_client(server, hosts[i]);
        assert_int_equal(send(client, "ask", 3, 0), 3);
        char buffer[16];
        struct datagram_path path;
        assert_int_equal(receive(server, buffer, sizeof buffer, &path), 3);
        assert_memory_equal(buffer, "ask", 3);
        assert_int_equal(path.local.ipi_addr.s_addr, inet_addr(hosts[i]));
        assert_int_equal(datagram_answer(server, "answer", 6, &path), 0);
        assert_int_equal(net_read(client, buffer, sizeof buffer, net_deadline(LATE_MS)), 6);
        assert_memory_equal(buffer, "answer", 6);
        close(client);
    }
    close(server);
}

static void test_empty_and_long_datagrams_are_received(void **state)
{
    (void)state;
    int server = open_server(), client = open_client(server, "127.0.0.1");
    char buffer[4];
    struct datagram_path path;
    assert_int_equal(send(client, "", 0, 0), 0);
    assert_int_equal(receive(server, buffer, sizeof buffer, &path), 0);
    assert_int_equal(send(client, "longer", 6, 0), 6);
    assert_int_equal(receive(server, buffer, sizeof buffer, &path), 4);
    assert_memory_equal(buffer, "long", 4);
    assert_int_equal(datagram_answer(server, "", 0, &path), 0);
    assert_int_equal(net_wait_readable(client, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_read(client, buffer, sizeof buffer, net_deadline(LATE_MS)), 0);
    assert_int_equal(datagram_receive(server, buffer, sizeof buffer, &path), -EAGAIN);
    close(client);
    close(server);
}

static void test_failures_are_codes(void **state)
{
    (void)state;
    struct datagram_path path = {.peer = {.sin_family = AF_INET}};
    char buffer[1];
    assert_int_equal(datagram_prepare(-1), -EBADF);
    assert_int_equal(datagram_receive(-1, buffer, 1, &path), -EBADF);
    assert_int_equal(datagram_answer(-1, buffer, 1, &path), -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_leaves_from_where_the_datagram_went),
        cmocka_unit_test(test_empty_and_long_datagrams_are_received),
        cmocka_unit_test(test_failures_are_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
