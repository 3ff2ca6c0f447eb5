/* Both ends of every connection are in this process, over loopback. */
#include "lib/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SOON_MS = 50, LATE_MS = 5000 };

static uint16_t port_of(int socket)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(socket, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.sin_port);
}

static int listen_here(void)
{
    struct failure failure;
    int listener = net_listen("127.0.0.1", 0, NET_IPV4, SOCK_STREAM, &failure);
    assert_true(listener >= 0);
    return listener;
}

static int dial_port(uint16_t port, enum net_family family, int type, int64_t timeout_ms, struct failure *failure)
{
    char peer[32];
    snprintf(peer, sizeof peer, "127.0.0.1:%u", port);
    return net_dial(peer, family, type, timeout_ms, failure);
}

/* A connection: [0] is its client's end, [1] its server's. */
static void connect_pair(int sockets[2])
{
    struct failure failure;
    int listener = listen_here();
    sockets[0] = dial_port(port_of(listener), NET_IPV4, SOCK_STREAM, LATE_MS, &failure);
    assert_true(sockets[0] >= 0);
    assert_int_equal(net_wait_readable(listener, net_deadline(LATE_MS)), 0);
    sockets[1] = accept(listener, NULL, NULL);
    assert_true(sockets[1] >= 0);
    close(listener);
}

static void close_pair(const int sockets[2])
{
    close(sockets[0]);
    close(sockets[1]);
}

