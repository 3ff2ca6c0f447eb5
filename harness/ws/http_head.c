// HTTP/1.x heads, taken apart line by line and from left to right, so that a fault is found as soon as its
// line is there and is the same however the bytes were cut. The grammar is RFC 9112, sections 2.2 to 5.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ws/handshake.h"

#define HEAD_LIMIT 65536

// Takes one line apart, of which the NUL stands where CRLF was. Returns NULL or the fault.
typedef const char *line_parser(struct http_head *head, char *line);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_token_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static bool has_control(const char *text)
{
    while (*text && !is_control(*text))
        text++;
    return *text != '\0';
}

// The length of the token at the start of `text`.
static size_t token_length(const char *text)
{
    size_t length = 0;
    while (is_token_char(text[length]))
        length++;
    return length;
}

// True for "HTTP/1." and a digit, then `end`.
static bool is_version_1(const char *text, char end)
{
    return strncmp(text, "HTTP/1.", 7) == 0 && is_digit(text[7]) && text[8] == end;
}

static const char *parse_status_line(struct http_head *head, char *line)
{
    char *space = strchr(line, ' ');
    if (!space || !is_version_1(line, ' '))
        return "the status line does not begin with HTTP/1.x and one space (RFC 9112 section 4)";
    char *code = space + 1;
    size_t digits = 0;
    while (is_digit(code[digits]))
        digits++;
    if (digits != 3 || code[0] == '0')
        return "the status code is not a number of three digits from 100 (RFC 9112 section 4)";
    if (code[3] != ' ')
        return "no space after the status code (RFC 9112 section 4)";
    if (has_control(code + 4))
        return "a control character in the reason phrase (RFC 9112 section 4)";
    *space = '\0';
    head->version = line;
    head->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    head->reason = code + 4;
    return NULL;
}

// http_request_decode() has seen to it that a method and a space come first.
static const char *parse_request_line(struct http_head *head, char *line)
{
    size_t method = token_length(line);
    char *target = line + method + 1;
    size_t length = strcspn(target, " \t");
    if (length == 0 || target[length] != ' ')
        return "the request line has no target between two single spaces (RFC 9112 section 3)";
    if (!is_version_1(target + length + 1, '\0'))
        return "the request line does not end with HTTP/1.x (RFC 9112 section 3)";
    target[length] = '\0';
    if (has_control(target))
        return "a control character in the request target (RFC 9112 section 3.2)";
    line[method] = '\0';
    head->method = line;
    head->target = target;
    head->version = target + length + 1;
    return NULL;
}

static const char *parse_field_line(struct http_head *head, char *line)
{
    if (is_blank(line[0]))
        return "a field line begins with a blank: obsolete line folding (RFC 9112 section 5.2)";
    size_t name = token_length(line);
    if (name > 0 && is_blank(line[name]) && line[name + strspn(line + name, " \t")] == ':')
        return "a blank between a field's name and its colon (RFC 9112 section 5.1)";
    if (!strchr(line, ':'))
        return "a field line without a colon (RFC 9112 section 5)";
    if (name == 0 || line[name] != ':')
        return "a field's name is not a token (RFC 9110 section 5.1)";
    char *value = line + name + 1;
    if (has_control(value))
        return "a control character in a field's value (RFC 9110 section 5.5)";

    while (is_blank(*value))
        value++;
    char *end = value + strlen(value);
    while (end > value && is_blank(end[-1]))
        end--;
    *end = '\0';
    line[name] = '\0';
    head->fields = grow(head->fields, head->field_count, sizeof *head->fields);
    head->fields[head->field_count++] = (struct http_field){line, value};
    return NULL;
}

// The end of the line that begins at `line`: a pointer to its LF, or NULL when it has none before `end`. Puts
// the NUL where CR was. `*fault` is set when the line is not one of text that ends with CRLF.
static char *line_cut(char *line, const char *end, const char **fault)
{
    char *feed = memchr(line, '\n', (size_t)(end - line));
    if (!feed)
        return NULL;
    if (memchr(line, '\0', (size_t)(feed - line)))
        *fault = "a NUL byte (RFC 9110 section 5.5)";
    else if (feed == line || feed[-1] != '\r')
        *fault = "a line that ends with a bare LF instead of CRLF (RFC 9112 section 2.2)";
    else if (memchr(line, '\r', (size_t)(feed - 1 - line)))
        *fault = "a bare CR within a line (RFC 9112 section 2.2)";
    else
        feed[-1] = '\0';
    return feed;
}

// Reads lines from head->storage. Returns as http_response_decode().
static int head_parse(struct http_head *head, size_t size, line_parser *parse, const char **fault)
{
    char *line = head->storage;
    const char *end = line + size;
    char *feed;
    while ((feed = line_cut(line, end, fault))) {
        if (!*fault && *line == '\0')
            return (int)(feed + 1 - head->storage);
        if (!*fault)
            *fault = parse(head, line);
        if (*fault)
            return -EBADMSG;
        parse = parse_field_line;
        line = feed + 1;
    }
    if (size < HEAD_LIMIT)
        return 0;
    *fault = "the head is longer than 64 KiB";
    return -EBADMSG;
}

static int head_decode(const unsigned char *bytes, size_t size, struct http_head *head, line_parser *first,
                       const char **fault)
{
    if (size > HEAD_LIMIT)
        size = HEAD_LIMIT;
    *fault = NULL;
    *head = (struct http_head){.storage = duplicate_bytes(bytes, size)};
    int length = head_parse(head, size, first, fault);
    if (length <= 0)
        http_head_free(head);
    return length;
}

int http_response_decode(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault)
{
    static const char start[] = "HTTP/1.";
    size_t known = size < sizeof start - 1 ? size : sizeof start - 1;
    if (known && memcmp(bytes, start, known) != 0) {
        *head = (struct http_head){0};
        *fault = "does not begin with HTTP/1.x (RFC 9112 section 4)";
        return -EBADMSG;
    }
    return head_decode(bytes, size, head, parse_status_line, fault);
}

int http_request_decode(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault)
{
    size_t method = 0;
    while (method < size && is_token_char((char)bytes[method]))
        method++;
    if (method < size && (method == 0 || bytes[method] != ' ')) {
        *head = (struct http_head){0};
        *fault = "does not begin with a method and one space (RFC 9112 section 3)";
        return -EBADMSG;
    }
    return head_decode(bytes, size, head, parse_request_line, fault);
}

void http_head_free(struct http_head *head)
{
    free(head->storage);
    free(head->fields);
    *head = (struct http_head){0};
}

const char *http_field_value(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->field_count; i++) {
        if (equal_ignoring_case(head->fields[i].name, name))
            return head->fields[i].value;
    }
    return NULL;
}

size_t http_field_count(const struct http_head *head, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->field_count; i++)
        count += equal_ignoring_case(head->fields[i].name, name);
    return count;
}
