#include "lib/utf8.h"

#include <stdint.h>
#include <string.h>

/* A state is the place of its six bits within a row of the table: the row of a byte, shifted right by the
 * state, has the next state in its low bits. So a step is one load and one shift. Rows are made of the
 * transitions that exist; the rest is zero, which is BAD. */
enum {
    BAD = 0,
    GOOD = 6,   /* between characters */
    TAIL1 = 12, /* one more byte 80..BF */
    TAIL2 = 18,
    TAIL3 = 24,
    AFTER_E0 = 30, /* A0..BF, then one more: below that it would be overlong */
    AFTER_ED = 36, /* 80..9F, then one more: above are the surrogates */
    AFTER_F0 = 42, /* 90..BF, then two more: below that it would be overlong */
    AFTER_F4 = 48, /* 80..8F, then two more: above that is no Unicode */
};

#define STEP(from, to) ((uint64_t)(to) << (from))
#define TAILS (STEP(TAIL1, GOOD) | STEP(TAIL2, TAIL1) | STEP(TAIL3, TAIL2))

#define TIMES2(row) row, row
#define TIMES4(row) TIMES2(row), TIMES2(row)
#define TIMES8(row) TIMES4(row), TIMES4(row)
#define TIMES16(row) TIMES8(row), TIMES8(row)
#define TIMES32(row) TIMES16(row), TIMES16(row)

static const uint64_t rows[256] = {
    TIMES32(STEP(GOOD, GOOD)),
    TIMES32(STEP(GOOD, GOOD)),
    TIMES32(STEP(GOOD, GOOD)),
    TIMES32(STEP(GOOD, GOOD)),
    /* 80..8F */ TIMES16(TAILS | STEP(AFTER_ED, TAIL1) | STEP(AFTER_F4, TAIL2)),
    /* 90..9F */ TIMES16(TAILS | STEP(AFTER_ED, TAIL1) | STEP(AFTER_F0, TAIL2)),
    /* A0..BF */ TIMES32(TAILS | STEP(AFTER_E0, TAIL1) | STEP(AFTER_F0, TAIL2)),
    /* C0, C1 */ TIMES2(BAD),
    /* C2..DF */ TIMES2(STEP(GOOD, TAIL1)),
    TIMES4(STEP(GOOD, TAIL1)),
    TIMES8(STEP(GOOD, TAIL1)),
    TIMES16(STEP(GOOD, TAIL1)),
    /* E0 */ STEP(GOOD, AFTER_E0),
    /* E1..EC */ TIMES4(STEP(GOOD, TAIL2)),
    TIMES8(STEP(GOOD, TAIL2)),
    /* ED */ STEP(GOOD, AFTER_ED),
    /* EE, EF */ TIMES2(STEP(GOOD, TAIL2)),
    /* F0 */ STEP(GOOD, AFTER_F0),
    /* F1..F3 */ TIMES2(STEP(GOOD, TAIL3)),
    STEP(GOOD, TAIL3),
    /* F4 */ STEP(GOOD, AFTER_F4),
    /* F5..FF begin nothing. */
};

struct utf8 utf8_begin(void)
{
    return (struct utf8){.state = GOOD};
}

/* How many of the bytes, in steps of eight, are ASCII. */
static size_t ascii_length(const unsigned char *bytes, size_t size)
{
    size_t length = 0;
    while (size - length >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + length, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
        length += sizeof word;
    }
    return length;
}

bool utf8_feed(struct utf8 *utf8, const unsigned char *bytes, size_t size)
{
    uint64_t state = utf8->state;
    size_t at = 0;
    while (at < size) {
        if ((state & 63) == GOOD)
            at += ascii_length(bytes + at, size - at);
        size_t stop = size - at < 64 ? size : at + 64;
        while (at < stop)
            state = rows[bytes[at++]] >> (state & 63);
        if ((state & 63) == BAD)
            break;
    }
    utf8->state = (unsigned)(state & 63);
    return utf8->state != BAD;
}

bool utf8_may_end(const struct utf8 *utf8)
{
    return utf8->state == GOOD;
}
