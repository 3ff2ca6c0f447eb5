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
    AT_BLOCK_END = 128, // of data_type
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
        if (*value != '"' && *value != ' ')
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
    int bits =
        of_server ? deflate->agreement.server_max_window_bits : deflate->agreement.client_max_window_bits;
    return bits ? bits : MOST_BITS;
}

static bool no_takeover(const struct ws_deflate *deflate, bool of_server)
{
    return of_server ? deflate->agreement.server_no_context_takeover
                     : deflate->agreement.client_no_context_takeover;
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
    deflateParams(&deflate->out, blocks == WS_BLOCKS_STORED ? 0 : Z_BEST_COMPRESSION, strategy);
    buffer_shorten(out, out->length - deflate->out.avail_out);
}

static void begin_sending(struct ws_deflate *deflate)
{
    int bits = window_bits(deflate, deflate->server);
    if (deflate->sending)
        return;
    deflate->out = (z_stream){0};
    if (deflateInit2(&deflate->out, Z_BEST_COMPRESSION, Z_DEFLATED, bits < NARROWEST ? -NARROWEST : -bits,
                     MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        zlib_failed("deflateInit2");
    deflate->sending = true;
}

void ws_deflate_encode(struct ws_deflate *deflate, const struct ws_deflate_style *style,
                       const unsigned char *payload, size_t length, struct buffer *out)
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

struct inflation {
    z_stream stream;
    int bits;
    struct buffer all; // the window, then what was inflated
    bool between_blocks;
};

// zlib sees references that reach too far back only where the bytes are not at hand by chance: so a narrow
// window is given room for one byte at a time.
static size_t room_at_once(int bits)
{
    return bits < MOST_BITS ? 1 : PIECE;
}

static void set_window(struct inflation *inflation)
{
    size_t most = (size_t)1 << inflation->bits;
    size_t length = inflation->all.length < most ? inflation->all.length : most;
    if (length)
        inflateSetDictionary(&inflation->stream, inflation->all.data + inflation->all.length - length,
                             (uInt)length);
}

static const char *inflate_bytes(struct inflation *inflation, const unsigned char *bytes, size_t length)
{
    z_stream *stream = &inflation->stream;
    size_t room = room_at_once(inflation->bits);
    stream->next_in = (unsigned char *)(size_t)bytes;
    stream->avail_in = (uInt)length;
    do {
        uInt input = stream->avail_in;
        stream->next_out = buffer_extend(&inflation->all, room);
        stream->avail_out = (uInt)room;
        int status = inflate(stream, Z_SYNC_FLUSH);
        bool moved = stream->avail_in != input || stream->avail_out != room;
        buffer_shorten(&inflation->all, inflation->all.length - stream->avail_out);
        if (status == Z_DATA_ERROR)
            return stream->msg ? stream->msg : "the message does not inflate";
        if (moved)
            inflation->between_blocks = stream->data_type == AT_BLOCK_END;
        if (inflation->all.length > MOST_INFLATED)
            return "the message inflates to more than 256 MiB";
        if (status == Z_STREAM_END) {
            inflateReset(stream);
            set_window(inflation);
        } else if (!moved) {
            break;
        }
    } while (stream->avail_in > 0 || stream->avail_out == 0);
    return NULL;
}

const char *ws_deflate_decode(const struct ws_deflate *deflate, const unsigned char *payload, size_t length,
                              struct buffer *out)
{
    struct inflation inflation = {.bits = window_bits(deflate, !deflate->server)};
    if (inflateInit2(&inflation.stream, -inflation.bits) != Z_OK)
        zlib_failed("inflateInit2");
    if (deflate->window.length)
        buffer_append(&inflation.all, deflate->window.data, deflate->window.length);
    set_window(&inflation);
    const char *fault = inflate_bytes(&inflation, payload, length);
    if (!fault)
        fault = inflate_bytes(&inflation, tail, sizeof tail);
    if (!fault && !inflation.between_blocks)
        fault = "the compressed message breaks off within a block";
    size_t begin = deflate->window.length;
    if (inflation.all.length > begin)
        buffer_append(out, inflation.all.data + begin, inflation.all.length - begin);
    inflateEnd(&inflation.stream);
    buffer_free(&inflation.all);
    return fault;
}

static void remember(struct ws_deflate *deflate, const struct buffer *inflated)
{
    size_t most = (size_t)1 << window_bits(deflate, !deflate->server);
    if (no_takeover(deflate, !deflate->server))
        return;
    if (inflated->length)
        buffer_append(&deflate->window, inflated->data, inflated->length);
    if (deflate->window.length > most)
        buffer_consume(&deflate->window, deflate->window.length - most);
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
    ws_deflate_decode(deflate, deflate->message.data, deflate->message.length, &inflated);
    remember(deflate, &inflated);
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
