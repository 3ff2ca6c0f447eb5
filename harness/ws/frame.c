#include "ws/frame.h"

#include <string.h>

#include "base/buffer.h"

enum {
    FIN_BIT = 0x80,
    MASK_BIT = 0x80,
    LENGTH_BITS = 0x7f,
    LENGTH_IS_16 = 126,
    LENGTH_IS_64 = 127,
    LONGEST_HEADER = 14,
};

static enum ws_length_form shortest_form(uint64_t length)
{
    if (length < LENGTH_IS_16)
        return WS_LENGTH_7;
    return length <= UINT16_MAX ? WS_LENGTH_16 : WS_LENGTH_64;
}

// Writes the low `count` bytes of `number` in network order; returns how many.
static size_t put_number(unsigned char *bytes, uint64_t number, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(number >> (8 * (count - 1 - i)));
    return count;
}

static uint64_t get_number(const unsigned char *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

// Writes the length field, without the mask bit; returns its size in bytes.
static size_t put_length(unsigned char *bytes, uint64_t length, enum ws_length_form form)
{
    switch (form) {
    case WS_LENGTH_SHORTEST:
        return put_length(bytes, length, shortest_form(length));
    case WS_LENGTH_7:
        bytes[0] = length & LENGTH_BITS;
        return 1;
    case WS_LENGTH_16:
        bytes[0] = LENGTH_IS_16;
        return 1 + put_number(bytes + 1, length, 2);
    case WS_LENGTH_64:
        bytes[0] = LENGTH_IS_64;
        return 1 + put_number(bytes + 1, length, 8);
    }
    return 0;
}

void ws_frame_encode(struct buffer *out, const struct ws_frame *frame, const unsigned char *payload,
                     size_t payload_length)
{
    unsigned char header[LONGEST_HEADER];
    header[0] = (unsigned char)((frame->fin ? FIN_BIT : 0) | (frame->rsv & 7) << 4 | (frame->opcode & 15));
    size_t length = 1 + put_length(header + 1, frame->length, frame->length_form);
    if (frame->masked) {
        header[1] |= MASK_BIT;
        memcpy(header + length, frame->mask, sizeof frame->mask);
        length += sizeof frame->mask;
    }
    buffer_append(out, header, length);
    if (payload_length == 0)
        return;
    unsigned char *copy = buffer_extend(out, payload_length);
    memcpy(copy, payload, payload_length);
    if (frame->masked)
        ws_mask(copy, payload_length, frame->mask, 0);
}

size_t ws_frame_decode(const unsigned char *bytes, size_t size, struct ws_frame *frame)
{
    if (size < 2)
        return 0;
    unsigned low = bytes[1] & LENGTH_BITS;
    bool masked = bytes[1] & MASK_BIT;
    size_t extended = low == LENGTH_IS_64 ? 8 : low == LENGTH_IS_16 ? 2 : 0;
    size_t header = 2 + extended + (masked ? sizeof frame->mask : 0);
    if (size < header)
        return 0;

    *frame = (struct ws_frame){
        .fin = bytes[0] & FIN_BIT,
        .rsv = bytes[0] >> 4 & 7,
        .opcode = bytes[0] & 15,
        .masked = masked,
        .length_form = extended == 8   ? WS_LENGTH_64
                       : extended == 2 ? WS_LENGTH_16
                                       : WS_LENGTH_7,
        .length = extended ? get_number(bytes + 2, extended) : low,
    };
    if (masked)
        memcpy(frame->mask, bytes + 2 + extended, sizeof frame->mask);
    return header;
}

void ws_mask(unsigned char *bytes, size_t length, const unsigned char mask[4], size_t offset)
{
    unsigned char pattern[8];
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = mask[(offset + i) % 4];
    uint64_t wide;
    memcpy(&wide, pattern, sizeof wide);

    size_t i = 0;
    for (; length - i >= sizeof wide; i += sizeof wide) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        word ^= wide;
        memcpy(bytes + i, &word, sizeof word);
    }
    for (; i < length; i++)
        bytes[i] ^= pattern[i % 4];
}

const char *ws_opcode_name(unsigned opcode)
{
    static const char *const names[] = {
        "continuation",
        "text",
        "binary",
        "reserved opcode 0x3",
        "reserved opcode 0x4",
        "reserved opcode 0x5",
        "reserved opcode 0x6",
        "reserved opcode 0x7",
        "close",
        "ping",
        "pong",
        "reserved opcode 0xb",
        "reserved opcode 0xc",
        "reserved opcode 0xd",
        "reserved opcode 0xe",
        "reserved opcode 0xf",
    };
    return opcode < sizeof names / sizeof *names ? names[opcode] : "no opcode";
}

bool ws_close_code_valid(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
