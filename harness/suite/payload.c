#include "suite/payload_words.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

const char *const payload_keys[] = {
    "text",        "hex",      "base64",          "fill",        "length",  "concat",    "deflated", "blocks", "final",
    "tail",        "takeover", "frame",           "message",     "payload", "deflate",   "fin",      "rsv",    "mask",
    "length-form", "fragment", "declared-length", "close-frame", "reason",  "handshake", "response", "noise",  NULL};

const char *const request_keys[] = {"method", "target", "version", "set", "without", "add", NULL};

const char *const response_keys[] = {"status", "reason", "version", "accept", "set", "without", "add", NULL};

void payload_set_bytes(struct payload *payload, const void *bytes, size_t length)
{
    *payload = (struct payload){.kind = PAYLOAD_BYTES, .pattern = bytes, .pattern_length = length, .length = length};
}

static bool read_plain_text(struct reader *reader, const yaml_node_t *node, struct payload *payload)
{
    struct text text;
    if (!read_text(reader, node, &text))
        return false;
    payload_set_bytes(payload, text.data, text.length);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool payload_read_hex(struct reader *reader, const yaml_node_t *node, struct payload *payload)
{
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    unsigned char *bytes = arena_allocate(reader->arena, strlen(string) / 2 + 1, 1);
    size_t length = 0;
    for (const char *at = string; *at;) {
        if (isspace((unsigned char)*at)) {
            at++;
            continue;
        }
        if (hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0) {
            reader_problem(reader, node, "`%s` is not a whole number of bytes in hex", string);
            return false;
        }
        bytes[length++] = (unsigned char)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
        at += 2;
    }
    payload_set_bytes(payload, bytes, length);
    return true;
}

static bool read_base64(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const yaml_node_t *node = map_get(reader, map, "base64");
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    // OpenSSL passes over blanks at the ends and takes `=` anywhere.
    size_t written = strlen(string);
    size_t digits = strspn(string, alphabet);
    size_t padding = strspn(string + digits, "=");
    if (written % 4 || digits + padding != written || padding > 2) {
        reader_problem(reader, node, "`%s` is not base64", string);
        return false;
    }
    unsigned char *bytes = arena_allocate(reader->arena, written + 4, 1);
    EVP_DecodeBlock(bytes, (const unsigned char *)string, (int)written);
    payload_set_bytes(payload, bytes, written / 4 * 3 - padding);
    return true;
}

// `fill` is a byte by number (plain) or a text that is repeated.
static bool read_fill(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *fill = map_get(reader, map, "fill");
    const yaml_node_t *size = map_need(reader, map, "a fill", "length");
    struct text text;
    long long length;
    if (!size || !read_text(reader, fill, &text) || !read_integer(reader, size, 0, INT64_C(1) << 30, &length))
        return false;
    long long byte;
    bool number = fill->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && parse_integer(text.data, &byte) == 0;
    if (number && (byte < 0 || byte > 255)) {
        reader_problem(reader, fill, "%lld is not a byte", byte);
        return false;
    }
    if (!number && text.length == 0) {
        reader_problem(reader, fill, "nothing cannot be repeated");
        return false;
    }
    if (number)
        text = (struct text){arena_bytes(reader->arena, &(char){(char)byte}, 1), 1};
    payload_set_bytes(payload, text.data, text.length);
    payload->length = (size_t)length;
    return true;
}

// `noise` is bytes that nothing can compress, the same ones for each length: by xorshift (Marsaglia 2003).
static bool read_noise(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    long long length;
    if (!read_integer(reader, map_get(reader, map, "noise"), 0, 1 << 20, &length))
        return false;
    unsigned char *bytes = arena_allocate(reader->arena, (size_t)length + 1, 1);
    uint64_t state = UINT64_C(88172645463325252);
    for (long long i = 0; i < length; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (unsigned char)(state >> 32);
    }
    payload_set_bytes(payload, bytes, (size_t)length);
    return true;
}

static bool read_concat(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    const yaml_node_t *node = map_get(reader, map, "concat");
    if (!list_check(reader, node, "concat"))
        return false;
    *payload = (struct payload){.kind = PAYLOAD_CONCAT, .part_count = list_size(node)};
    payload->parts = arena_allocate(reader->arena, payload->part_count + 1, sizeof *payload->parts);
    bool good = true;
    for (size_t i = 0; i < payload->part_count; i++)
        good &= payload_read(reader, list_item(reader, node, i), NULL, &payload->parts[i]);
    return good;
}

static bool is_companion(const char *const *companions, const char *key)
{
    for (; *companions; companions++)
        if (strcmp(*companions, key) == 0)
            return true;
    return false;
}

// Readers by word.
static bool read_text_word(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    return read_plain_text(reader, map_get(reader, map, "text"), payload);
}

static bool read_hex_word(struct reader *reader, const yaml_node_t *map, struct payload *payload)
{
    return payload_read_hex(reader, map_get(reader, map, "hex"), payload);
}

static const struct {
    const char *word;
    bool (*read)(struct reader *reader, const yaml_node_t *map, struct payload *payload);
    const char *companions[8];
} payload_table[] = {
    {"text", read_text_word, {NULL}},
    {"hex", read_hex_word, {NULL}},
    {"base64", read_base64, {NULL}},
    {"fill", read_fill, {"length"}},
    {"noise", read_noise, {NULL}},
    {"concat", read_concat, {NULL}},
    {"deflated", payload_read_deflated, {"blocks", "final", "tail", "takeover"}},
    {"frame", payload_read_frame, {"payload", "deflate", "fin", "rsv", "mask", "length-form", "declared-length"}},
    {"message", payload_read_message, {"payload", "deflate", "mask", "fragment"}},
    {"close-frame", payload_read_close_frame, {"reason", "fin", "rsv", "mask", "length-form", "declared-length"}},
    {"handshake", payload_read_handshake, {NULL}},
    {"response", payload_read_response, {NULL}},
};
#define PAYLOAD_WORDS (sizeof payload_table / sizeof *payload_table)

// Which of the payload words a map has; reports none, or two of them. Returns PAYLOAD_WORDS then.
static size_t find_word(struct reader *reader, const yaml_node_t *node)
{
    size_t found = PAYLOAD_WORDS;
    for (size_t i = 0; i < PAYLOAD_WORDS; i++) {
        if (!map_get(reader, node, payload_table[i].word))
            continue;
        if (found < PAYLOAD_WORDS) {
            reader_problem(reader, node, "`%s` and `%s` exclude each other", payload_table[found].word,
                           payload_table[i].word);
            return PAYLOAD_WORDS;
        }
        found = i;
    }
    if (found == PAYLOAD_WORDS)
        reader_problem(reader, node,
                       "a payload needs one of: text, hex, base64, fill, noise, concat, deflated, frame, "
                       "message, close-frame, handshake, response");
    return found;
}

bool payload_read(struct reader *reader, const yaml_node_t *node, const char *const *more, struct payload *payload)
{
    if (node_is_scalar(node))
        return read_plain_text(reader, node, payload);
    if (!map_check(reader, node, "a payload", payload_keys, more))
        return false;
    size_t word = find_word(reader, node);
    if (word == PAYLOAD_WORDS)
        return false;
    for (size_t i = 0; payload_keys[i]; i++) {
        const yaml_node_t *value = map_get(reader, node, payload_keys[i]);
        if (value && strcmp(payload_keys[i], payload_table[word].word) != 0 &&
            !is_companion(payload_table[word].companions, payload_keys[i])) {
            reader_problem(reader, value, "`%s` does not go with `%s`", payload_keys[i], payload_table[word].word);
            return false;
        }
    }
    return payload_table[word].read(reader, node, payload);
}

bool payload_is_plain(const struct payload *payload)
{
    for (size_t i = 0; i < payload->part_count; i++)
        if (!payload_is_plain(&payload->parts[i]))
            return false;
    return payload->kind == PAYLOAD_BYTES || payload->kind == PAYLOAD_CONCAT;
}

size_t payload_length(const struct payload *payload)
{
    size_t length = payload->length;
    for (size_t i = 0; i < payload->part_count; i++)
        length += payload_length(&payload->parts[i]);
    return length;
}

void payload_append(const struct payload *payload, struct buffer *out)
{
    for (size_t i = 0; i < payload->part_count; i++)
        payload_append(&payload->parts[i], out);
    if (payload->length == 0)
        return;
    unsigned char *bytes = buffer_extend(out, payload->length);
    size_t done = payload->length < payload->pattern_length ? payload->length : payload->pattern_length;
    memcpy(bytes, payload->pattern, done);
    // Of what is there already, whole patterns, twice as many each time.
    while (done < payload->length) {
        size_t left = payload->length - done;
        size_t piece = left < done ? left : done;
        memcpy(bytes + done, bytes, piece);
        done += piece;
    }
}
