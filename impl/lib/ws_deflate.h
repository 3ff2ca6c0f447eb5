#ifndef IMPL_WS_DEFLATE_H
#define IMPL_WS_DEFLATE_H

/*
 * The payload of permessage-deflate (RFC 7692 section 7.2), on zlib: one inflater for what the peer sends,
 * one deflater for what goes to it. Neither does I/O; each allocates what zlib needs (44 KiB and 256 KiB at
 * most) when it first runs, and nothing that grows with a message: the caller gives it bytes and room for
 * bytes, and decides how much room there will be, so that a bomb stops where the caller wants it to.
 *
 * zlib's raw deflate cannot keep to a window of 8 bits. There the deflater only looks for runs of one byte,
 * which need no window at all.
 */

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

/* Bytes to be worked on, and room for those that come of it. Both move on as they are used. */
struct deflate_run {
    const unsigned char *input;
    size_t input_size;
    unsigned char *output;
    size_t output_room;
};

/* Both are zeroed at the beginning, but for the first two members. */
struct deflater {
    int window_bits;          /* 8 to 15 */
    bool no_context_takeover; /* each message begins with an empty window */
    bool begun;
    z_stream stream;
};

struct inflater {
    int window_bits;
    bool no_context_takeover;
    bool begun;
    bool between_blocks; /* the last byte ended a block */
    z_stream stream;
};

/* What a sender leaves out at the end of a message, and a receiver puts back (sections 7.2.1 and 7.2.2). */
extern const unsigned char deflate_tail[4];

/* Inflates as far as input and room go; a piece of a message is done when the input is used up and room is
 * left. Behind a block with BFINAL the stream goes on (section 7.2.3.4). Returns 0, -EBADMSG for what no
 * deflate stream goes on with, or -ENOMEM; after these it can only be ended. */
int inflater_run(struct inflater *inflater, struct deflate_run *run);

/* Ends a message, of which deflate_tail has been inflated too. Returns 0, or -EBADMSG when it broke off
 * within a block. */
int inflater_message_end(struct inflater *inflater);

/* Deflates as far as input and room go. A whole message is done when the input is used up and room is left;
 * its last four bytes are then deflate_tail. A message of no bytes must not be given. Returns 0 or -ENOMEM.
 */
int deflater_run(struct deflater *deflater, struct deflate_run *run);

/* Ends a message. */
void deflater_message_end(struct deflater *deflater);

/* How much room is enough for most messages of that many bytes. */
size_t deflater_room(size_t length);

/* Free what they own. */
void inflater_end(struct inflater *inflater);
void deflater_end(struct deflater *deflater);

#endif
