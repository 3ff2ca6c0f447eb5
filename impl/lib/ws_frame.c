#include "lib/ws_frame.h"

#include <errno.h>
#include <string.h>

enum {
    BIT_FINAL = 0x80,
    BITS_RESERVED = 0x70,
    BITS_OPCODE = 0x0f,
    BIT_MASKED = 0x80,
    BITS_LENGTH = 0x7f,
    LENGTH_IN_16 = 126, /* the length follows in two bytes */
    LENGTH_IN_64 = 127, /* the length follows in eight bytes */
    MASK_SIZE = 4,
};

static bool opcode_is_known(unsigned opcode)
{
    return opcode <= OPCODE_BINARY || (opcode >= OPCODE_CLOSE && opcode <= OPCODE_PONG);
}

bool frame_is_control(enum frame_opcode opcode)
{
    return opcode >= OPCODE_CLOSE;
}

static bool first_byte_is_legal(unsigned char byte, bool deflate)
{
    unsigned opcode = byte & BITS_OPCODE;
    if (!opcode_is_known(opcode))
        return false;
    bool may_compress = deflate && (opcode == OPCODE_TEXT || opcode == OPCODE_BINARY);
    if (byte & BITS_RESERVED & (may_compress ? ~FRAME_COMPRESSED : ~0))
        return false;
    return (byte & BIT_FINAL) || !frame_is_control((enum frame_opcode)opcode);
}

static bool second_byte_is_legal(unsigned char byte, enum frame_opcode opcode, enum frame_sender sender)
{
    bool masked = byte & BIT_MASKED;
    if (masked != (sender == FRAME_BY_CLIENT))
        return false;
    return !frame_is_control(opcode) || (byte & BITS_LENGTH) <= FRAME_CONTROL_MAX;
}

static uint64_t big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static size_t length_size(unsigned char second)
{
    switch (second & BITS_LENGTH) {
    case LENGTH_IN_16:
        return 2;
    case LENGTH_IN_64:
        return 8;
    }
    return 0;
}

static bool length_is_legal(uint64_t length, size_t size)
{
    if (size == 2)
        return length >= LENGTH_IN_16;
    return length > UINT16_MAX && length <= INT64_MAX;
}

/* Whether the longest length that begins with these bytes, fewer than `extended`, is a legal one. */
static bool length_may_become_legal(const unsigned char *bytes, size_t size, size_t extended)
{
    unsigned char longest[8] = {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    memcpy(longest, bytes, size);
    return length_is_legal(big_endian(longest, extended), extended);
}

int frame_header_decode(const unsigned char *bytes, size_t size, enum frame_sender sender, bool deflate,
                        struct frame_header *header)
{
    if (size < 1)
        return 0;
    if (!first_byte_is_legal(bytes[0], deflate))
        return -EPROTO;
    enum frame_opcode opcode = (enum frame_opcode)(bytes[0] & BITS_OPCODE);
    if (size < 2)
        return 0;
    if (!second_byte_is_legal(bytes[1], opcode, sender))
        return -EPROTO;

    size_t extended = length_size(bytes[1]);
    if (size < 2 + extended)
        return length_may_become_legal(bytes + 2, size - 2, extended) ? 0 : -EPROTO;
    uint64_t length = bytes[1] & BITS_LENGTH;
    if (extended) {
        length = big_endian(bytes + 2, extended);
        if (!length_is_legal(length, extended))
            return -EPROTO;
    }
    size_t mask_size = sender == FRAME_BY_CLIENT ? MASK_SIZE : 0;
    size_t total = 2 + extended + mask_size;
    if (size < total)
        return 0;

    *header = (struct frame_header){
        .final = bytes[0] & BIT_FINAL, .compressed = bytes[0] & FRAME_COMPRESSED, .opcode = opcode, .length = length};
    memcpy(header->mask, bytes + 2 + extended, mask_size);
    return (int)total;
}

size_t frame_header_encode(unsigned char bytes[FRAME_SERVER_HEADER_MAX], enum frame_opcode opcode, uint64_t length)
{
    bytes[0] = (unsigned char)(BIT_FINAL | opcode);
    if (length < LENGTH_IN_16) {
        bytes[1] = (unsigned char)length;
        return 2;
    }
    size_t extended = length <= UINT16_MAX ? 2 : 8;
    bytes[1] = extended == 2 ? LENGTH_IN_16 : LENGTH_IN_64;
    for (size_t i = 0; i < extended; i++)
        bytes[2 + i] = (unsigned char)(length >> 8 * (extended - 1 - i));
    return 2 + extended;
}

size_t frame_header_encode_client(unsigned char bytes[FRAME_CLIENT_HEADER_MAX], const struct frame_header *header)
{
    size_t length = frame_header_encode(bytes, header->opcode, header->length);
    if (!header->final)
        bytes[0] = (unsigned char)(bytes[0] & ~BIT_FINAL);
    if (header->compressed)
        bytes[0] |= FRAME_COMPRESSED;
    bytes[1] |= BIT_MASKED;
    memcpy(bytes + length, header->mask, MASK_SIZE);
    return length + MASK_SIZE;
}

void frame_unmask(unsigned char *to, const unsigned char *from, size_t length, const unsigned char mask[4],
                  uint64_t offset)
{
    unsigned char turned[8]; /* twice the mask, beginning with the byte that is next */
    for (size_t i = 0; i < sizeof turned; i++)
        turned[i] = mask[(offset + i) % MASK_SIZE];
    uint64_t wide;
    memcpy(&wide, turned, sizeof wide);

    size_t at = 0;
    for (; length - at >= sizeof wide; at += sizeof wide) {
        uint64_t word;
        memcpy(&word, from + at, sizeof word);
        word ^= wide;
        memcpy(to + at, &word, sizeof word);
    }
    for (size_t i = 0; at < length; at++, i++)
        to[at] = from[at] ^ turned[i];
}
