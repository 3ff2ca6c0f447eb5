// Mutations of a run of WebSocket frames.
#include <string.h>

#include "base/buffer.h"
#include "mutate.h"
#include "ws/frame.h"

enum { FRAMES_MAX = 64, PAYLOAD_MAX = 1024 };

struct piece {
    struct ws_frame frame;
    const uint8_t *bytes; // header and payload, as they are
    size_t header;
    size_t length; // of both
};

// Cuts off whole frames; returns how many. What is left begins at `*rest`.
static size_t cut_frames(const uint8_t *bytes, size_t size, struct piece pieces[FRAMES_MAX], size_t *rest)
{
    size_t count = 0, at = 0;
    for (; count < FRAMES_MAX && at < size; count++) {
        struct piece *piece = &pieces[count];
        piece->header = ws_frame_decode(bytes + at, size - at, &piece->frame);
        if (piece->header == 0 || piece->frame.length > size - at - piece->header)
            break;
        piece->bytes = bytes + at;
        piece->length = piece->header + (size_t)piece->frame.length;
        at += piece->length;
    }
    *rest = at;
    return count;
}

static void append_as_is(struct buffer *out, const struct piece *piece)
{
    buffer_append(out, piece->bytes, piece->length);
}

static void roll_mask(struct ws_frame *frame, struct dice *dice)
{
    uint32_t mask = dice_roll(dice, 4) ? dice->state : 0;
    memcpy(frame->mask, &mask, sizeof frame->mask);
}

static void append_frame(struct buffer *out, struct ws_frame frame, const uint8_t *payload, size_t length)
{
    frame.length_form = WS_LENGTH_SHORTEST;
    frame.length = length;
    ws_frame_encode(out, &frame, payload, length);
}

static void append_new(struct buffer *out, bool masked, struct dice *dice)
{
    static const uint8_t opcodes[] = {WS_TEXT, WS_BINARY, WS_CONTINUATION, WS_PING, WS_PONG, WS_CLOSE};
    static const uint16_t lengths[] = {0, 1, 2, 3, 7, 124, 125, 126, 127, 300};
    static const uint16_t codes[] = {1000, 1001, 1004, 1005, 1007, 1011, 1015, 2999, 3000, 4999, 5000, 999};
    static const char text[] = "h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80 ";
    uint8_t payload[300];
    struct ws_frame frame = {.fin = dice_roll(dice, 4) != 0, .masked = masked};
    frame.opcode = opcodes[dice_roll(dice, sizeof opcodes)];
    size_t length = lengths[dice_roll(dice, sizeof lengths / sizeof lengths[0])];
    if (frame.opcode & 8) {
        frame.fin = true;
        length = length > 125 ? 125 : length;
    }
    for (size_t i = 0; i < length; i++)
        payload[i] = (uint8_t)text[i % (sizeof text - 1)];
    if (frame.opcode == WS_CLOSE && length >= 2) {
        unsigned code = codes[dice_roll(dice, sizeof codes / sizeof codes[0])];
        payload[0] = (uint8_t)(code >> 8);
        payload[1] = (uint8_t)code;
    }
    roll_mask(&frame, dice);
    append_frame(out, frame, payload, length);
}

// The payload without its mask; false when it is longer than is worth changing.
static bool unmasked(const struct piece *piece, uint8_t payload[PAYLOAD_MAX])
{
    size_t length = (size_t)piece->frame.length;
    if (length > PAYLOAD_MAX)
        return false;
    memcpy(payload, piece->bytes + piece->header, length);
    if (piece->frame.masked)
        ws_mask(payload, length, piece->frame.mask, 0);
    return true;
}

// Two frames of one, and perhaps a ping between them.
static void append_fragments(struct buffer *out, const struct piece *piece, struct dice *dice)
{
    uint8_t payload[PAYLOAD_MAX];
    if (!unmasked(piece, payload)) {
        append_as_is(out, piece);
        return;
    }
    struct ws_frame first = piece->frame, second = piece->frame, ping = {.fin = true, .opcode = WS_PING};
    size_t length = (size_t)piece->frame.length, cut = dice_roll(dice, length + 1);
    first.fin = false;
    second.opcode = WS_CONTINUATION;
    second.rsv = 0;
    append_frame(out, first, payload, cut);
    ping.masked = first.masked;
    if (dice_roll(dice, 2))
        append_frame(out, ping, payload, cut < 125 ? cut : 125);
    append_frame(out, second, payload + cut, length - cut);
}

