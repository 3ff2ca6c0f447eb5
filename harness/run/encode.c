// Payloads into bytes.
#include <string.h>

#include "base/text.h"
#include "run/script.h"

// The examples of RFC 6455 sections 5.7 and 1.3.
#define EXAMPLE_MASK "\x37\xfa\x21\x3d"
#define EXAMPLE_KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void new_mask(struct connection *connection, unsigned char mask[4])
{
    if (connection->examples)
        memcpy(mask, EXAMPLE_MASK, 4);
    else
        random_bytes(connection->random, mask, 4);
}

static void new_key(struct connection *connection)
{
    unsigned char nonce[16];
    if (connection->examples) {
        memcpy(connection->key, EXAMPLE_KEY, sizeof EXAMPLE_KEY);
        return;
    }
    random_bytes(connection->random, nonce, sizeof nonce);
    ws_key_make(nonce, connection->key);
}

static void encode_frame(const struct payload *payload, const unsigned char *content, size_t length, bool fin,
                         unsigned opcode, struct connection *connection, struct buffer *out)
{
    struct ws_frame frame = payload->frame;
    frame.fin = fin;
    frame.opcode = opcode;
    if (payload->kind == PAYLOAD_MESSAGE && opcode == WS_CONTINUATION)
        frame.rsv = 0; // RSV1 belongs to the message, and its first frame has it
    if (!payload->declared)
        frame.length = length;
    if (payload->mask_by_role && connection->accepted)
        frame.masked = false;
    if (payload->random_mask)
        new_mask(connection, frame.mask);
    ws_frame_encode(out, &frame, content, length);
}

static void encode_deflated(const struct payload *payload, struct connection *connection, struct buffer *out)
{
    struct buffer content = {0};
    payload_encode(payload->parts, connection, &content);
    ws_deflate_encode(&connection->deflate, &payload->style, (const unsigned char *)buffer_string(&content),
                      content.length, out);
    buffer_free(&content);
}

static void encode_framed(const struct payload *payload, struct connection *connection, struct buffer *out)
{
    struct buffer content = {0};
    payload_encode(payload->parts, connection, &content);
    const unsigned char *bytes = (const unsigned char *)buffer_string(&content);
    size_t most = payload->fragment ? payload->fragment : content.length;
    size_t done = 0;
    unsigned opcode = payload->frame.opcode;
    do {
        size_t left = content.length - done;
        size_t length = left < most ? left : most;
        bool fin = payload->kind == PAYLOAD_FRAME ? payload->frame.fin : length == left;
        encode_frame(payload, bytes + done, length, fin, opcode, connection, out);
        opcode = WS_CONTINUATION;
        done += length;
    } while (done < content.length);
    buffer_free(&content);
}

// The key that is sent is remembered: the answer depends on it.
static void encode_handshake(const struct ws_request *described, struct connection *connection, struct buffer *out)
{
    struct buffer host = {0};
    struct ws_request request = *described;
    if (!request.target)
        request.target = connection->target;
    new_key(connection);
    net_address_text(&connection->channel.peer, &host);
    ws_request_encode(out, &request, buffer_string(&host), connection->key);
    for (size_t i = 0; i < request.changes.set_count; i++)
        if (equal_ignoring_case(request.changes.set[i].name, "Sec-WebSocket-Key"))
            snprintf(connection->key, sizeof connection->key, "%s", request.changes.set[i].value);
    buffer_free(&host);
}

static void encode_response(const struct ws_response *response, struct connection *connection, struct buffer *out)
{
    size_t begin = out->length;
    struct http_head head = {0};
    const char *fault;
    ws_response_encode(out, response, connection->key);
    if (http_response_decode(out->data + begin, out->length - begin, &head, &fault) > 0) {
        struct ws_deflate_agreement agreement = ws_deflate_agreement_read(&head);
        ws_deflate_agree(&connection->deflate, &agreement, true);
        http_head_free(&head);
    }
    connection->websocket |= response->status == 0 || response->status == 101;
}

void payload_encode(const struct payload *payload, struct connection *connection, struct buffer *out)
{
    switch (payload->kind) {
    case PAYLOAD_BYTES:
        payload_append(payload, out);
        break;
    case PAYLOAD_CONCAT:
        for (size_t i = 0; i < payload->part_count; i++)
            payload_encode(&payload->parts[i], connection, out);
        break;
    case PAYLOAD_DEFLATED:
        encode_deflated(payload, connection, out);
        break;
    case PAYLOAD_FRAME:
    case PAYLOAD_MESSAGE:
        encode_framed(payload, connection, out);
        break;
    case PAYLOAD_HANDSHAKE:
        encode_handshake(&payload->request, connection, out);
        break;
    case PAYLOAD_RESPONSE:
        encode_response(&payload->response, connection, out);
        break;
    }
}

void step_encode(const struct step *step, struct connection *connection, struct buffer *out)
{
    if (step->word != STEP_CLOSE_WS) {
        payload_encode(&step->payload, connection, out);
        return;
    }
    struct payload frame = {
        .kind = PAYLOAD_FRAME,
        .parts = (struct payload *)&step->payload,
        .part_count = 1,
        .frame = {.fin = true, .opcode = WS_CLOSE, .masked = true},
        .random_mask = true,
        .mask_by_role = true,
    };
    payload_encode(&frame, connection, out);
    connection->close_sent = true;
}
