#include "corpus/yaml.h"

#include "ws/frame.h"

#define STEP "      - "
#define CONTINUED "\n            "

enum { BYTES_IN_A_LINE = 32, LONGEST_TEXT = 80, SHORTEST_FILL = 8, SHORT_PAYLOAD = 16 };

static const struct {
    unsigned char byte;
    const char *written;
} escapes[] = {{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}, {'"', "\\\""}, {'\\', "\\\\"}, {'{', "{{"}};

static bool escape(struct buffer *out, unsigned char byte)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (escapes[i].byte == byte) {
            buffer_text(out, escapes[i].written);
            return true;
        }
    return false;
}

// The length of the well-formed character at `bytes`, and its code point.
static size_t character(const unsigned char *bytes, unsigned *point)
{
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    *point = length == 1 ? bytes[0] : bytes[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++)
        *point = *point << 6 | (bytes[i] & 0x3f);
    return length;
}

bool yaml_text(struct buffer *out, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] == '\0')
            return false;
    if (!ws_utf8_valid(bytes, length))
        return false;
    buffer_text(out, "\"");
    for (size_t at = 0; at < length;) {
        unsigned point;
        size_t step = character(bytes + at, &point);
        if (step > 1 || point == 0x7f || (point < 0x20 && point != '\n' && point != '\r' && point != '\t'))
            buffer_format(out, point > 0xffff ? "\\U%08x" : "\\u%04x", point);
        else if (!escape(out, bytes[at]))
            buffer_append(out, bytes + at, 1);
        at += step;
    }
    buffer_text(out, "\"");
    return true;
}

static bool reads_as_text(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t') || bytes[i] > 0x7e)
            return false;
    return true;
}

static bool is_fill(const unsigned char *bytes, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (bytes[i] != bytes[0])
            return false;
    return length >= SHORTEST_FILL;
}

// In pieces of some length that end behind line feeds where they can.
static size_t text_piece(const unsigned char *bytes, size_t length)
{
    size_t most = length < LONGEST_TEXT ? length : LONGEST_TEXT;
    for (size_t i = 0; i < most; i++)
        if (bytes[i] == '\n')
            return i + 1;
    return most;
}

static void write_long_text(struct buffer *out, const unsigned char *bytes, size_t length)
{
    buffer_text(out, "concat: [");
    for (size_t at = 0; at < length;) {
        size_t piece = text_piece(bytes + at, length - at);
        buffer_text(out, at ? "," CONTINUED : CONTINUED);
        yaml_text(out, bytes + at, piece);
        at += piece;
    }
    buffer_text(out, "]");
}

static void write_hex(struct buffer *out, const unsigned char *bytes, size_t length)
{
    buffer_text(out, "hex: \"");
    for (size_t i = 0; i < length; i++)
        buffer_format(out, "%s%02x", i == 0 ? "" : i % BYTES_IN_A_LINE ? " " : CONTINUED, bytes[i]);
    buffer_text(out, "\"");
}

void yaml_payload(struct buffer *out, const unsigned char *bytes, size_t length)
{
    if (is_fill(bytes, length)) {
        buffer_format(out, "fill: 0x%02x, length: %zu", bytes[0], length);
    } else if (!reads_as_text(bytes, length)) {
        write_hex(out, bytes, length);
    } else if (length > LONGEST_TEXT) {
        write_long_text(out, bytes, length);
    } else {
        buffer_text(out, "text: ");
        yaml_text(out, bytes, length);
    }
}

static enum ws_length_form shortest_form(uint64_t length)
{
    return length < 126 ? WS_LENGTH_7 : length < 65536 ? WS_LENGTH_16 : WS_LENGTH_64;
}

static void write_opcode(struct buffer *out, unsigned opcode)
{
    if (opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG))
        buffer_text(out, ws_opcode_name(opcode));
    else
        buffer_format(out, "%u", opcode);
}

static void write_frame(struct buffer *out, const struct ws_frame *frame, const unsigned char *bytes, size_t length)
{
    static const int bits[] = {[WS_LENGTH_7] = 7, [WS_LENGTH_16] = 16, [WS_LENGTH_64] = 64};
    buffer_text(out, STEP "send: {frame: ");
    write_opcode(out, frame->opcode);
    if (!frame->fin)
        buffer_text(out, ", fin: no");
    if (frame->rsv)
        buffer_format(out, ", rsv: %u", frame->rsv);
    if (!frame->masked)
        buffer_text(out, ", mask: no");
    else
        buffer_format(out, ", mask: \"%02x%02x%02x%02x\"", frame->mask[0], frame->mask[1], frame->mask[2],
                      frame->mask[3]);
    if (frame->length_form != shortest_form(frame->length))
        buffer_format(out, ", length-form: %d", bits[frame->length_form]);
    if (frame->length != length)
        buffer_format(out, ", declared-length: %llu", (unsigned long long)frame->length);
    if (length) {
        struct buffer payload = {0};
        buffer_append(&payload, bytes, length);
        if (frame->masked)
            ws_mask(payload.data, length, frame->mask, 0);
        buffer_format(out, ",%spayload: {", length <= SHORT_PAYLOAD ? " " : CONTINUED);
        yaml_payload(out, payload.data, length);
        buffer_text(out, "}");
        buffer_free(&payload);
    }
    buffer_text(out, "}\n");
}

void yaml_frames(struct buffer *out, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        struct ws_frame frame = {0};
        size_t header = ws_frame_decode(bytes, length, &frame);
        if (header == 0) {
            buffer_text(out, STEP "send: {");
            yaml_payload(out, bytes, length);
            buffer_text(out, "}\n");
            return;
        }
        size_t left = length - header;
        size_t payload = frame.length < left ? (size_t)frame.length : left;
        write_frame(out, &frame, bytes + header, payload);
        bytes += header + payload;
        length -= header + payload;
    }
}
