#include "ws/deflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ws/frame.h"

enum {
    MOST_BITS = 15,
    NARROWEST = 9, // bits of window that zlib can deflate with
    MEMORY_LEVEL = 8,
    PIECE = 65536,
};
#define MOST_INFLATED ((size_t)256 << 20)

static const unsigned char tail[4] = {0x00, 0x00, 0xff, 0xff};

// --- the agreement ---

static int bits_of(const char *value)
{
    long long bits;
    char digits[8] = "";
    size_t length = 0;
    for (; *value && length < sizeof digits - 1; value++)
        if (!strchr("\" \t", *value))
            digits[length++] = *value;
    return parse_integer(digits, &bits) == 0 && bits >= 8 && bits <= MOST_BITS ? (int)bits : 0;
}

static void read_parameter(char *parameter, struct ws_deflate_agreement *agreement)
{
    char *value = strchr(parameter, '=');
    if (value)
        *value++ = '\0';
    parameter += strspn(parameter, " \t");
    parameter[strcspn(parameter, " \t")] = '\0';
    if (strcmp(parameter, "server_no_context_takeover") == 0)
        agreement->server_no_context_takeover = true;
    else if (strcmp(parameter, "client_no_context_takeover") == 0)
        agreement->client_no_context_takeover = true;
    else if (strcmp(parameter, "server_max_window_bits") == 0 && value)
        agreement->server_max_window_bits = bits_of(value);
    else if (strcmp(parameter, "client_max_window_bits") == 0 && value)
        agreement->client_max_window_bits = bits_of(value);
}

static bool read_extension(char *extension, struct ws_deflate_agreement *agreement)
{
    char *rest = extension;
    char *name = strsep(&rest, ";");
    name += strspn(name, " \t");
    name[strcspn(name, " \t")] = '\0';
    if (!equal_ignoring_case(name, "permessage-deflate"))
        return false;
    *agreement = (struct ws_deflate_agreement){.agreed = true};
    for (char *parameter; (parameter = strsep(&rest, ";"));)
        read_parameter(parameter, agreement);
    return true;
}

struct ws_deflate_agreement ws_deflate_agreement_read(const struct http_head *head)
{
    struct ws_deflate_agreement agreement = {0};
    for (size_t i = 0; i < head->field_count && !agreement.agreed; i++) {
        if (!equal_ignoring_case(head->fields[i].name, "Sec-WebSocket-Extensions"))
            continue;
        char *list = duplicate(head->fields[i].value);
        char *rest = list;
        for (char *extension; !agreement.agreed && (extension = strsep(&rest, ","));)
            read_extension(extension, &agreement);
        free(list);
    }
    return agreement;
}

void ws_deflate_agree(struct ws_deflate *deflate, const struct ws_deflate_agreement *agreement, bool server)
{
    deflate->agreement = *agreement;
    deflate->server = server;
}

static int window_bits(const struct ws_deflate *deflate, bool of_server)
{
    int bits = of_server ? deflate->agreement.server_max_window_bits : deflate->agreement.client_max_window_bits;
    return bits ? bits : MOST_BITS;
}

static bool no_takeover(const struct ws_deflate *deflate, bool of_server)
{
    return of_server ? deflate->agreement.server_no_context_takeover : deflate->agreement.client_no_context_takeover;
}

// --- sending ---

static _Noreturn void zlib_failed(const char *what)
{
    fprintf(stderr, "sockspec: %s failed\n", what);
    exit(4);
}

// Runs the stream until all its input is in `out`.
static void run_out(z_stream *stream, int flush, struct buffer *out)
{
    do {
        stream->next_out = buffer_extend(out, PIECE);
        stream->avail_out = PIECE;
        deflate(stream, flush);
        buffer_shorten(out, out->length - stream->avail_out);
    } while (stream->avail_out == 0);
}

