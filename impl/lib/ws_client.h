#ifndef IMPL_WS_CLIENT_H
#define IMPL_WS_CLIENT_H

/*
 * The client's end of a WebSocket on a stream, plain or under TLS.
 *
 * ws_client_open does the handshake; then ws_client_next gives message after message, answering pings and the
 * close frame on its own, and ws_client_send sends. One thread at a time; the socket stays the caller's. A
 * server that breaks RFC 6455 gets a close frame that says so, and is a failure.
 */

#include "lib/failure.h"
#include "lib/stream.h"
#include "lib/ws_session.h"
#include "lib/ws_url.h"

enum { WS_CLIENT_INPUT = 65536 };

/* Large, and not to be zeroed: ws_client_open fills it. */
struct ws_client {
    struct stream stream;
    const char *peer; /* for messages */
    struct ws_session session;
    bool closing;      /* our close frame has gone out */
    size_t start, end; /* of what input holds */
    unsigned char input[WS_CLIENT_INPUT];
};

struct ws_client_options {
    int64_t connect_timeout_ms;   /* negative: as long as the kernel tries */
    int64_t handshake_timeout_ms; /* of TLS and WebSocket together; negative: none */
    bool keepalive;
    SSL_CTX *tls;                 /* for wss; without, such a URL is refused */
    struct deflate_offer deflate; /* offered if made; where the server accepts it, messages go out compressed */
};

/* Connects, under TLS for wss, and does the opening handshake. Returns 0: call ws_client_end in the end. Or a
 * negative errno code with the reason in `failure`, and there is nothing to end: one of net_dial,
 * stream_connect_tls or ws_client_open. `url` is used until the end. */
int ws_client_dial(struct ws_client *client, const struct ws_url *url, const struct ws_client_options *options,
                   struct failure *failure);

/* Does the opening handshake on a connected stream, which belongs to the client from here on; of the options
 * `deflate` counts. Returns 0: call
 * ws_client_end in the end. Or a negative errno code with the reason in `failure`, and there is nothing to
 * end: -EPROTO the server answered something else, or wrongly; -ETIMEDOUT; -ECONNRESET it closed the
 * connection. */
int ws_client_open(struct ws_client *client, struct stream stream, const struct ws_url *url,
                   const struct ws_client_options *options, int64_t deadline, struct failure *failure);

/* Sends a frame of one opcode, masked, of a message that may go on, compressed where that was agreed on. Returns 0, or a negative errno code with
 * the reason in `failure`. */
int ws_client_send(struct ws_client *client, enum frame_opcode opcode, bool final, const void *bytes, size_t size,
                   struct failure *failure);

/* Sends a close frame, unless one has gone out. Returns as ws_client_send. */
int ws_client_close(struct ws_client *client, unsigned code, struct failure *failure);

/* Waits for a message or the server's close frame. Returns 1 with SESSION_MESSAGE or SESSION_CLOSED in
 * `event`, behind which nothing is to be read; 0 when nothing more came by the deadline; or a negative errno
 * code with the reason in `failure`: -ECONNRESET the connection ended without a close frame, -EPROTO the
 * server broke the protocol. */
int ws_client_next(struct ws_client *client, int64_t deadline, struct session_event *event, struct failure *failure);

/* Releases what the client owns. After both close frames it is the server who closes the connection
 * (section 7.1.1): waits for that, within `timeout_ms`. */
void ws_client_end(struct ws_client *client, int64_t timeout_ms);

#endif
