#ifndef IMPL_WS_FRAME_H
#define IMPL_WS_FRAME_H

/*
 * The frames of WebSocket (RFC 6455 section 5.2).
 *
 * Reading is strict: a header that its sender must not send is an error at the first byte that shows it.
 * Writing makes what one may send: a client with a mask, a server without, both the shortest length. No I/O,
 * no allocation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_opcode {
    OPCODE_CONTINUATION = 0x0,
    OPCODE_TEXT = 0x1,
    OPCODE_BINARY = 0x2,
    OPCODE_CLOSE = 0x8,
    OPCODE_PING = 0x9,
    OPCODE_PONG = 0xa,
};

enum frame_sender { FRAME_BY_CLIENT, FRAME_BY_SERVER };

/* The close codes that an end itself has reason to send (RFC 6455 section 7.4.1). */
enum close_code {
    CLOSE_NORMAL = 1000,
    CLOSE_GOING_AWAY = 1001,
    CLOSE_PROTOCOL_ERROR = 1002,
    CLOSE_UNSUPPORTED = 1003,
    CLOSE_NO_CODE = 1005, /* never sent: what a close frame without a code counts as */
    CLOSE_NOT_UTF8 = 1007,
    CLOSE_POLICY = 1008,
    CLOSE_TOO_BIG = 1009,
    CLOSE_INTERNAL_ERROR = 1011,
};

#define FRAME_CONTROL_MAX 125      /* bytes of payload of a control frame (section 5.5) */
#define FRAME_CLIENT_HEADER_MAX 14 /* two bytes, eight of length, four of mask */
#define FRAME_SERVER_HEADER_MAX 10 /* the same without a mask */
#define FRAME_COMPRESSED 0x40      /* RSV1, in the first byte (RFC 7692 section 6) */

struct frame_header {
    bool final;
    bool compressed; /* RSV1: the message that begins here is deflated */
    enum frame_opcode opcode;
    uint64_t length;       /* of the payload in bytes, below 2^63 */
    unsigned char mask[4]; /* zeros in a server's frame */
};

/* Reads the header of a frame. Returns its length in bytes (2 to 14); 0 when `size` bytes are not yet a whole
 * one; or -EPROTO when no legal header of that sender begins with these bytes:
 *   a reserved bit that no extension defines, or a reserved opcode  (section 5.2): the only one defined is
 *   RSV1 with `deflate`, for permessage-deflate, in the first frame of a message (RFC 7692 section 6.1)
 *   a control frame that is not final, or of more than 125 bytes    (section 5.5)
 *   no mask by a client, or one by a server                         (section 5.1)
 *   a length that is not in the shortest form, or of 2^63 or more   (section 5.2)
 * `header` is written only when the result is above 0. */
int frame_header_decode(const unsigned char *bytes, size_t size, enum frame_sender sender, bool deflate,
                        struct frame_header *header);

/* Writes the header of a final, unmasked frame with `length` bytes of payload. Returns its length in bytes:
 * 2, 4 or 10. */
size_t frame_header_encode(unsigned char bytes[FRAME_SERVER_HEADER_MAX], enum frame_opcode opcode, uint64_t length);

/* Writes the header of a client's frame, by all members of `header`. Returns its length in bytes: 6, 8 or 14. */
size_t frame_header_encode_client(unsigned char bytes[FRAME_CLIENT_HEADER_MAX], const struct frame_header *header);

/* True for close, ping and pong (section 5.5). */
bool frame_is_control(enum frame_opcode opcode);

/* Copies `length` bytes and takes the mask off, or puts it on, which is the same (section 5.3). `offset` is
 * how many bytes of the frame's payload came before. `to` may be `from`; otherwise they do not overlap. */
void frame_unmask(unsigned char *to, const unsigned char *from, size_t length, const unsigned char mask[4],
                  uint64_t offset);

#endif
