// Reaches utf8_feed and utf8_may_end of impl/lib/utf8.c.
//
// Oracle: a validator written anew below, which decodes each character and compares code points. The text is
// fed whole, and in chunks whose sizes the first bytes of the input choose; both must agree with it, and a
// refusal must come at the first byte that no well-formed text can go on with.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAKES_NONE = -1, MAY_GO_ON = -2 };

// The length of the first character of a text that is not empty, or one of the above.
static int naive_character(const uint8_t *text, size_t size)
{
    uint32_t point = text[0], least = 0;
    int length = 1;
    if (point >= 0xf0 && point <= 0xf7) {
        length = 4, least = 0x10000, point &= 0x07;
    } else if (point >= 0xe0) {
        length = 3, least = 0x800, point &= 0x0f;
    } else if (point >= 0xc0) {
        length = 2, least = 0x80, point &= 0x1f;
    } else if (point >= 0x80) {
        return MAKES_NONE;
    }
    if (text[0] > 0xf7)
        return MAKES_NONE;
    for (int i = 1; i < length; i++) {
        // The smallest and the largest that it can still become.
        uint32_t low = point << 6 * (length - i), high = low | ((UINT32_C(1) << 6 * (length - i)) - 1);
        if (high < least || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
            return MAKES_NONE;
        if ((size_t)i >= size)
            return MAY_GO_ON;
        if ((text[i] & 0xc0) != 0x80)
            return MAKES_NONE;
        point = point << 6 | (text[i] & 0x3f);
    }
    bool legal = point >= least && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return legal ? length : MAKES_NONE;
}

// 1: a text; 0: the beginning of one; -1: neither.
static int naive_verdict(const uint8_t *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        int length = naive_character(text + at, size - at);
        if (length == MAKES_NONE)
            return -1;
        if (length == MAY_GO_ON)
            return 0;
        at += (size_t)length;
    }
    return 1;
}

static int verdict(bool good, const struct utf8 *utf8)
{
    return good ? utf8_may_end(utf8) : -1;
}

static bool feed_exact(struct utf8 *utf8, const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (size)
        memcpy(exact, bytes, size);
    bool good = utf8_feed(utf8, exact, size);
    free(exact);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const uint8_t *chunks = data, *text = data + 4;
    size_t length = size - 4;

    struct utf8 whole = utf8_begin();
    if (verdict(feed_exact(&whole, text, length), &whole) != naive_verdict(text, length))
        abort();

    struct utf8 split = utf8_begin();
    for (size_t at = 0, turn = 0; at < length; turn++) {
        size_t chunk = chunks[turn % 4] % 32U + (turn % 4 == 0 ? 1U : 0U);
        chunk = chunk < length - at ? chunk : length - at;
        at += chunk;
        bool good = feed_exact(&split, text + at - chunk, chunk);
        if (verdict(good, &split) != naive_verdict(text, at))
            abort();
    }
    return 0;
}
