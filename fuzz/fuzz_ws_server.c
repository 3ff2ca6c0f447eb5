// Reaches websocket_open, websocket_next, websocket_echo, websocket_finish and websocket_end of
// impl/lib/ws_connection.c, and through them the handshake (ws_handshake.c, ws_extension.c, ws_deflate_offer.c) and the
// session.
//
// The first four bytes cut the rest, which is all that a client sends on one connection: a request and frames. The upper
// bits of the first choose the server: one that speaks permessage-deflate, one that trusts an origin and knows a
// subprotocol; of the second, whether the client ends its stream or falls silent, and whether the server closes after two
// messages; of the third, whether the bytes come in pieces or all that there is room for at once; of the fourth, whether
// messages may be long, and whether the server stops where the client ends.
//
// Oracles:
// - what the server sends first is one response of a documented status, as the harness's parser reads it; it is 101
//   exactly when the connection is open, and then the request is an opening handshake for the harness too and the accept
//   value is that of its key;
// - what it sends behind a 101 is, byte for byte, what the model (model.h) of RFC 6455 makes of the frames, up to the
//   first compressed message; with permessage-deflate, at least frames that a server may send;
// - nothing follows a close frame or a refusal, and whatever the client does the server comes to an end.
#include <errno.h>
#include <string.h>

#include "handshake_check.h"
#include "lib/ws_connection.h"
#include "memory_stream.h"
#include "model.h"
#include "mutate.h"
#include "ws/frame.h"

enum { LIMIT = 1000, LONG_LIMIT = 40000 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(CUTS, mutate_connection, data, size, most, seed);
}

static struct websocket websocket; // large, and filled by websocket_open

// Checks the response, which is the beginning of what was written. Returns its length, and that of the request.
static size_t check_response(int opened, const uint8_t *request, size_t size, size_t *asked_length)
{
    size_t written;
    const uint8_t *bytes = memory_stream_written(&written);
    struct http_head response, asked;
    const char *fault;
    int length = http_response_decode(bytes, written, &response, &fault);
    require(length > 0 && (response.status == 101) == (opened == 0));
    handshake_require_answer(&response, opened == 0 ? 0 : written - (size_t)length);
    if (opened == 0) {
        *asked_length = handshake_require_request((const char *)request, size, &asked);
        handshake_require_asked(&asked);
        handshake_require_agreed(&asked, &response);
        http_head_free(&asked);
    }
    http_head_free(&response);
    return (size_t)length;
}

// Takes the frame at the front of what was written; returns its opcode.
static unsigned take_frame(const uint8_t **bytes, size_t *size)
{
    struct ws_frame frame = {0};
    size_t header = ws_frame_decode(*bytes, *size, &frame);
    require(header > 0 && frame.length <= *size - header);
    *bytes += header + frame.length;
    *size -= header + (size_t)frame.length;
    if (frame.opcode == WS_TEXT || frame.opcode == WS_BINARY)
        frame.rsv &= 3; // compressed
    require(frame.fin && !ws_frame_fault(&frame, true));
    return frame.opcode;
}

static bool model_is_over(const struct model *model)
{
    return model->count > 0 && model->outcomes[model->count - 1].kind >= OUTCOME_CLOSED;
}

// Checks the answers that the model knows of, up to the message at which the server closed. Returns whether it did.
static bool check_answers(const struct model *model, size_t close_after, const uint8_t **bytes, size_t *size)
{
    size_t messages = 0;
    for (size_t i = 0; i < model->count; i++) {
        const uint8_t *expected;
        size_t length = model_answer(model, &model->outcomes[i], &expected);
        bool message = model->outcomes[i].kind == OUTCOME_MESSAGE;
        if (message && ++messages == close_after)
            return true;
        if (message && model->deflate) { // which is compressed; fuzz_ws_message inflates
            require(take_frame(bytes, size) == model->outcomes[i].opcode);
            continue;
        }
        require(*size >= length && memcmp(*bytes, expected, length) == 0);
        *bytes += length;
        *size -= length;
    }
    return false;
}

// Checks what was written behind the response: `close_after` messages the server closed; otherwise it goes `away`
// when the client is silent, or when it stops.
static void check_frames(const struct model *model, size_t close_after, bool away, const uint8_t *bytes, size_t size)
{
    bool closed = check_answers(model, close_after, &bytes, &size);
    if (model->undecided && !closed) {
        while (size > 0) {
            require(!closed);
            closed = take_frame(&bytes, &size) == WS_CLOSE;
        }
        return;
    }
    if (closed) {
        require(size == 4 && memcmp(bytes, "\x88\x02\x03\xe8", 4) == 0);
        return;
    }
    if (away && !model_is_over(model))
        require(size == 4 && memcmp(bytes, "\x88\x02\x03\xe9", 4) == 0);
    else
        require(size == 0);
}

// Returns how many messages were echoed before the server closed the connection, or SIZE_MAX when it did not.
static size_t serve(size_t close_after)
{
    struct session_event event;
    size_t messages = 0;
    int result;
    while ((result = websocket_next(&websocket, &event)) > 0) {
        require(event.type == SESSION_MESSAGE && event.length <= websocket.options->message_limit);
        if (++messages == close_after) {
            result = websocket_finish(&websocket, CLOSE_NORMAL);
            require(result == 0 || result == -ETIMEDOUT);
            return messages;
        }
        require(websocket_echo(&websocket, &event) == 0);
    }
    require(result == 0);
    return SIZE_MAX;
}

static void check_connection(const struct websocket_options *options, size_t close_after, bool away,
                             const uint8_t *bytes, size_t size)
{
    struct model model = {.deflate = false, .limit = (size_t)options->message_limit};
    int opened = websocket_open(&websocket, -1, options);
    size_t head = 0, written;
    if (opened == 0) {
        model.deflate = websocket.session.deflate;
        close_after = serve(close_after);
        websocket_end(&websocket);
    }
    const uint8_t *out = memory_stream_written(&written);
    if (opened == -ENODATA) {
        require(written == 0);
        return;
    }
    size_t response = check_response(opened, bytes, size, &head);
    if (opened < 0)
        return;
    model_run(&model, bytes + head, size - head);
    check_frames(&model, close_after, away, out + response, written - response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const origins[] = {"http://a"};
    static const char *const subprotocols[] = {"chat"};
    if (size < CUTS)
        return 0;
    unsigned kind = cuts_choice(data, 0), behaviour = cuts_choice(data, 1);
    bool silent = behaviour & 1, knows = kind & 2;
    const struct websocket_options options = {
        .policy = {.about = "A fuzzer",
                   .origins = origins,
                   .origin_count = knows,
                   .subprotocols = subprotocols,
                   .subprotocol_count = knows,
                   .deflate = kind & 1},
        .message_limit = cuts_choice(data, 3) & 1 ? LONG_LIMIT : LIMIT,
        .server = (const struct server *)data, // not NULL; memory_stream.c answers for it
    };
    struct cuts cuts = {.sizes = cuts_choice(data, 2) & 1 ? NULL : data};
    bool stopping = cuts_choice(data, 3) & 2;
    memory_stream_begin(data + CUTS, size - CUTS, cuts, silent, stopping);
    check_connection(&options, behaviour & 2 ? 2 : SIZE_MAX, silent || stopping, data + CUTS, size - CUTS);
    return 0;
}
