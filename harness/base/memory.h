// Allocation that does not fail: out of memory ends the process with exit status 4.
#ifndef SOCKSPEC_BASE_MEMORY_H
#define SOCKSPEC_BASE_MEMORY_H

#include <stddef.h>

// Zeroed memory for `count` elements of `size` bytes.
void *allocate(size_t count, size_t size);

// realloc(3) for `count` elements of `size` bytes; new bytes are not zeroed.
void *reallocate(void *memory, size_t count, size_t size);

// Makes room for one element more in an array that grows by doubling; returns the array.
void *grow(void *array, size_t count, size_t size);

char *duplicate(const char *text);
char *duplicate_bytes(const void *data, size_t length); // with a NUL behind

// A string made as by printf(3).
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
