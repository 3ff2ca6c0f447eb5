#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void buffer_reserve(struct buffer *buffer, size_t extra)
{
    if (extra < buffer->capacity - buffer->length)
        return;
    size_t capacity = buffer->capacity ? buffer->capacity : 64;
    while (capacity - buffer->length <= extra && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    if (capacity - buffer->length <= extra)
        capacity = SIZE_MAX; // which is out of memory
    buffer->data = reallocate(buffer->data, capacity, 1);
    buffer->capacity = capacity;
}

unsigned char *buffer_extend(struct buffer *buffer, size_t length)
{
    buffer_reserve(buffer, length);
    unsigned char *start = buffer->data + buffer->length;
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return start;
}

void buffer_append(struct buffer *buffer, const void *data, size_t length)
{
    if (length)
        memcpy(buffer_extend(buffer, length), data, length);
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_format_list(struct buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length > 0) {
        char *start = (char *)buffer_extend(buffer, (size_t)length);
        vsnprintf(start, (size_t)length + 1, format, again);
    }
    va_end(again);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(buffer, format, arguments);
    va_end(arguments);
}

static const char *escape_of(unsigned char byte)
{
    switch (byte) {
    case '\r':
        return "\\r";
    case '\n':
        return "\\n";
    case '\t':
        return "\\t";
    case '\0':
        return "\\0";
    case '\\':
        return "\\\\";
    case '"':
        return "\\\"";
    default:
        return NULL;
    }
}

void buffer_escaped(struct buffer *buffer, const void *data, size_t length, size_t limit)
{
    const unsigned char *bytes = data;
    size_t shown = length < limit ? length : limit;
    for (size_t i = 0; i < shown; i++) {
        const char *escape = escape_of(bytes[i]);
        if (escape)
            buffer_text(buffer, escape);
        else if (bytes[i] < 0x20 || bytes[i] >= 0x7f)
            buffer_format(buffer, "\\x%02x", bytes[i]);
        else
            buffer_append(buffer, &bytes[i], 1);
    }
    if (shown < length)
        buffer_format(buffer, "\u2026 (%zu bytes in all)", length);
}

void buffer_consume(struct buffer *buffer, size_t length)
{
    if (length == 0)
        return;
    buffer->length -= length;
    memmove(buffer->data, buffer->data + length, buffer->length + 1);
}

void buffer_shorten(struct buffer *buffer, size_t length)
{
    if (length == buffer->length)
        return;
    buffer->length = length;
    buffer->data[length] = '\0';
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data ? (const char *)buffer->data : "";
}

char *buffer_take(struct buffer *buffer)
{
    buffer_reserve(buffer, 0);
    buffer->data[buffer->length] = '\0';
    char *text = (char *)buffer->data;
    *buffer = (struct buffer){0};
    return text;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
