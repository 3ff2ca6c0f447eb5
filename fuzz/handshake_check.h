// What must hold of a server's opening handshake, whether it was written by impl/lib/ws_handshake.c alone or sent on a
// connection.
#ifndef SOCKSPEC_FUZZ_HANDSHAKE_CHECK_H
#define SOCKSPEC_FUZZ_HANDSHAKE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "ws/handshake.h"

// Takes a request apart that ours has taken, also behind the empty line that it skips. Free it with http_head_free().
// Returns its length with that line.
size_t handshake_require_request(const char *text, size_t size, struct http_head *asked);

// The request is an opening handshake by section 4.1 of RFC 6455, as far as a server must insist on it (section 4.2.1).
void handshake_require_asked(const struct http_head *asked);

// The response is one that agrees to it: the accept value of its key, a subprotocol that it asked for.
void handshake_require_agreed(const struct http_head *asked, const struct http_head *response);

// The response has one of the statuses that ws_handshake.h documents, and a body as long as it says: `body` bytes, or
// none where the request was a HEAD.
void handshake_require_answer(const struct http_head *response, size_t body);

#endif
