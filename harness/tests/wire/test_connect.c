// Connecting, listening, accepting, and addresses as text.
#include "support.h"

#include <fcntl.h>

static void test_a_refused_connection_says_so(void **state)
{
    (void)state;
    struct net_address any = net_loopback(AF_INET, 0);
    struct net_address address = {0};
    struct pair pair;
    // Bound, so that nobody else gets the port, but not listening.
    int bound = listener_open(NULL, SOCK_DGRAM, &any, 0, &address);
    assert_true(bound >= 0);
    pair_begin(&pair);
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &address, in_ms(5000)), -ECONNREFUSED);
    assert_int_equal(pair.channel.fd, -1);
    close(bound);
    pair_end(&pair);
}

// Fills the accept queue of a listener that nobody accepts from; `fill` becomes the connections.
static void fill_queue(const struct net_address *address, struct pair *fill, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pair_begin(&fill[i]);
        channel_connect(&fill[i].channel, NULL, SOCK_STREAM, address, in_ms(20));
    }
}

static void check_full_queue(const struct net_address *address)
{
    enum { FILL = 4 };
    struct pair fill[FILL];
    struct pair pair;
    struct net_address bound = {0};
    int listener = listener_open(NULL, SOCK_STREAM, address, 0, &bound);
    assert_true(listener >= 0);
    fill_queue(&bound, fill, FILL);
    pair_begin(&pair);
    int64_t before = clock_now();
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &bound, in_ms(60)), -ETIMEDOUT);
    assert_true(clock_now() - before >= 60 * NANOSECONDS_PER_MS);
    assert_int_equal(pair.channel.fd, -1);
    pair_end(&pair);
    for (size_t i = 0; i < FILL; i++)
        pair_end(&fill[i]);
    close(listener);
}

static void test_a_full_accept_queue_meets_the_deadline(void **state)
{
    (void)state;
    struct net_address address = net_loopback(AF_INET, 0);
    check_full_queue(&address);
    char path[] = "/tmp/sockspec-wire-XXXXXX";
    assert_non_null(mkdtemp(path));
    char *name = format_text("%s/s", path);
    assert_int_equal(net_local(name, &address), 0);
    check_full_queue(&address);
    unlink(name);
    rmdir(path);
    free(name);
}

// How much the peer can write before it would have to wait.
static size_t taken_with(int receive_buffer)
{
    static const char bytes[65536];
    struct net_address any = net_loopback(AF_INET, 0);
    struct net_address address = {0};
    struct net_address from = {0};
    struct pair pair;
    size_t taken = 0;
    int listener = listener_open(NULL, SOCK_STREAM, &any, 5, &address);
    pair_begin(&pair);
    pair.channel.receive_buffer = receive_buffer;
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &address, in_ms(1000)), 0);
    pair.peer = listener_accept(listener, &plain_waiter, in_ms(1000), &from);
    assert_true(pair.peer >= 0);
    // So that it is the receiver's buffer that counts.
    setsockopt(pair.peer, SOL_SOCKET, SO_SNDBUF, &(int){4096}, sizeof(int));
    for (ssize_t written; (written = send(pair.peer, bytes, sizeof bytes, MSG_NOSIGNAL)) > 0;)
        taken += (size_t)written;
    pair_end(&pair);
    close(listener);
    return taken;
}

static void test_a_small_receive_buffer_stops_the_peer_early(void **state)
{
    (void)state;
    assert_true(taken_with(4096) < 32768);
    assert_true(taken_with(0) > 32768);
}

static void test_a_unix_stream_is_a_channel_too(void **state)
{
    (void)state;
    char directory[] = "/tmp/sockspec-wire-XXXXXX";
    struct net_address address;
    struct net_address bound = {0};
    struct net_address from = {0};
    struct pair pair;
    assert_non_null(mkdtemp(directory));
    char *name = format_text("%s/s", directory);
    assert_int_equal(net_local(name, &address), 0);
    pair_begin(&pair);
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &address, in_ms(1000)), -ENOENT);
    int listener = listener_open(NULL, SOCK_STREAM, &address, 5, &bound);
    assert_true(listener >= 0);
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &address, in_ms(1000)), 0);
    pair.peer = listener_accept(listener, &plain_waiter, in_ms(1000), &from);
    assert_true(pair.peer >= 0);
    peer_write(&pair, "hi", 2);
    peer_close(&pair);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 0);
    assert_int_equal(pair.channel.end, CHANNEL_FIN);
    close(listener);
    unlink(name);
    rmdir(directory);
    free(name);
    pair_end(&pair);
}

