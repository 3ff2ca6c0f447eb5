#ifndef IMPL_WS_CONNECTION_H
#define IMPL_WS_CONNECTION_H

/*
 * A WebSocket client on a blocking socket: the handshakes (TLS before that of WebSocket, for wss) and the
 * session, with deadlines.
 *
 * websocket_open reads the request and answers it; then websocket_next gives message after message, and
 * answers pings and the close frame on its own. What is sent is gathered and written when the next read would
 * have to wait, so that a burst of small messages costs one write. One thread at a time; the socket stays the
 * caller's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/server.h"
#include "lib/stream.h"
#include "lib/ws_handshake.h"
#include "lib/ws_session.h"

struct websocket_options {
    struct handshake_policy policy;
    uint64_t message_limit;       /* bytes */
    int64_t handshake_timeout_ms; /* from the accept to the last byte of the request's head */
    int64_t read_timeout_ms;      /* without a byte from the client; negative: none */
    int64_t write_timeout_ms;     /* for one message or batch of them; negative: none */
    SSL_CTX *tls;                 /* for wss; NULL: plain */
    const struct server *server;  /* asked whether it stops; NULL: it never does */
};

enum { WEBSOCKET_INPUT = 65536, WEBSOCKET_OUTPUT = 16384 };

/* Large, and not to be zeroed: put it on the thread's stack and let websocket_open fill it. */
struct websocket {
    const struct websocket_options *options;
    struct stream stream;
    struct ws_session session;
    bool failed;       /* the last frame told the client of its mistake */
    size_t start, end; /* of what input holds */
    size_t pending;    /* bytes in output */
    unsigned char input[WEBSOCKET_INPUT];
    unsigned char output[WEBSOCKET_OUTPUT];
};

/* Reads the request and answers it. Returns 0 when the client now speaks WebSocket: call websocket_end in
 * the end. Otherwise the client has got its answer, where it could, and there is nothing to end: -EPROTO it
 * asked for something else or wrongly; -ETIMEDOUT; -ENODATA it left; or another negative errno code of the
 * socket. */
int websocket_open(struct websocket *websocket, int socket, const struct websocket_options *options);

/* Waits for the next message. Returns 1 with a SESSION_MESSAGE in `event`, whose pointers are good until the
 * next call; 0 when the connection is over: the client closed it or ended, made a mistake, or was silent
 * beyond the read timeout, or the server stops; a negative errno code when the socket broke or a write timed
 * out. */
int websocket_next(struct websocket *websocket, struct session_event *event);

/* Sends bytes that are whole frames, such as the answer of an event. Returns 0 or a negative errno code. */
int websocket_send(struct websocket *websocket, const unsigned char *bytes, size_t size);

/* Sends a message back, compressed where the client speaks permessage-deflate. Returns 0 or a negative errno
 * code. */
int websocket_echo(struct websocket *websocket, struct session_event *message);

/* Sends a close frame; nothing more can be sent. Returns 0 or a negative errno code. */
int websocket_close(struct websocket *websocket, unsigned code);

/* The same, and waits for the client's close frame, for as long as a client may take to read what was sent
 * before. Returns 0, also when the client ends without one; -ETIMEDOUT; another negative errno code. */
int websocket_finish(struct websocket *websocket, unsigned code);

/* Releases what the connection owns. After a mistake of the client it first ends our direction and reads what
 * is still under way, so that no RST overtakes the close frame (RFC 6455 section 7.1.1). */
void websocket_end(struct websocket *websocket);

#endif
