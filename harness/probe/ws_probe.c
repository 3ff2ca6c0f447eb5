#include "probe/ws_probe.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/tls.h"
#include "ws/handshake.h"

#define PATIENCE_MS 5000.0

void ws_probe_begin(struct ws_probe *probe, const struct host_settings *settings, int cpu)
{
    *probe = (struct ws_probe){.host = {.settings = settings, .cpu = cpu},
                               .patience_ms = PATIENCE_MS * settings->time_scale,
                               .channel = {.fd = -1, .name = "main"}};
}

static int64_t deadline_of(const struct ws_probe *probe)
{
    return clock_now() + (int64_t)(probe->patience_ms * (double)NANOSECONDS_PER_MS);
}

static void hang_up(struct ws_probe *probe)
{
    if (probe->channel.fd >= 0)
        channel_close(&probe->channel);
    channel_free(&probe->channel);
    probe->channel = (struct channel){.fd = -1, .name = "main"};
    probe->open = false;
}

void ws_probe_end(struct ws_probe *probe)
{
    hang_up(probe);
    ws_oracle_free(&probe->oracle);
    buffer_free(&probe->out);
    host_close(&probe->host);
}

// --- opening ---

static int send_request(struct ws_probe *probe, const char *key)
{
    struct buffer host = {0};
    const struct target *target = probe->host.settings->target;
    net_address_text(&probe->channel.peer, &host);
    buffer_shorten(&probe->out, 0);
    struct ws_request request = {.target = target->path && target->path[1] ? target->path : NULL};
    ws_request_encode(&probe->out, &request, buffer_string(&host), key);
    buffer_free(&host);
    return channel_send(&probe->channel, probe->out.data, probe->out.length, deadline_of(probe));
}

// Takes the response. Returns 0, or -EBADMSG with the message.
static int take_response(struct ws_probe *probe, const char *key, char **message)
{
    struct channel *channel = &probe->channel;
    int64_t deadline = deadline_of(probe);
    for (;;) {
        struct http_head head;
        const char *fault = NULL;
        int length = http_response_decode(channel->in.data, channel->in.length, &head, &fault);
        if (length > 0) {
            char accept[WS_ACCEPT_LENGTH + 1];
            ws_accept_for(key, accept);
            const char *got = http_field_value(&head, "Sec-WebSocket-Accept");
            bool right = head.status == 101 && got && strcmp(got, accept) == 0;
            if (!right)
                *message = format_text("the opening handshake was answered by status %d%s", head.status,
                                       head.status == 101 ? " without the right Sec-WebSocket-Accept" : "");
            http_head_free(&head);
            channel_consume(channel, (size_t)length);
            return right ? 0 : -EBADMSG;
        }
        int result = length < 0 ? length : channel_receive(channel, deadline);
        if (result > 0)
            continue;
        *message = format_text("the opening handshake was not answered: %s", fault         ? fault
                                                                             : result == 0 ? "the connection ended"
                                                                                           : strerror(-result));
        return result < 0 ? result : -EBADMSG;
    }
}

static int open_connection(struct ws_probe *probe, char **message)
{
    unsigned char nonce[16];
    char key[WS_KEY_LENGTH + 1];
    int result = host_start(&probe->host, message);
    if (result < 0)
        return result;
    struct net_address address = host_address(&probe->host);
    struct socket_source sockets = host_sockets(&probe->host);
    const struct target *target = probe->host.settings->target;
    probe->waiter = (struct waiter){instance_wait, &probe->host.instance};
    probe->channel.waiter = &probe->waiter;
    result = channel_connect(&probe->channel, &sockets, SOCK_STREAM, &address, deadline_of(probe));
    if (result == 0 && target->tls) {
        const struct tls_style style = {.server_name = target->server_name};
        result = tls_connect(&probe->channel, target->tls, &style, deadline_of(probe));
    }
    random_bytes(&probe->random, nonce, sizeof nonce);
    ws_key_make(nonce, key);
    if (result == 0)
        result = send_request(probe, key);
    if (result < 0)
        *message = format_text("cannot connect: %s", strerror(-result));
    else
        result = take_response(probe, key, message);
    if (result < 0) {
        hang_up(probe);
        return result;
    }
    ws_oracle_begin(&probe->oracle, true, WS_PROBE_LIMIT);
    probe->open = true;
    probe->answered = false;
    probe->connections++;
    return 0;
}

