#include "lib/ws_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/hostport.h"
#include "lib/net.h"
#include "lib/random.h"
#include "lib/ws_client_handshake.h"

enum {
    MESSAGE_LIMIT = 64 << 20,
    WRITE_MS = 120000,
    CHUNK = 4096, /* of payload, masked and written at once */
};

static int write_bytes(struct ws_client *client, const void *bytes, size_t size, struct failure *failure)
{
    int result = stream_write(&client->stream, bytes, size, net_deadline(WRITE_MS));
    return result < 0 ? failure_set(failure, -result, "write to %.200s", client->peer) : 0;
}

/* Reads the head of the response to the beginning of input; frames may follow it. */
static int read_response(struct ws_client *client, struct message_head *head, int64_t deadline, struct failure *failure)
{
    for (;;) {
        ssize_t count =
            stream_read(&client->stream, client->input + client->end, sizeof client->input - client->end, deadline);
        if (count <= 0)
            return net_read_failure(count, client->peer, failure);
        client->end += (size_t)count;
        int length = response_head_parse(head, (const char *)client->input, client->end);
        if (length < 0)
            return failure_explain(failure, EPROTO, "no HTTP response", "open a WebSocket at %.200s", client->peer);
        if (length > 0) {
            client->start = (size_t)length;
            return 0;
        }
    }
}

/* Sends the request and reads the response. */
static int shake_hands(struct ws_client *client, const struct ws_url *url, const struct deflate_offer *deflate,
                       int64_t deadline, struct failure *failure)
{
    char key[HANDSHAKE_KEY_LENGTH + 1], bytes[CLIENT_REQUEST_MAX], reason[64];
    struct client_request request = {.host = url->host, .target = url->target, .key = key, .deflate = *deflate};
    struct client_agreement agreement = {.deflate = false};
    client_key(key);
    int length = client_request_write(&request, bytes);
    if (length < 0)
        return failure_set(failure, -length, "open a WebSocket at %.200s", client->peer);
    int result = write_bytes(client, bytes, (size_t)length, failure);
    struct message_head head = {0};
    if (result == 0)
        result = read_response(client, &head, deadline, failure);
    if (result < 0)
        return result;
    const char *fault = client_response_fault(&head, &request, &agreement);
    if (head.status != 101) {
        snprintf(reason, sizeof reason, "the server answered with status %u", head.status);
        fault = reason;
    }
    if (fault)
        return failure_explain(failure, EPROTO, fault, "open a WebSocket at %.200s", client->peer);
    if (agreement.deflate)
        session_use_deflate(&client->session, &agreement.deflate_parameters);
    return 0;
}

int ws_client_open(struct ws_client *client, struct stream stream, const struct ws_url *url,
                   const struct ws_client_options *options, int64_t deadline, struct failure *failure)
{
    client->stream = stream;
    client->peer = url->peer;
    client->closing = false;
    client->start = client->end = 0;
    session_begin(&client->session, FRAME_BY_SERVER, MESSAGE_LIMIT);
    int result = shake_hands(client, url, &options->deflate, deadline, failure);
    if (result < 0)
        ws_client_end(client, 0);
    return result;
}

static int connect_tls(struct stream *stream, const struct ws_url *url, SSL_CTX *context, int64_t deadline,
                       struct failure *failure)
{
    struct hostport parts;
    char host[WS_URL_PART_MAX];
    int result = hostport_split(url->peer, strlen(url->peer), &parts);
    if (result < 0)
        return failure_explain(failure, -result, hostport_reason(result), "use TLS with %.200s", url->peer);
    snprintf(host, sizeof host, "%.*s", (int)parts.host_length, parts.host);
    return stream_connect_tls(stream, context, host, deadline, failure);
}

int ws_client_dial(struct ws_client *client, const struct ws_url *url, const struct ws_client_options *options,
                   struct failure *failure)
{
    if (url->secure && !options->tls)
        return failure_explain(failure, EPROTONOSUPPORT, "no TLS", "connect %.200s", url->peer);
    struct stream stream = {
        .socket = net_dial(url->peer, NET_ANY, SOCK_STREAM, options->connect_timeout_ms, failure),
    };
    if (stream.socket < 0)
        return stream.socket;
    if (options->keepalive)
        net_set_keepalive(stream.socket);
    net_set_nodelay(stream.socket);
    int64_t deadline = net_deadline(options->handshake_timeout_ms);
    int result = url->secure ? connect_tls(&stream, url, options->tls, deadline, failure) : 0;
    if (result == 0)
        return ws_client_open(client, stream, url, options, deadline, failure);
    close(stream.socket);
    return result;
}

