// Reaches frame_header_decode for both senders, with permessage-deflate and without, frame_header_encode,
// frame_header_encode_client and frame_unmask of impl/lib/ws_frame.c.
//
// Oracles:
// - the harness's decoder: where it finds a legal frame, ours finds the same one, and where it finds a fault, ours
//   refuses;
// - wslay: a legal frame has the same header and payload there, and what wslay refuses, ours refuses. wslay looks at
//   neither reserved bits, nor reserved opcodes, nor who sends;
// - every beginning of a header is answered by "more", unless no legal header goes on from there, and by the same result
//   from the byte on that settles it;
// - a header that our encoders write is read back, by the harness's decoder and by ours;
// - the harness's mask undoes ours wherever the payload is cut, and in place too.
#include "lib/ws_frame.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "mutate.h"
#include "ws/frame.h"

#ifdef HAVE_WSLAY
#include <wslay/wslay.h>
#endif

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_frames(data, size, most, seed);
}

// The frame by the harness. Returns the length of its header; 0 when that is not whole.
static size_t decode_by_harness(const uint8_t *bytes, size_t size, bool deflate, struct ws_frame *frame,
                                bool *compressed)
{
    size_t length = ws_frame_decode(bytes, size, frame);
    *compressed = length && deflate && frame->rsv & 4 && (frame->opcode == WS_TEXT || frame->opcode == WS_BINARY);
    if (*compressed)
        frame->rsv &= 3;
    return length;
}

static void compare(const uint8_t *bytes, size_t size, enum frame_sender sender, bool deflate)
{
    struct frame_header ours = {0};
    struct ws_frame theirs = {0};
    bool compressed;
    int length = frame_header_decode(bytes, size, sender, deflate, &ours);
    size_t their_length = decode_by_harness(bytes, size, deflate, &theirs, &compressed);
    if (their_length == 0) {
        require(length == 0 || length == -EPROTO);
        return;
    }
    if (ws_frame_fault(&theirs, sender == FRAME_BY_SERVER)) {
        require(length == -EPROTO);
        return;
    }
    require(length > 0 && (size_t)length == their_length);
    require(ours.final == theirs.fin && ours.compressed == compressed);
    require((unsigned)ours.opcode == theirs.opcode && ours.length == theirs.length);
    require(memcmp(ours.mask, theirs.mask, sizeof ours.mask) == 0);
}

// Whether some legal header goes on from these bytes: the one with the longest length does if any does.
static bool may_go_on(const uint8_t *bytes, size_t size, enum frame_sender sender)
{
    uint8_t whole[FRAME_CLIENT_HEADER_MAX];
    struct ws_frame frame;
    memset(whole, 0xff, sizeof whole);
    whole[0] = 0x82;
    whole[1] = sender == FRAME_BY_CLIENT ? 0x80 : 0;
    whole[2] = 0x7f;
    memcpy(whole, bytes, size);
    ws_frame_decode(whole, sizeof whole, &frame);
    return !ws_frame_fault(&frame, sender == FRAME_BY_SERVER);
}

static void try_beginnings(const uint8_t *bytes, size_t size, enum frame_sender sender)
{
    struct frame_header header;
    int settled = 0;
    for (size_t part = 0; part <= size && part <= FRAME_CLIENT_HEADER_MAX; part++) {
        int result = frame_header_decode(edge_copy(1, bytes, part), part, sender, false, &header);
        require(settled == 0 || result == settled);
        require(result <= 0 || (size_t)result == part || settled);
        require(settled || result > 0 || (result == 0) == may_go_on(bytes, part, sender));
        settled = result;
    }
}

