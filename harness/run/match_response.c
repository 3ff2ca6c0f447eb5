// The heads of HTTP, and the bodies of responses.
#include <ctype.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "run/match.h"
#include "suite/pattern.h"

static bool status_fits(const struct response_matcher *expected, int status)
{
    for (size_t i = 0; i < expected->status_count; i++)
        if (expected->statuses[i] == status || expected->statuses[i] == status / 100)
            return true;
    return false;
}

// Fields of one name make a list together, which one text is not.
static bool stands_once(const struct http_head *head, const char *name, struct match *match)
{
    size_t count = http_field_count(head, name);
    if (count > 1)
        match_refuse(match, "%s stands there %zu times", name, count);
    return count <= 1;
}

static bool field_fits(const struct field_matcher *field, const struct http_head *head, struct match *match)
{
    const char *value = http_field_value(head, field->name);
    bool fits = false;
    bool one_text = field->rule == FIELD_EXACT || field->rule == FIELD_REGEX;
    if (one_text && !stands_once(head, field->name, match))
        return false;
    switch (field->rule) {
    case FIELD_ABSENT:
        fits = !value;
        break;
    case FIELD_EXACT:
        fits = value && strcmp(value, field->text) == 0;
        break;
    case FIELD_TOKEN:
        fits = http_field_has_token(head, field->name, field->text);
        break;
    case FIELD_REGEX:
        fits = value && pattern_match(field->regex, value, strlen(value), PCRE2_ENDANCHORED, NULL) >= 0;
        break;
    }
    if (!fits)
        match_refuse(match, "%s is %s", field->name, value ? value : "absent");
    return fits;
}

static bool accept_fits(const struct http_head *head, const char *key, struct match *match)
{
    char accept[WS_ACCEPT_LENGTH + 1];
    const char *value = http_field_value(head, "Sec-WebSocket-Accept");
    if (!stands_once(head, "Sec-WebSocket-Accept", match))
        return false;
    ws_accept_for(key ? key : "", accept);
    if (value && strcmp(value, accept) == 0)
        return true;
    match_refuse(match, "Sec-WebSocket-Accept is %s instead of %s", value ? value : "absent", accept);
    return false;
}

// --- bodies ---

#define LONGEST_CHUNK_LINE 4096

struct body {
    size_t length; // on the wire
    bool chunked;
    struct buffer content; // of a chunked one
};

// The size at the start of a line of `length` bytes. Returns false when it is none.
static bool chunk_size(const unsigned char *line, size_t length, size_t *size)
{
    static const char digits[] = "0123456789abcdef";
    size_t i = 0;
    *size = 0;
    for (; i < length && isxdigit(line[i]); i++) {
        if (i == 15)
            return false;
        *size = *size * 16 + (size_t)(strchr(digits, tolower(line[i])) - digits);
    }
    return i > 0 && (i == length || line[i] == ';');
}

// Takes a chunked body apart, trailers and all.
static enum match_answer take_chunks(const unsigned char *bytes, size_t length, struct body *body)
{
    bool trailers = false;
    for (;;) {
        const unsigned char *line = bytes + body->length;
        size_t left = length - body->length;
        const unsigned char *line_end = memmem(line, left, "\r\n", 2);
        if (!line_end)
            return left > LONGEST_CHUNK_LINE ? MATCH_NO : MATCH_MORE;
        size_t line_length = (size_t)(line_end - line);
        size_t size = 0;
        if (!trailers && !chunk_size(line, line_length, &size))
            return MATCH_NO;
        body->length += line_length + 2;
        if (trailers && line_length == 0)
            return MATCH_YES;
        trailers |= size == 0;
        if (trailers)
            continue;
        left = length - body->length;
        if (left > size && (line_end[2 + size] != '\r' || (left > size + 1 && line_end[3 + size] != '\n')))
            return MATCH_NO;
        if (left < size + 2)
            return MATCH_MORE;
        buffer_append(&body->content, line_end + 2, size);
        body->length += size + 2;
    }
}

