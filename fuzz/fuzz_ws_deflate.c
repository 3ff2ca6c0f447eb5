// Reaches inflater_run, inflater_message_end, deflater_run and deflater_message_end of impl/lib/ws_deflate.c.
//
// The first byte chooses: three bits the window (8 to 15), the next no_context_takeover, the next whether the rest is
// plain, a message to be deflated twice, or two deflated messages, cut in the middle.
//
// Oracles:
// - zlib used plainly, the message and the tail at once and the window at its largest: what ours inflates is the same;
//   ours takes no message that plain zlib refuses;
// - bytes inflated whole and with one byte of input and of room at a time give the same, with the largest window
//   (zlib lets a reference beyond a smaller one pass as long as it happens to have the bytes);
// - what ours deflates, plain zlib inflates with the window that was agreed on, a byte of room at a time so that it
//   has no others, and so does ours.
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "lib/ws_deflate.h"

enum { ROOM = 1 << 17, WIDEST = 15 };

struct text {
    uint8_t bytes[ROOM];
    size_t length;
    bool failed, full;
};

// Inflates bytes behind `text`, `step` bytes of input and of room at a time.
static void inflate_ours(struct inflater *inflater, const uint8_t *bytes, size_t size, size_t step, struct text *text)
{
    for (size_t at = 0; at < size && !text->failed && !text->full;) {
        size_t cut = size - at < step ? size - at : step;
        size_t left = ROOM - text->length;
        const uint8_t *exact = edge_copy(0, bytes + at, cut);
        struct deflate_run run = {.input = exact, .input_size = cut};
        do {
            run.output = text->bytes + text->length;
            run.output_room = left < step ? left : step;
            text->failed = inflater_run(inflater, &run) < 0;
            text->length = (size_t)(run.output - text->bytes);
            left = ROOM - text->length;
        } while (!text->failed && left > 0 && (run.input_size > 0 || run.output_room == 0));
        text->full = left == 0;
        at += cut;
    }
}

static void inflate_message(struct inflater *inflater, const uint8_t *bytes, size_t size, size_t step,
                            struct text *text)
{
    text->length = 0;
    text->failed = text->full = false;
    inflate_ours(inflater, bytes, size, step, text);
    inflate_ours(inflater, deflate_tail, sizeof deflate_tail, step, text);
    if (!text->failed && !text->full)
        text->failed = inflater_message_end(inflater) < 0;
}

// The same by zlib alone, with a fresh window.
static void compare_with_zlib(const struct text *ours, const uint8_t *bytes, size_t size)
{
    static struct text theirs;
    z_stream stream = {0};
    uint8_t *message = malloc(size + 4);
    memcpy(message, bytes, size);
    memcpy(message + size, "\x00\x00\xff\xff", 4);
    require(inflateInit2(&stream, -WIDEST) == Z_OK);
    stream.next_in = message;
    stream.avail_in = (uInt)size + 4;
    stream.next_out = theirs.bytes;
    stream.avail_out = ROOM;
    int status;
    while ((status = inflate(&stream, Z_SYNC_FLUSH)) == Z_STREAM_END && stream.avail_in > 0)
        inflateResetKeep(&stream); // BFINAL may be anywhere in a message (RFC 7692 section 7.2.3.4)
    theirs.length = ROOM - stream.avail_out;
    inflateEnd(&stream);
    free(message);
    if (ours->full || theirs.length == ROOM)
        return;
    if (status == Z_DATA_ERROR) {
        require(ours->failed);
        return;
    }
    require(theirs.length == ours->length && memcmp(theirs.bytes, ours->bytes, ours->length) == 0);
}

static void inflate_both_ways(const uint8_t *bytes, size_t size, bool no_context_takeover)
{
    static struct text whole, split;
    struct inflater one = {.window_bits = WIDEST, .no_context_takeover = no_context_takeover};
    struct inflater two = one;
    size_t middle = size / 2;
    for (int turn = 0; turn < 2; turn++) {
        const uint8_t *from = bytes + (turn ? middle : 0);
        size_t length = turn ? size - middle : middle;
        inflate_message(&one, from, length, ROOM, &whole);
        inflate_message(&two, from, length, 1, &split);
        require(whole.failed == split.failed && whole.full == split.full);
        require(whole.length == split.length && memcmp(whole.bytes, split.bytes, whole.length) == 0);
        if (turn == 0 || no_context_takeover)
            compare_with_zlib(&whole, from, length);
        if (whole.failed || whole.full)
            break;
    }
    inflater_end(&one);
    inflater_end(&two);
}

static size_t deflate_message(struct deflater *deflater, const uint8_t *bytes, size_t size, uint8_t *out)
{
    struct deflate_run run = {.input = bytes, .input_size = size, .output = out, .output_room = 2 * ROOM};
    require(deflater_run(deflater, &run) == 0);
    deflater_message_end(deflater);
    require(run.input_size == 0 && run.output_room > 0);
    size_t length = (size_t)(run.output - out);
    require(length > 4 && memcmp(run.output - 4, deflate_tail, 4) == 0);
    return length - 4;
}

static void deflate_and_inflate(const uint8_t *bytes, size_t size, int bits, bool no_context_takeover)
{
    static struct text text;
    static uint8_t deflated[2 * ROOM];
    struct deflater deflater = {.window_bits = bits, .no_context_takeover = no_context_takeover};
    struct inflater inflater = {.window_bits = bits, .no_context_takeover = no_context_takeover};
    for (int turn = 0; turn < 2; turn++) {
        size_t length = deflate_message(&deflater, bytes, size, deflated);
        inflate_message(&inflater, deflated, length, 1, &text);
        require(!text.failed && text.length == size && memcmp(text.bytes, bytes, size) == 0);
    }
    deflater_end(&deflater);
    inflater_end(&inflater);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > UINT16_MAX)
        return 0;
    bool no_context_takeover = data[0] & 8;
    if (data[0] & 0x10)
        deflate_and_inflate(data + 1, size - 1, 8 + (data[0] & 7), no_context_takeover);
    else
        inflate_both_ways(data + 1, size - 1, no_context_takeover);
    return 0;
}
