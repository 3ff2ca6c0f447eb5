// Streams: bytes both ways, and the end told apart.
#include "support.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static void test_bytes_arrive_and_are_consumed(void **state)
{
    (void)state;
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < COUNT(families); i++) {
        struct pair pair;
        pair_connect(&pair, families[i]);
        peer_write(&pair, "hello", 5);
        assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 1);
        assert_int_equal(pair.channel.in.length, 5);
        assert_int_equal(pair.channel.received, 5);
        assert_last_line(&pair, "main < \"hello\"");
        channel_consume(&pair.channel, 2);
        assert_string_equal(buffer_string(&pair.channel.in), "llo");
        peer_write(&pair, "!", 1);
        assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 1);
        assert_string_equal(buffer_string(&pair.channel.in), "llo!");
        assert_int_equal(pair.channel.end, CHANNEL_OPEN);
        pair_end(&pair);
    }
}

static void test_what_is_sent_arrives(void **state)
{
    (void)state;
    struct pair pair;
    char bytes[8];
    pair_connect(&pair, AF_INET);
    assert_int_equal(channel_send(&pair.channel, "ab\0c", 4, in_ms(5000)), 0);
    assert_last_line(&pair, "main > \"ab\\0c\"");
    assert_int_equal(channel_send(&pair.channel, NULL, 0, in_ms(5000)), 0);
    channel_settle(&pair.channel);
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), 4);
    assert_memory_equal(bytes, "ab\0c", 4);
    pair_end(&pair);
}

static void test_settled_bytes_are_a_segment_of_their_own(void **state)
{
    (void)state;
    struct pair pair;
    char bytes[8];
    pair_connect(&pair, AF_INET);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(channel_send(&pair.channel, "xy", 2, in_ms(5000)), 0);
        channel_settle(&pair.channel);
        assert_int_equal(recv(pair.peer, bytes, sizeof bytes, MSG_DONTWAIT), 2);
    }
    pair_end(&pair);
}

static void test_nothing_is_waited_for_beyond_the_deadline(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    assert_int_equal(channel_poll(&pair.channel), -ETIMEDOUT);
    assert_int_equal(channel_receive(&pair.channel, in_ms(-1)), -ETIMEDOUT);
    int64_t before = clock_now();
    assert_int_equal(channel_receive(&pair.channel, in_ms(30)), -ETIMEDOUT);
    int64_t waited = (clock_now() - before) / NANOSECONDS_PER_MS;
    assert_true(waited >= 30 && waited < 3000);
    assert_int_equal(pair.channel.end, CHANNEL_OPEN);
    // What is there already is taken even when the deadline is past.
    peer_write(&pair, "x", 1);
    struct pollfd item = {.fd = pair.channel.fd, .events = POLLIN};
    assert_int_equal(poll(&item, 1, 5000), 1);
    assert_int_equal(channel_receive(&pair.channel, in_ms(-1)), 1);
    pair_end(&pair);
}

// The end that comes next, after whatever bytes come before it.
static enum channel_end end_of(struct pair *pair)
{
    int result;
    while ((result = channel_receive(&pair->channel, in_ms(5000))) == 1)
        continue;
    assert_int_equal(result, 0);
    assert_int_equal(channel_receive(&pair->channel, in_ms(5000)), 0);
    assert_int_equal(channel_poll(&pair->channel), 0);
    return pair->channel.end;
}

static void test_an_orderly_end_is_fin(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    peer_write(&pair, "last", 4);
    peer_close(&pair);
    assert_int_equal(end_of(&pair), CHANNEL_FIN);
    assert_string_equal(buffer_string(&pair.channel.in), "last");
    assert_last_line(&pair, "main - FIN from the peer");
    pair_end(&pair);
}

static void test_a_half_close_by_the_peer_is_fin_and_sending_goes_on(void **state)
{
    (void)state;
    struct pair pair;
    char bytes[8];
    pair_connect(&pair, AF_INET);
    shutdown(pair.peer, SHUT_WR);
    assert_int_equal(end_of(&pair), CHANNEL_FIN);
    assert_int_equal(channel_send(&pair.channel, "more", 4, in_ms(5000)), 0);
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), 4);
    pair_end(&pair);
}

static void test_a_reset_is_rst(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    peer_reset(&pair);
    assert_int_equal(end_of(&pair), CHANNEL_RST);
    assert_last_line(&pair, "main - RST from the peer");
    pair_end(&pair);
}

static void test_bytes_before_a_reset_are_kept(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    peer_write(&pair, "last", 4);
    peer_reset(&pair);
    assert_int_equal(end_of(&pair), CHANNEL_RST);
    assert_string_equal(buffer_string(&pair.channel.in), "last");
    pair_end(&pair);
}

static void test_a_peer_that_closes_with_unread_bytes_resets(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    assert_int_equal(channel_send(&pair.channel, "unread", 6, in_ms(5000)), 0);
    channel_settle(&pair.channel);
    peer_write(&pair, "bye", 3);
    peer_close(&pair);
    assert_int_equal(end_of(&pair), CHANNEL_RST);
    assert_string_equal(buffer_string(&pair.channel.in), "bye");
    pair_end(&pair);
}

static void test_sending_to_one_that_is_gone_fails_without_a_signal(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    peer_reset(&pair);
    assert_int_equal(end_of(&pair), CHANNEL_RST);
    int result = channel_send(&pair.channel, "x", 1, in_ms(5000));
    assert_true(result == -EPIPE || result == -ECONNRESET);
    pair_end(&pair);
}

