// Mutations of heads of HTTP, line by line.
#include <string.h>

#include "base/buffer.h"
#include "mutate.h"

enum { LINES_MAX = 64, LINE_MAX = 1024 };

struct line {
    const uint8_t *text;
    size_t length; // with its CRLF
};

static size_t cut_lines(const uint8_t *bytes, size_t size, struct line lines[LINES_MAX])
{
    size_t count = 0;
    while (size > 0 && count < LINES_MAX) {
        const uint8_t *feed = count + 1 < LINES_MAX ? memchr(bytes, '\n', size) : NULL;
        size_t length = feed ? (size_t)(feed - bytes) + 1 : size;
        lines[count++] = (struct line){bytes, length};
        bytes += length;
        size -= length;
    }
    return count;
}

static struct line new_line(struct dice *dice)
{
    static const char *const texts[] = {
        "Host: a\r\n",
        "Host: localhost:1234\r\n",
        "Upgrade: websocket\r\n",
        "Upgrade: h2c, WebSocket\r\n",
        "Connection: Upgrade\r\n",
        "Connection: keep-alive ,, upgrade\r\n",
        "Connection: close\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        "Sec-WebSocket-Key: short==\r\n",
        "Sec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Version: 8\r\n",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
        "Sec-WebSocket-Protocol: chat, other\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
        "Sec-WebSocket-Extensions: a; b=\"c\\d\", permessage-deflate; server_max_window_bits=10\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n",
        "Origin: http://a\r\n",
        "Origin: null\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "X:\r\n",
        "X: \t \r\n",
        "X-\xc3\xa9: \xc3\xa9\r\n",
        " folded\r\n",
        "blank : before colon\r\n",
        "no colon\r\n",
        "\r\n",
        "\n",
        "\r\r\n",
    };
    const char *text = texts[dice_roll(dice, sizeof texts / sizeof texts[0])];
    return (struct line){(const uint8_t *)text, strlen(text)};
}

static void append(struct buffer *out, const struct line *line)
{
    if (line->length)
        buffer_append(out, line->text, line->length);
}

static void append_changed(struct buffer *out, const struct line *line)
{
    uint8_t changed[2 * LINE_MAX];
    size_t kept = line->length >= 2 && line->text[line->length - 2] == '\r' ? 2 : 0; // CRLF
    size_t size = line->length - kept;
    if (size > LINE_MAX) {
        append(out, line);
        return;
    }
    memcpy(changed, line->text, size);
    size = LLVMFuzzerMutate(changed, size, LINE_MAX);
    memcpy(changed + size, line->text + line->length - kept, kept);
    append(out, &(struct line){changed, size + kept});
}

enum change { DROP, DOUBLE, SWAP, INSERT, REPLACE, CHANGE, CHANGES };

static void change_line(struct buffer *out, const struct line *lines, size_t count, size_t at, enum change change,
                        struct dice *dice)
{
    struct line line = lines[at], fresh = new_line(dice);
    const struct line *other = &lines[dice_roll(dice, count)];
    switch (change) {
    case DROP:
    case CHANGES:
        return;
    case DOUBLE:
        append(out, &line);
        append(out, &line);
        return;
    case SWAP:
        append(out, other);
        append(out, &line);
        return;
    case INSERT:
        append(out, &fresh);
        append(out, &line);
        return;
    case REPLACE:
        append(out, &fresh);
        return;
    case CHANGE:
        append_changed(out, &line);
        return;
    }
}

size_t mutate_head(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    static struct buffer out;
    struct line lines[LINES_MAX];
    struct dice dice = dice_of(seed ^ 0x6865);
    size_t count = cut_lines(bytes, size, lines);
    enum change change = (enum change)dice_roll(&dice, CHANGES + 1);
    if (count == 0 || change == CHANGES)
        return LLVMFuzzerMutate(bytes, size, most);
    size_t chosen = dice_roll(&dice, count);
    buffer_shorten(&out, 0);
    for (size_t i = 0; i < count; i++)
        if (i == chosen)
            change_line(&out, lines, count, i, change, &dice);
        else
            append(&out, &lines[i]);
    if (out.length > most)
        return LLVMFuzzerMutate(bytes, size, most);
    if (out.length)
        memcpy(bytes, out.data, out.length);
    return out.length;
}
