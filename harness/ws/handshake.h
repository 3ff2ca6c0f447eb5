// The opening handshake of WebSocket (RFC 6455 section 4) as the harness needs it: heads of requests and
// responses of any legality, and those of peers taken apart. Pure functions on bytes.
#ifndef SOCKSPEC_WS_HANDSHAKE_H
#define SOCKSPEC_WS_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

#define WS_KEY_LENGTH 24    // base64 of 16 bytes
#define WS_ACCEPT_LENGTH 28 // base64 of a SHA-1 digest

struct http_field {
    const char *name;
    const char *value; // of a decoded head: without the blanks around it
};

// How a case changes the default fields of a head: `set` replaces them in place (letter case ignored, the name
// written as given; of two of one name the later counts) or appends, `without` removes whatever has that name
// by then, `add` appends raw lines, each with CRLF.
struct field_changes {
    const struct http_field *set;
    size_t set_count;
    const char *const *without;
    size_t without_count;
    const char *const *add;
    size_t add_count;
};

// A request head as a case describes it. The default fields are, in this order, Host, Upgrade, Connection,
// Sec-WebSocket-Key and Sec-WebSocket-Version.
struct ws_request {
    const char *method;  // NULL: GET
    const char *target;  // NULL: /ws
    const char *version; // NULL: HTTP/1.1
    struct field_changes changes;
};

// What the Sec-WebSocket-Accept of a response is: the right one, that of another key, or the right one made
// wrong.
enum ws_accept {
    WS_ACCEPT_RIGHT,
    WS_ACCEPT_OTHER,
    WS_ACCEPT_SWAPPED_CASE,
    WS_ACCEPT_SHORTENED, // by its last character
    WS_ACCEPT_EXTENDED,  // by another
    WS_ACCEPT_KEY,       // the key itself
    WS_ACCEPT_NO_GUID,   // made of the key alone
};

// A response head as a case describes it. The default fields are those of an upgrade, in this order: Upgrade,
// Connection, Sec-WebSocket-Accept; where the status is not 101: Connection: close and Content-Length: 0.
struct ws_response {
    int status;          // 0: 101
    const char *reason;  // NULL: that of the status
    const char *version; // NULL: HTTP/1.1
    enum ws_accept accept;
    struct field_changes changes;
};

// Appends the head, with the blank line. `host` is the value of Host and `key` that of Sec-WebSocket-Key by
// default.
void ws_request_encode(struct buffer *out, const struct ws_request *request, const char *host, const char *key);

// The same for the response to a request with that key.
void ws_response_encode(struct buffer *out, const struct ws_response *response, const char *key);

// The key of 16 random bytes, NUL-terminated.
void ws_key_make(const unsigned char nonce[16], char key[WS_KEY_LENGTH + 1]);

// The Sec-WebSocket-Accept for a key of any content and length, NUL-terminated.
void ws_accept_for(const char *key, char accept[WS_ACCEPT_LENGTH + 1]);

// A response or request head taken apart. The strings point into `storage`.
struct http_head {
    char *storage;
    char *version; // "HTTP/1.1"
    int status;    // of a response; 0 for a request
    char *reason;  // of a response
    char *method;  // of a request; NULL for a response
    char *target;  // of a request
    struct http_field *fields;
    size_t field_count;
};

// Takes the response head at the start of `bytes` apart. Returns its length with the blank line; 0 when it is
// not whole yet; -EBADMSG when it is not HTTP/1.x (then `*fault` is one line that says what is wrong with it,
// static). Lines must end with CRLF. A fault is found once its line is there, a head of more than 64 KiB is
// one, and what is no HTTP at all is found by its first bytes. `head` holds memory only when the result is
// above 0: free it with http_head_free().
int http_response_decode(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault);

// The same for a request head.
int http_request_decode(const unsigned char *bytes, size_t size, struct http_head *head, const char **fault);

void http_head_free(struct http_head *head);

// What is wrong with the head of a request as an opening handshake, or NULL: one line, static, that names the
// rule of RFC 6455 section 4.1.
const char *ws_request_fault(const struct http_head *head);

// Decodes the base64 of 16 bytes; false when `key` is not that.
bool ws_key_decode(const char *key, unsigned char nonce[16]);

// The value of the first field of that name (letter case ignored), or NULL. http_field_count counts them.
const char *http_field_value(const struct http_head *head, const char *name);
size_t http_field_count(const struct http_head *head, const char *name);

// True when `token` is an element of the comma-separated list that all fields of that name make together,
// letter case ignored. Empty elements are no elements; a comma in a quoted string does not separate.
bool http_field_has_token(const struct http_head *head, const char *name, const char *token);

#endif
