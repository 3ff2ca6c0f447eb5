// Connections and bytes.
#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/script.h"

// So many bytes of a case go one by one under the transform bytewise, the rest as it is.
#define MOST_SINGLE_BYTES 8192

static int socket_type(const struct script_context *context)
{
    return context->test->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
}

static int connect_one(struct script_context *context, const struct step *step)
{
    struct connection *connection = connection_make(context, step->on);
    struct net_address address = instance_address(context->instance, step->family);
    if (step->address)
        inet_pton(AF_INET, step->address, &address.v4.sin_addr);
    connection_acted(connection);
    connection->channel.receive_buffer = (int)step->receive_buffer;
    int result = channel_connect(&connection->channel, &context->sockets, socket_type(context), &address,
                                 step_deadline(context, step));
    if (result == 0)
        return secure_connected(context, step, connection);
    struct buffer expected = {0};
    buffer_text(&expected, "a connection to ");
    net_address_text(&address, &expected);
    return step_fail(context, step, buffer_take(&expected), failure_text(context, "connect", result));
}

int step_connect(struct script_context *context, const struct step *step)
{
    connections_drop(context, step->on);
    for (long long i = 0; i < (step->count ? step->count : 1); i++)
        if (connect_one(context, step) < 0)
            return -1;
    return 0;
}

int step_accept(struct script_context *context, const struct step *step)
{
    struct net_address peer;
    int fd = listener_accept(context->listener, &context->waiter, step_deadline(context, step), &peer);
    if (fd < 0)
        return step_fail(context, step, duplicate("a connection from the program"), failure_text(context, "none", fd));
    connections_drop(context, step->on);
    struct connection *connection = connection_make(context, step->on);
    channel_adopt(&connection->channel, fd);
    connection->accepted = true;
    connection->channel.peer = peer;
    connection_acted(connection);
    return secure_accepted(context, step, connection);
}

// --- segmentation ---

static int send_piece(struct script_context *context, const struct step *step, struct connection *connection,
                      const unsigned char *bytes, size_t length)
{
    int result = channel_send(&connection->channel, bytes, length, step_deadline(context, step));
    context->segmentation.sent += length;
    // A peer that has closed already is not the sender's affair: the next expectation sees it. Nor is one that has ended
    // its own direction, as a server does that refuses a message by a close frame, and reads no more.
    bool ended = result == -ETIMEDOUT && connection->channel.end != CHANNEL_OPEN;
    if (result == 0 || result == -EPIPE || result == -ECONNRESET || ended)
        return 0;
    return step_fail(context, step, format_text("%zu bytes taken by the peer", length),
                     failure_text(context, "send", result));
}

int send_bytes(struct script_context *context, const struct step *step, struct connection *connection,
               const unsigned char *bytes, size_t length)
{
    struct segmentation *segmentation = &context->segmentation;
    connection_acted(connection);
    if (connection->channel.datagrams)
        return send_piece(context, step, connection, bytes, length);
    if (segmentation->transform == TRANSFORM_BYTEWISE) {
        for (; length > 0 && segmentation->sent < MOST_SINGLE_BYTES; bytes++, length--) {
            if (send_piece(context, step, connection, bytes, 1) < 0)
                return -1;
            channel_settle(&connection->channel);
        }
    }
    size_t piece = step->word == STEP_SEND && step->segment ? (size_t)step->segment : length;
    for (; length > piece; bytes += piece, length -= piece)
        if (send_piece(context, step, connection, bytes, piece) < 0)
            return -1;
    size_t cut = segmentation->split_at;
    if (segmentation->transform == TRANSFORM_SPLIT && cut > segmentation->sent && cut < segmentation->sent + length) {
        size_t first = cut - segmentation->sent;
        if (send_piece(context, step, connection, bytes, first) < 0)
            return -1;
        channel_settle(&connection->channel);
        bytes += first;
        length -= first;
    }
    return length ? send_piece(context, step, connection, bytes, length) : 0;
}

