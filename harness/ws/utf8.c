// UTF-8 by a shift-based automaton. The state is a shift, a multiple of 6; the row of a byte holds, at the
// shift of each state, the state that follows. One load, one shift and no branch for a byte. REJECT is 0, so
// that a row names only what is legal and rejection lasts: https://www.rfc-editor.org/rfc/rfc3629#section-4
// is the grammar.
#include "ws/frame.h"

enum {
    REJECT = 0,
    ACCEPT = 6,
    TAIL_1 = 12, // so many bytes 80-BF are missing
    TAIL_2 = 18,
    TAIL_3 = 24,
    AFTER_E0 = 30, // the next byte must be A0-BF, else the form is overlong
    AFTER_ED = 36, // 80-9F, else a surrogate
    AFTER_F0 = 42, // 90-BF, else overlong
    AFTER_F4 = 48, // 80-8F, else beyond U+10FFFF
    STATE_BITS = 63,
};

#define GO(from, to) ((uint64_t)(to) << (from))
#define LEAD(to) GO(ACCEPT, to)
#define TAIL (GO(TAIL_1, ACCEPT) | GO(TAIL_2, TAIL_1) | GO(TAIL_3, TAIL_2))
#define TAIL_80_8F (TAIL | GO(AFTER_ED, TAIL_1) | GO(AFTER_F4, TAIL_2))
#define TAIL_90_9F (TAIL | GO(AFTER_ED, TAIL_1) | GO(AFTER_F0, TAIL_2))
#define TAIL_A0_BF (TAIL | GO(AFTER_E0, TAIL_1) | GO(AFTER_F0, TAIL_2))
#define TIMES_2(row) row, row
#define TIMES_4(row) TIMES_2(row), TIMES_2(row)
#define TIMES_16(row) TIMES_4(row), TIMES_4(row), TIMES_4(row), TIMES_4(row)

static const uint64_t rows[256] = {
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(LEAD(ACCEPT)),
    TIMES_16(TAIL_80_8F),
    TIMES_16(TAIL_90_9F),
    TIMES_16(TAIL_A0_BF),
    TIMES_16(TAIL_A0_BF),
    // C0 to DF
    TIMES_2(REJECT),
    TIMES_2(LEAD(TAIL_1)),
    TIMES_4(LEAD(TAIL_1)),
    TIMES_4(LEAD(TAIL_1)),
    TIMES_4(LEAD(TAIL_1)),
    TIMES_16(LEAD(TAIL_1)),
    // E0 to EF
    LEAD(AFTER_E0),
    TIMES_4(LEAD(TAIL_2)),
    TIMES_4(LEAD(TAIL_2)),
    TIMES_4(LEAD(TAIL_2)),
    LEAD(AFTER_ED),
    TIMES_2(LEAD(TAIL_2)),
    // F0 to FF
    LEAD(AFTER_F0),
    LEAD(TAIL_3),
    TIMES_2(LEAD(TAIL_3)),
    LEAD(AFTER_F4),
    REJECT,
    TIMES_2(REJECT),
    TIMES_4(REJECT),
    TIMES_4(REJECT),
};

enum ws_utf8 ws_utf8_look(const unsigned char *bytes, size_t length)
{
    uint64_t state = ACCEPT;
    for (size_t i = 0; i < length; i++)
        state = rows[bytes[i]] >> (state & STATE_BITS);
    state &= STATE_BITS;
    return state == ACCEPT ? WS_UTF8_WHOLE : state == REJECT ? WS_UTF8_BAD : WS_UTF8_CUT;
}

bool ws_utf8_valid(const unsigned char *bytes, size_t length)
{
    return ws_utf8_look(bytes, length) == WS_UTF8_WHOLE;
}