static void round_trip(const struct frame_header *header, enum frame_sender sender)
{
    unsigned char bytes[FRAME_CLIENT_HEADER_MAX];
    struct frame_header again;
    bool by_server = sender == FRAME_BY_SERVER;
    size_t length = by_server ? frame_header_encode(bytes, header->opcode, header->length)
                              : frame_header_encode_client(bytes, header);
    struct ws_frame frame = {0};
    require(ws_frame_decode(bytes, length, &frame) == length && !ws_frame_fault(&frame, by_server));
    require(frame.opcode == (unsigned)header->opcode && frame.length == header->length);
    require(frame.fin == (by_server || header->final) && frame.masked == !by_server);
    require(frame_header_decode(bytes, length, sender, false, &again) == (int)length);
    require(again.final == frame.fin && again.opcode == header->opcode && again.length == header->length);
    require(memcmp(again.mask, header->mask, sizeof again.mask) == 0);
}

// Returns the payload without its mask, good until the next call.
static const uint8_t *unmask(const uint8_t *payload, size_t size, const unsigned char mask[4])
{
    const uint8_t *from = edge_copy(1, payload, size);
    uint8_t *to = edge_copy(2, payload, size), *again = edge_copy(3, payload, size);
    size_t cut = size ? payload[0] % (size + 1) : 0;
    frame_unmask(to, from, cut, mask, 0);
    frame_unmask(to + cut, from + cut, size - cut, mask, cut);
    frame_unmask(again, again, size, mask, 0);
    require(memcmp(to, again, size) == 0);
    ws_mask(again, size, mask, 0);
    require(memcmp(again, payload, size) == 0);
    return to;
}

#ifdef HAVE_WSLAY
struct source {
    const uint8_t *bytes;
    size_t left;
};

static ssize_t give(uint8_t *buffer, size_t room, int flags, void *context)
{
    struct source *source = context;
    (void)flags;
    size_t size = room < source->left ? room : source->left;
    if (size == 0)
        return -1; // wslay calls it "want read"
    memcpy(buffer, source->bytes, size);
    source->bytes += size;
    source->left -= size;
    return (ssize_t)size;
}

// Reads a frame by wslay and holds it against ours, of which `length` is the result, `payload` the plain payload so far.
static void compare_with_wslay(const uint8_t *bytes, size_t size, int length, const struct frame_header *ours,
                               const uint8_t *payload)
{
    static const struct wslay_frame_callbacks callbacks = {.recv_callback = give};
    struct source source = {bytes, size};
    struct wslay_frame_iocb frame;
    wslay_frame_context_ptr context;
    require(wslay_frame_context_init(&context, &callbacks, &source) == 0);
    ssize_t result = wslay_frame_recv(context, &frame);
    require(result != WSLAY_ERR_PROTO || length == -EPROTO);
    size_t had = 0;
    for (; length > 0 && result >= 0; result = wslay_frame_recv(context, &frame)) {
        require(frame.fin == ours->final && frame.opcode == (unsigned)ours->opcode && frame.rsv == 0);
        require(frame.payload_length == ours->length && frame.data_length <= ours->length - had);
        require(!frame.data_length || memcmp(frame.data, payload + had, frame.data_length) == 0);
        had += frame.data_length;
        if (had == ours->length)
            break;
    }
    size_t there = length > 0 ? size - (size_t)length : 0;
    require(length <= 0 || had == (there < ours->length ? there : ours->length));
    wslay_frame_context_free(context);
}
#endif

static void read_frame(const uint8_t *bytes, size_t size, enum frame_sender sender)
{
    struct frame_header header = {0};
    compare(bytes, size, sender, false);
    compare(bytes, size, sender, true);
    try_beginnings(bytes, size, sender);
    int length = frame_header_decode(bytes, size, sender, false, &header);
    const uint8_t *payload = NULL;
    if (length > 0) {
        size_t rest = size - (size_t)length;
        round_trip(&header, sender);
        payload = unmask(bytes + length, rest < header.length ? rest : (size_t)header.length, header.mask);
    }
#ifdef HAVE_WSLAY
    compare_with_wslay(bytes, size, length, &header, payload);
#else
    (void)payload;
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *bytes = edge_copy(0, data, size);
    read_frame(bytes, size, FRAME_BY_CLIENT);
    read_frame(bytes, size, FRAME_BY_SERVER);
    return 0;
}
