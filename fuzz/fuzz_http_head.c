// Reaches request_head_parse, response_head_parse and the field and list functions of impl/lib/http_head.c, and, for
// whole heads of requests, handshake_decide and handshake_answer_write of impl/lib/ws_handshake.c.
//
// Oracles:
// - a head parsed whole and in chunks whose sizes the first bytes of the input choose gives the same result;
// - a head that was taken consists of CRLF lines, has no control character in them, and all its fields, put
//   together again, are as long as it is;
// - the harness's lenient parser of heads takes what ours takes, with the same method, target and fields;
// - a decision is one of the statuses that are documented, and its answer fits.
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http_head.h"
#include "lib/ws_handshake.h"
#include "ws/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static char *exact(const char *bytes, size_t size)
{
    char *copy = calloc(size ? size : 1, 1);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

typedef int parser(struct message_head *head, const char *bytes, size_t size);

static int parse_in_chunks(parser *parse, const uint8_t chunks[4], const char *text, size_t size)
{
    struct message_head head = {0};
    int result = 0;
    size_t at = 0;
    for (size_t turn = 0; at < size && result == 0; turn++) {
        size_t chunk = (size_t)chunks[turn % 4] + (turn % 4 == 0);
        at += chunk < size - at ? chunk : size - at;
        char *copy = exact(text, at);
        result = parse(&head, copy, at);
        free(copy);
    }
    return result;
}

static void check_fields(const struct message_head *head)
{
    struct field_line field = {0};
    size_t count = 0, end = 0;
    while (message_head_next(head, &field)) {
        count++;
        require(span_is_token(field.name));
        end = (size_t)(field.value.bytes + field.value.length - head->fields.bytes);
        require(end <= head->fields.length);
        struct span list = field.value, element;
        while (span_take_element(&list, &element))
            require(element.length > 0 && element.length <= field.value.length);
    }
    require(count > 0 || head->fields.length == 0);
    for (size_t i = 0; i < head->fields.length; i++) {
        char c = head->fields.bytes[i];
        require(c != '\0' && c != '\x7f');
        require(c != '\n' || head->fields.bytes[i - 1] == '\r');
    }
}

static void compare(const struct message_head *ours, const char *text, int length)
{
    if (text[0] == '\r') // the harness, as a client's peer, does not skip an empty line
        return;
    struct http_head theirs;
    const char *fault;
    if (http_request_decode((const unsigned char *)text, (size_t)length, &theirs, &fault) != length)
        return; // it knows HTTP/1.x only
    require(span_equals(ours->method, theirs.method));
    require(span_equals(ours->target, theirs.target));
    struct field_line field = {0};
    size_t count = 0;
    for (; message_head_next(ours, &field); count++) {
        require(count < theirs.field_count);
        require(span_equals(field.name, theirs.fields[count].name));
        require(span_equals(field.value, theirs.fields[count].value));
    }
    require(count == theirs.field_count);
    http_head_free(&theirs);
}

static void decide(const struct message_head *head)
{
    static const int documented[] = {101, 200, 400, 403, 404, 405, 426, 505};
    static const char *const names[] = {"chat"};
    const struct handshake_policy policy = {.about = "A fuzzer", .subprotocols = names, .subprotocol_count = 1};
    struct handshake_answer answer;
    handshake_decide(head, &policy, &answer);
    bool known = false;
    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++)
        known |= answer.status == documented[i];
    require(known);
    char bytes[HANDSHAKE_ANSWER_MAX];
    size_t length = handshake_answer_write(&answer, 0, bytes);
    require(length < sizeof bytes && length == strlen(bytes));
    require(strstr(bytes, "\r\n\r\n") != NULL);
}

static void parse_request(const uint8_t chunks[4], const char *text, size_t size)
{
    struct message_head head = {0};
    int length = request_head_parse(&head, text, size);
    require(parse_in_chunks(request_head_parse, chunks, text, size) == length);
    if (length <= 0)
        return;
    require((size_t)length <= size && memcmp(text + length - 4, "\r\n\r\n", 4) == 0);
    check_fields(&head);
    compare(&head, text, length);
    decide(&head);
}

static void parse_response(const uint8_t chunks[4], const char *text, size_t size)
{
    struct message_head head = {0};
    int length = response_head_parse(&head, text, size);
    require(length != -ENAMETOOLONG);
    require(parse_in_chunks(response_head_parse, chunks, text, size) == length);
    if (length <= 0)
        return;
    require((size_t)length <= size && memcmp(text + length - 4, "\r\n\r\n", 4) == 0);
    require(head.status <= 999 && memcmp(text, "HTTP/", 5) == 0);
    check_fields(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size -= 4;
    char *text = exact((const char *)data + 4, size);
    parse_request(data, text, size);
    parse_response(data, text, size);
    free(text);
    return 0;
}