// Finds how long the body behind a head of `length` bytes is. One that ends with the connection is whole only then; a
// server that keeps the connection open and sends no length has no body that one could wait for.
static enum match_answer take_body(const struct http_head *head, size_t length, const struct match_input *input,
                                   struct body *body, struct match *match)
{
    const char *declared = http_field_value(head, "Content-Length");
    size_t left = input->length - length;
    long long wanted;
    if (head->status < 200 || head->status == 204 || head->status == 304)
        return MATCH_YES;
    body->chunked = http_field_has_token(head, "Transfer-Encoding", "chunked");
    if (body->chunked) {
        enum match_answer answer = take_chunks(input->bytes + length, left, body);
        if (answer == MATCH_NO)
            return match_refuse(match, "the body is not chunked, as its Transfer-Encoding says");
        return answer == MATCH_MORE && input->final ? match_refuse(match, "the chunked body is not whole") : answer;
    }
    body->length = left;
    if (!declared)
        return input->final ? MATCH_YES : MATCH_MORE;
    if (declared[strspn(declared, "0123456789")] != '\0' || parse_integer(declared, &wanted) < 0)
        return match_refuse(match, "Content-Length is %s", declared);
    if (left < (size_t)wanted)
        return input->final ? match_refuse(match, "the body is shorter than its Content-Length") : MATCH_MORE;
    body->length = (size_t)wanted;
    return MATCH_YES;
}

static enum match_answer match_body(const struct response_matcher *expected, const struct http_head *head,
                                    size_t length, const struct match_input *input, struct match *match)
{
    struct body body = {0};
    const char *wanted = expected->body_contains;
    enum match_answer answer = take_body(head, length, input, &body, match);
    if (answer == MATCH_YES) {
        const void *content = body.chunked ? body.content.data : input->bytes + length;
        size_t content_length = body.chunked ? body.content.length : body.length;
        match->consumed = length + body.length;
        if (wanted && !(content_length && memmem(content, content_length, wanted, strlen(wanted))))
            answer = match_refuse(match, "the body does not hold \"%s\"", wanted);
    }
    buffer_free(&body.content);
    return answer;
}

static enum match_answer match_head(const struct response_matcher *expected, const struct http_head *head,
                                    size_t length, const struct match_input *input, struct match *match)
{
    if (!status_fits(expected, head->status))
        return match_refuse(match, "the status is %d", head->status);
    for (size_t i = 0; i < expected->field_count; i++)
        if (!field_fits(&expected->fields[i], head, match))
            return MATCH_NO;
    if (expected->accept && !accept_fits(head, input->key, match))
        return MATCH_NO;
    match->opened = head->status == 101;
    if (match->opened)
        match->deflate = ws_deflate_agreement_read(head);
    return match_body(expected, head, length, input, match);
}

// A number made of all bytes of a key, so that keys can be collected as numbers are.
static long long key_number(const char *key)
{
    unsigned char nonce[16];
    unsigned long long number = 0;
    if (!ws_key_decode(key, nonce))
        return 0;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | (nonce[i] ^ nonce[8 + i]);
    return (long long)(number >> 1);
}

static enum match_answer match_request_head(const struct request_matcher *expected, const struct http_head *head,
                                            struct match *match)
{
    const char *key = http_field_value(head, "Sec-WebSocket-Key");
    const char *fault = expected->opening ? ws_request_fault(head) : NULL;
    if (fault)
        return match_refuse(match, "%s", fault);
    if (expected->method && strcmp(head->method, expected->method) != 0)
        return match_refuse(match, "the method is %s", head->method);
    if (expected->target && strcmp(head->target, expected->target) != 0)
        return match_refuse(match, "the target is %s", head->target);
    for (size_t i = 0; i < expected->field_count; i++)
        if (!field_fits(&expected->fields[i], head, match))
            return MATCH_NO;
    if (key && strlen(key) < sizeof match->key)
        strcpy(match->key, key);
    match->sample = expected->sample;
    match->number = key ? key_number(key) : 0;
    return MATCH_YES;
}

enum match_answer match_request(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct http_head head = {0};
    const char *fault = NULL;
    int length = http_request_decode(input->bytes, input->length, &head, &fault);
    if (length == 0)
        return input->final ? match_refuse(match, "the head of a request is not whole") : MATCH_MORE;
    if (length < 0)
        return match_refuse(match, "%s", fault ? fault : "it is not an HTTP request");
    match->consumed = (size_t)length;
    enum match_answer answer = match_request_head(matcher->request, &head, match);
    http_head_free(&head);
    return answer;
}

enum match_answer match_response(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct http_head head = {0};
    const char *fault = NULL;
    int length = http_response_decode(input->bytes, input->length, &head, &fault);
    if (length == 0)
        return input->final ? match_refuse(match, "the head of a response is not whole") : MATCH_MORE;
    if (length < 0)
        return match_refuse(match, "%s", fault ? fault : "it is not an HTTP response");
    enum match_answer answer = match_head(matcher->response, &head, (size_t)length, input, match);
    http_head_free(&head);
    return answer;
}