/* Masks a payload of header->length bytes and writes the frame. */
static int write_frame(struct ws_client *client, struct frame_header *header, const unsigned char *bytes,
                       struct failure *failure)
{
    unsigned char buffer[FRAME_CLIENT_HEADER_MAX + CHUNK];
    random_bytes(header->mask, sizeof header->mask);
    size_t filled = frame_header_encode_client(buffer, header), sent = 0, size = (size_t)header->length;
    for (;;) {
        size_t room = sizeof buffer - filled, left = size - sent;
        size_t more = left < room ? left : room;
        frame_unmask(buffer + filled, bytes + sent, more, header->mask, sent);
        sent += more;
        int result = write_bytes(client, buffer, filled + more, failure);
        if (result < 0 || sent == size)
            return result;
        filled = 0;
    }
}

int ws_client_send(struct ws_client *client, enum frame_opcode opcode, bool final, const void *bytes, size_t size,
                   struct failure *failure)
{
    struct frame_header header = {.final = final, .opcode = opcode, .length = size};
    if (!client->session.deflate || frame_is_control(opcode))
        return write_frame(client, &header, bytes, failure);
    unsigned char *deflated;
    ssize_t length = message_deflate(&client->session.answers, bytes, size, final, &deflated);
    if (length < 0)
        return failure_set(failure, (int)-length, "compress for %.200s", client->peer);
    header.length = (uint64_t)length;
    header.compressed = opcode != OPCODE_CONTINUATION;
    return write_frame(client, &header, deflated, failure);
}

int ws_client_close(struct ws_client *client, unsigned code, struct failure *failure)
{
    if (client->closing)
        return 0;
    struct session_event ignored;
    const unsigned char payload[] = {(unsigned char)(code >> 8), (unsigned char)code};
    session_close(&client->session, code, &ignored);
    client->closing = true;
    return ws_client_send(client, OPCODE_CLOSE, true, payload, code == CLOSE_NO_CODE ? 0 : sizeof payload, failure);
}

/* Reads on. Returns above 0, or as ws_client_next. */
static int refill(struct ws_client *client, int64_t deadline, struct failure *failure)
{
    ssize_t count = stream_read(&client->stream, client->input, sizeof client->input, deadline);
    if (count == -ETIMEDOUT)
        return 0;
    if (count <= 0)
        return net_read_failure(count, client->peer, failure);
    client->start = 0;
    client->end = (size_t)count;
    return 1;
}

/* The server's close frame is answered by one with its code; its mistake by one that says what it is. */
static int closed(struct ws_client *client, const struct session_event *event, struct failure *failure)
{
    char reason[64];
    int result = ws_client_close(client, event->code, failure);
    snprintf(reason, sizeof reason, "the server broke the protocol (close code %u)", event->code);
    if (event->failed)
        return failure_explain(failure, EPROTO, reason, "read from %.200s", client->peer);
    return result < 0 ? result : 1;
}

int ws_client_next(struct ws_client *client, int64_t deadline, struct session_event *event, struct failure *failure)
{
    for (;;) {
        const unsigned char *bytes = client->input + client->start;
        client->start += session_feed(&client->session, bytes, client->end - client->start, event);
        int result = 1;
        switch (event->type) {
        case SESSION_MESSAGE:
            return 1;
        case SESSION_PING:
            if (!client->closing)
                result = ws_client_send(client, OPCODE_PONG, true, event->payload, event->length, failure);
            break;
        case SESSION_CLOSED:
            return closed(client, event, failure);
        case SESSION_NONE:
            result = refill(client, deadline, failure);
            if (result == 0)
                return 0;
            break;
        }
        if (result < 0)
            return result;
    }
}

void ws_client_end(struct ws_client *client, int64_t timeout_ms)
{
    int64_t deadline = net_deadline(timeout_ms);
    while (client->session.closed && client->closing &&
           stream_read(&client->stream, client->input, sizeof client->input, deadline) > 0)
        continue;
    stream_end(&client->stream);
    close(client->stream.socket);
    session_end(&client->session);
}
