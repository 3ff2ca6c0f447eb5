#include "lib/ws_connection.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

enum { LINGER_MS = 2000 };

/* Answers a request that does not become a WebSocket; returns -EPROTO. */
static int refuse(struct websocket *websocket, const struct handshake_answer *answer)
{
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(answer, time(NULL), bytes);
    int result = stream_write(&websocket->stream, bytes, length, net_deadline(websocket->options->write_timeout_ms));
    return result < 0 ? result : -EPROTO;
}

static int refuse_with(struct websocket *websocket, int status)
{
    struct handshake_answer answer = {.status = status};
    return refuse(websocket, &answer);
}

/* Reads a whole head to the beginning of input; bytes behind it are frames and stay. Returns 0 or a negative
 * errno code, the client having its answer. */
static int head_read(struct websocket *websocket, struct message_head *head, int64_t deadline)
{
    for (;;) {
        ssize_t count = stream_read(&websocket->stream, websocket->input + websocket->end,
                                    sizeof websocket->input - websocket->end, deadline);
        if (count == -ETIMEDOUT) {
            refuse_with(websocket, 408);
            return -ETIMEDOUT;
        }
        if (count <= 0)
            return count < 0 ? (int)count : -ENODATA;
        websocket->end += (size_t)count;
        int length = request_head_parse(head, (const char *)websocket->input, websocket->end);
        if (length < 0)
            return refuse_with(websocket, handshake_status_for(length));
        if (length > 0) {
            websocket->start = (size_t)length;
            return 0;
        }
    }
}

/* Reads the request and answers it. */
static int upgrade(struct websocket *websocket, int64_t deadline)
{
    struct message_head head = {0};
    int result = head_read(websocket, &head, deadline);
    if (result < 0)
        return result;
    struct handshake_answer answer;
    handshake_decide(&head, &websocket->options->policy, &answer);
    if (answer.status != 101)
        return refuse(websocket, &answer);
    if (answer.deflate)
        session_use_deflate(&websocket->session, &answer.deflate_parameters);
    net_set_nodelay(websocket->stream.socket);
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(&answer, 0, bytes);
    return websocket_send(websocket, (const unsigned char *)bytes, length);
}

int websocket_open(struct websocket *websocket, int socket, const struct websocket_options *options)
{
    websocket->options = options;
    websocket->stream = (struct stream){.socket = socket};
    websocket->failed = false;
    websocket->start = websocket->end = websocket->pending = 0;
    session_begin(&websocket->session, FRAME_BY_CLIENT, options->message_limit);

    int64_t deadline = net_deadline(options->handshake_timeout_ms);
    int result = options->tls ? stream_accept_tls(&websocket->stream, options->tls, deadline) : 0;
    if (result == 0)
        result = upgrade(websocket, deadline);
    if (result < 0)
        stream_end(&websocket->stream);
    return result;
}

static int flush(struct websocket *websocket)
{
    size_t size = websocket->pending;
    websocket->pending = 0;
    if (size == 0)
        return 0;
    return stream_write(&websocket->stream, websocket->output, size,
                        net_deadline(websocket->options->write_timeout_ms));
}

int websocket_send(struct websocket *websocket, const unsigned char *bytes, size_t size)
{
    if (size > sizeof websocket->output - websocket->pending) {
        int result = flush(websocket);
        if (result < 0)
            return result;
    }
    if (size > sizeof websocket->output)
        return stream_write(&websocket->stream, bytes, size, net_deadline(websocket->options->write_timeout_ms));
    memcpy(websocket->output + websocket->pending, bytes, size);
    websocket->pending += size;
    return 0;
}

int websocket_echo(struct websocket *websocket, struct session_event *message)
{
    int result = session_deflate_answer(&websocket->session, message);
    return result < 0 ? result : websocket_send(websocket, message->answer, message->answer_length);
}

int websocket_close(struct websocket *websocket, unsigned code)
{
    struct session_event event;
    session_close(&websocket->session, code, &event);
    int result = websocket_send(websocket, event.answer, event.answer_length);
    return result < 0 ? result : flush(websocket);
}

/* The client's stream has ended without a close frame, or for us: server_run ends all reading when it stops.
 */
static int ended(struct websocket *websocket)
{
    const struct server *server = websocket->options->server;
    if (server && server_is_stopping(server))
        return websocket_close(websocket, CLOSE_GOING_AWAY);
    return 0;
}

/* Sends what is waiting and reads on. Returns above 0, or as websocket_next. */
static int input_refill(struct websocket *websocket)
{
    int result = flush(websocket);
    if (result < 0)
        return result;
    ssize_t count = stream_read(&websocket->stream, websocket->input, sizeof websocket->input,
                                net_deadline(websocket->options->read_timeout_ms));
    if (count == -ETIMEDOUT)
        return websocket_close(websocket, CLOSE_GOING_AWAY);
    if (count == 0)
        return ended(websocket);
    if (count < 0)
        return (int)count;
    websocket->start = 0;
    websocket->end = (size_t)count;
    return 1;
}

int websocket_next(struct websocket *websocket, struct session_event *event)
{
    for (;;) {
        const unsigned char *bytes = websocket->input + websocket->start;
        websocket->start += session_feed(&websocket->session, bytes, websocket->end - websocket->start, event);
        int result = 0;
        switch (event->type) {
        case SESSION_MESSAGE:
            return 1;
        case SESSION_PING:
            result = websocket_send(websocket, event->answer, event->answer_length);
            break;
        case SESSION_CLOSED:
            websocket->failed = event->failed;
            result = websocket_send(websocket, event->answer, event->answer_length);
            return result < 0 ? result : flush(websocket);
        case SESSION_NONE:
            result = input_refill(websocket);
            if (result <= 0)
                return result;
            break;
        }
        if (result < 0)
            return result;
    }
}

/* Takes all that has come. True when the client's close frame, or a mistake, is among it. */
static bool input_closes(struct websocket *websocket)
{
    struct session_event event;
    do {
        const unsigned char *bytes = websocket->input + websocket->start;
        websocket->start += session_feed(&websocket->session, bytes, websocket->end - websocket->start, &event);
    } while (event.type == SESSION_MESSAGE || event.type == SESSION_PING);
    return event.type == SESSION_CLOSED;
}

int websocket_finish(struct websocket *websocket, unsigned code)
{
    int result = websocket_close(websocket, code);
    int64_t deadline = net_deadline(websocket->options->write_timeout_ms);
    while (result == 0 && !input_closes(websocket)) {
        ssize_t count = stream_read(&websocket->stream, websocket->input, sizeof websocket->input, deadline);
        if (count <= 0)
            return (int)count;
        websocket->start = 0;
        websocket->end = (size_t)count;
    }
    return result;
}

/* Reads what the client was sending when it was refused, at most the message that it may have been. */
static void linger(struct websocket *websocket)
{
    uint64_t left = websocket->session.message.limit + (1 << 20);
    int64_t deadline = net_deadline(LINGER_MS);
    if (shutdown(websocket->stream.socket, SHUT_WR) < 0)
        return;
    for (;;) {
        ssize_t count = net_read(websocket->stream.socket, websocket->input, sizeof websocket->input, deadline);
        if (count <= 0 || (uint64_t)count > left)
            return;
        left -= (uint64_t)count;
    }
}

void websocket_end(struct websocket *websocket)
{
    session_end(&websocket->session);
    stream_end(&websocket->stream);
    if (websocket->failed)
        linger(websocket);
    OPENSSL_thread_stop(); /* the thread's own end would do it, but main does not wait for that */
}
