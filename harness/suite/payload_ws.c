#include "suite/payload_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

bool payload_read_opcode(struct reader *reader, const yaml_node_t *node, unsigned *opcode)
{
    static const char *const names[] = {"continuation", "text", "binary", "close", "ping", "pong", NULL};
    static const unsigned values[] = {WS_CONTINUATION, WS_TEXT, WS_BINARY, WS_CLOSE, WS_PING, WS_PONG};
    const char *string;
    long long number;
    if (!read_string(reader, node, &string))
        return false;
    if (parse_integer(string, &number) == 0 && number >= 0 && number <= 15) {
        *opcode = (unsigned)number;
        return true;
    }
    size_t index;
    if (!read_word(reader, node, "an opcode, by name or from 0 to 15", names, &index))
        return false;
    *opcode = values[index];
    return true;
}

// `mask: no`, `yes` (random), or four bytes in hex; as RFC 6455 demands of our role otherwise.
static bool read_mask(struct reader *reader, const yaml_node_t *node, struct payload *payload)
{
    struct payload key;
    const char *string;
    payload->frame.masked = true;
    payload->random_mask = payload->mask_by_role = node == NULL;
    if (!node)
        return true;
    if (!read_string(reader, node, &string))
        return false;
    if (strcmp(string, "yes") == 0) {
        payload->random_mask = true;
        return true;
    }
    if (strcmp(string, "no") == 0) {
        payload->frame.masked = false;
        return true;
    }
    if (!payload_read_hex(reader, node, &key))
        return false;
    if (key.length != 4) {
        reader_problem(reader, node, "a mask is `yes`, `no` or four bytes in hex");
        return false;
    }
    memcpy(payload->frame.mask, key.pattern, 4);
    return true;
}

static bool read_length_form(struct reader *reader, const yaml_node_t *node, enum ws_length_form *form)
{
    static const char *const names[] = {"7", "16", "64", NULL};
    size_t index;
    if (!node)
        return true;
    if (!read_word(reader, node, "a length form", names, &index))
        return false;
    *form = (enum ws_length_form)(WS_LENGTH_7 + index);
    return true;
}

// Up to 2^64-1, which read_integer cannot hold.
static bool read_declared_length(struct reader *reader, const yaml_node_t *node, struct payload *payload)
{
    const char *string;
    char *end;
    if (!node)
        return true;
    if (!read_string(reader, node, &string))
        return false;
    errno = 0;
    payload->declared = true;
    payload->frame.length = strtoull(string, &end, strncmp(string, "0x", 2) == 0 ? 16 : 10);
    if (errno || *end || !isdigit((unsigned char)*string)) {
        reader_problem(reader, node, "`%s` is not a length from 0 to 18446744073709551615", string);
        return false;
    }
    return true;
}

// The header bits that stand beside `frame`, `message` and `close-frame`.
static bool read_header(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *rsv = map_get(reader, map, "rsv");
    const yaml_node_t *fragment = map_get(reader, map, "fragment");
    long long number = 0;
    payload->frame.fin = true;
    bool good = map_boolean(reader, map, "fin", &payload->frame.fin);
    good &= read_mask(reader, map_get(reader, map, "mask"), payload);
    good &= read_length_form(reader, map_get(reader, map, "length-form"), &payload->frame.length_form);
    good &= read_declared_length(reader, map_get(reader, map, "declared-length"), payload);
    if (rsv) {
        good &= read_integer(reader, rsv, 0, 7, &number);
        payload->frame.rsv = (unsigned)number;
    }
    if (fragment) {
        good &= read_integer(reader, fragment, 1, INT64_C(1) << 30, &number);
        payload->fragment = (size_t)number;
    }
    return good;
}

bool payload_read_deflated(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    static const char *const kinds[] = {"any", "fixed", "stored", NULL};
    const yaml_node_t *blocks = map_get(reader, map, "blocks");
    size_t kind = WS_BLOCKS_ANY;
    bool takeover = true;
    *payload = (struct payload){.kind = PAYLOAD_DEFLATED, .part_count = 1};
    payload->parts = arena_allocate(reader->arena, 1, sizeof *payload->parts);
    bool good = !blocks || read_word(reader, blocks, "a kind of blocks", kinds, &kind);
    good &= map_boolean(reader, map, "final", &payload->style.final);
    good &= map_boolean(reader, map, "tail", &payload->style.keep_tail);
    good &= map_boolean(reader, map, "takeover", &takeover);
    payload->style.blocks = (enum ws_blocks)kind;
    payload->style.no_takeover = !takeover;
    return good && payload_read(reader, map_get(reader, map, "deflated"), NULL, payload->parts);
}

// What a frame or message holds. `deflate: yes` deflates it, and says so by RSV1.
static bool read_content(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *content = map_get(reader, map, "payload");
    bool deflate = false;
    payload->parts = arena_allocate(reader->arena, 1, sizeof *payload->parts);
    if (!map_boolean(reader, map, "deflate", &deflate) ||
        (content && !payload_read(reader, content, NULL, payload->parts)))
        return false;
    if (!deflate)
        return true;
    struct payload *deflated = arena_allocate(reader->arena, 1, sizeof *deflated);
    *deflated = (struct payload){.kind = PAYLOAD_DEFLATED, .parts = payload->parts, .part_count = 1};
    payload->parts = deflated;
    payload->frame.rsv |= 4;
    return true;
}

