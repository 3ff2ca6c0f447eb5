// Reaches utf8_feed and utf8_may_end of impl/lib/utf8.c.
//
// The first four bytes cut the rest, which is the text.
//
// Oracles:
// - utf8_verdict (fuzz.h), which decodes each character and compares code points, and the harness's automaton: the text
//   fed whole is judged as by both;
// - fed in pieces, every piece is judged as the first does of all that has come, so that a refusal comes at the first
//   byte that no well-formed text can go on with, and lasts;
// - nothing is read past a piece.
#include "lib/utf8.h"

#include "fuzz.h"
#include "ws/frame.h"

static int verdict(bool good, const struct utf8 *utf8)
{
    return good ? utf8_may_end(utf8) : -1;
}

static void feed_in_pieces(const uint8_t *data, const uint8_t *text, size_t size)
{
    struct cuts cuts = {.sizes = data};
    struct utf8 utf8 = utf8_begin();
    size_t judged = 0;
    int expected = 1;
    for (size_t at = 0; at < size;) {
        size_t more = cuts_next(&cuts, size - at);
        bool good = utf8_feed(&utf8, edge_copy(1, text + at, more), more);
        at += more;
        if (expected >= 0)
            expected = utf8_verdict(text + judged, at - judged);
        if (expected == 1)
            judged = at;
        require(verdict(good, &utf8) == expected);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CUTS)
        return 0;
    size -= CUTS;
    const uint8_t *text = edge_copy(0, data + CUTS, size);
    struct utf8 whole = utf8_begin();
    int judged = verdict(utf8_feed(&whole, text, size), &whole);
    require(judged == utf8_verdict(text, size));
    require((judged == 1) == ws_utf8_valid(text, size));
    feed_in_pieces(data, text, size);
    return 0;
}
