#ifndef IMPL_RANDOM_H
#define IMPL_RANDOM_H

/*
 * Random numbers that nobody can predict, from getrandom(2). Any thread.
 */

#include <stddef.h>
#include <stdint.h>

/* Fills bytes[size], at most 256. */
void random_bytes(void *bytes, size_t size);

/* A number in [minimum, maximum], each as likely as any other: draws that would favour some are thrown away
 * instead of reduced by a modulus. `minimum` is not above `maximum`. */
int64_t random_between(int64_t minimum, int64_t maximum);

/* The same from a source of 64 random bits, for tests. */
int64_t random_between_by(uint64_t (*draw)(void *context), void *context, int64_t minimum, int64_t maximum);

#endif