// --- playing ---

// A close frame of the program is answered, as the RFC wants, unless ours was first.
static void answer_close(struct ws_probe *probe)
{
    struct ws_oracle *oracle = &probe->oracle;
    if (!oracle->close_seen || oracle->close_sent || probe->answered)
        return;
    struct ws_frame frame = {
        .fin = true, .opcode = WS_CLOSE, .masked = true, .mask = {1, 2, 3, 4}, .length = oracle->has_code ? 2 : 0};
    buffer_shorten(&probe->out, 0);
    ws_frame_encode(&probe->out, &frame, oracle->close_code, (size_t)frame.length);
    // A peer that has closed already does not want it.
    channel_send(&probe->channel, probe->out.data, probe->out.length, deadline_of(probe));
    probe->answered = true;
}

static void take_what_came(struct ws_probe *probe)
{
    struct channel *channel = &probe->channel;
    if (channel->in.length == 0)
        return;
    ws_oracle_receives(&probe->oracle, channel->in.data, channel->in.length);
    channel_consume(channel, channel->in.length);
    answer_close(probe);
}

static void note_death(struct ws_probe *probe)
{
    char *fate = instance_fate(&probe->host.instance);
    char *actual = format_text("the program %s", fate);
    ws_oracle_gives_up(&probe->oracle, actual);
    free(actual);
    free(fate);
}

static void await(struct ws_probe *probe)
{
    int64_t deadline = deadline_of(probe);
    take_what_came(probe);
    while (!ws_oracle_settled(&probe->oracle)) {
        int result = channel_receive(&probe->channel, deadline);
        if (result > 0) {
            deadline = deadline_of(probe);
            take_what_came(probe);
        } else if (result == 0) {
            ws_oracle_ends(&probe->oracle, probe->channel.end == CHANNEL_RST ? "a reset of the connection"
                                                                             : "the end of the connection");
        } else if (result == -EOWNERDEAD) {
            note_death(probe);
        } else {
            char *why = result == -ETIMEDOUT ? format_text("nothing for %g s", probe->patience_ms / 1000)
                                             : duplicate(strerror(-result));
            ws_oracle_gives_up(&probe->oracle, why);
            free(why);
        }
    }
}

// Sends one write. What a peer that has closed does not take is not the sender's affair.
static void send_write(struct ws_probe *probe, const struct ws_move *moves, size_t count)
{
    buffer_shorten(&probe->out, 0);
    for (size_t i = 0; i < count; i++) {
        ws_move_encode(&moves[i], &probe->out);
        ws_oracle_sends(&probe->oracle, &moves[i]);
    }
    size_t left = probe->out.length;
    size_t piece = moves[0].segment ? moves[0].segment : left;
    int result = 0;
    for (size_t done = 0; left > 0 && result == 0; done += piece, left -= piece) {
        if (piece > left)
            piece = left;
        result = channel_send(&probe->channel, probe->out.data + done, piece, deadline_of(probe));
        // channel_settle() is surer that the peer reads what has gone, and too slow for this many.
        if (piece < left)
            sched_yield();
    }
    if (result == -ETIMEDOUT)
        ws_oracle_gives_up(&probe->oracle, "what is sent is not taken");
    if (result == -EOWNERDEAD)
        note_death(probe);
}