static void test_accepting_waits_and_tells_the_peer(void **state)
{
    (void)state;
    struct net_address any = net_loopback(AF_INET6, 0);
    struct net_address address = {0};
    struct net_address from = {0};
    struct pair pair;
    int listener = listener_open(NULL, SOCK_STREAM, &any, 5, &address);
    assert_true(net_port(&address) != 0);
    assert_int_equal(listener_accept(listener, &plain_waiter, in_ms(20), &from), -ETIMEDOUT);
    pair_begin(&pair);
    assert_int_equal(channel_connect(&pair.channel, NULL, SOCK_STREAM, &address, in_ms(1000)), 0);
    assert_last_line(&pair, "main - connected");
    int accepted = listener_accept(listener, &plain_waiter, in_ms(1000), &from);
    assert_true(accepted >= 0);
    assert_int_equal(from.any.sa_family, AF_INET6);
    assert_true(net_port(&from) != 0);
    assert_true(fcntl(accepted, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(accepted, F_GETFD) & FD_CLOEXEC);
    struct pair other;
    pair_begin(&other);
    channel_adopt(&other.channel, accepted);
    assert_last_line(&other, "main - accepted");
    assert_int_equal(channel_send(&other.channel, "x", 1, in_ms(1000)), 0);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    pair_end(&other);
    pair_end(&pair);
    close(listener);
}

static void test_a_port_in_use_cannot_be_bound(void **state)
{
    (void)state;
    struct net_address any = net_loopback(AF_INET, 0);
    struct net_address address = {0};
    struct net_address again = {0};
    int listener = listener_open(NULL, SOCK_STREAM, &any, 5, &address);
    assert_int_equal(listener_open(NULL, SOCK_STREAM, &address, 5, &again), -EADDRINUSE);
    close(listener);
}

static int no_socket(void *context, int domain, int type)
{
    (void)domain;
    (void)type;
    return *(int *)context;
}

static void test_sockets_come_from_their_source(void **state)
{
    (void)state;
    int error = -EPIPE;
    struct socket_source source = {no_socket, &error};
    struct net_address address = net_loopback(AF_INET, 1);
    struct pair pair;
    pair_begin(&pair);
    assert_int_equal(channel_connect(&pair.channel, &source, SOCK_STREAM, &address, in_ms(10)), -EPIPE);
    assert_int_equal(listener_open(&source, SOCK_STREAM, &address, 1, &address), -EPIPE);
    error = -EPERM;
    assert_int_equal(socket_make(&source, AF_INET, SOCK_STREAM), -EPERM);
    struct socket_source own = {0};
    int fd = socket_make(&own, AF_INET, SOCK_DGRAM);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    pair_end(&pair);
}

static void test_addresses_have_a_text(void **state)
{
    (void)state;
    struct net_address path;
    assert_int_equal(net_local("/run/x.sock", &path), 0);
    const struct {
        struct net_address address;
        const char *text;
        uint16_t port;
    } rows[] = {{net_loopback(AF_INET, 80), "127.0.0.1:80", 80},
                {net_loopback(AF_INET6, 65535), "[::1]:65535", 65535},
                {net_loopback(AF_INET, 0), "127.0.0.1:0", 0},
                {path, "/run/x.sock", 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buffer out = {0};
        net_address_text(&rows[i].address, &out);
        assert_string_equal(buffer_string(&out), rows[i].text);
        assert_int_equal(net_port(&rows[i].address), rows[i].port);
        buffer_free(&out);
    }
}

static void test_a_unix_path_has_a_limit(void **state)
{
    (void)state;
    struct net_address address;
    char path[109];
    memset(path, 'x', sizeof path);
    path[108] = '\0';
    assert_int_equal(net_local(path, &address), -ENAMETOOLONG);
    path[107] = '\0';
    assert_int_equal(net_local(path, &address), 0);
    assert_string_equal(address.local.sun_path, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_refused_connection_says_so),
        cmocka_unit_test(test_a_full_accept_queue_meets_the_deadline),
        cmocka_unit_test(test_a_small_receive_buffer_stops_the_peer_early),
        cmocka_unit_test(test_a_unix_stream_is_a_channel_too),
        cmocka_unit_test(test_accepting_waits_and_tells_the_peer),
        cmocka_unit_test(test_a_port_in_use_cannot_be_bound),
        cmocka_unit_test(test_sockets_come_from_their_source),
        cmocka_unit_test(test_addresses_have_a_text),
        cmocka_unit_test(test_a_unix_path_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
