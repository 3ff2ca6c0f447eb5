#include "lib/relay.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net.h"

enum {
    PIECE_SIZE = 65507, /* what fits into a datagram over IPv4 */
    ROOM = 65536,
    OUTPUT_PIECE = PIPE_BUF, /* so many bytes a pipe takes without blocking when poll says that it is ready */
};

/* One direction. */
struct flow {
    bool ended; /* the source has */
    size_t start, end;
    char bytes[ROOM];
};

struct relaying {
    struct relay *relay;
    struct failure *failure;
    struct flow out;                /* input to peer */
    struct flow in;                 /* peer to output */
    bool shut;                      /* the peer has been told the end of the input */
    struct sockaddr_storage sender; /* of the last datagram, for any_peer */
    socklen_t sender_length;        /* 0: none has come */
    int broken;                     /* the negative errno code of a write that the peer's reset made fail, or 0 */
};

enum { INPUT, OUTPUT, PEER, STOP, POLLED };

static bool is_empty(const struct flow *flow)
{
    return flow->start == flow->end;
}

static bool is_finished(const struct flow *flow)
{
    return flow->ended && is_empty(flow);
}

/* Waits for an event that concerns some direction. Returns how many there are, 0 after `timeout_ms`, or a
 * negative errno code. */
static int wait_for(const struct relaying *state, struct pollfd *items, int64_t deadline)
{
    const struct relay *relay = state->relay;
    bool reads_input = !state->out.ended && is_empty(&state->out) && (!relay->any_peer || state->sender_length > 0);
    bool reads_peer = !state->in.ended && is_empty(&state->in);
    short peer = (short)((reads_peer ? POLLIN : 0) | (is_empty(&state->out) ? 0 : POLLOUT));
    /* Without events poll tells of a connection that is gone, which ends the wait for an input that nobody
     * will take. */
    bool watches_peer = peer != 0 || (is_finished(&state->in) && !state->shut);
    items[INPUT] = (struct pollfd){.fd = reads_input ? relay->input : -1, .events = POLLIN};
    items[OUTPUT] = (struct pollfd){.fd = is_empty(&state->in) ? -1 : relay->output, .events = POLLOUT};
    items[PEER] = (struct pollfd){.fd = watches_peer ? relay->peer : -1, .events = peer};
    items[STOP] = (struct pollfd){.fd = relay->stop, .events = POLLIN};
    for (;;) {
        int64_t left = deadline == NET_NEVER ? -1 : deadline - net_deadline(0);
        if (deadline != NET_NEVER && left < 0)
            left = 0;
        int ready = poll(items, POLLED, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0 || (ready == 0 && left <= INT_MAX))
            return ready;
        if (ready < 0 && errno != EINTR)
            return failure_set(state->failure, errno, "poll");
    }
}

static void fill(struct flow *flow, ssize_t count)
{
    flow->start = 0;
    flow->end = (size_t)count;
}

static void drop(struct flow *flow)
{
    flow->ended = true;
    flow->start = flow->end = 0;
}

static int read_input(struct relaying *state)
{
    ssize_t count = read(state->relay->input, state->out.bytes, PIECE_SIZE);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count < 0)
        return failure_set(state->failure, errno, "read from standard input");
    state->out.ended = count == 0;
    fill(&state->out, count);
    return 0;
}

/* The peer takes no more. That it had ended before is no failure; that it reset the connection is one, but
 * what it sent before that is still to be read. */
static void stop_sending(struct relaying *state, int code)
{
    drop(&state->out);
    state->shut = true;
    if (code != EPIPE && !state->in.ended)
        state->broken = -code;
}

static int write_peer(struct relaying *state)
{
    struct flow *out = &state->out;
    const struct sockaddr *to = state->relay->any_peer ? (const struct sockaddr *)&state->sender : NULL;
    ssize_t count = sendto(state->relay->peer, out->bytes + out->start, out->end - out->start,
                           MSG_DONTWAIT | MSG_NOSIGNAL, to, to ? state->sender_length : 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count < 0 && state->relay->datagrams)
        return failure_set(state->failure, errno, "write to %.200s", state->relay->name);
    if (count < 0) {
        stop_sending(state, errno);
        return 0;
    }
    out->start += (size_t)count;
    state->relay->sent += (uint64_t)count;
    return 0;
}

static int read_peer(struct relaying *state)
{
    socklen_t length = sizeof state->sender;
    ssize_t count =
        recvfrom(state->relay->peer, state->in.bytes, ROOM, MSG_DONTWAIT, (struct sockaddr *)&state->sender, &length);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count < 0)
        return failure_set(state->failure, errno, "read from %.200s", state->relay->name);
    state->sender_length = length;
    state->in.ended = count == 0 && !state->relay->datagrams;
    fill(&state->in, count);
    state->relay->received += (uint64_t)count;
    return 0;
}

static int write_output(struct relaying *state)
{
    struct flow *in = &state->in;
    size_t size = in->end - in->start;
    ssize_t count = write(state->relay->output, in->bytes + in->start, size < OUTPUT_PIECE ? size : OUTPUT_PIECE);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count < 0)
        return failure_set(state->failure, errno, "write to standard output");
    in->start += (size_t)count;
    return 0;
}

/* Does what poll found possible. */
static int move_bytes(struct relaying *state, const struct pollfd *items)
{
    int result = 0;
    if (items[INPUT].revents)
        result = read_input(state);
    if (result == 0 && items[OUTPUT].revents)
        result = write_output(state);
    if (result == 0 && (items[PEER].revents & (POLLOUT | POLLERR | POLLHUP)) && !is_empty(&state->out))
        result = write_peer(state);
    if (result == 0 && items[PEER].revents && !state->in.ended && is_empty(&state->in))
        result = read_peer(state);
    if (items[PEER].revents && items[PEER].events == 0) /* gone: nobody will take what the input brings */
        stop_sending(state, EPIPE);
    return result;
}

static bool has_input(const struct relay *relay)
{
    struct pollfd item = {.fd = relay->input, .events = POLLIN};
    return poll(&item, 1, 0) > 0;
}

static bool is_done(const struct relaying *state)
{
    if (!is_finished(&state->in))
        return false;
    if (is_finished(&state->out))
        return true;
    return state->relay->ends_with_peer && is_empty(&state->out) && !has_input(state->relay);
}

int relay_run(struct relay *relay, struct failure *failure)
{
    struct relaying state = {.relay = relay, .failure = failure};
    int64_t deadline = net_deadline(relay->idle_ms);
    while (!is_done(&state)) {
        struct pollfd items[POLLED];
        int result = wait_for(&state, items, deadline);
        if (result == 0)
            return RELAY_IDLE;
        if (result > 0 && items[STOP].revents)
            return RELAY_STOPPED;
        if (result > 0)
            result = move_bytes(&state, items);
        if (result < 0)
            return result;
        if (relay->half_close && !relay->datagrams && is_finished(&state.out) && !state.shut) {
            shutdown(relay->peer, SHUT_WR);
            state.shut = true;
        }
        deadline = net_deadline(relay->idle_ms);
    }
    return state.broken < 0 ? failure_set(failure, -state.broken, "write to %.200s", relay->name) : RELAY_DONE;
}
