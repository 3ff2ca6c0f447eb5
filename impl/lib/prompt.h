#ifndef IMPL_PROMPT_H
#define IMPL_PROMPT_H

/*
 * A conversation typed at a prompt: a line goes out, a reply comes back, until STOP or the end of the input
 * (contracts 10, 11, 14 and 18).
 */

#include <stddef.h>

#include "lib/failure.h"

/* Sends a line and prints the reply. The line ends with a newline, also where the input did not. Returns 0,
 * or a negative errno code with the reason in `failure`. */
typedef int prompt_exchange(void *context, const char *line, size_t length, struct failure *failure);

/* Prints ">> ", visible at once, reads a line of any length from standard input and exchanges it, again and
 * again. After STOP, which is exchanged as well, prints the farewell on a line. Returns 0 then and at the end
 * of the input, or what the exchange returned, or the negative errno code of a standard input that could not
 * be read. */
int prompt_talk(prompt_exchange *exchange, void *context, const char *farewell, struct failure *failure);

#endif
