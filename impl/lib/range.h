#ifndef IMPL_RANGE_H
#define IMPL_RANGE_H

/*
 * The request of contract 22: "MIN MAX", two decimal integers with blanks between, before and behind them.
 */

#include <stddef.h>
#include <stdint.h>

/* Reads text[length], a line without its newline; a CR at the end is a blank. Returns NULL and the range, or
 * why it is none, in a few words, and what `minimum` and `maximum` hold is of no use then. */
const char *range_parse(const char *text, size_t length, int64_t *minimum, int64_t *maximum);

#endif
