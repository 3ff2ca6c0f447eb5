// Datagrams: one at a time, whole, and from whom they should come.
#include "support.h"

// A channel for datagrams to `peer`, a socket bound on loopback.
static void datagrams_begin(struct pair *pair, int family)
{
    struct net_address any = net_loopback(family, 0);
    struct net_address address = {0};
    pair_begin(pair);
    pair->peer = listener_open(NULL, SOCK_DGRAM, &any, 0, &address);
    assert_true(pair->peer >= 0);
    assert_int_equal(channel_connect(&pair->channel, NULL, SOCK_DGRAM, &address, in_ms(1000)), 0);
    assert_true(pair->channel.datagrams);
}

static struct net_address address_of(int fd)
{
    struct net_address address = {.length = sizeof address - offsetof(struct net_address, any)};
    assert_int_equal(getsockname(fd, &address.any, &address.length), 0);
    return address;
}

static void answer(const struct pair *pair, int from, const char *bytes, size_t length)
{
    struct net_address to = address_of(pair->channel.fd);
    assert_int_equal(sendto(from, bytes, length, 0, &to.any, to.length), (ssize_t)length);
}

static void test_a_datagram_goes_out_whole(void **state)
{
    (void)state;
    static char bytes[65536];
    static const size_t lengths[] = {1, 0, 1472, 65507};
    struct pair pair;
    datagrams_begin(&pair, AF_INET);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        assert_int_equal(channel_send(&pair.channel, bytes, lengths[i], in_ms(1000)), 0);
        assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), (ssize_t)lengths[i]);
    }
    assert_int_equal(channel_send(&pair.channel, bytes, 65508, in_ms(1000)), -EMSGSIZE);
    pair_end(&pair);
}

static void test_datagrams_are_taken_one_at_a_time(void **state)
{
    (void)state;
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < COUNT(families); i++) {
        struct pair pair;
        datagrams_begin(&pair, families[i]);
        answer(&pair, pair.peer, "one", 3);
        answer(&pair, pair.peer, "second", 6);
        assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
        assert_string_equal(buffer_string(&pair.channel.in), "one");
        assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
        assert_string_equal(buffer_string(&pair.channel.in), "one");
        channel_consume(&pair.channel, 3);
        assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
        assert_string_equal(buffer_string(&pair.channel.in), "second");
        channel_consume(&pair.channel, 6);
        assert_int_equal(channel_receive(&pair.channel, in_ms(10)), -ETIMEDOUT);
        assert_int_equal(pair.channel.received, 9);
        pair_end(&pair);
    }
}

static void test_an_empty_datagram_is_one(void **state)
{
    (void)state;
    struct pair pair;
    datagrams_begin(&pair, AF_INET);
    answer(&pair, pair.peer, "", 0);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    assert_true(pair.channel.has_datagram);
    assert_int_equal(pair.channel.in.length, 0);
    assert_last_line(&pair, "main < \"\"");
    channel_consume(&pair.channel, 0);
    assert_false(pair.channel.has_datagram);
    assert_int_equal(channel_poll(&pair.channel), -ETIMEDOUT);
    pair_end(&pair);
}

static void test_the_largest_datagram_arrives_whole(void **state)
{
    (void)state;
    static char bytes[65507];
    struct pair pair;
    datagrams_begin(&pair, AF_INET);
    memset(bytes, 'z', sizeof bytes);
    answer(&pair, pair.peer, bytes, sizeof bytes);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    assert_int_equal(pair.channel.in.length, sizeof bytes);
    assert_memory_equal(pair.channel.in.data, bytes, sizeof bytes);
    pair_end(&pair);
}

static void test_a_wrong_sender_is_told_apart(void **state)
{
    (void)state;
    struct pair pair;
    struct net_address any = net_loopback(AF_INET, 0);
    struct net_address stranger_address = {0};
    datagrams_begin(&pair, AF_INET);
    int stranger = listener_open(NULL, SOCK_DGRAM, &any, 0, &stranger_address);
    answer(&pair, stranger, "forged", 6);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), -EXDEV);
    char *expected = format_text("main - that came from 127.0.0.1:%u", net_port(&stranger_address));
    assert_last_line(&pair, expected);
    free(expected);
    channel_consume(&pair.channel, pair.channel.in.length);
    answer(&pair, pair.peer, "true", 4);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    assert_string_equal(buffer_string(&pair.channel.in), "true");
    close(stranger);
    pair_end(&pair);
}

static void test_whoever_sent_last_is_the_peer_where_any_may_be(void **state)
{
    (void)state;
    struct pair pair;
    struct net_address any = net_loopback(AF_INET, 0);
    struct net_address second_address = {0};
    char bytes[8];
    datagrams_begin(&pair, AF_INET);
    pair.channel.any_peer = true;
    int second = listener_open(NULL, SOCK_DGRAM, &any, 0, &second_address);
    answer(&pair, second, "hi", 2);
    assert_int_equal(channel_receive(&pair.channel, in_ms(1000)), 1);
    assert_int_equal(net_port(&pair.channel.peer), net_port(&second_address));
    assert_int_equal(channel_send(&pair.channel, "you", 3, in_ms(1000)), 0);
    assert_int_equal(recv(second, bytes, sizeof bytes, MSG_DONTWAIT), 3);
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, MSG_DONTWAIT), -1);
    close(second);
    pair_end(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_datagram_goes_out_whole),
        cmocka_unit_test(test_datagrams_are_taken_one_at_a_time),
        cmocka_unit_test(test_an_empty_datagram_is_one),
        cmocka_unit_test(test_the_largest_datagram_arrives_whole),
        cmocka_unit_test(test_a_wrong_sender_is_told_apart),
        cmocka_unit_test(test_whoever_sent_last_is_the_peer_where_any_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
