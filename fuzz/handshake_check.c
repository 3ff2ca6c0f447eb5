#include "handshake_check.h"

#include <string.h>
#include <strings.h>

#include "fuzz.h"

size_t handshake_require_request(const char *text, size_t size, struct http_head *asked)
{
    const char *fault;
    size_t skipped = size >= 2 && memcmp(text, "\r\n", 2) == 0 ? 2 : 0;
    int length = http_request_decode((const unsigned char *)text + skipped, size - skipped, asked, &fault);
    require(length > 0);
    return skipped + (size_t)length;
}

// For us a comma within quotes separates elements, for the harness it does not.
static bool is_quoted(const struct http_head *head, const char *name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, name) == 0 && strchr(head->fields[i].value, '"'))
            return true;
    return false;
}

static bool has_token(const struct http_head *head, const char *name, const char *token)
{
    return http_field_has_token(head, name, token) || is_quoted(head, name);
}

// The base64 of 16 bytes. ws_key_decode() also refuses bits that belong to no byte, which the key of the RFC's own example
// has (RFC 4648 section 3.5 leaves that to the decoder).
static bool is_key(const char *key)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return strspn(key, letters) == 22 && strcmp(key + 22, "==") == 0;
}

void handshake_require_asked(const struct http_head *asked)
{
    require(strcmp(asked->method, "GET") == 0 && strcmp(asked->version, "HTTP/1.0") > 0);
    require(http_field_count(asked, "Host") == 1);
    require(has_token(asked, "Upgrade", "websocket") && has_token(asked, "Connection", "upgrade"));
    require(http_field_count(asked, "Sec-WebSocket-Version") == 1);
    require(strcmp(http_field_value(asked, "Sec-WebSocket-Version"), "13") == 0);
    require(http_field_count(asked, "Sec-WebSocket-Key") == 1);
    require(is_key(http_field_value(asked, "Sec-WebSocket-Key")));
    require(!http_field_value(asked, "Transfer-Encoding"));
    const char *body = http_field_value(asked, "Content-Length");
    require(!body || strcmp(body, "0") == 0);
}

void handshake_require_agreed(const struct http_head *asked, const struct http_head *response)
{
    char accept[WS_ACCEPT_LENGTH + 1];
    ws_accept_for(http_field_value(asked, "Sec-WebSocket-Key"), accept);
    require(strcmp(http_field_value(response, "Sec-WebSocket-Accept"), accept) == 0);
    require(http_field_has_token(response, "Upgrade", "websocket"));
    require(http_field_has_token(response, "Connection", "upgrade"));
    const char *chosen = http_field_value(response, "Sec-WebSocket-Protocol");
    require(!chosen || has_token(asked, "Sec-WebSocket-Protocol", chosen));
}

void handshake_require_answer(const struct http_head *response, size_t body)
{
    static const int documented[] = {101, 200, 400, 403, 404, 405, 408, 414, 426, 431, 505};
    bool known = false;
    for (size_t i = 0; i < sizeof documented / sizeof documented[0]; i++)
        known |= documented[i] == response->status;
    require(known);
    const char *announced = http_field_value(response, "Content-Length");
    require(!announced == (response->status == 101));
    require(response->status == 101 || body == 0 || strtoul(announced, NULL, 10) == body);
}
