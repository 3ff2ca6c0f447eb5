#include "report/details.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"

#define LINE_LIMIT 2000
#define TRANSCRIPT_LINES 30
#define STDERR_LINES 20
#define LABEL_WIDTH 13

struct text text_of(const json_t *value)
{
    return (struct text){json_string_value(value), json_string_length(value)};
}

struct text event_text(const json_t *event, const char *member)
{
    return text_of(json_object_get(event, member));
}

const char *event_string(const json_t *event, const char *member, const char *otherwise)
{
    const char *value = json_string_value(json_object_get(event, member));
    return value ? value : otherwise;
}

double event_number(const json_t *event, const char *member)
{
    return json_number_value(json_object_get(event, member));
}

long long event_integer(const json_t *event, const char *member)
{
    return json_integer_value(json_object_get(event, member));
}

// The length that a first byte announces, and the smallest code point that needs it.
static size_t sequence_length(unsigned char first, uint32_t *smallest)
{
    if (first >= 0xc2 && first <= 0xdf) {
        *smallest = 0x80;
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        *smallest = 0x800;
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

size_t code_point_decode(const char *data, size_t length, uint32_t *code_point)
{
    const unsigned char *bytes = (const unsigned char *)data;
    if (length == 0)
        return 0;
    *code_point = bytes[0];
    if (bytes[0] < 0x80)
        return 1;
    uint32_t smallest = 0;
    size_t size = sequence_length(bytes[0], &smallest);
    if (size == 0 || size > length)
        return 0;
    *code_point = bytes[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code_point = *code_point << 6 | (bytes[i] & 0x3fu);
    }
    bool surrogate = *code_point >= 0xd800 && *code_point <= 0xdfff;
    return *code_point < smallest || *code_point > 0x10ffff || surrogate ? 0 : size;
}

// Whether a code point could move the cursor, change the terminal's state, make text read in another order,
// or is none that XML and YAML may hold.
static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 ||
           c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffe) == 0xfffe;
}

void text_append(struct buffer *out, struct text text, size_t limit)
{
    for (size_t i = 0; i < text.length;) {
        if (i >= limit) {
            buffer_format(out, "\u2026 (%zu bytes in all)", text.length);
            return;
        }
        uint32_t c;
        size_t size = code_point_decode(text.data + i, text.length - i, &c);
        if (size == 0)
            buffer_format(out, "\\x%02x", (unsigned char)text.data[i]);
        else if (c == '\t')
            buffer_text(out, "    ");
        else if (is_harmful(c))
            buffer_format(out, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
        else
            buffer_append(out, text.data + i, size);
        i += size ? size : 1;
    }
}

// Takes the first line off `rest`, without its line feed. Returns false when nothing was left.
static bool line_next(struct text *rest, struct text *line)
{
    if (!rest->data || rest->length == 0)
        return false;
    const char *end = memchr(rest->data, '\n', rest->length);
    *line = (struct text){rest->data, end ? (size_t)(end - rest->data) : rest->length};
    size_t taken = end ? line->length + 1 : line->length;
    rest->data += taken;
    rest->length -= taken;
    return true;
}

void lines_append(struct buffer *out, struct text text)
{
    struct text line;
    while (line_next(&text, &line)) {
        text_append(out, line, SIZE_MAX);
        buffer_text(out, "\n");
    }
}

void labelled_append(struct buffer *out, const char *label, struct text text)
{
    struct text line;
    while (line_next(&text, &line)) {
        buffer_format(out, "  %-*s", LABEL_WIDTH, label);
        text_append(out, line, LINE_LIMIT);
        buffer_text(out, "\n");
        label = "";
    }
}

static void labelled_member_append(struct buffer *out, const json_t *event, const char *member)
{
    labelled_append(out, member, event_text(event, member));
}

static void requirements_append(struct buffer *out, const json_t *event, bool with_text)
{
    size_t i;
    const json_t *check;
    json_array_foreach(json_object_get(event, "checks"), i, check)
    {
        struct buffer line = {0};
        buffer_format(&line, "%s (%s, section %s)", event_string(check, "id", "?"), event_string(check, "level", "?"),
                      event_string(check, "section", "?"));
        if (with_text && event_text(check, "text").data)
            buffer_format(&line, " %s", event_string(check, "text", ""));
        labelled_append(out, "requirement", (struct text){buffer_string(&line), line.length});
        buffer_free(&line);
    }
}

void requirement_ids_append(struct buffer *out, const json_t *event)
{
    requirements_append(out, event, false);
}

static void where_append(struct buffer *out, const json_t *event)
{
    const char *file = event_string(event, "step_file", event_string(event, "file", NULL));
    if (!file)
        return;
    struct buffer where = {0};
    long long line = event_integer(event, "step_line");
    buffer_format(&where, "%s:%lld", file, line > 0 ? line : event_integer(event, "line"));
    if (event_text(event, "step").data)
        buffer_format(&where, " (%s)", event_string(event, "step", ""));
    labelled_append(out, "where", (struct text){buffer_string(&where), where.length});
    buffer_free(&where);
}

void details_append(struct buffer *out, const json_t *event)
{
    requirements_append(out, event, true);
    labelled_member_append(out, event, "expected");
    labelled_member_append(out, event, "actual");
    labelled_member_append(out, event, "why");
    where_append(out, event);
}

static void heading_append(struct buffer *out, const char *label, size_t left_out)
{
    buffer_format(out, "  %s", label);
    if (left_out)
        buffer_format(out, "%*s(%zu earlier line%s left out)", LABEL_WIDTH - (int)strlen(label), "", left_out,
                      left_out == 1 ? "" : "s");
    buffer_text(out, "\n");
}

static void indented_append(struct buffer *out, struct text line)
{
    buffer_text(out, "    ");
    text_append(out, line, LINE_LIMIT);
    buffer_text(out, "\n");
}

void transcript_tail_append(struct buffer *out, const json_t *event)
{
    const json_t *lines = json_object_get(event, "transcript");
    size_t count = json_array_size(lines);
    if (count == 0)
        return;
    size_t first = count > TRANSCRIPT_LINES ? count - TRANSCRIPT_LINES : 0;
    heading_append(out, "transcript", first);
    for (size_t i = first; i < count; i++)
        indented_append(out, text_of(json_array_get(lines, i)));
}

void stderr_tail_append(struct buffer *out, const json_t *event)
{
    struct text rest = event_text(event, "stderr");
    struct text counted = rest;
    struct text line;
    size_t count = 0;
    while (line_next(&counted, &line))
        count++;
    if (count == 0)
        return;
    size_t first = count > STDERR_LINES ? count - STDERR_LINES : 0;
    heading_append(out, "stderr", first);
    for (size_t i = 0; line_next(&rest, &line); i++)
        if (i >= first)
            indented_append(out, line);
}
