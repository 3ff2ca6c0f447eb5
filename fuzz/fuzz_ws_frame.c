// Reaches frame_header_decode for both senders, frame_header_encode, its variant for clients, and frame_unmask of impl/lib/ws_frame.c.
//
// Oracles:
// - the harness's decoder, an independent one: where it finds a legal frame of a client, ours must find the
// same
//   one, and where ours finds a frame, the harness must find nothing wrong with it;
// - every beginning of a header is answered by "more", then by one result that does not change any more;
// - a header that our encoder writes is read back by the harness's decoder;
// - the harness's mask undoes ours wherever the payload is cut.
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ws_frame.h"
#include "ws/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static uint8_t *exact(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

static int decode(const uint8_t *bytes, size_t size, enum frame_sender sender, bool deflate,
                  struct frame_header *header)
{
    uint8_t *copy = exact(bytes, size);
    int result = frame_header_decode(copy, size, sender, deflate, header);
    free(copy);
    return result;
}

static void compare(const uint8_t *bytes, size_t size, enum frame_sender sender, bool deflate)
{
    struct frame_header ours = {0};
    struct ws_frame theirs = {0};
    int length = decode(bytes, size, sender, deflate, &ours);
    size_t their_length = ws_frame_decode(bytes, size, &theirs);
    if (their_length == 0) {
        require(length <= 0);
        return;
    }
    bool compressed = deflate && theirs.rsv & 4 && (theirs.opcode == WS_TEXT || theirs.opcode == WS_BINARY);
    if (compressed)
        theirs.rsv &= ~4u;
    if (ws_frame_fault(&theirs, sender == FRAME_BY_SERVER)) {
        require(length == -EPROTO);
        return;
    }
    require(length > 0 && (size_t)length == their_length);
    require(ours.final == theirs.fin && ours.compressed == compressed);
    require((unsigned)ours.opcode == theirs.opcode);
    require(ours.length == theirs.length);
    require(memcmp(ours.mask, theirs.mask, sizeof ours.mask) == 0);
}

static void try_beginnings(const uint8_t *bytes, size_t size, enum frame_sender sender)
{
    struct frame_header header;
    int settled = 0;
    for (size_t part = 0; part <= size && part <= FRAME_CLIENT_HEADER_MAX + 1; part++) {
        int result = decode(bytes, part, sender, false, &header);
        require(settled == 0 || result == settled);
        require(result <= 0 || (size_t)result <= part);
        settled = result;
    }
}

static void round_trip(const struct frame_header *header)
{
    unsigned char bytes[FRAME_SERVER_HEADER_MAX];
    size_t length = frame_header_encode(bytes, header->opcode, header->length);
    struct ws_frame frame = {0};
    require(ws_frame_decode(bytes, length, &frame) == length);
    require(!ws_frame_fault(&frame, true));
    require(frame.fin && !frame.masked && frame.opcode == (unsigned)header->opcode);
    require(frame.length == header->length);
}

static void round_trip_of_client(const struct frame_header *header)
{
    unsigned char bytes[FRAME_CLIENT_HEADER_MAX];
    struct frame_header again;
    size_t length = frame_header_encode_client(bytes, header);
    require(decode(bytes, length, FRAME_BY_CLIENT, false, &again) == (int)length);
    require(again.final == header->final && again.opcode == header->opcode && again.length == header->length);
    require(memcmp(again.mask, header->mask, sizeof again.mask) == 0);
}

static void unmask_and_mask(const uint8_t *payload, size_t size, const unsigned char mask[4], size_t cut)
{
    uint8_t *from = exact(payload, size), *to = exact(payload, size);
    cut = size ? cut % (size + 1) : 0;
    frame_unmask(to, from, cut, mask, 0);
    frame_unmask(to + cut, from + cut, size - cut, mask, cut);
    ws_mask(to, size, mask, 0);
    require(memcmp(to, payload, size) == 0);
    free(from);
    free(to);
}

static void read_frame(const uint8_t *data, size_t size, enum frame_sender sender)
{
    struct frame_header header;
    compare(data, size, sender, false);
    compare(data, size, sender, true);
    try_beginnings(data, size, sender);
    int length = decode(data, size, sender, false, &header);
    if (length <= 0)
        return;
    round_trip(&header);
    round_trip_of_client(&header);
    size_t rest = size - (size_t)length;
    if (rest > 0)
        unmask_and_mask(data + length, rest, header.mask, data[length]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_frame(data, size, FRAME_BY_CLIENT);
    read_frame(data, size, FRAME_BY_SERVER);
    return 0;
}
