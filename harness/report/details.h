// Events as text: members looked up, untrusted values made harmless, and the lines that tell a person what
// went wrong.
//
// What a program under test sent ends up in these values. They may hold any code point, so nothing of an
// event is written but through one of the functions here or json_dump().
#ifndef SOCKSPEC_REPORT_DETAILS_H
#define SOCKSPEC_REPORT_DETAILS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

// A string of an event; it may hold NUL bytes. `data` is NULL when there is none.
struct text {
    const char *data;
    size_t length;
};

struct text text_of(const json_t *value);
struct text event_text(const json_t *event, const char *member);

// A member as a C string, or `otherwise`.
const char *event_string(const json_t *event, const char *member, const char *otherwise);

// A member as a number, or 0.
double event_number(const json_t *event, const char *member);
long long event_integer(const json_t *event, const char *member);

// Decodes one code point. Returns its length in bytes, or 0 when the bytes are not UTF-8.
size_t code_point_decode(const char *data, size_t length, uint32_t *code_point);

// Appends text for one line: control characters, line breaks, bidirectional overrides, noncharacters and
// bytes that are not UTF-8 as \xNN or \uNNNN, a tab as blanks. After `limit` bytes of it only how many there
// are in all.
void text_append(struct buffer *out, struct text text, size_t limit);

// Appends text that may have several lines, each made harmless and ended by a line feed.
void lines_append(struct buffer *out, struct text text);

// Appends what is known of a case that did not pass: a labelled line for each requirement, then expected,
// actual, why and where.
void details_append(struct buffer *out, const json_t *event);

// Appends a labelled line for each requirement, without its text.
void requirement_ids_append(struct buffer *out, const json_t *event);

// Appends `label` and the text after it; further lines of the text are indented as much. Nothing without a
// text.
void labelled_append(struct buffer *out, const char *label, struct text text);

// Appends transcript and standard error, the last lines only (how many were left out is said).
void transcript_tail_append(struct buffer *out, const json_t *event);
void stderr_tail_append(struct buffer *out, const json_t *event);

#endif
