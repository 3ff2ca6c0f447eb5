#include "run/frame_notes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "ws/frame.h"

enum { HEADER_MAX = 14, CODE_SIZE = 2 };

enum stream_state {
    IN_HEAD, // and all of it so far is as it would be before frames
    IN_FRAMES,
    NO_FRAMES, // it is something else, or bytes are missing
};

struct frame_stream {
    char *name;
    enum direction direction;
    enum stream_state state;
    bool server;                                  // its head is a response
    size_t head_taken;                            // bytes of the head
    size_t name_taken;                            // of "permessage-deflate", likewise
    bool deflate;                                 // it stands in the head
    size_t line_ends;                             // of "\r\n\r\n", how many bytes have come in a row
    unsigned char header[HEADER_MAX + CODE_SIZE]; // of a frame, with the code of a close frame behind it
    size_t header_taken;
    uint64_t payload_left;
};

static const char request[] = "GET ";
static const char response[] = "HTTP/1.1 101";

static struct frame_stream *find_stream(struct frame_notes *notes, const struct transcript_view *entry)
{
    for (size_t i = 0; i < notes->count; i++)
        if (notes->streams[i].direction == entry->direction && strcmp(notes->streams[i].name, entry->name) == 0)
            return &notes->streams[i];
    notes->streams = grow(notes->streams, notes->count, sizeof *notes->streams);
    struct frame_stream *stream = &notes->streams[notes->count++];
    *stream = (struct frame_stream){
        .name = duplicate_bytes(entry->name, strlen(entry->name) + 1),
        .direction = entry->direction,
    };
    return stream;
}

// A name may stand for one connection after the other. Notes end with a NUL.
static void begin_anew(struct frame_notes *notes, const struct transcript_view *note)
{
    const char *text = (const char *)note->bytes;
    if (strcmp(text, "connected") != 0 && strcmp(text, "accepted") != 0)
        return;
    for (size_t i = 0; i < notes->count; i++) {
        struct frame_stream *stream = &notes->streams[i];
        if (strcmp(stream->name, note->name) == 0)
            *stream = (struct frame_stream){.name = stream->name, .direction = stream->direction};
    }
}

// Looks for the name of the extension in a head, byte by byte.
static void look_for_deflate(struct frame_stream *stream, unsigned char byte)
{
    static const char name[] = "permessage-deflate";
    stream->name_taken = byte == (unsigned char)name[stream->name_taken] ? stream->name_taken + 1 : byte == name[0];
    stream->deflate |= name[stream->name_taken] == '\0';
    if (name[stream->name_taken] == '\0')
        stream->name_taken = 0;
}

// One byte of a head.
static void take_head(struct frame_stream *stream, unsigned char byte)
{
    static const char end[] = "\r\n\r\n";
    size_t at = stream->head_taken++;
    if (at == 0)
        stream->server = byte == response[0];
    const char *beginning = stream->server ? response : request;
    if (at < strlen(beginning) && byte != (unsigned char)beginning[at]) {
        stream->state = NO_FRAMES;
        return;
    }
    look_for_deflate(stream, byte);
    stream->line_ends = byte == (unsigned char)end[stream->line_ends] ? stream->line_ends + 1 : byte == '\r';
    if (stream->line_ends == strlen(end))
        stream->state = IN_FRAMES;
}

static void describe(const struct frame_stream *stream, const struct ws_frame *frame, struct buffer *out)
{
    struct ws_frame plain = *frame;
    bool compressed = stream->deflate && frame->rsv & 4 && (frame->opcode == WS_TEXT || frame->opcode == WS_BINARY);
    if (compressed)
        plain.rsv &= ~4u;
    const char *fault = ws_frame_fault(&plain, stream->server);
    buffer_format(out, "%s%s%s%s frame of %llu byte%s", out->length ? ", " : "", frame->fin ? "" : "unfinished ",
                  compressed ? "compressed " : "", ws_opcode_name(frame->opcode), (unsigned long long)frame->length,
                  frame->length == 1 ? "" : "s");
    if (fault)
        buffer_format(out, " (%s)", fault);
}

static void describe_code(const struct frame_stream *stream, size_t header, const struct ws_frame *frame,
                          struct buffer *out)
{
    unsigned char code[CODE_SIZE];
    memcpy(code, stream->header + header, sizeof code);
    if (frame->masked)
        ws_mask(code, sizeof code, frame->mask, 0);
    buffer_format(out, " with code %u", (unsigned)code[0] << 8 | code[1]);
}

// One byte of a header, or of a close frame's code.
static void take_header(struct frame_stream *stream, unsigned char byte, struct buffer *out)
{
    struct ws_frame frame = {0};
    stream->header[stream->header_taken++] = byte;
    size_t length = ws_frame_decode(stream->header, stream->header_taken, &frame);
    if (length == 0)
        return;
    bool coded = frame.opcode == WS_CLOSE && frame.length >= CODE_SIZE;
    if (coded && stream->header_taken < length + CODE_SIZE)
        return;
    describe(stream, &frame, out);
    if (coded)
        describe_code(stream, length, &frame, out);
    stream->payload_left = frame.length - (coded ? CODE_SIZE : 0);
    stream->header_taken = 0;
}

char *frame_notes_take(struct frame_notes *notes, const struct transcript_view *entry)
{
    struct buffer out = {0};
    buffer_text(&out, "");
    if (entry->direction == DIRECTION_NOTE) {
        begin_anew(notes, entry);
        return buffer_take(&out);
    }
    struct frame_stream *stream = find_stream(notes, entry);
    for (size_t at = 0; at < entry->length && stream->state != NO_FRAMES;) {
        if (stream->state == IN_FRAMES && stream->payload_left > 0) {
            size_t left = entry->length - at;
            size_t passed = stream->payload_left < left ? (size_t)stream->payload_left : left;
            stream->payload_left -= passed;
            at += passed;
        } else if (at >= entry->kept) {
            stream->state = NO_FRAMES;
        } else if (stream->state == IN_HEAD) {
            take_head(stream, entry->bytes[at++]);
        } else {
            take_header(stream, entry->bytes[at++], &out);
        }
    }
    return buffer_take(&out);
}

void frame_notes_free(struct frame_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->streams[i].name);
    free(notes->streams);
    *notes = (struct frame_notes){0};
}
