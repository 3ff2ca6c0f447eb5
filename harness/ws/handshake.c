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

static bool is_without(const struct ws_request *request, const char *name)
{
    for (size_t i = 0; i < request->without_count; i++) {
        if (equal_ignoring_case(request->without[i], name))
            return true;
    }
    return false;
}

static void encode_fields(struct buffer *out, const struct ws_request *request, const char *host,
                          const char *key)
{
    const struct http_field defaults[] = {
        {"Host", host},
        {"Upgrade", "websocket"},
        {"Connection", "Upgrade"},
        {"Sec-WebSocket-Key", key},
        {"Sec-WebSocket-Version", "13"},
    };
    size_t count = sizeof defaults / sizeof *defaults;
    struct http_field *fields = allocate(count + request->set_count, sizeof *fields);
    memcpy(fields, defaults, sizeof defaults);
    for (size_t i = 0; i < request->set_count; i++)
        count = set_field(fields, count, request->set[i]);
    for (size_t i = 0; i < count; i++) {
        if (!is_without(request, fields[i].name))
            buffer_format(out, "%s: %s\r\n", fields[i].name, fields[i].value);
    }
    free(fields);
}

void ws_request_encode(struct buffer *out, const struct ws_request *request, const char *host,
                       const char *key)
{
    buffer_format(out, "%s %s %s\r\n", request->method ? request->method : "GET",
                  request->target ? request->target : "/ws",
                  request->version ? request->version : "HTTP/1.1");
    encode_fields(out, request, host, key);
    for (size_t i = 0; i < request->add_count; i++)
        buffer_format(out, "%s\r\n", request->add[i]);
    buffer_text(out, "\r\n");
}

static _Noreturn void crypto_failed(const char *what)
{
    fprintf(stderr, "sockspec: %s failed\n", what);
    exit(4);
}

void ws_key_make(char key[WS_KEY_LENGTH + 1])
{
    unsigned char nonce[16];
    if (getentropy(nonce, sizeof nonce) < 0)
        crypto_failed("getentropy");
    EVP_EncodeBlock((unsigned char *)key, nonce, sizeof nonce);
}

void ws_accept_for(const char *key, char accept[WS_ACCEPT_LENGTH + 1])
{
    struct buffer text = {0};
    buffer_text(&text, key);
    buffer_text(&text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    unsigned char digest[SHA_DIGEST_LENGTH];
    if (!SHA1(text.data, text.length, digest))
        crypto_failed("SHA-1");
    buffer_free(&text);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
}
