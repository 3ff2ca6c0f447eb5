#ifndef IMPL_UTF8_H
#define IMPL_UTF8_H

/*
 * UTF-8 as RFC 3629 defines it, checked as the bytes come.
 *
 * A checker is one number, the state of an automaton: no surrogates, no overlong forms, nothing above
 * U+10FFFF. It refuses at the first byte that no well-formed text can go on with, so what it has not refused
 * is always the beginning of some well-formed text. Nothing is allocated, and calls are independent.
 */

#include <stdbool.h>
#include <stddef.h>

struct utf8 {
    unsigned state;
};

/* At the beginning of a text. */
struct utf8 utf8_begin(void);

/* Looks at the next `size` bytes of the text. False when the text is not well-formed, whatever may follow
 * (RFC 3629 section 4); every later call then returns false too. */
bool utf8_feed(struct utf8 *utf8, const unsigned char *bytes, size_t size);

/* True when the text may end here: it is well-formed and no character is cut. */
bool utf8_may_end(const struct utf8 *utf8);

#endif
