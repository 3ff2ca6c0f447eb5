#include "model.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "fuzz.h"
#include "ws/frame.h"

enum { HEADER_MAX = 14, NO_CODE = 1005 };

// A run: the message being put together, and where what is done goes. Memory is kept for the next run.
struct run {
    struct model *model;
    bool over;
    bool in_message;
    unsigned opcode;
    size_t begin; // of the message in `message`
};

static struct outcome *outcomes;
static size_t outcome_room;
static struct buffer payloads; // of finished messages and pings
static struct buffer message;  // of the one that is not finished

static void add(struct run *run, struct outcome outcome)
{
    if (run->model->count == outcome_room) {
        outcome_room = outcome_room * 2 + 64;
        outcomes = reallocate(outcomes, outcome_room, sizeof *outcomes);
    }
    outcomes[run->model->count++] = outcome;
    run->over = outcome.kind == OUTCOME_CLOSED || outcome.kind == OUTCOME_FAILED;
}

static void fail(struct run *run, unsigned code)
{
    add(run, (struct outcome){.kind = OUTCOME_FAILED, .code = code});
}

static void add_payload(struct run *run, enum outcome_kind kind, unsigned opcode, const uint8_t *bytes, size_t length)
{
    add(run, (struct outcome){.kind = kind, .opcode = opcode, .offset = payloads.length, .length = length});
    if (length)
        buffer_append(&payloads, bytes, length);
}

static void close_frame(struct run *run, const uint8_t *payload, size_t length)
{
    unsigned code = length >= 2 ? (unsigned)payload[0] << 8 | payload[1] : NO_CODE;
    if (length == 1 || (length >= 2 && !ws_close_code_valid(code)))
        fail(run, 1002);
    else if (length > 2 && utf8_verdict(payload + 2, length - 2) != 1)
        fail(run, 1007);
    else
        add(run, (struct outcome){.kind = OUTCOME_CLOSED, .code = code});
}

static void control_frame(struct run *run, const struct ws_frame *frame, const uint8_t *masked)
{
    uint8_t payload[125];
    size_t length = (size_t)frame->length;
    memcpy(payload, masked, length);
    if (frame->masked)
        ws_mask(payload, length, frame->mask, 0);
    if (frame->opcode == WS_CLOSE)
        close_frame(run, payload, length);
    else if (frame->opcode == WS_PING)
        add_payload(run, OUTCOME_PING, 0, payload, length);
}

// Of the payload `available` bytes have come.
static void data_frame(struct run *run, const struct ws_frame *frame, const uint8_t *masked, size_t available)
{
    if (frame->length > run->model->limit - message.length) {
        fail(run, 1009);
        return;
    }
    unsigned char *payload = buffer_extend(&message, available);
    if (available)
        memcpy(payload, masked, available);
    if (frame->masked)
        ws_mask(payload, available, frame->mask, 0);
    int utf8 = run->opcode == WS_TEXT ? utf8_verdict(message.data, message.length) : 1;
    bool whole = frame->fin && available == frame->length;
    if (utf8 < 0 || (whole && utf8 == 0)) {
        fail(run, 1007);
        return;
    }
    if (!whole)
        return;
    add_payload(run, OUTCOME_MESSAGE, run->opcode, message.data, message.length);
    run->in_message = false;
}

static void frame_arrived(struct run *run, struct ws_frame frame, const uint8_t *masked, size_t available)
{
    bool begins = frame.opcode == WS_TEXT || frame.opcode == WS_BINARY;
    bool compressed = run->model->deflate && begins && frame.rsv & 4;
    if (compressed)
        frame.rsv &= 3;
    if (ws_frame_fault(&frame, run->model->from_server)) {
        fail(run, 1002);
        return;
    }
    if (frame.opcode & 8) {
        if (available == frame.length)
            control_frame(run, &frame, masked);
        return;
    }
    if (run->in_message == begins) {
        fail(run, 1002);
        return;
    }
    if (begins) {
        buffer_shorten(&message, 0);
        run->opcode = frame.opcode;
        run->in_message = true;
    }
    run->over = run->model->undecided = compressed;
    if (!compressed)
        data_frame(run, &frame, masked, available);
}

// Whether no legal header begins with these bytes, which are not a whole one: not even with the longest length that they
// can still stand for.
static bool header_is_lost(const struct run *run, const uint8_t *bytes, size_t size)
{
    uint8_t whole[HEADER_MAX];
    struct ws_frame frame;
    memset(whole, 0xff, sizeof whole);
    whole[1] = run->model->from_server ? 0 : 0x80;
    whole[2] = 0x7f;
    memcpy(whole, bytes, size);
    ws_frame_decode(whole, sizeof whole, &frame);
    if (run->model->deflate && (frame.opcode == WS_TEXT || frame.opcode == WS_BINARY))
        frame.rsv &= 3;
    return ws_frame_fault(&frame, run->model->from_server) != NULL;
}

void model_run(struct model *model, const uint8_t *bytes, size_t size)
{
    struct run run = {.model = model};
    buffer_shorten(&payloads, 0);
    buffer_shorten(&message, 0);
    model->count = 0;
    model->undecided = false;
    for (size_t at = 0; at < size && !run.over;) {
        struct ws_frame frame;
        size_t header = ws_frame_decode(bytes + at, size - at, &frame);
        if (header == 0) {
            if (header_is_lost(&run, bytes + at, size - at))
                fail(&run, 1002);
            break;
        }
        at += header;
        size_t available = size - at < frame.length ? size - at : (size_t)frame.length;
        frame_arrived(&run, frame, bytes + at, available);
        at += available;
    }
    model->outcomes = outcomes;
    model->payload = (const uint8_t *)buffer_string(&payloads); // not NULL where all are empty
}

size_t model_answer_payload(const struct model *model, const struct outcome *outcome, unsigned *opcode,
                            const uint8_t **payload)
{
    static uint8_t code[2];
    switch (outcome->kind) {
    case OUTCOME_MESSAGE:
    case OUTCOME_PING:
        *opcode = outcome->kind == OUTCOME_PING ? WS_PONG : outcome->opcode;
        *payload = model->payload + outcome->offset;
        return outcome->length;
    case OUTCOME_CLOSED:
    case OUTCOME_FAILED:
        break;
    }
    code[0] = (uint8_t)(outcome->code >> 8);
    code[1] = (uint8_t)outcome->code;
    *opcode = WS_CLOSE;
    *payload = code;
    return outcome->code == NO_CODE ? 0 : 2;
}

size_t model_answer(const struct model *model, const struct outcome *outcome, const uint8_t **frame)
{
    static struct buffer bytes;
    struct ws_frame header = {.fin = true};
    const uint8_t *payload;
    header.length = model_answer_payload(model, outcome, &header.opcode, &payload);
    buffer_shorten(&bytes, 0);
    ws_frame_encode(&bytes, &header, payload, (size_t)header.length);
    *frame = bytes.data;
    return bytes.length;
}