// Plays the moves; what is due in the end is waited for unless the caller does.
static void play(struct ws_probe *probe, const struct ws_sequence *sequence, bool await_the_last)
{
    for (size_t i = 0; i < sequence->count && !probe->oracle.ended;) {
        size_t count = ws_write_length(sequence, i);
        send_write(probe, &sequence->moves[i], count);
        i += count;
        if (i == sequence->count ? await_the_last : sequence->moves[i - 1].awaited)
            await(probe);
        if (probe->oracle.grade == WS_GRADE_FAIL)
            return;
    }
}

// A close frame, and before it a message of a type (0: none) whose echo proves that nothing else was to come. It is of a
// type that the sequence has, so that what it shows is about the sequence.
static void play_end(struct ws_probe *probe, unsigned barrier)
{
    static const unsigned char text[] = "hello";
    static const unsigned char normal[] = {1000 >> 8, 1000 & 255};
    struct ws_frame frame = {.fin = true, .opcode = barrier, .masked = true, .mask = {9, 8, 7, 6}, .length = 5};
    struct ws_move message = {.frame = frame, .payload = text, .length = 5, .awaited = true};
    frame.opcode = WS_CLOSE;
    frame.length = 2;
    struct ws_move close = {.frame = frame, .payload = normal, .length = 2};
    if (barrier)
        play(probe, &(struct ws_sequence){&message, 1}, true);
    if (!probe->oracle.ended && probe->oracle.grade != WS_GRADE_FAIL)
        play(probe, &(struct ws_sequence){&close, 1}, true);
}

void ws_probe_finish(struct ws_probe *probe)
{
    if (probe->open && !probe->oracle.ended && probe->oracle.grade != WS_GRADE_FAIL)
        play_end(probe, 0);
    if (probe->open)
        hang_up(probe);
}

// The state in which a sequence leaves the connection, and the type of its last message, or 0.
static enum ws_state last_state(const struct ws_sequence *sequence, unsigned *opcode)
{
    struct ws_receiver receiver = {.server = true, .limit = WS_PROBE_LIMIT};
    for (size_t i = 0; i < sequence->count; i++)
        ws_receive_move(&receiver, &sequence->moves[i]);
    *opcode = receiver.opcode;
    enum ws_state state = receiver.state;
    ws_receiver_free(&receiver);
    return state;
}

// A ping that must not be answered: a connection that goes on, where it has to end, shows at once.
static void play_behind_the_end(struct ws_probe *probe)
{
    static const unsigned char text[] = "there?";
    struct ws_frame frame = {.fin = true, .opcode = WS_PING, .masked = true, .mask = {5, 6, 7, 8}, .length = 6};
    struct ws_move ping = {.frame = frame, .payload = text, .length = 6};
    play(probe, &(struct ws_sequence){&ping, 1}, true);
}

int ws_probe_play(struct ws_probe *probe, const struct ws_sequence *sequence, bool alone, char **message)
{
    if (alone)
        hang_up(probe);
    int result = probe->open ? 0 : open_connection(probe, message);
    if (result < 0)
        return result;
    ws_oracle_next(&probe->oracle);
    // What stands behind a sequence that is played alone shows at once what is missing.
    unsigned barrier = 0;
    enum ws_state last = alone ? last_state(sequence, &barrier) : WS_IN_TEXT;
    if (last != WS_READY)
        barrier = 0;
    play(probe, sequence, !barrier && last != WS_FAILED);
    if (last == WS_FAILED && !probe->oracle.ended && probe->oracle.grade != WS_GRADE_FAIL)
        play_behind_the_end(probe);
    if (alone && probe->oracle.grade != WS_GRADE_FAIL && !probe->oracle.ended)
        play_end(probe, barrier);
    if (alone || !ws_oracle_reusable(&probe->oracle))
        ws_probe_finish(probe);
    if (instance_ended(&probe->host.instance)) {
        note_death(probe);
        free(host_stop(&probe->host));
    }
    return 0;
}
