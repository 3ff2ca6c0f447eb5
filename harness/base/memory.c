#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

static _Noreturn void out_of_memory(void)
{
    fputs("sockspec: out of memory\n", stderr);
    exit(4);
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        out_of_memory();
    return memory;
}

void *reallocate(void *memory, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory();
    void *moved = realloc(memory, bytes ? bytes : 1);
    if (!moved)
        out_of_memory();
    return moved;
}

void *grow(void *array, size_t count, size_t size)
{
    if (count == 0)
        return reallocate(array, 4, size);
    if (count >= 4 && (count & (count - 1)) == 0)
        return reallocate(array, count * 2, size);
    return array;
}

char *duplicate_bytes(const void *data, size_t length)
{
    char *copy = allocate(length + 1, 1);
    if (length)
        memcpy(copy, data, length);
    return copy;
}

char *duplicate(const char *text)
{
    return duplicate_bytes(text, strlen(text));
}

char *format_text(const char *format, ...)
{
    struct buffer buffer = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&buffer, format, arguments);
    va_end(arguments);
    return buffer_take(&buffer);
}
