// permessage-deflate (RFC 7692) as the harness needs it: payloads of any kind of block, and a strict look at
// what a peer sends. On zlib, and nothing else: it shares no code with the implementations that it judges.
//
// A struct ws_deflate is one connection's. What it sends goes through one stream, so that a message may refer
// to those before it. What it receives is not a stream but a window, the last bytes of what compressed
// messages held: so a message can be inflated again and again while it is being waited for, and counts only
// once it is taken.
#ifndef SOCKSPEC_WS_DEFLATE_H
#define SOCKSPEC_WS_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

#include "base/buffer.h"
#include "ws/handshake.h"

// What a response agreed to. All zero where nothing was.
struct ws_deflate_agreement {
    bool agreed;
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    int server_max_window_bits; // 0: not named, which is 15
    int client_max_window_bits;
};

// How a payload is deflated.
enum ws_blocks {
    WS_BLOCKS_ANY,    // as zlib likes
    WS_BLOCKS_FIXED,  // with fixed Huffman codes
    WS_BLOCKS_STORED, // without compression
};

struct ws_deflate_style {
    enum ws_blocks blocks;
    bool final;       // BFINAL is set (RFC 7692 section 7.2.3.4)
    bool keep_tail;   // the four bytes that a sender leaves out stay
    bool no_takeover; // refers to no message before it, though that was not agreed on
};

// Zeroed at the beginning: messages can be sent already, as if all parameters had their defaults.
struct ws_deflate {
    struct ws_deflate_agreement agreement;
    bool server; // we are
    bool sending;
    z_stream out;
    struct buffer window;  // what the peer may refer to
    struct buffer arrived; // bytes of a frame that is not whole
    struct buffer message; // compressed payload of a message that is not whole
    bool compressed;
};

// Reads what the head of a response agreed to. Lenient: what is unknown or wrong in it is passed over.
struct ws_deflate_agreement ws_deflate_agreement_read(const struct http_head *head);

// From here on that holds.
void ws_deflate_agree(struct ws_deflate *deflate, const struct ws_deflate_agreement *agreement, bool server);

// Appends the deflated form of a payload.
void ws_deflate_encode(struct ws_deflate *deflate, const struct ws_deflate_style *style, const unsigned char *payload,
                       size_t length, struct buffer *out);

// Inflates the whole payload of a compressed message and appends it. Returns NULL, or one line that says what
// is wrong with it, static: it is no deflate stream, breaks off, refers further back than was agreed on, or
// is larger than the harness takes.
const char *ws_deflate_decode(const struct ws_deflate *deflate, const unsigned char *payload, size_t length,
                              struct buffer *out);

// The bytes of frames that were taken, in order and cut anywhere: the messages in them go into the window.
void ws_deflate_taken(struct ws_deflate *deflate, const unsigned char *bytes, size_t length);

// Frees what it owns and zeroes it.
void ws_deflate_free(struct ws_deflate *deflate);

#endif