static void test_our_half_close_is_seen_as_fin(void **state)
{
    (void)state;
    struct pair pair;
    char bytes[8];
    pair_connect(&pair, AF_INET);
    assert_int_equal(channel_shutdown(&pair.channel), 0);
    assert_true(pair.channel.wrote_end);
    assert_last_line(&pair, "main - FIN sent");
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), 0);
    peer_write(&pair, "still", 5);
    assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 1);
    assert_int_equal(channel_send(&pair.channel, "x", 1, in_ms(100)), -EPIPE);
    pair_end(&pair);
}

static void test_our_reset_is_seen_as_rst_and_our_close_as_fin(void **state)
{
    (void)state;
    struct pair pair;
    char bytes[8];
    pair_connect(&pair, AF_INET);
    channel_reset(&pair.channel);
    assert_int_equal(pair.channel.fd, -1);
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), -1);
    assert_int_equal(errno, ECONNRESET);
    pair_end(&pair);

    pair_connect(&pair, AF_INET);
    channel_close(&pair.channel);
    assert_int_equal(recv(pair.peer, bytes, sizeof bytes, 0), 0);
    pair_end(&pair);
}

static void test_a_closed_channel_is_harmless(void **state)
{
    (void)state;
    struct pair pair;
    pair_connect(&pair, AF_INET);
    channel_close(&pair.channel);
    size_t count = pair.transcript.count;
    channel_close(&pair.channel);
    channel_reset(&pair.channel);
    channel_settle(&pair.channel);
    assert_int_equal(pair.transcript.count, count);
    assert_int_equal(channel_send(&pair.channel, "x", 1, in_ms(100)), -EBADF);
    assert_int_equal(channel_poll(&pair.channel), -EBADF);
    assert_int_equal(channel_receive(&pair.channel, in_ms(100)), -EBADF);
    assert_int_equal(channel_shutdown(&pair.channel), -EBADF);
    pair_end(&pair);
}

#define LARGE ((size_t)16 * 1024 * 1024)

// Writes all before it reads any.
static void *only_write(void *argument)
{
    const struct pair *pair = argument;
    static const char bytes[65536];
    for (size_t done = 0; done < LARGE; done += sizeof bytes)
        for (size_t at = 0; at < sizeof bytes;) {
            ssize_t written = send(pair->peer, bytes + at, sizeof bytes - at, MSG_NOSIGNAL);
            if (written < 0)
                return NULL;
            at += (size_t)written;
        }
    static char room[65536];
    while (recv(pair->peer, room, sizeof room, 0) > 0)
        continue;
    return NULL;
}

static void test_two_sides_that_only_write_do_not_block_each_other(void **state)
{
    (void)state;
    struct pair pair;
    pthread_t thread;
    char *bytes = allocate(LARGE, 1);
    pair_connect(&pair, AF_INET);
    assert_int_equal(pthread_create(&thread, NULL, only_write, &pair), 0);
    assert_int_equal(channel_send(&pair.channel, bytes, LARGE, in_ms(60000)), 0);
    while (pair.channel.received < LARGE)
        assert_int_equal(channel_receive(&pair.channel, in_ms(60000)), 1);
    assert_int_equal(channel_shutdown(&pair.channel), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pair.channel.in.length, LARGE);
    free(bytes);
    pair_end(&pair);
}

static void test_a_peer_that_never_reads_meets_the_deadline(void **state)
{
    (void)state;
    struct pair pair;
    char *bytes = allocate(LARGE * 2, 1);
    pair_connect(&pair, AF_INET);
    assert_int_equal(channel_send(&pair.channel, bytes, LARGE * 2, in_ms(100)), -ETIMEDOUT);
    assert_int_equal(pair.channel.end, CHANNEL_OPEN);
    free(bytes);
    pair_end(&pair);
}

static int wait_in_vain(void *context, int fd, short events, int64_t deadline)
{
    (void)fd;
    (void)events;
    (void)deadline;
    ++*(int *)context;
    return -EOWNERDEAD;
}

static void test_a_waiter_can_end_the_wait(void **state)
{
    (void)state;
    struct pair pair;
    int calls = 0;
    struct waiter waiter = {wait_in_vain, &calls};
    pair_connect(&pair, AF_INET);
    pair.channel.waiter = &waiter;
    assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), -EOWNERDEAD);
    assert_int_equal(calls, 1);
    char *bytes = allocate(LARGE * 2, 1);
    assert_int_equal(channel_send(&pair.channel, bytes, LARGE * 2, in_ms(5000)), -EOWNERDEAD);
    free(bytes);
    pair_end(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_arrive_and_are_consumed),
        cmocka_unit_test(test_what_is_sent_arrives),
        cmocka_unit_test(test_settled_bytes_are_a_segment_of_their_own),
        cmocka_unit_test(test_nothing_is_waited_for_beyond_the_deadline),
        cmocka_unit_test(test_an_orderly_end_is_fin),
        cmocka_unit_test(test_a_half_close_by_the_peer_is_fin_and_sending_goes_on),
        cmocka_unit_test(test_a_reset_is_rst),
        cmocka_unit_test(test_bytes_before_a_reset_are_kept),
        cmocka_unit_test(test_a_peer_that_closes_with_unread_bytes_resets),
        cmocka_unit_test(test_sending_to_one_that_is_gone_fails_without_a_signal),
        cmocka_unit_test(test_our_half_close_is_seen_as_fin),
        cmocka_unit_test(test_our_reset_is_seen_as_rst_and_our_close_as_fin),
        cmocka_unit_test(test_a_closed_channel_is_harmless),
        cmocka_unit_test(test_two_sides_that_only_write_do_not_block_each_other),
        cmocka_unit_test(test_a_peer_that_never_reads_meets_the_deadline),
        cmocka_unit_test(test_a_waiter_can_end_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
