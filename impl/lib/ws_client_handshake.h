#ifndef IMPL_WS_CLIENT_HANDSHAKE_H
#define IMPL_WS_CLIENT_HANDSHAKE_H

/*
 * The client's half of WebSocket's opening handshake (RFC 6455 section 4.1): the request, and what must hold
 * of the response. permessage-deflate may be offered, no subprotocol. No I/O but for the key's random bytes, no
 * allocation.
 */

#include "lib/http_head.h"
#include "lib/ws_handshake.h"

enum { CLIENT_REQUEST_MAX = 2560 };

/* A fresh key: 16 bytes that nobody can predict, in base64. */
void client_key(char key[HANDSHAKE_KEY_LENGTH + 1]);

/* What the client asks for. The texts belong to the caller. */
struct client_request {
    const char *host, *target;
    const char *key;              /* of client_key */
    struct deflate_offer deflate; /* made, or all zeros */
};

/* What the server agreed to. */
struct client_agreement {
    bool deflate; /* permessage-deflate, with these parameters */
    struct deflate_parameters deflate_parameters;
};

/* Writes the request. Returns its length in bytes, or -EMSGSIZE when it does not fit. */
int client_request_write(const struct client_request *request, char bytes[CLIENT_REQUEST_MAX]);

/* Holds a whole response against section 4.1. Returns NULL when the connection is a WebSocket from here on,
 * or why it is not, in a few words. */
const char *client_response_fault(const struct message_head *head, const struct client_request *request,
                                  struct client_agreement *agreement);

#endif
