// A growable run of bytes. All text and wire data that the harness builds piece by piece goes through one.
//
// Allocation failure ends the process (exit status 4): a test harness has nothing better to do, and every
// caller is spared a branch that no test reaches.
#ifndef SOCKSPEC_BASE_BUFFER_H
#define SOCKSPEC_BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct buffer {
    unsigned char *data; // NUL follows the last byte, so that text can be read as a string
    size_t length;
    size_t capacity;
};

// Appends `length` bytes.
void buffer_append(struct buffer *buffer, const void *data, size_t length);

// Appends `length` bytes of any content and returns where they begin, for the caller to fill.
unsigned char *buffer_extend(struct buffer *buffer, size_t length);

// Appends a string, or text made as by printf(3).
void buffer_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_format_list(struct buffer *buffer, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

// Appends bytes as a person reads them: printable ASCII as it is, the rest as \r, \n, \t, \0, \\, \", \xNN.
// At most `limit` input bytes are shown; what is left is counted: `… (1000 bytes in all)`.
void buffer_escaped(struct buffer *buffer, const void *data, size_t length, size_t limit);

// Drops the first `length` bytes.
void buffer_consume(struct buffer *buffer, size_t length);

// Drops all but the first `length` bytes, of which there are as many.
void buffer_shorten(struct buffer *buffer, size_t length);

// The text so far, never NULL.
const char *buffer_string(const struct buffer *buffer);

// Hands the memory over to the caller, who frees it; the buffer is empty afterwards. Never NULL.
char *buffer_take(struct buffer *buffer);

void buffer_free(struct buffer *buffer);

#endif
