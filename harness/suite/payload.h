// Bytes that a case sends or expects, as data: described when the suite is loaded, made when they are needed, so that
// a thousand cases with megabytes of fill cost nothing.
#ifndef SOCKSPEC_SUITE_PAYLOAD_H
#define SOCKSPEC_SUITE_PAYLOAD_H

#include "suite/reader.h"
#include "ws/deflate.h"
#include "ws/frame.h"
#include "ws/handshake.h"

struct buffer;

enum payload_kind {
    PAYLOAD_BYTES,     // `pattern`, repeated up to `length`
    PAYLOAD_CONCAT,    // the parts, one behind the other
    PAYLOAD_DEFLATED,  // the one part, as permessage-deflate has it
    PAYLOAD_FRAME,     // a WebSocket frame around the one part
    PAYLOAD_MESSAGE,   // a WebSocket message of the one part, in frames of at most `fragment` bytes
    PAYLOAD_HANDSHAKE, // a request head
    PAYLOAD_RESPONSE,  // a response head
};

struct payload {
    enum payload_kind kind;
    const unsigned char *pattern;
    size_t pattern_length;
    size_t length;
    struct payload *parts;
    size_t part_count;
    struct ws_frame frame; // FRAME, MESSAGE (opcode and mask); its length is used when `declared`
    bool declared;         // the header's length is not the payload's
    bool random_mask;
    bool mask_by_role;             // masked when we are the client of the connection, not when we are its server
    size_t fragment;               // 0: one frame
    struct ws_deflate_style style; // DEFLATED
    struct ws_request request;
    struct ws_response response;
};

// Reads a payload: a scalar, or a map with one of the words text, hex, base64, fill, noise, concat, deflated,
// frame, message, close-frame, handshake, response. `more` are keys of the map that belong to somebody else (NULL at the
// end, may be NULL).
bool payload_read(struct reader *reader, const yaml_node_t *node, const char *const *more, struct payload *payload);

// Reads the members of an opening handshake (method, target, version, set, without, add) from a map.
bool payload_read_request(struct reader *reader, const yaml_node_t *map, struct ws_request *request);

// Reads the members of its response (status, reason, version, accept, set, without, add) from a map.
bool payload_read_response_head(struct reader *reader, const yaml_node_t *map, struct ws_response *response);

// All keys that a payload, a handshake and a response can have; NULL at the end.
extern const char *const payload_keys[];
extern const char *const request_keys[];
extern const char *const response_keys[];

// An opcode by name or number.
bool payload_read_opcode(struct reader *reader, const yaml_node_t *node, unsigned *opcode);

// True when the payload is plain bytes: no frames, no random masks.
bool payload_is_plain(const struct payload *payload);

// The length of a plain payload, and its bytes appended to a buffer.
size_t payload_length(const struct payload *payload);
void payload_append(const struct payload *payload, struct buffer *out);

#endif
