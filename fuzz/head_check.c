#include "head_check.h"

#include <string.h>

#include "fuzz.h"

enum {
#ifdef SOCKSPEC_FUZZ
    EVERY_CUT_MAX = 24, // bytes: the work grows with their square
#else
    EVERY_CUT_MAX = 4096,
#endif
};

static int parse_in_pieces(head_parser *parse, const uint8_t *data, const char *text, size_t size)
{
    struct message_head head = {0};
    struct cuts cuts = {.sizes = data};
    int result = 0;
    for (size_t at = 0; at < size && result == 0;) {
        at += cuts_next(&cuts, size - at);
        result = parse(&head, edge_copy(1, text, at), at);
    }
    return result;
}

static int parse_bytewise(head_parser *parse, struct message_head *head, const char *text, size_t size)
{
    int result = 0;
    for (size_t at = 1; at <= size && result == 0; at++)
        result = parse(head, text, at);
    return result;
}

static int parse_in_two(head_parser *parse, const char *text, size_t cut, size_t size)
{
    struct message_head head = {0};
    int result = parse(&head, text, cut);
    return result == 0 ? parse(&head, text, size) : result;
}

static bool same_span(struct span a, struct span b)
{
    return a.bytes == b.bytes && a.length == b.length;
}

void head_require_same_when_cut(head_parser *parse, int expected, const uint8_t *data, const char *text, size_t size)
{
    struct message_head whole = {0}, bytewise = {0};
    require(parse_in_pieces(parse, data, text, size) == expected);
    if (size > EVERY_CUT_MAX)
        return;
    require(parse(&whole, text, size) == expected);
    require(parse_bytewise(parse, &bytewise, text, size) == expected);
    if (expected > 0) {
        require(same_span(whole.method, bytewise.method) && same_span(whole.target, bytewise.target));
        require(same_span(whole.fields, bytewise.fields) && whole.status == bytewise.status);
        require(whole.major == bytewise.major && whole.minor == bytewise.minor);
    }
    for (size_t cut = 0; cut <= size; cut++)
        require(parse_in_two(parse, text, cut, size) == expected);
}

static void require_elements_inside(struct span list)
{
    const char *end = list.bytes + list.length;
    struct span element;
    while (span_take_element(&list, &element)) {
        require(element.length > 0 && element.bytes + element.length <= end);
        require(!memchr(element.bytes, ',', element.length) && list.bytes <= end);
    }
    require(list.length == 0);
}

void head_require_whole(const struct message_head *head, const char *text, size_t length)
{
    require(length >= 4 && memcmp(text + length - 4, "\r\n\r\n", 4) == 0);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool line_end = c == '\n' ? i > 0 && text[i - 1] == '\r' : c == '\r' && i + 1 < length && text[i + 1] == '\n';
        require((c >= ' ' && c != 0x7f) || c == '\t' || line_end);
    }
    const char *begin = head->fields.bytes, *end = begin + head->fields.length;
    require(begin >= text && end + 2 == text + length);
    struct field_line field = {0};
    const char *at = begin;
    while (message_head_next(head, &field)) {
        require(field.name.bytes == at && span_is_token(field.name));
        require(field.value.bytes > at && field.value.bytes + field.value.length <= end - 2);
        require_elements_inside(field.value);
        at = (const char *)memchr(field.value.bytes, '\n', (size_t)(end - field.value.bytes)) + 1;
    }
    require(at == end);
}

void head_require_same_fields(const struct message_head *ours, const struct http_head *theirs)
{
    struct field_line field = {0};
    size_t count = 0;
    for (; message_head_next(ours, &field); count++) {
        require(count < theirs->field_count);
        require(span_equals(field.name, theirs->fields[count].name));
        require(span_equals(field.value, theirs->fields[count].value));
    }
    require(count == theirs->field_count);
}