bool payload_read_frame(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *frame = map_get(reader, map, "frame");
    *payload = (struct payload){.kind = PAYLOAD_FRAME, .part_count = 1};
    bool good = payload_read_opcode(reader, frame, &payload->frame.opcode);
    good &= read_header(reader, map, payload);
    return good && read_content(reader, map, payload);
}

bool payload_read_message(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    static const char *const types[] = {"text", "binary", NULL};
    size_t type = 0;
    *payload = (struct payload){.kind = PAYLOAD_MESSAGE, .part_count = 1};
    bool good = read_word(reader, map_get(reader, map, "message"), "a type of message", types, &type);
    payload->frame.opcode = type ? WS_BINARY : WS_TEXT;
    good &= read_header(reader, map, payload);
    return good && read_content(reader, map, payload);
}

bool payload_read_close_frame(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *code = map_get(reader, map, "close-frame");
    const yaml_node_t *reason = map_get(reader, map, "reason");
    struct payload text = {0};
    const char *string;
    long long number = 0;
    *payload = (struct payload){.kind = PAYLOAD_FRAME, .part_count = 1, .frame.opcode = WS_CLOSE};
    payload->parts = arena_allocate(reader->arena, 1, sizeof *payload->parts);
    if (!read_header(reader, map, payload) || !read_string(reader, code, &string))
        return false;
    if (strcmp(string, "none") == 0) {
        if (reason)
            reader_problem(reader, reason, "a close frame without a code has no reason");
        return !reason;
    }
    if (!read_integer(reader, code, 0, 65535, &number) || (reason && !payload_read(reader, reason, NULL, &text)))
        return false;
    if (!payload_is_plain(&text)) {
        reader_problem(reader, reason, "a reason is plain bytes");
        return false;
    }
    struct buffer bytes = {0};
    buffer_append(&bytes, (unsigned char[]){(unsigned char)(number >> 8), (unsigned char)number}, 2);
    payload_append(&text, &bytes);
    payload_set_bytes(payload->parts, arena_bytes(reader->arena, bytes.data, bytes.length), bytes.length);
    buffer_free(&bytes);
    return true;
}

static bool read_fields(struct reader *reader, const yaml_node_t *node, struct field_changes *changes)
{
    if (!node_is_map(node)) {
        reader_problem(reader, node, "`set` must be a map of header fields");
        return false;
    }
    struct http_field *fields = arena_allocate(reader->arena, map_size(node) + 1, sizeof *fields);
    bool good = true;
    for (size_t i = 0; i < map_size(node); i++) {
        good &= read_string(reader, map_key(reader, node, i), &fields[i].name);
        good &= read_string(reader, map_value(reader, node, i), &fields[i].value);
    }
    changes->set = fields;
    changes->set_count = map_size(node);
    return good;
}

static bool read_changes(struct reader *reader, const yaml_node_t *map, struct field_changes *changes)
{
    const yaml_node_t *set = map_get(reader, map, "set");
    const char **without = NULL;
    const char **add = NULL;
    bool good = !set || read_fields(reader, set, changes);
    good &= map_strings(reader, map, "without", &without, &changes->without_count);
    good &= map_strings(reader, map, "add", &add, &changes->add_count);
    changes->without = without;
    changes->add = add;
    return good;
}

bool payload_read_request(struct reader *reader, const yaml_node_t *map, struct ws_request *request)
{
    bool good = map_string(reader, map, "method", &request->method);
    good &= map_string(reader, map, "target", &request->target);
    good &= map_string(reader, map, "version", &request->version);
    return read_changes(reader, map, &request->changes) && good;
}

bool payload_read_response_head(struct reader *reader, const yaml_node_t *map, struct ws_response *response)
{
    static const char *const kinds[] = {"right",    "other", "swapped-case", "shortened",
                                        "extended", "key",   "no-guid",      NULL};
    const yaml_node_t *status = map_get(reader, map, "status");
    const yaml_node_t *accept = map_get(reader, map, "accept");
    long long number = 0;
    size_t kind = WS_ACCEPT_RIGHT;
    bool good = !status || read_integer(reader, status, 100, 999, &number);
    good &= !accept || read_word(reader, accept, "a Sec-WebSocket-Accept", kinds, &kind);
    good &= map_string(reader, map, "reason", &response->reason);
    good &= map_string(reader, map, "version", &response->version);
    response->status = (int)number;
    response->accept = (enum ws_accept)kind;
    return read_changes(reader, map, &response->changes) && good;
}

bool payload_read_handshake(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *node = map_get(reader, map, "handshake");
    *payload = (struct payload){.kind = PAYLOAD_HANDSHAKE};
    if (node_is_null(node))
        return true;
    return map_check(reader, node, "a handshake", request_keys, NULL) &&
           payload_read_request(reader, node, &payload->request);
}

bool payload_read_response(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *node = map_get(reader, map, "response");
    *payload = (struct payload){.kind = PAYLOAD_RESPONSE};
    if (node_is_null(node))
        return true;
    return map_check(reader, node, "a response", response_keys, NULL) &&
           payload_read_response_head(reader, node, &payload->response);
}
