#ifndef IMPL_WS_CLIENT_HANDSHAKE_H
#define IMPL_WS_CLIENT_HANDSHAKE_H

/*
 * The client's half of WebSocket's opening handshake (RFC 6455 section 4.1): the request, and what must hold
 * of the response. No extension and no subprotocol is offered. No I/O but for the key's random bytes, no
 * allocation.
 */

#include "lib/http_head.h"
#include "lib/ws_handshake.h"

enum { CLIENT_REQUEST_MAX = 2560 };

/* A fresh key: 16 bytes that nobody can predict, in base64. */
void client_key(char key[HANDSHAKE_KEY_LENGTH + 1]);

/* Writes the request for `target` of `host`. Returns its length in bytes, or -EMSGSIZE when it does not fit.
 */
int client_request_write(const char *host, const char *target, const char *key, char bytes[CLIENT_REQUEST_MAX]);

/* Holds a whole response against section 4.1. Returns NULL when the connection is a WebSocket from here on,
 * or why it is not, in a few words. */
const char *client_response_fault(const struct message_head *head, const char *key);

#endif
