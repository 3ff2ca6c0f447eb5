#ifndef IMPL_INTEGER_H
#define IMPL_INTEGER_H

/*
 * Decimal integers, read strictly.
 */

#include <stddef.h>
#include <stdint.h>

/* Room for "-9223372036854775808", a newline and a NUL. */
enum { INTEGER_LINE_SIZE = 22 };

/* Reads text[length]: digits with or without a '-' before them, and nothing else. Returns 0; -EINVAL when it
 * is no such text; -ERANGE when the number does not fit. */
int integer_parse(const char *text, size_t length, int64_t *value);

/* Writes the number and a newline into text[INTEGER_LINE_SIZE]; returns the length. */
size_t integer_line(int64_t value, char *text);

#endif
