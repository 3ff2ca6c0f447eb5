#include "lib/ws_connection.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

enum { LINGER_MS = 2000 };

/* Answers a request that does not become a WebSocket; returns -EPROTO. */
static int refuse(int socket, const struct handshake_answer *answer, int64_t write_timeout_ms)
{
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(answer, time(NULL), bytes);
    int result = net_write(socket, bytes, length, net_deadline(write_timeout_ms));
    return result < 0 ? result : -EPROTO;
}

static int refuse_with(struct connection *connection, int status)
{
    struct handshake_answer answer = {.status = status};
    return refuse(connection->socket, &answer, connection->options->write_timeout_ms);
}

/* Reads a whole head to the beginning of input; bytes behind it are frames and stay. Returns 0 or a negative
 * errno code, the client having its answer. */
static int head_read(struct connection *connection, struct request_head *head)
{
    int64_t deadline = net_deadline(connection->options->handshake_timeout_ms);
    for (;;) {
        ssize_t count = net_read(connection->socket, connection->input + connection->end,
                                 sizeof connection->input - connection->end, deadline);
        if (count == -ETIMEDOUT) {
            refuse_with(connection, 408);
            return -ETIMEDOUT;
        }
        if (count <= 0)
            return count < 0 ? (int)count : -ENODATA;
        connection->end += (size_t)count;
        int length = request_head_parse(head, (const char *)connection->input, connection->end);
        if (length < 0)
            return refuse_with(connection, handshake_status_for(length));
        if (length > 0) {
            connection->start = (size_t)length;
            return 0;
        }
    }
}

int connection_open(struct connection *connection, int socket, const struct connection_options *options)
{
    connection->options = options;
    connection->socket = socket;
    connection->failed = false;
    connection->start = connection->end = connection->pending = 0;
    session_begin(&connection->session, options->message_limit);

    struct request_head head = {0};
    int result = head_read(connection, &head);
    if (result < 0)
        return result;
    struct handshake_answer answer;
    handshake_decide(&head, &options->policy, &answer);
    if (answer.status != 101)
        return refuse(socket, &answer, options->write_timeout_ms);
    net_set_nodelay(socket);
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(&answer, 0, bytes);
    return connection_send(connection, (const unsigned char *)bytes, length);
}

static int flush(struct connection *connection)
{
    size_t size = connection->pending;
    connection->pending = 0;
    if (size == 0)
        return 0;
    return net_write(connection->socket, connection->output, size,
                     net_deadline(connection->options->write_timeout_ms));
}

int connection_send(struct connection *connection, const unsigned char *bytes, size_t size)
{
    if (size > sizeof connection->output - connection->pending) {
        int result = flush(connection);
        if (result < 0)
            return result;
    }
    if (size > sizeof connection->output)
        return net_write(connection->socket, bytes, size,
                         net_deadline(connection->options->write_timeout_ms));
    memcpy(connection->output + connection->pending, bytes, size);
    connection->pending += size;
    return 0;
}

int connection_close(struct connection *connection, unsigned code)
{
    struct session_event event;
    session_close(&connection->session, code, &event);
    int result = connection_send(connection, event.answer, event.answer_length);
    return result < 0 ? result : flush(connection);
}

/* The client's stream has ended without a close frame, or for us: server_run ends all reading when it stops.
 */
static int ended(struct connection *connection)
{
    const struct server *server = connection->options->server;
    if (server && server_is_stopping(server))
        return connection_close(connection, CLOSE_GOING_AWAY);
    return 0;
}

/* Sends what is waiting and reads on. Returns above 0, or as connection_next. */
static int input_refill(struct connection *connection)
{
    int result = flush(connection);
    if (result < 0)
        return result;
    ssize_t count = net_read(connection->socket, connection->input, sizeof connection->input,
                             net_deadline(connection->options->read_timeout_ms));
    if (count == -ETIMEDOUT)
        return connection_close(connection, CLOSE_GOING_AWAY);
    if (count == 0)
        return ended(connection);
    if (count < 0)
        return (int)count;
    connection->start = 0;
    connection->end = (size_t)count;
    return 1;
}

int connection_next(struct connection *connection, struct session_event *event)
{
    for (;;) {
        const unsigned char *bytes = connection->input + connection->start;
        connection->start +=
            session_feed(&connection->session, bytes, connection->end - connection->start, event);
        int result = 0;
        switch (event->type) {
        case SESSION_MESSAGE:
            return 1;
        case SESSION_PING:
            result = connection_send(connection, event->answer, event->answer_length);
            break;
        case SESSION_CLOSED:
            connection->failed = event->failed;
            result = connection_send(connection, event->answer, event->answer_length);
            return result < 0 ? result : flush(connection);
        case SESSION_NONE:
            result = input_refill(connection);
            if (result <= 0)
                return result;
            break;
        }
        if (result < 0)
            return result;
    }
}

/* Reads what the client was sending when it was refused, at most the message that it may have been. */
static void linger(struct connection *connection)
{
    uint64_t left = connection->session.message_limit + (1 << 20);
    int64_t deadline = net_deadline(LINGER_MS);
    if (shutdown(connection->socket, SHUT_WR) < 0)
        return;
    for (;;) {
        ssize_t count = net_read(connection->socket, connection->input, sizeof connection->input, deadline);
        if (count <= 0 || (uint64_t)count > left)
            return;
        left -= (uint64_t)count;
    }
}

void connection_end(struct connection *connection)
{
    session_end(&connection->session);
    if (connection->failed)
        linger(connection);
    OPENSSL_thread_stop(); /* the thread's own end would do it, but main does not wait for that */
}
