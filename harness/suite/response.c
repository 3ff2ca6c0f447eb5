#include "suite/response.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "suite/pattern.h"

#define MAXIMUM_STATUSES (sizeof((struct response_matcher *)0)->statuses / sizeof(int))

static bool read_status(struct reader *reader, const yaml_node_t *node, struct response_matcher *response)
{
    const char **words;
    size_t count;
    if (!read_strings(reader, node, "status", &words, &count))
        return false;
    if (count == 0) {
        reader_problem(reader, node, "`status` needs a status");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        long long number = 0;
        bool class = words[i][0] >= '1' && words[i][0] <= '9' && strcmp(words[i] + 1, "xx") == 0;
        if (class)
            number = words[i][0] - '0';
        if (i == MAXIMUM_STATUSES ||
            (!class && (parse_integer(words[i], &number) < 0 || number < 100 || number > 999))) {
            reader_problem(reader, node, "`%s` is not a status such as 101, or a class such as 4xx (at most %zu)",
                           words[i], MAXIMUM_STATUSES);
            return false;
        }
        response->statuses[response->status_count++] = (int)number;
    }
    return true;
}

static bool read_field(struct reader *reader, const yaml_node_t *node, struct field_matcher *field)
{
    static const char *const keys[] = {"token", "regex", NULL};
    if (node_is_scalar(node)) {
        if (!read_string(reader, node, &field->text))
            return false;
        field->rule = strcmp(field->text, "absent") == 0 ? FIELD_ABSENT : FIELD_EXACT;
        return true;
    }
    if (!map_check(reader, node, "a header", keys, NULL))
        return false;
    const yaml_node_t *token = map_get(reader, node, "token");
    const yaml_node_t *regex = map_get(reader, node, "regex");
    if (!token == !regex) {
        reader_problem(reader, node, "a header is a text, `absent`, {token: …} or {regex: …}");
        return false;
    }
    field->rule = token ? FIELD_TOKEN : FIELD_REGEX;
    if (!read_string(reader, token ? token : regex, &field->text))
        return false;
    field->regex = regex ? pattern_compile(reader, regex, field->text) : NULL;
    return token || field->regex;
}

static bool read_fields(struct reader *reader, const yaml_node_t *node, struct field_matcher **fields, size_t *count)
{
    if (!node_is_map(node)) {
        reader_problem(reader, node, "`headers` must be a map");
        return false;
    }
    *count = map_size(node);
    *fields = arena_allocate(reader->arena, *count + 1, sizeof **fields);
    bool good = true;
    for (size_t i = 0; i < *count; i++) {
        good &= read_string(reader, map_key(reader, node, i), &(*fields)[i].name);
        good &= read_field(reader, map_value(reader, node, i), &(*fields)[i]);
    }
    return good;
}

static bool read_body(struct reader *reader, const yaml_node_t *node, struct response_matcher *response)
{
    static const char *const keys[] = {"contains", NULL};
    if (!map_check(reader, node, "a body", keys, NULL))
        return false;
    const yaml_node_t *text = map_need(reader, node, "a body", "contains");
    return text && read_string(reader, text, &response->body_contains);
}

bool response_read(struct reader *reader, const yaml_node_t *node, struct response_matcher **response)
{
    static const char *const keys[] = {"status", "headers", "accept", "body", NULL};
    if (!map_check(reader, node, "a response", keys, NULL))
        return false;
    *response = arena_allocate(reader->arena, 1, sizeof **response);
    const yaml_node_t *status = map_need(reader, node, "a response", "status");
    const yaml_node_t *headers = map_get(reader, node, "headers");
    const yaml_node_t *body = map_get(reader, node, "body");
    bool good = status && read_status(reader, status, *response);
    good &= !headers || read_fields(reader, headers, &(*response)->fields, &(*response)->field_count);
    good &= !body || read_body(reader, body, *response);
    return map_boolean(reader, node, "accept", &(*response)->accept) && good;
}

// `key: {sample: NAME}`
static bool read_key(struct reader *reader, const yaml_node_t *node, struct request_matcher *request)
{
    static const char *const keys[] = {"sample", NULL};
    if (!map_check(reader, node, "a key", keys, NULL))
        return false;
    const yaml_node_t *sample = map_need(reader, node, "a key", "sample");
    return sample && read_string(reader, sample, &request->sample);
}

bool request_read(struct reader *reader, const yaml_node_t *node, struct request_matcher **request)
{
    static const char *const keys[] = {"method", "target", "headers", "opening", "key", NULL};
    if (!map_check(reader, node, "a request", keys, NULL))
        return false;
    *request = arena_allocate(reader->arena, 1, sizeof **request);
    const yaml_node_t *headers = map_get(reader, node, "headers");
    const yaml_node_t *key = map_get(reader, node, "key");
    bool good = map_string(reader, node, "method", &(*request)->method);
    good &= map_string(reader, node, "target", &(*request)->target);
    good &= !headers || read_fields(reader, headers, &(*request)->fields, &(*request)->field_count);
    good &= !key || read_key(reader, key, *request);
    return map_boolean(reader, node, "opening", &(*request)->opening) && good;
}

static void describe_field(const struct field_matcher *field, struct buffer *out)
{
    switch (field->rule) {
    case FIELD_EXACT:
        buffer_format(out, "%s: %s", field->name, field->text);
        break;
    case FIELD_TOKEN:
        buffer_format(out, "`%s` in %s", field->text, field->name);
        break;
    case FIELD_REGEX:
        buffer_format(out, "%s like /%s/", field->name, field->text);
        break;
    case FIELD_ABSENT:
        buffer_format(out, "no %s", field->name);
        break;
    }
}

void response_describe(const struct response_matcher *response, struct buffer *out)
{
    buffer_text(out, "an HTTP response with status ");
    for (size_t i = 0; i < response->status_count; i++) {
        buffer_text(out, i ? " or " : "");
        buffer_format(out, response->statuses[i] < 10 ? "%dxx" : "%d", response->statuses[i]);
    }
    for (size_t i = 0; i < response->field_count; i++) {
        buffer_text(out, ", ");
        describe_field(&response->fields[i], out);
    }
    if (response->accept)
        buffer_text(out, ", the Sec-WebSocket-Accept of the key");
    if (response->body_contains)
        buffer_format(out, ", a body that holds \"%s\"", response->body_contains);
}

void request_describe(const struct request_matcher *request, struct buffer *out)
{
    buffer_text(out, request->opening ? "the request of an opening handshake" : "an HTTP request");
    if (request->method)
        buffer_format(out, " by %s", request->method);
    if (request->target)
        buffer_format(out, " for %s", request->target);
    for (size_t i = 0; i < request->field_count; i++) {
        buffer_text(out, ", ");
        describe_field(&request->fields[i], out);
    }
}
