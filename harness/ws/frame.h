// The harness's own codec for WebSocket frames (RFC 6455 section 5.2).
//
// It is permissive by purpose: it can encode every illegal frame, and decodes whatever a peer sends. What is
// wrong with a decoded frame is a separate question, ws_frame_fault(). It shares no code with the
// implementations that it judges. Pure functions on bytes: no I/O; allocation only in the caller's buffer.
#ifndef SOCKSPEC_WS_FRAME_H
#define SOCKSPEC_WS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xa,
};

enum ws_length_form {
    WS_LENGTH_SHORTEST, // as the RFC demands
    WS_LENGTH_7,        // in the second byte; the low 7 bits of a longer length
    WS_LENGTH_16,
    WS_LENGTH_64,
};

struct ws_frame {
    bool fin;
    unsigned rsv;    // RSV1 is 4, RSV2 is 2, RSV3 is 1
    unsigned opcode; // 0 to 15, whether defined or not
    bool masked;
    unsigned char mask[4];
    enum ws_length_form length_form; // of a decoded frame: the form that was used, never WS_LENGTH_SHORTEST
    uint64_t length;                 // as the header says
};

// Appends the header of `frame`, then `payload_length` bytes of payload, masked when the frame is.
// `frame->length` goes into the header as it is, whether or not it is the payload's.
void ws_frame_encode(struct buffer *out, const struct ws_frame *frame, const unsigned char *payload,
                     size_t payload_length);

// Reads a header. Returns its length in bytes (2 to 14), or 0 when `size` bytes are not yet a whole one;
// `frame` is then as it was.
size_t ws_frame_decode(const unsigned char *bytes, size_t size, struct ws_frame *frame);

// XORs `length` bytes with the mask, in place, beginning at `offset` within the frame's payload.
void ws_mask(unsigned char *bytes, size_t length, const unsigned char mask[4], size_t offset);

// What is wrong with a frame that a peer sent, or NULL: one line that names the RFC's rule, e.g.
// "RSV bits 0x4 without an extension that defines them (RFC 6455 section 5.2)". `from_server` tells the
// direction: a server must not mask, a client must. Of several faults the first on the wire is named.
// Payloads are not looked at, and extensions are not known: clear RSV1 first where permessage-deflate permits
// it.
const char *ws_frame_fault(const struct ws_frame *frame, bool from_server);

// "text", "binary", "continuation", "close", "ping", "pong", or "reserved opcode 0x3" and so on.
const char *ws_opcode_name(unsigned opcode);

// True when the bytes are well-formed UTF-8 (RFC 3629).
bool ws_utf8_valid(const unsigned char *bytes, size_t length);

// The same for the beginning of a text: of whole characters so far, cut within a character, or nothing that any more
// bytes make UTF-8.
enum ws_utf8 { WS_UTF8_WHOLE, WS_UTF8_CUT, WS_UTF8_BAD };
enum ws_utf8 ws_utf8_look(const unsigned char *bytes, size_t length);

// True when a close code may stand in a close frame on the wire (RFC 6455 section 7.4 and the IANA registry:
// 1000-1003, 1007-1014, 3000-4999).
bool ws_close_code_valid(unsigned code);

#endif
