// A heap copy of exactly the bytes given, so that AddressSanitizer sees a read beyond them.
#ifndef SOCKSPEC_TESTS_WS_EXACT_H
#define SOCKSPEC_TESTS_WS_EXACT_H

#include <stdlib.h>
#include <string.h>

static inline unsigned char *exact_copy(const void *bytes, size_t length)
{
    unsigned char *copy = malloc(length);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

#endif
