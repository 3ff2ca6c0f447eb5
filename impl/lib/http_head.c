#include "lib/http_head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* What the next byte belongs to. */
enum state {
    BEGINNING, /* must be zero */
    EMPTY_LINE_LF,
    METHOD,
    TARGET,
    VERSION,
    STATUS, /* the line of a response, up to its code */
    REASON,
    START_LINE_LF,
    LINE, /* the first byte behind a line */
    NAME,
    VALUE,
    VALUE_LF,
    BLANK_LINE_LF,
    WHOLE,
    BROKEN,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_token_char(char c)
{
    if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c);
}

/* More than RFC 3986 has, since browsers send {, }, |, ^, ` and \ in queries as they are; but nothing that
 * could end the target or hide in it. */
static bool is_target_char(char c)
{
    return c > ' ' && c < 0x7f && !strchr("\"#<>", c);
}

static bool is_value_char(char c)
{
    return c == '\t' || (unsigned char)c >= 0x80 || (c >= ' ' && c < 0x7f);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The byte at `place` of the version: "HTTP/", a digit, a dot, a digit, CR. */
static enum state version_step(struct message_head *head, size_t place, char c)
{
    static const char form[] = "HTTP/0.0\r";

    if (form[place] != '0') {
        if (c != form[place])
            return BROKEN;
        return c == '\r' ? START_LINE_LF : VERSION;
    }
    if (!is_digit(c))
        return BROKEN;
    *(place == 5 ? &head->major : &head->minor) = (unsigned)(c - '0');
    return VERSION;
}

/* The line of a response: the version, a blank, three digits, and perhaps a blank and a reason. */
static enum state status_line_step(struct message_head *head, enum state state, const char *bytes, size_t at)
{
    static const char form[] = "HTTP/0.0 000";
    char c = bytes[at];

    if (state == REASON || at == strlen(form)) {
        if (c == '\r')
            return START_LINE_LF;
        return (state == REASON ? is_value_char(c) : c == ' ') ? REASON : BROKEN;
    }
    if (form[at] != '0')
        return c == form[at] ? STATUS : BROKEN;
    if (!is_digit(c))
        return BROKEN;
    unsigned *number = at == 5 ? &head->major : at == 7 ? &head->minor : &head->status;
    *number = *number * 10 + (unsigned)(c - '0');
    return STATUS;
}

static enum state request_line_step(struct message_head *head, enum state state, const char *bytes, size_t at)
{
    char c = bytes[at];
    if (state == BEGINNING && c == '\r')
        return EMPTY_LINE_LF;
    if (state == EMPTY_LINE_LF) {
        head->mark = at + 1;
        return c == '\n' ? METHOD : BROKEN;
    }
    if (state == VERSION)
        return version_step(head, at - head->mark, c);
    bool belongs = state == TARGET ? is_target_char(c) : is_token_char(c);
    if (belongs)
        return state == TARGET ? TARGET : METHOD;
    if (c != ' ' || at == head->mark)
        return BROKEN;
    struct span *span = state == TARGET ? &head->target : &head->method;
    span->length = at - head->mark;
    head->mark = at + 1;
    return state == TARGET ? VERSION : TARGET;
}

/* Behind the first line: the byte that ends a state, and those that belong to it. */
static enum state field_step(enum state state, char c)
{
    static const struct {
        char end;
        enum state behind;
        bool (*belongs)(char c); /* NULL: none */
        enum state within;
    } rows[] = {
        [LINE] = {'\r', BLANK_LINE_LF, is_token_char, NAME}, [NAME] = {':', VALUE, is_token_char, NAME},
        [VALUE] = {'\r', VALUE_LF, is_value_char, VALUE},    [VALUE_LF] = {'\n', LINE, NULL, BROKEN},
        [BLANK_LINE_LF] = {'\n', WHOLE, NULL, BROKEN},
    };
    if (c == rows[state].end)
        return rows[state].behind;
    return rows[state].belongs && rows[state].belongs(c) ? rows[state].within : BROKEN;
}

static enum state step(struct message_head *head, enum state state, const char *bytes, size_t at)
{
    if (state >= LINE)
        return field_step(state, bytes[at]);
    if (state == STATUS || state == REASON)
        return status_line_step(head, state, bytes, at);
    if (state != START_LINE_LF)
        return request_line_step(head, state, bytes, at);
    head->mark = at + 1;
    return bytes[at] == '\n' ? LINE : BROKEN;
}

/* Reads on from a state. */
static int head_parse(struct message_head *head, enum state state, const char *bytes, size_t size)
{
    size_t stop = size < MESSAGE_HEAD_MAX ? size : MESSAGE_HEAD_MAX;
    for (; head->scanned < stop && state < WHOLE; head->scanned++)
        state = step(head, state, bytes, head->scanned);
    head->state = state;
    if (state == BROKEN)
        return -EBADMSG;
    if (state == WHOLE) {
        head->fields.bytes = bytes + head->mark;
        head->fields.length = head->scanned - strlen("\r\n") - head->mark;
        return (int)head->scanned;
    }
    if (head->scanned < MESSAGE_HEAD_MAX)
        return 0;
    return state == TARGET ? -ENAMETOOLONG : -EMSGSIZE;
}

int request_head_parse(struct message_head *head, const char *bytes, size_t size)
{
    int result = head_parse(head, (enum state)head->state, bytes, size);
    if (result > 0) {
        head->method.bytes = bytes[0] == '\r' ? bytes + 2 : bytes;
        head->target.bytes = head->method.bytes + head->method.length + 1;
    }
    return result;
}

int response_head_parse(struct message_head *head, const char *bytes, size_t size)
{
    return head_parse(head, head->state == BEGINNING ? STATUS : (enum state)head->state, bytes, size);
}

static struct span span_trim(struct span span)
{
    while (span.length > 0 && is_blank(span.bytes[0])) {
        span.bytes++;
        span.length--;
    }
    while (span.length > 0 && is_blank(span.bytes[span.length - 1]))
        span.length--;
    return span;
}

bool message_head_next(const struct message_head *head, struct field_line *field)
{
    const char *end = head->fields.bytes + head->fields.length;
    const char *line = head->fields.bytes;
    if (field->name.bytes) {
        const char *rest = field->value.bytes + field->value.length;
        line = (const char *)memchr(rest, '\n', (size_t)(end - rest)) + 1;
    }
    if (line == end)
        return false;
    const char *colon = memchr(line, ':', (size_t)(end - line));
    const char *cr = memchr(colon, '\r', (size_t)(end - colon));
    field->name = (struct span){line, (size_t)(colon - line)};
    field->value = span_trim((struct span){colon + 1, (size_t)(cr - colon - 1)});
    return true;
}

size_t message_head_find(const struct message_head *head, const char *name, struct span *value)
{
    size_t count = 0;
    struct field_line field = {0};
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, name))
            continue;
        if (count == 0)
            *value = field.value;
        count++;
    }
    return count;
}

bool message_head_has_token(const struct message_head *head, const char *name, const char *token)
{
    struct field_line field = {0};
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, name))
            continue;
        struct span element;
        while (span_take_element(&field.value, &element))
            if (span_equals_nocase(element, token))
                return true;
    }
    return false;
}

bool span_take_element(struct span *list, struct span *element)
{
    while (list->length > 0) {
        const char *comma = memchr(list->bytes, ',', list->length);
        size_t length = comma ? (size_t)(comma - list->bytes) : list->length;
        size_t taken = comma ? length + 1 : length;
        *element = span_trim((struct span){list->bytes, length});
        list->bytes += taken;
        list->length -= taken;
        if (element->length > 0)
            return true;
    }
    return false;
}

bool span_equals(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.bytes, text, span.length) == 0;
}

bool span_equals_nocase(struct span span, const char *text)
{
    return span.length == strlen(text) && strncasecmp(span.bytes, text, span.length) == 0;
}

bool span_is_token(struct span span)
{
    for (size_t i = 0; i < span.length; i++)
        if (!is_token_char(span.bytes[i]))
            return false;
    return span.length > 0;
}
