// A channel and, at its other end, a plain blocking socket.
#ifndef SOCKSPEC_TESTS_WIRE_SUPPORT_H
#define SOCKSPEC_TESTS_WIRE_SUPPORT_H

// cmocka.h wants these before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/channel.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static inline int64_t in_ms(int64_t ms)
{
    return clock_now() + ms * NANOSECONDS_PER_MS;
}

struct pair {
    struct channel channel;
    struct transcript transcript;
    int peer;
};

static inline void pair_begin(struct pair *pair)
{
    *pair = (struct pair){.channel = {.fd = -1, .name = "main", .waiter = &plain_waiter}, .peer = -1};
    transcript_begin(&pair->transcript);
    pair->channel.transcript = &pair->transcript;
}

static inline void pair_connect(struct pair *pair, int family)
{
    struct net_address any = net_loopback(family, 0);
    struct net_address address = {0};
    pair_begin(pair);
    int listener = listener_open(NULL, SOCK_STREAM, &any, 1, &address);
    assert_true(listener >= 0);
    assert_int_equal(channel_connect(&pair->channel, NULL, SOCK_STREAM, &address, in_ms(5000)), 0);
    struct net_address from = {0};
    int accepted = listener_accept(listener, &plain_waiter, in_ms(5000), &from);
    assert_true(accepted >= 0);
    close(listener);
    // Blocking, which accept4() did not make it.
    pair->peer = accepted;
    int flags = fcntl(accepted, F_GETFL);
    assert_int_equal(fcntl(accepted, F_SETFL, flags & ~O_NONBLOCK), 0);
}

static inline void peer_write(const struct pair *pair, const void *bytes, size_t length)
{
    assert_int_equal(send(pair->peer, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

static inline void peer_close(struct pair *pair)
{
    close(pair->peer);
    pair->peer = -1;
}

static inline void peer_reset(struct pair *pair)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(pair->peer, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    peer_close(pair);
}

static inline void pair_end(struct pair *pair)
{
    channel_free(&pair->channel);
    transcript_free(&pair->transcript);
    if (pair->peer >= 0)
        close(pair->peer);
}

// The last line of the transcript without its time, to be freed.
static inline char *last_line(const struct pair *pair)
{
    assert_true(pair->transcript.count > 0);
    char *line = transcript_line(&pair->transcript, pair->transcript.count - 1);
    char *text = duplicate(strchr(line, ' ') + 1);
    free(line);
    return text;
}

static inline void assert_last_line(const struct pair *pair, const char *expected)
{
    char *line = last_line(pair);
    assert_string_equal(line, expected);
    free(line);
}

#endif