static void append_changed(struct buffer *out, const struct piece *piece, struct dice *dice)
{
    uint8_t payload[PAYLOAD_MAX];
    struct ws_frame frame = piece->frame;
    if (!unmasked(piece, payload)) {
        append_as_is(out, piece);
        return;
    }
    size_t length = LLVMFuzzerMutate(payload, (size_t)frame.length, frame.opcode & 8 ? 125 : PAYLOAD_MAX);
    if (dice_roll(dice, 2))
        roll_mask(&frame, dice);
    append_frame(out, frame, payload, length);
}

// One part of the header is any, legal or not.
static void append_with_other_header(struct buffer *out, const struct piece *piece, struct dice *dice)
{
    struct ws_frame frame = piece->frame;
    switch (dice_roll(dice, 6)) {
    case 0:
        frame.fin = !frame.fin;
        break;
    case 1:
        frame.rsv ^= 1U << dice_roll(dice, 3);
        break;
    case 2:
        frame.opcode = dice_roll(dice, 16);
        break;
    case 3:
        frame.masked = !frame.masked;
        break;
    case 4:
        frame.length_form = (enum ws_length_form)dice_roll(dice, 4);
        break;
    default:
        frame.length_form = WS_LENGTH_64;
        frame.length = (uint64_t)1 << dice_roll(dice, 64);
        break;
    }
    ws_frame_encode(out, &frame, piece->bytes + piece->header, piece->length - piece->header);
}

enum change { DROP, DOUBLE, MOVE, INSERT, INSERT_TOO, FRAGMENT, PAYLOAD, PAYLOAD_TOO, HEADER, CHANGES };

static void change_frame(struct buffer *out, const struct piece *pieces, size_t count, size_t at, enum change change,
                         struct dice *dice)
{
    const struct piece *piece = &pieces[at];
    switch (change) {
    case DROP:
    case CHANGES:
        return;
    case DOUBLE:
        append_as_is(out, piece);
        append_as_is(out, piece);
        return;
    case MOVE:
        append_as_is(out, &pieces[dice_roll(dice, count)]);
        append_as_is(out, piece);
        return;
    case INSERT:
    case INSERT_TOO:
        append_new(out, piece->frame.masked, dice);
        append_as_is(out, piece);
        return;
    case FRAGMENT:
        append_fragments(out, piece, dice);
        return;
    case PAYLOAD:
    case PAYLOAD_TOO:
        append_changed(out, piece, dice);
        return;
    case HEADER:
        append_with_other_header(out, piece, dice);
        return;
    }
}

size_t mutate_frames(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    static struct buffer out;
    struct piece pieces[FRAMES_MAX];
    struct dice dice = dice_of(seed ^ 0x6672);
    size_t rest, count = cut_frames(bytes, size, pieces, &rest);
    if (dice_roll(&dice, 12) == 0 || most == 0)
        return LLVMFuzzerMutate(bytes, size, most);
    // One more than there are frames: a new one behind them.
    size_t chosen = dice_roll(&dice, count + 1);
    enum change change = (enum change)dice_roll(&dice, CHANGES);
    buffer_shorten(&out, 0);
    for (size_t i = 0; i < count; i++)
        if (i == chosen)
            change_frame(&out, pieces, count, i, change, &dice);
        else
            append_as_is(&out, &pieces[i]);
    if (chosen == count)
        append_new(&out, count ? pieces[0].frame.masked : dice_roll(&dice, 2), &dice);
    if (rest < size)
        buffer_append(&out, bytes + rest, size - rest);
    if (out.length > most)
        return LLVMFuzzerMutate(bytes, size, most);
    if (out.length)
        memcpy(bytes, out.data, out.length);
    return out.length;
}