static void reset(int socket)
{
    struct linger now = {.l_onoff = 1};
    assert_int_equal(setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    close(socket);
}

static void test_deadlines_never_overflow(void **state)
{
    (void)state;
    assert_true(net_deadline(-1) == NET_NEVER);
    assert_true(net_deadline(INT64_MAX) == NET_NEVER);
    int64_t now = net_deadline(0);
    assert_true(net_deadline(1000) >= now + 1000);
}

static void test_read_gives_bytes_then_the_end(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    char buffer[16];
    assert_int_equal(net_write(sockets[0], "hello", 5, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_read(sockets[1], buffer, sizeof buffer, net_deadline(LATE_MS)), 5);
    assert_memory_equal(buffer, "hello", 5);
    shutdown(sockets[0], SHUT_WR);
    assert_int_equal(net_read(sockets[1], buffer, sizeof buffer, NET_NEVER), 0);
    close_pair(sockets);
}

static void test_read_gives_up_at_the_deadline_and_not_before(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    char buffer[16];
    int64_t deadline = net_deadline(SOON_MS);
    assert_int_equal(net_read(sockets[1], buffer, sizeof buffer, deadline), -ETIMEDOUT);
    assert_true(net_deadline(0) >= deadline);
    assert_true(net_deadline(0) < deadline + LATE_MS);
    assert_int_equal(net_wait_readable(sockets[1], net_deadline(0)), -ETIMEDOUT);
    close_pair(sockets);
}

static void test_a_past_deadline_still_gives_what_has_arrived(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    char buffer[16];
    assert_int_equal(net_write(sockets[0], "x", 1, NET_NEVER), 0);
    assert_int_equal(net_wait_readable(sockets[1], net_deadline(LATE_MS)), 0);
    assert_int_equal(net_read(sockets[1], buffer, sizeof buffer, net_deadline(0) - 1000), 1);
    close_pair(sockets);
}

static void test_write_gives_up_on_a_peer_that_never_reads(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    size_t size = 32 << 20;
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    assert_int_equal(net_write(sockets[1], bytes, size, net_deadline(SOON_MS)), -ETIMEDOUT);
    free(bytes);
    close_pair(sockets);
}

static void test_a_vanished_peer_is_an_error_and_no_signal(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    reset(sockets[0]);
    char buffer[1];
    assert_int_equal(net_read(sockets[1], buffer, 1, net_deadline(LATE_MS)), -ECONNRESET);
    assert_int_equal(net_write(sockets[1], "x", 1, net_deadline(LATE_MS)), -EPIPE);
    close(sockets[1]);
}

/* The peer has sent what nobody read: a plain close would answer with RST. */
static void *close_unread(void *argument)
{
    const int *socket = argument;
    net_drain(*socket, LATE_MS);
    close(*socket);
    return NULL;
}

static void test_a_drained_close_delivers_everything(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    static const char unread[100000];
    assert_int_equal(net_write(sockets[0], unread, sizeof unread, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_write(sockets[1], "bye", 3, net_deadline(LATE_MS)), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_unread, &sockets[1]), 0);
    char buffer[16];
    assert_int_equal(net_read(sockets[0], buffer, sizeof buffer, net_deadline(LATE_MS)), 3);
    assert_int_equal(net_read(sockets[0], buffer, sizeof buffer, net_deadline(LATE_MS)), 0);
    close(sockets[0]);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void test_a_drained_close_does_not_wait_for_ever(void **state)
{
    (void)state;
    int sockets[2];
    connect_pair(sockets);
    int64_t begin = net_deadline(0);
    net_drain(sockets[1], SOON_MS);
    close(sockets[1]);
    assert_true(net_deadline(0) < begin + LATE_MS);
    close(sockets[0]);
}

static void test_dial_says_who_refused(void **state)
{
    (void)state;
    int listener = listen_here();
    uint16_t port = port_of(listener);
    close(listener);
    struct failure failure;
    assert_int_equal(dial_port(port, NET_IPV4, SOCK_STREAM, LATE_MS, &failure), -ECONNREFUSED);
    char expected[64];
    snprintf(expected, sizeof expected, "connect 127.0.0.1:%u: Connection refused", port);
    assert_string_equal(failure.text, expected);
}

/* A full accept queue answers no more SYNs (contract 6.1). */
static void test_dial_gives_up_on_a_silent_address(void **state)
{
    (void)state;
    int listener = listen_here();
    assert_int_equal(listen(listener, 0), 0);
    struct failure failure;
    int dialled[8], count = 0, result = 0;
    int64_t begin = 0;
    while (count < 8 && result >= 0) {
        begin = net_deadline(0);
        result = dial_port(port_of(listener), NET_IPV4, SOCK_STREAM, SOON_MS, &failure);
        if (result >= 0)
            dialled[count++] = result;
    }
    assert_int_equal(result, -ETIMEDOUT);
    assert_true(net_deadline(0) < begin + LATE_MS);
    assert_non_null(strstr(failure.text, "Connection timed out"));
    while (count > 0)
        close(dialled[--count]);
    close(listener);
}

static void test_names_of_networks_bind_the_family(void **state)
{
    (void)state;
    struct failure failure;
    struct addrinfo *addresses;
    assert_true(net_resolve("[::1]:80", NET_IPV4, SOCK_STREAM, &addresses, &failure) < 0);
    assert_true(net_resolve("127.0.0.1:80", NET_IPV6, SOCK_STREAM, &addresses, &failure) < 0);
    static const enum net_family families[] = {NET_ANY, NET_IPV4};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(net_resolve(":80", families[i], SOCK_STREAM, &addresses, &failure), 0);
        char text[NET_TEXT_SIZE];
        net_format(addresses->ai_addr, text);
        assert_true(strcmp(text, "127.0.0.1:80") == 0 || strcmp(text, "[::1]:80") == 0);
        freeaddrinfo(addresses);
    }
}

static void test_malformed_peers_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *peer, *text;
    } cases[] = {
        {"localhost", "resolve localhost: missing port"},
        {"localhost:0", "resolve localhost:0: port not in 1 to 65535"},
        {"::1:80", "resolve ::1:80: not host:port or [IPv6]:port"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct failure failure;
        assert_true(net_dial(cases[i].peer, NET_ANY, SOCK_STREAM, LATE_MS, &failure) < 0);
        assert_string_equal(failure.text, cases[i].text);
    }
    char host[NI_MAXHOST + 10];
    memset(host, 'a', sizeof host);
    memcpy(host + sizeof host - 4, ":80", 4);
    struct failure failure;
    assert_true(net_dial(host, NET_ANY, SOCK_STREAM, LATE_MS, &failure) < 0);
    assert_non_null(strstr(failure.text, "name too long"));
}

static void test_listen_says_that_a_port_is_taken(void **state)
{
    (void)state;
    int listener = listen_here();
    struct failure failure;
    assert_int_equal(net_listen("127.0.0.1", port_of(listener), NET_IPV4, SOCK_STREAM, &failure), -EADDRINUSE);
    char expected[64];
    snprintf(expected, sizeof expected, "bind 127.0.0.1:%u: Address already in use", port_of(listener));
    assert_string_equal(failure.text, expected);
    assert_true(net_listen("not an address", 0, NET_ANY, SOCK_STREAM, &failure) < 0);
    close(listener);
}

/* The server's end closes first, so that its address lingers in TIME_WAIT (contract 0.5). */
static void test_a_port_can_be_listened_on_again_at_once(void **state)
{
    (void)state;
    struct failure failure;
    int listener = listen_here();
    uint16_t port = port_of(listener);
    int client = dial_port(port, NET_IPV4, SOCK_STREAM, LATE_MS, &failure);
    int server = accept(listener, NULL, NULL);
    assert_true(client >= 0 && server >= 0);
    close(server);
    char byte;
    assert_int_equal(net_read(client, &byte, 1, net_deadline(LATE_MS)), 0);
    close(client);
    close(listener);
    listener = net_listen("127.0.0.1", port, NET_IPV4, SOCK_STREAM, &failure);
    assert_true(listener >= 0);
    close(listener);
}

static void test_any_family_without_a_host_takes_ipv4(void **state)
{
    (void)state;
    struct failure failure;
    int listener = net_listen(NULL, 0, NET_ANY, SOCK_STREAM, &failure);
    assert_true(listener >= 0);
    struct sockaddr_in6 address = {0}; /* the port is where it is in a sockaddr_in */
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    int client = dial_port(ntohs(address.sin6_port), NET_ANY, SOCK_STREAM, LATE_MS, &failure);
    assert_true(client >= 0);
    close(client);
    close(listener);
}

static void test_options_reach_the_socket(void **state)
{
    (void)state;
    int sockets[2], value = 0;
    connect_pair(sockets);
    socklen_t length = sizeof value;
    assert_int_equal(net_set_keepalive(sockets[0]), 0);
    assert_int_equal(getsockopt(sockets[0], SOL_SOCKET, SO_KEEPALIVE, &value, &length), 0);
    assert_int_equal(value, 1);
    value = 0;
    assert_int_equal(net_set_nodelay(sockets[0]), 0);
    assert_int_equal(getsockopt(sockets[0], IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
    assert_int_equal(value, 1);
    assert_int_equal(net_set_send_buffer(sockets[0], 16384), 0);
    assert_int_equal(getsockopt(sockets[0], SOL_SOCKET, SO_SNDBUF, &value, &length), 0);
    assert_true(value >= 16384 && value <= 2 * 16384);
    close_pair(sockets);
    assert_int_equal(net_set_keepalive(-1), -EBADF);
}

static void test_a_datagram_client_hears_that_nobody_listens(void **state)
{
    (void)state;
    struct failure failure;
    int server = net_listen("127.0.0.1", 0, NET_IPV4, SOCK_DGRAM, &failure);
    assert_true(server >= 0);
    uint16_t port = port_of(server);
    close(server);
    int client = dial_port(port, NET_ANY, SOCK_DGRAM, LATE_MS, &failure);
    assert_true(client >= 0);
    char byte = 'x';
    assert_int_equal(net_write(client, &byte, 1, NET_NEVER), 0);
    assert_int_equal(net_read(client, &byte, 1, net_deadline(LATE_MS)), -ECONNREFUSED);
    close(client);
}

static void test_addresses_are_written_with_their_port(void **state)
{
    (void)state;
    char text[NET_TEXT_SIZE];
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    ipv4.sin_addr.s_addr = htonl(0x01020304);
    net_format((struct sockaddr *)&ipv4, text);
    assert_string_equal(text, "1.2.3.4:80");
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(65535)};
    ipv6.sin6_addr.s6_addr[15] = 1;
    net_format((struct sockaddr *)&ipv6, text);
    assert_string_equal(text, "[::1]:65535");
    memset(&ipv6.sin6_addr, 0xff, 16);
    ipv6.sin6_scope_id = UINT32_MAX;
    net_format((struct sockaddr *)&ipv6, text);
    assert_string_equal(text, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
    struct sockaddr other = {.sa_family = AF_UNIX};
    net_format(&other, text);
    assert_string_equal(text, "?");
}

static void test_networks_are_families(void **state)
{
    (void)state;
    enum net_family family;
    assert_int_equal(net_family_of("tcp", "tcp", &family), 0);
    assert_int_equal(family, NET_ANY);
    assert_int_equal(net_family_of("tcp4", "tcp", &family), 0);
    assert_int_equal(family, NET_IPV4);
    assert_int_equal(net_family_of("udp6", "udp", &family), 0);
    assert_int_equal(family, NET_IPV6);
    static const char *const others[] = {"", "t", "udp", "tcp5", "tcp46", "TCP", "tcp "};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(net_family_of(others[i], "tcp", &family), -EINVAL);
}

static void test_a_missing_reply_has_its_reason(void **state)
{
    (void)state;
    struct failure failure;
    assert_int_equal(net_read_failure(-ETIMEDOUT, "peer", &failure), -ETIMEDOUT);
    assert_string_equal(failure.text, "read from peer: Connection timed out");
    assert_true(net_read_failure(0, "peer", &failure) < 0);
    assert_string_equal(failure.text, "read from peer: closed by the peer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks_are_families),
        cmocka_unit_test(test_a_missing_reply_has_its_reason),
        cmocka_unit_test(test_deadlines_never_overflow),
        cmocka_unit_test(test_read_gives_bytes_then_the_end),
        cmocka_unit_test(test_read_gives_up_at_the_deadline_and_not_before),
        cmocka_unit_test(test_a_past_deadline_still_gives_what_has_arrived),
        cmocka_unit_test(test_write_gives_up_on_a_peer_that_never_reads),
        cmocka_unit_test(test_a_vanished_peer_is_an_error_and_no_signal),
        cmocka_unit_test(test_a_drained_close_delivers_everything),
        cmocka_unit_test(test_a_drained_close_does_not_wait_for_ever),
        cmocka_unit_test(test_dial_says_who_refused),
        cmocka_unit_test(test_dial_gives_up_on_a_silent_address),
        cmocka_unit_test(test_names_of_networks_bind_the_family),
        cmocka_unit_test(test_malformed_peers_are_named),
        cmocka_unit_test(test_listen_says_that_a_port_is_taken),
        cmocka_unit_test(test_a_port_can_be_listened_on_again_at_once),
        cmocka_unit_test(test_any_family_without_a_host_takes_ipv4),
        cmocka_unit_test(test_options_reach_the_socket),
        cmocka_unit_test(test_a_datagram_client_hears_that_nobody_listens),
        cmocka_unit_test(test_addresses_are_written_with_their_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
