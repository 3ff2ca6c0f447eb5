#ifndef IMPL_WS_MESSAGE_H
#define IMPL_WS_MESSAGE_H

/*
 * The payload of one WebSocket message after the other, put together from the pieces in which it comes:
 * unmasked, inflated where it is compressed (RFC 7692), and checked as UTF-8 where it is text, all of it as
 * early as a piece shows it. And the way back for a compressed answer.
 *
 * A message's buffer grows with what arrives, by doubling, and never beyond the limit: what a compressed
 * message would inflate to beyond it is neither kept nor looked at. No I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/utf8.h"
#include "lib/ws_deflate.h"
#include "lib/ws_frame.h"

/* Zeroed at the beginning, but for the limit and the first two members of the inflater. */
struct ws_message {
    size_t limit; /* bytes of payload */
    enum frame_opcode opcode;
    bool compressed;
    struct utf8 utf8;
    unsigned char *buffer; /* room for a server's header, then the payload; NULL while there is none */
    size_t room;           /* for payload */
    size_t length;         /* of the payload so far */
    struct inflater inflater;
};

/* Zeroed at the beginning, but for the first two members of the deflater. */
struct message_deflater {
    unsigned char *buffer; /* room for a server's header, then the payload; NULL while there is none */
    size_t room;
    struct deflater deflater;
};

/* The first frame of a message has begun. */
void message_begin(struct ws_message *message, enum frame_opcode opcode, bool compressed);

/* A frame of it says how long it will be. Returns 0, or CLOSE_TOO_BIG when that is beyond the limit for
 * sure: of a compressed message nobody can tell. */
unsigned message_announce(const struct ws_message *message, uint64_t length);

/* Takes payload of a frame, of which `offset` bytes came before. Returns 0 or the close code that it
 * deserves: CLOSE_NOT_UTF8 (text that is no UTF-8, or bytes that do not inflate), CLOSE_TOO_BIG or
 * CLOSE_INTERNAL_ERROR (no memory). */
unsigned message_feed(struct ws_message *message, const unsigned char *bytes, size_t size, const unsigned char mask[4],
                      uint64_t offset);

/* The message is whole. Returns as message_feed; the payload is there when it is 0. */
unsigned message_finish(struct ws_message *message);

/* FRAME_SERVER_HEADER_MAX bytes before it belong to the message, for a header. */
unsigned char *message_payload(const struct ws_message *message);

/* Between messages: frees the buffer when it has become big. */
void message_give_back(struct ws_message *message);

/* Frees what it owns. */
void message_end(struct ws_message *message);

/* Deflates the next piece of a message, a fragment of its own; with `final` the last, or all of it. Returns its
 * new length and sets `deflated`, with room for a header before it, good until the next call; or -ENOMEM, after
 * which the deflater can only be ended. */
ssize_t message_deflate(struct message_deflater *deflater, const unsigned char *payload, size_t length, bool final,
                        unsigned char **deflated);

/* As for messages. */
void message_deflater_give_back(struct message_deflater *deflater);
void message_deflater_end(struct message_deflater *deflater);

#endif
