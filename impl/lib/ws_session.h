#ifndef IMPL_WS_SESSION_H
#define IMPL_WS_SESSION_H

/*
 * A WebSocket connection behind its handshake, seen from one end: a state machine between bytes and events.
 *
 * The caller feeds the bytes that the peer sends and gets at most one event a call, with the bytes by which a
 * server answers it (a client, who has to mask, makes its own answer of the rest of the event). The session
 * does no I/O: the caller writes the answers, in order, and hangs up after SESSION_CLOSED. It owns one
 * buffer, for the message being assembled; that grows as payload arrives, never beyond the message limit (a
 * frame that only announces much costs nothing, nor does one that inflates to too much), and is given back
 * after a big message. Where permessage-deflate is spoken there is a second one for a deflated answer, and
 * what zlib needs. One thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/ws_deflate_offer.h"
#include "lib/ws_frame.h"
#include "lib/ws_message.h"

enum session_event_type {
    SESSION_NONE,    /* all bytes are taken, and nothing is to be done */
    SESSION_MESSAGE, /* a whole message */
    SESSION_PING,    /* a ping, which the answer answers */
    SESSION_CLOSED,  /* the peer's close frame, or its mistake; no event follows */
};

/* The pointers are good until the session is fed again or ended. */
struct session_event {
    enum session_event_type type;
    const unsigned char *answer; /* the frame to send: a message's echo, a pong, or a close frame */
    size_t answer_length;

    enum frame_opcode opcode;     /* of a message: OPCODE_TEXT or OPCODE_BINARY */
    const unsigned char *payload; /* of a message or ping */
    size_t length;

    unsigned code; /* of a close: the peer's (CLOSE_NO_CODE for none), or what its mistake is */
    bool failed;   /* of a close: the connection fails by section 7.1.7, the peer had not closed it */
};

struct ws_session {
    enum frame_sender peer;
    bool closing; /* we have sent a close frame */
    bool closed;  /* nothing more is looked at */
    bool deflate; /* permessage-deflate was agreed on */

    unsigned char head[FRAME_CLIENT_HEADER_MAX]; /* of a header: what has come of it */
    size_t head_size;
    bool in_payload;
    struct frame_header frame; /* whose payload is being read */
    uint64_t frame_taken;      /* bytes of it */

    bool in_message; /* its first frame has begun, its last one has not ended */
    struct ws_message message;
    struct message_deflater answers;

    unsigned char control[FRAME_SERVER_HEADER_MAX + FRAME_CONTROL_MAX];
};

/* A session behind its handshake, which reads the frames of `peer`. Messages above `message_limit` bytes are
 * refused with CLOSE_TOO_BIG. */
void session_begin(struct ws_session *session, enum frame_sender peer, size_t message_limit);

/* Has the session take compressed messages, and be able to make them, by what the handshake agreed on. To be
 * called before it is fed. */
void session_use_deflate(struct ws_session *session, const struct deflate_parameters *parameters);

/* Deflates the answer of a SESSION_MESSAGE, where permessage-deflate is spoken: the event's answer becomes
 * the compressed echo, good for as long as the other. An empty message stays as it is. What is deflated must
 * be sent, since later messages may refer to it. Returns 0 or -ENOMEM, after which the session can only be
 * ended. */
int session_deflate_answer(struct ws_session *session, struct session_event *event);

/* Frees what the session owns. */
void session_end(struct ws_session *session);

/* Takes bytes off the front of the `size` that are there, up to the first event, and returns how many; the
 * rest is to be fed again. It takes fewer than `size` only with an event. After SESSION_CLOSED it takes
 * everything and does nothing. Peers fail the connection (RFC 6455 section 7.1.7), as soon as the bytes
 * show it, by
 *   CLOSE_PROTOCOL_ERROR   a header that frame_header_decode refuses; a continuation of nothing, or a message
 *                          within another (section 5.4); a close frame of one byte, or whose code must not be
 *                          sent or is not assigned (sections 5.5.1, 7.4)
 *   CLOSE_NOT_UTF8         text, or the reason of a close frame, that is not UTF-8 (section 8.1); a
 * compressed message that does not inflate (no code is named in RFC 7692; this is customary) CLOSE_TOO_BIG a
 * frame whose header takes the message beyond the limit (section 10.4), or a compressed message that inflates
 * to more CLOSE_INTERNAL_ERROR   no memory */
size_t session_feed(struct ws_session *session, const unsigned char *bytes, size_t size, struct session_event *event);

/* Closes from this side: fills the answer of `event` with a close frame of `code`, which must be one that may
 * be sent. Events come as before, until SESSION_CLOSED, but without answers. */
void session_close(struct ws_session *session, unsigned code, struct session_event *event);

/* True for the codes that a close frame may carry: 1000 to 1003, 1007 to 1014, 3000 to 4999 (RFC 6455
 * section 7.4 and the registry that it founds). */
bool close_code_is_legal(unsigned code);

#endif
