// Reaches ws_client_open, ws_client_next, ws_client_send, ws_client_close and ws_client_end of impl/lib/ws_client.c, and
// the handshake (ws_client_handshake.c) and the session below them.
//
// The first four bytes cut the rest, which is all that a server sends on one connection: a response and frames. The upper
// bits of the second choose whether the server ends its stream or falls silent, and whether the client closes after its
// first message.
//
// Oracles:
// - the connection opens only when the harness finds an upgrade in the response, with the accept value of the client's key
//   (fuzz_http_response holds that against section 4.1 both ways);
// - messages and the end come as the model (model.h) of RFC 6455 says, with the same payload;
// - what the client sends is a request that the harness finds no fault with, then masked frames, each legal, whose
//   payloads are the model's: pongs, and one close frame, with nothing behind it.
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "lib/ws_client.h"
#include "memory_stream.h"
#include "model.h"
#include "mutate.h"
#include "ws/frame.h"
#include "ws/handshake.h"

enum { MESSAGE_LIMIT = 64 << 20 }; // as ws_client.c has it

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(CUTS, mutate_connection, data, size, most, seed);
}

static struct ws_client client; // large, and filled by ws_client_open

static bool upgrades(const struct http_head *head)
{
    char accept[WS_ACCEPT_LENGTH + 1];
    ws_accept_for(MEMORY_STREAM_KEY, accept);
    const char *value = http_field_value(head, "Sec-WebSocket-Accept");
    return head->status == 101 && strcmp(head->version, "HTTP/1.0") > 0 && value && strcmp(value, accept) == 0 &&
           strcasecmp(http_field_value(head, "Upgrade") ? http_field_value(head, "Upgrade") : "", "websocket") == 0;
}

// Checks what came of the response. Returns its length when the connection is open, otherwise 0.
static size_t check_handshake(int opened, const uint8_t *bytes, size_t size)
{
    struct http_head head;
    const char *fault;
    int length = http_response_decode(bytes, size, &head, &fault);
    bool upgraded = length > 0 && upgrades(&head);
    if (length > 0)
        http_head_free(&head);
    if (opened < 0) {
        require(opened == -EPROTO || opened == -ETIMEDOUT || opened == -ECONNRESET);
        return 0;
    }
    // A status line without a blank behind the code is none for the harness.
    require(upgraded || (length < 0 && bytes[strlen("HTTP/1.1 101")] == '\r'));
    require(length < 0 || (size_t)length == client.start);
    return client.start;
}

// Checks the request that was written; returns its length.
static size_t check_request(void)
{
    size_t written;
    const uint8_t *bytes = memory_stream_written(&written);
    struct http_head head;
    const char *fault;
    int length = http_request_decode(bytes, written, &head, &fault);
    require(length > 0 && !ws_request_fault(&head));
    require(strcmp(http_field_value(&head, "Sec-WebSocket-Key"), MEMORY_STREAM_KEY) == 0);
    require(strcmp(head.target, "/ws") == 0 && strcmp(http_field_value(&head, "Host"), "a:1") == 0);
    http_head_free(&head);
    return (size_t)length;
}

// Takes a frame off what was written, its payload unmasked, good until the next call.
static const uint8_t *take_frame(const uint8_t **bytes, size_t *size, struct ws_frame *frame)
{
    size_t header = ws_frame_decode(*bytes, *size, frame);
    require(header > 0 && !ws_frame_fault(frame, false) && frame->length <= *size - header);
    uint8_t *payload = edge_copy(1, *bytes + header, (size_t)frame->length);
    ws_mask(payload, (size_t)frame->length, frame->mask, 0);
    *bytes += header + frame->length;
    *size -= header + (size_t)frame->length;
    return payload;
}

static void require_frame(const uint8_t **bytes, size_t *size, unsigned opcode, const uint8_t *payload, size_t length)
{
    struct ws_frame frame;
    const uint8_t *sent = take_frame(bytes, size, &frame);
    require(frame.fin && frame.opcode == opcode && frame.length == length);
    require(length == 0 || memcmp(sent, payload, length) == 0);
}

// Gives the next step when the model has it: the pings before it are answered within.
static bool step_is_due(const struct model *model, size_t *next)
{
    while (*next < model->count && model->outcomes[*next].kind == OUTCOME_PING)
        ++*next;
    return *next < model->count;
}

static void check_step(const struct model *model, const struct outcome *outcome, int result,
                       const struct session_event *event)
{
    switch (outcome->kind) {
    case OUTCOME_MESSAGE:
        require(result == 1 && event->type == SESSION_MESSAGE && (unsigned)event->opcode == outcome->opcode);
        require(event->length == outcome->length);
        require(!event->length || memcmp(event->payload, model->payload + outcome->offset, event->length) == 0);
        break;
    case OUTCOME_CLOSED:
        require(result == 1 && event->type == SESSION_CLOSED && !event->failed && event->code == outcome->code);
        break;
    case OUTCOME_FAILED:
        require(result == -EPROTO);
        break;
    case OUTCOME_PING:
        break;
    }
}

// Reads to the end; returns before which outcome the client closed, or SIZE_MAX.
static size_t talk(const struct model *model, bool closes, bool silent)
{
    struct failure failure;
    struct session_event event;
    size_t next = 0, closed = SIZE_MAX;
    while (step_is_due(model, &next)) {
        int result = ws_client_next(&client, 0, &event, &failure);
        check_step(model, &model->outcomes[next++], result, &event);
        if (result < 0 || event.type == SESSION_CLOSED)
            return closed;
        if (closes && closed == SIZE_MAX) {
            require(ws_client_send(&client, event.opcode, true, event.payload, event.length, &failure) == 0);
            require(ws_client_close(&client, CLOSE_NORMAL, &failure) == 0);
            closed = next;
        }
    }
    require(ws_client_next(&client, 0, &event, &failure) == (silent ? 0 : -ECONNRESET));
    return closed;
}

static void check_frames(const struct model *model, size_t closed, const uint8_t *bytes, size_t size)
{
    const uint8_t *payload;
    unsigned opcode;
    for (size_t i = 0; i < model->count && i < closed; i++) {
        if (model->outcomes[i].kind == OUTCOME_MESSAGE && i + 1 != closed)
            continue;
        size_t length = model_answer_payload(model, &model->outcomes[i], &opcode, &payload);
        require_frame(&bytes, &size, opcode, payload, length);
    }
    if (closed != SIZE_MAX)
        require_frame(&bytes, &size, WS_CLOSE, (const uint8_t *)"\x03\xe8", 2);
    require(size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ws_url url = {.peer = "a:1", .host = "a:1", .target = "/ws"};
    static const struct ws_client_options options; // offers nothing
    struct failure failure;
    if (size < CUTS)
        return 0;
    const uint8_t *bytes = data + CUTS;
    size -= CUTS;
    unsigned behaviour = cuts_choice(data, 1);
    bool silent = behaviour & 1;
    memory_stream_begin(bytes, size, (struct cuts){.sizes = data}, silent, false);
    int opened = ws_client_open(&client, (struct stream){.socket = -1}, &url, &options, 0, &failure);
    size_t head = check_handshake(opened, bytes, size), request = check_request(), written;
    if (opened == 0) {
        struct model model = {.from_server = true, .limit = MESSAGE_LIMIT};
        model_run(&model, bytes + head, size - head);
        size_t closed = talk(&model, behaviour & 2, silent);
        const uint8_t *out = memory_stream_written(&written);
        check_frames(&model, closed, out + request, written - request);
        ws_client_end(&client, 0);
    }
    return 0;
}