// zlib cannot keep to a window of 8 bits, but runs of one byte need no window.
static void set_blocks(struct ws_deflate *deflate, enum ws_blocks blocks, struct buffer *out)
{
    bool narrow = window_bits(deflate, deflate->server) < NARROWEST;
    int strategy = narrow ? Z_RLE : blocks == WS_BLOCKS_FIXED ? Z_FIXED : Z_DEFAULT_STRATEGY;
    deflate->out.next_out = buffer_extend(out, PIECE);
    deflate->out.avail_out = PIECE;
    deflateParams(&deflate->out, blocks == WS_BLOCKS_STORED ? 0 : Z_BEST_SPEED, strategy);
    buffer_shorten(out, out->length - deflate->out.avail_out);
}

static void begin_sending(struct ws_deflate *deflate)
{
    int bits = window_bits(deflate, deflate->server);
    if (deflate->sending)
        return;
    deflate->out = (z_stream){0};
    if (deflateInit2(&deflate->out, Z_BEST_SPEED, Z_DEFLATED, bits < NARROWEST ? -NARROWEST : -bits, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        zlib_failed("deflateInit2");
    deflate->sending = true;
}

void ws_deflate_encode(struct ws_deflate *deflate, const struct ws_deflate_style *style, const unsigned char *payload,
                       size_t length, struct buffer *out)
{
    size_t begin = out->length;
    begin_sending(deflate);
    if (style->no_takeover || no_takeover(deflate, deflate->server))
        deflateReset(&deflate->out);
    deflate->out.next_in = (unsigned char *)(size_t)payload;
    deflate->out.avail_in = 0;
    set_blocks(deflate, style->blocks, out);
    deflate->out.avail_in = (uInt)length;
    if (style->final) {
        run_out(&deflate->out, Z_FINISH, out);
        deflateReset(&deflate->out);
    } else if (length > 0) {
        run_out(&deflate->out, Z_SYNC_FLUSH, out);
        buffer_shorten(out, out->length - sizeof tail);
    }
    if (style->final || length == 0) // the beginning of an empty stored block, which the tail goes on with
        buffer_append(out, "", 1);
    if (style->keep_tail)
        buffer_append(out, tail, sizeof tail);
    if (out->length == begin)
        zlib_failed("deflate");
}

// --- receiving ---

// One run of zlib's inflateBack, which looks at every distance against the window, where inflate() lets one pass whose
// bytes happen to be at hand. It knows no dictionary, so the window goes in as a stored block before the payload.
struct inflation {
    const struct buffer *in;
    bool given;
    struct buffer out;
};

static unsigned give_input(void *context, z_const unsigned char **bytes)
{
    struct inflation *inflation = context;
    if (inflation->given)
        return 0;
    inflation->given = true;
    *bytes = inflation->in->data;
    return (unsigned)inflation->in->length;
}

static int take_output(void *context, unsigned char *bytes, unsigned length)
{
    struct inflation *inflation = context;
    buffer_append(&inflation->out, bytes, length);
    return inflation->out.length > MOST_INFLATED;
}

// The window, then what is left of a message.
static void put_input(struct buffer *in, const struct buffer *window, const unsigned char *rest, size_t length)
{
    unsigned size = (unsigned)window->length;
    const unsigned char stored[] = {0, (unsigned char)size, (unsigned char)(size >> 8), (unsigned char)~size,
                                    (unsigned char)(~size >> 8)};
    buffer_append(in, stored, sizeof stored);
    if (size)
        buffer_append(in, window->data, size);
    buffer_append(in, rest, length);
}

static void slide_window(struct buffer *window, const struct buffer *more, int bits)
{
    size_t most = (size_t)1 << bits;
    if (more->length)
        buffer_append(window, more->data, more->length);
    if (window->length > most)
        buffer_consume(window, window->length - most);
}

// Inflates up to the end of the first block with BFINAL and appends what comes. Returns how many bytes are left, or -1
// with a fault.
static long inflate_stream(const struct buffer *window, int bits, const unsigned char *bytes, size_t length,
                           struct buffer *out, const char **fault)
{
    static const char broken[] = "the compressed message breaks off within a block";
    unsigned char ring[1 << MOST_BITS];
    struct buffer in = {0};
    struct inflation inflation = {.in = &in};
    z_stream stream = {0};
    if (inflateBackInit(&stream, bits, ring) != Z_OK)
        zlib_failed("inflateBackInit");
    put_input(&in, window, bytes, length);
    int status = inflateBack(&stream, give_input, &inflation, take_output, &inflation);
    size_t begin = window->length;
    if (inflation.out.length > begin)
        buffer_append(out, inflation.out.data + begin, inflation.out.length - begin);
    *fault = NULL;
    if (inflation.out.length > MOST_INFLATED)
        *fault = "the message inflates to more than 256 MiB";
    else if (status != Z_STREAM_END)
        *fault = stream.msg ? stream.msg : broken;
    long left = *fault ? -1 : (long)stream.avail_in;
    inflateBackEnd(&stream);
    buffer_free(&inflation.out);
    buffer_free(&in);
    return left;
}

const char *ws_deflate_decode(const struct ws_deflate *deflate, const unsigned char *payload, size_t length,
                              struct buffer *out)
{
    static const unsigned char last[] = {0x01, 0x00, 0x00, 0xff, 0xff}; // an empty block with BFINAL, to see the end
    int bits = window_bits(deflate, !deflate->server);
    struct buffer message = {0};
    struct buffer window = {0};
    const char *fault = NULL;
    slide_window(&window, &deflate->window, bits);
    if (length)
        buffer_append(&message, payload, length);
    buffer_append(&message, tail, sizeof tail);
    buffer_append(&message, last, sizeof last);
    for (long left = (long)message.length; left > 0;) {
        struct buffer piece = {0};
        left = inflate_stream(&window, bits, message.data + message.length - left, (size_t)left, &piece, &fault);
        slide_window(&window, &piece, bits);
        if (piece.length)
            buffer_append(out, piece.data, piece.length);
        buffer_free(&piece);
    }
    buffer_free(&message);
    buffer_free(&window);
    return fault;
}

static void take_frame(struct ws_deflate *deflate, const struct ws_frame *frame, unsigned char *payload)
{
    struct buffer inflated = {0};
    if (frame->opcode > WS_BINARY)
        return;
    if (frame->opcode != WS_CONTINUATION)
        deflate->compressed = frame->rsv & 4;
    if (!deflate->compressed)
        return;
    if (frame->masked)
        ws_mask(payload, (size_t)frame->length, frame->mask, 0);
    if (frame->length)
        buffer_append(&deflate->message, payload, (size_t)frame->length);
    if (!frame->fin)
        return;
    if (!no_takeover(deflate, !deflate->server))
        ws_deflate_decode(deflate, deflate->message.data, deflate->message.length, &inflated);
    slide_window(&deflate->window, &inflated, window_bits(deflate, !deflate->server));
    buffer_free(&inflated);
    buffer_free(&deflate->message);
}

void ws_deflate_taken(struct ws_deflate *deflate, const unsigned char *bytes, size_t length)
{
    struct buffer *arrived = &deflate->arrived;
    struct ws_frame frame;
    size_t header;
    if (!deflate->agreement.agreed || length == 0)
        return;
    buffer_append(arrived, bytes, length);
    while (arrived->length && (header = ws_frame_decode(arrived->data, arrived->length, &frame)) > 0 &&
           arrived->length - header >= frame.length) {
        take_frame(deflate, &frame, arrived->data + header);
        buffer_consume(arrived, header + (size_t)frame.length);
    }
}

void ws_deflate_free(struct ws_deflate *deflate)
{
    if (deflate->sending)
        deflateEnd(&deflate->out);
    buffer_free(&deflate->window);
    buffer_free(&deflate->arrived);
    buffer_free(&deflate->message);
    *deflate = (struct ws_deflate){0};
}
