// HTTP responses.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/match.h"
#include "suite/pattern.h"

static bool status_fits(const struct response_matcher *expected, int status)
{
    for (size_t i = 0; i < expected->status_count; i++)
        if (expected->statuses[i] == status || expected->statuses[i] == status / 100)
            return true;
    return false;
}

static bool field_fits(const struct field_matcher *field, const struct http_head *head, struct match *match)
{
    const char *value = http_field_value(head, field->name);
    bool fits = false;
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
    ws_accept_for(key ? key : "", accept);
    if (value && strcmp(value, accept) == 0 && http_field_count(head, "Sec-WebSocket-Accept") == 1)
        return true;
    match_refuse(match, "Sec-WebSocket-Accept is %s instead of %s", value ? value : "absent", accept);
    return false;
}

// How long the body behind a head of `length` bytes is. Returns false when it is not whole yet; a body that ends with
// the connection is whole only then.
static bool body_is_whole(const struct http_head *head, size_t length, const struct match_input *input,
                          size_t *body_length)
{
    const char *declared = http_field_value(head, "Content-Length");
    *body_length = input->length - length;
    if (head->status == 101 || head->status == 204 || head->status == 304) {
        *body_length = 0;
        return true;
    }
    if (!declared)
        return input->end != CHANNEL_OPEN || http_field_has_token(head, "Transfer-Encoding", "chunked");
    size_t wanted = strtoull(declared, NULL, 10);
    bool whole = *body_length >= wanted;
    if (whole)
        *body_length = wanted;
    return whole;
}

static enum match_answer match_body(const struct response_matcher *expected, const struct http_head *head,
                                    size_t length, const struct match_input *input, struct match *match)
{
    size_t body_length;
    if (!body_is_whole(head, length, input, &body_length)) {
        // A server that keeps the connection open and sends no length has no body that one could wait for.
        if (!input->final)
            return MATCH_MORE;
        if (http_field_value(head, "Content-Length"))
            return match_refuse(match, "the body is shorter than its Content-Length");
    }
    match->consumed = length + body_length;
    const char *wanted = expected->body_contains;
    if (wanted && !memmem(input->bytes + length, body_length, wanted, strlen(wanted)))
        return match_refuse(match, "the body does not hold \"%s\"", wanted);
    return MATCH_YES;
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
    return match_body(expected, head, length, input, match);
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