// Appends what the following steps send on the connection, up to the first that is not about sending and expecting.
static void encode_following(const struct script_context *context, const struct step *step,
                             struct connection *connection, struct buffer *out)
{
    const struct step *end = context->test->script.steps + context->test->script.count;
    if (step < context->test->script.steps || step >= end)
        return; // within a repeat or a control
    connection->coalesced = step;
    if (step->word == STEP_OPEN)
        return; // a client waits for the answer to its handshake (RFC 6455 section 4.1)
    for (step++; step < end; step++) {
        if (step->word != STEP_SEND && step->word != STEP_EXPECT && step->word != STEP_CLOSE_WS)
            return;
        if (strcmp(step->on, connection->name) != 0)
            continue;
        if (step->word != STEP_EXPECT)
            step_encode(step, connection, out);
        connection->coalesced = step;
    }
}

int step_flood(struct script_context *context, const struct step *step, struct connection *connection)
{
    struct buffer out = {0};
    payload_encode(&step->payload, connection, &out);
    connection_acted(connection);
    int result = channel_flood(&connection->channel, out.data, out.length, step_deadline(context, step));
    buffer_free(&out);
    buffer_free(&connection->channel.in);
    channel_close(&connection->channel);
    if (result == 0)
        return 0;
    return step_fail(context, step, duplicate("the program gives up on a peer that never reads"),
                     failure_text(context, "no end of the connection", result));
}

// Polled, since the program may set the option after it has accepted; ever more rarely, since the table is long.
int step_keepalive(struct script_context *context, const struct step *step, struct connection *connection)
{
    int64_t deadline = step_deadline(context, step);
    struct net_address local = {.length = sizeof local - offsetof(struct net_address, any)};
    getsockname(connection->channel.fd, &local.any, &local.length);
    for (long pause_ms = 1;; pause_ms = pause_ms < 64 ? pause_ms * 2 : pause_ms) {
        int running = cell_keepalive(context->instance->cell, net_port(&connection->channel.peer), net_port(&local));
        if (running == 1)
            return 0;
        if (running < 0)
            return step_unresolved(context, step, failure_text(context, "cannot read the socket table", running));
        if (clock_now() >= deadline)
            return step_fail(context, step, duplicate("a keep-alive timer on the program's end of the connection"),
                             duplicate("it has none"));
        nanosleep(&(struct timespec){.tv_nsec = pause_ms * NANOSECONDS_PER_MS}, NULL);
    }
}

// What has happened by now, so that a barrier belongs before it.
int step_expect_open(struct script_context *context, const struct step *step, struct connection *connection)
{
    struct channel *channel = &connection->channel;
    while (channel->fd >= 0 && channel->end == CHANNEL_OPEN && channel_poll(channel) > 0)
        continue;
    if (channel->fd >= 0 && channel->end == CHANNEL_OPEN)
        return 0;
    return step_fail(context, step, duplicate("a connection that is still open"), duplicate(end_text(channel->end)));
}

// Sends what has been encoded for a step, with what follows it where the case is coalesced. Frees it.
static int send_encoded(struct script_context *context, const struct step *step, struct connection *connection,
                        struct buffer *out)
{
    if (context->segmentation.transform == TRANSFORM_COALESCED && !connection->channel.datagrams)
        encode_following(context, step, connection, out);
    int result = send_bytes(context, step, connection, out->data, out->length);
    buffer_free(out);
    return result;
}

int step_send(struct script_context *context, const struct step *step, struct connection *connection)
{
    const struct step *steps = context->test->script.steps;
    bool top_level = step >= steps && step < steps + context->test->script.count;
    if (top_level && connection->coalesced && step <= connection->coalesced)
        return 0;
    struct buffer out = {0};
    step_encode(step, connection, &out);
    return send_encoded(context, step, connection, &out);
}

int send_instead(struct script_context *context, const struct step *step, const struct payload *payload,
                 struct connection *connection)
{
    struct buffer out = {0};
    payload_encode(payload, connection, &out);
    return send_encoded(context, step, connection, &out);
}
