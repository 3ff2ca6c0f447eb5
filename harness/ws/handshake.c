#include "ws/handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"

// Replaces the field of that name, or appends one; returns the new count.
static size_t set_field(struct http_field *fields, size_t count, struct http_field field)
{
    for (size_t i = 0; i < count; i++) {
        if (equal_ignoring_case(fields[i].name, field.name)) {
            fields[i] = field;
            return count;
        }
    }
    fields[count] = field;
    return count + 1;
}

static bool is_without(const struct field_changes *changes, const char *name)
{
    for (size_t i = 0; i < changes->without_count; i++) {
        if (equal_ignoring_case(changes->without[i], name))
            return true;
    }
    return false;
}

// Appends the fields as they have become, and the blank line.
static void encode_fields(struct buffer *out, const struct http_field *defaults, size_t count,
                          const struct field_changes *changes)
{
    struct http_field *fields = allocate(count + changes->set_count, sizeof *fields);
    memcpy(fields, defaults, count * sizeof *fields);
    for (size_t i = 0; i < changes->set_count; i++)
        count = set_field(fields, count, changes->set[i]);
    for (size_t i = 0; i < count; i++) {
        if (!is_without(changes, fields[i].name))
            buffer_format(out, "%s: %s\r\n", fields[i].name, fields[i].value);
    }
    free(fields);
    for (size_t i = 0; i < changes->add_count; i++)
        buffer_format(out, "%s\r\n", changes->add[i]);
    buffer_text(out, "\r\n");
}

void ws_request_encode(struct buffer *out, const struct ws_request *request, const char *host, const char *key)
{
    const struct http_field defaults[] = {
        {"Host", host},
        {"Upgrade", "websocket"},
        {"Connection", "Upgrade"},
        {"Sec-WebSocket-Key", key},
        {"Sec-WebSocket-Version", "13"},
    };
    buffer_format(out, "%s %s %s\r\n", request->method ? request->method : "GET",
                  request->target ? request->target : "/ws", request->version ? request->version : "HTTP/1.1");
    encode_fields(out, defaults, sizeof defaults / sizeof *defaults, &request->changes);
}

static _Noreturn void crypto_failed(const char *what)
{
    fprintf(stderr, "sockspec: %s failed\n", what);
    exit(4);
}

void ws_key_make(const unsigned char nonce[16], char key[WS_KEY_LENGTH + 1])
{
    EVP_EncodeBlock((unsigned char *)key, nonce, 16);
}

bool ws_key_decode(const char *key, unsigned char nonce[16])
{
    unsigned char bytes[WS_KEY_LENGTH / 4 * 3], again[WS_KEY_LENGTH + 1];
    if (strlen(key) != WS_KEY_LENGTH || EVP_DecodeBlock(bytes, (const unsigned char *)key, WS_KEY_LENGTH) < 0)
        return false;
    // OpenSSL passes over blanks, and over bits that belong to no byte.
    EVP_EncodeBlock(again, bytes, 16);
    memcpy(nonce, bytes, 16);
    return memcmp(again, key, WS_KEY_LENGTH) == 0;
}

static void accept_of(const char *key, const char *guid, char accept[WS_ACCEPT_LENGTH + 1])
{
    struct buffer text = {0};
    buffer_text(&text, key);
    buffer_text(&text, guid);
    unsigned char digest[SHA_DIGEST_LENGTH];
    if (!SHA1(text.data, text.length, digest))
        crypto_failed("SHA-1");
    buffer_free(&text);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
}

void ws_accept_for(const char *key, char accept[WS_ACCEPT_LENGTH + 1])
{
    accept_of(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", accept);
}

static void swap_case(char *text)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))
            *text ^= 0x20;
}

// The accept that a case asks for, to be freed.
static char *accept_as_asked(enum ws_accept kind, const char *key)
{
    char accept[WS_ACCEPT_LENGTH + 1];
    ws_accept_for(key, accept);
    switch (kind) {
    case WS_ACCEPT_RIGHT:
        break;
    case WS_ACCEPT_OTHER:
        ws_accept_for("dGhlIHNhbXBsZSBub25jZQ==", accept);
        break;
    case WS_ACCEPT_SWAPPED_CASE:
        swap_case(accept);
        break;
    case WS_ACCEPT_SHORTENED:
        accept[WS_ACCEPT_LENGTH - 1] = '\0';
        break;
    case WS_ACCEPT_EXTENDED:
        return format_text("%s=", accept);
    case WS_ACCEPT_KEY:
        return duplicate(key);
    case WS_ACCEPT_NO_GUID:
        accept_of(key, "", accept);
        break;
    }
    return duplicate(accept);
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {307, "Temporary Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {407, "Proxy Authentication Required"},
        {426, "Upgrade Required"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Status";
}

void ws_response_encode(struct buffer *out, const struct ws_response *response, const char *key)
{
    int status = response->status ? response->status : 101;
    char *accept = accept_as_asked(response->accept, key);
    const struct http_field upgrade[] = {
        {"Upgrade", "websocket"},
        {"Connection", "Upgrade"},
        {"Sec-WebSocket-Accept", accept},
    };
    const struct http_field refusal[] = {{"Connection", "close"}, {"Content-Length", "0"}};
    buffer_format(out, "%s %d %s\r\n", response->version ? response->version : "HTTP/1.1", status,
                  response->reason ? response->reason : reason_of(status));
    if (status == 101)
        encode_fields(out, upgrade, 3, &response->changes);
    else
        encode_fields(out, refusal, 2, &response->changes);
    free(accept);
}

// --- what a client's handshake must hold ---

// True when a field of that name stands there once; its value then.
static bool only_field(const struct http_head *head, const char *name, const char **value)
{
    *value = http_field_value(head, name);
    return http_field_count(head, name) == 1;
}

static const char *key_fault(const struct http_head *head)
{
    const char *key;
    unsigned char nonce[16];
    if (!only_field(head, "Sec-WebSocket-Key", &key))
        return "not one Sec-WebSocket-Key (RFC 6455 section 4.1, 7)";
    return ws_key_decode(key, nonce) ? NULL
                                     : "Sec-WebSocket-Key is not the base64 of 16 bytes (RFC 6455 section 4.1, 7)";
}

const char *ws_request_fault(const struct http_head *head)
{
    const char *value;
    if (strcmp(head->method, "GET") != 0)
        return "the method is not GET (RFC 6455 section 4.1, 2)";
    if (strcmp(head->version, "HTTP/1.0") == 0)
        return "the version of HTTP is below 1.1 (RFC 6455 section 4.1, 2)";
    if ((head->target[0] != '/' && strncmp(head->target, "http", 4) != 0) || strchr(head->target, '#'))
        return "the target is neither a path nor a URI, or has a fragment (RFC 6455 section 4.1, 3)";
    if (!only_field(head, "Host", &value))
        return "not one Host (RFC 6455 section 4.1, 4)";
    if (!http_field_has_token(head, "Upgrade", "websocket"))
        return "no `websocket` in Upgrade (RFC 6455 section 4.1, 5)";
    if (!http_field_has_token(head, "Connection", "Upgrade"))
        return "no `Upgrade` in Connection (RFC 6455 section 4.1, 6)";
    if (!only_field(head, "Sec-WebSocket-Version", &value) || strcmp(value, "13") != 0)
        return "Sec-WebSocket-Version is not 13 (RFC 6455 section 4.1, 9)";
    if (http_field_count(head, "Content-Length") || http_field_count(head, "Transfer-Encoding"))
        return "a GET request with a body (RFC 6455 section 4.1, 2)";
    return key_fault(head);
}
