#ifndef IMPL_WS_HANDSHAKE_H
#define IMPL_WS_HANDSHAKE_H

/*
 * The server's half of WebSocket's opening handshake (RFC 6455 section 4.2), and the plain HTTP around it.
 *
 * handshake_decide looks at a request and says how it is to be answered; handshake_answer_write makes the
 * bytes of it. Neither does I/O nor allocates. What the server offers is:
 *   GET or HEAD of /   200 with a short text that points to /ws
 *   GET of /ws         the WebSocket: 101, or the status that says what is wrong
 *   anything else      404, or 405 with Allow
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "lib/http_head.h"
#include "lib/ws_deflate_offer.h"

#define HANDSHAKE_KEY_LENGTH 24       /* base64 of 16 bytes */
#define HANDSHAKE_ACCEPT_LENGTH 28    /* base64 of a SHA-1 digest */
#define HANDSHAKE_SUBPROTOCOL_MAX 128 /* bytes of a subprotocol's name */
#define HANDSHAKE_ANSWER_MAX 1024     /* bytes of an answer */

/* What the server speaks and whom it trusts. The texts belong to the caller. */
struct handshake_policy {
    const char *about;          /* what the server is, for the text at /; not NULL where that is asked for */
    const char *const *origins; /* whose pages may connect; none: those of this host, as Host names it */
    size_t origin_count;
    const char *const *subprotocols; /* tokens of at most HANDSHAKE_SUBPROTOCOL_MAX bytes */
    size_t subprotocol_count;
    bool deflate; /* speak permessage-deflate with clients that offer it */
};

struct handshake_answer {
    int status;              /* 101: the connection is a WebSocket from here on; otherwise it ends */
    bool without_body;       /* the answer to HEAD */
    const char *allow;       /* of a 405 */
    const char *subprotocol; /* of a 101; NULL: none */
    const char *about;       /* of a 200 */
    bool deflate;            /* of a 101: permessage-deflate was agreed on, with these parameters */
    struct deflate_parameters deflate_parameters;
    char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
};

/* Decides on a whole request head. The status is one of
 *   101  all is well
 *   200  the text at /
 *   400  Host, target, key, version field, a list or a body is not as it must be (RFC 6455 section 4.2.1,
 *        RFC 9112 section 3.2), or an upgrade in HTTP/1.0
 *   403  a page of an origin that is not trusted (RFC 6455 section 10.2); a client without Origin is no page
 *   404  no such resource
 *   405  a method that the resource does not have
 *   426  no upgrade to WebSocket was asked for, or another version of it (RFC 6455 section 4.4)
 *   500  the library for SHA-1 failed
 *   505  another major version of HTTP */
void handshake_decide(const struct message_head *head, const struct handshake_policy *policy,
                      struct handshake_answer *answer);

/* The status for a negative result of request_head_parse: 400, 414 or 431. */
int handshake_status_for(int parse_error);

/* Writes an answer, with `now` as its Date. Returns its length in bytes. Every answer but 101 has a body
 * (except to HEAD), its Content-Length, and Connection: close. */
size_t handshake_answer_write(const struct handshake_answer *answer, time_t now, char bytes[HANDSHAKE_ANSWER_MAX]);

/* Computes Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2). Returns 0, or -EIO when the library for
 * SHA-1 fails. */
int handshake_accept_for(struct span key, char accept[HANDSHAKE_ACCEPT_LENGTH + 1]);

#endif
