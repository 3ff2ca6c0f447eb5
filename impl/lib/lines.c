#include "lib/lines.h"

#include <string.h>

#include "lib/net.h"

void lines_begin(struct lines *lines, int socket)
{
    lines->socket = socket;
    lines->start = lines->end = 0;
    lines->inside = lines->ended = false;
}

/* Gives out `length` bytes and forgets `taken`, which may count a newline. */
static int give(struct lines *lines, size_t length, size_t taken, enum line_end end, struct line *line)
{
    *line = (struct line){
        .text = lines->buffer + lines->start,
        .length = length,
        .begins = !lines->inside,
        .end = end,
    };
    lines->start += taken;
    lines->inside = end == LINE_GOES_ON;
    return 1;
}

/* Moves what is there to the front and receives more behind it. Returns as net_read. */
static ssize_t receive(struct lines *lines, int64_t deadline)
{
    size_t left = lines->end - lines->start;
    memmove(lines->buffer, lines->buffer + lines->start, left);
    lines->start = 0;
    lines->end = left;
    ssize_t count = net_read(lines->socket, lines->buffer + left, LINES_SIZE - left, deadline);
    if (count > 0)
        lines->end += (size_t)count;
    return count;
}

int lines_next(struct lines *lines, int64_t deadline, struct line *line)
{
    for (size_t scanned = 0;;) {
        const char *text = lines->buffer + lines->start;
        size_t length = lines->end - lines->start;
        const char *newline = memchr(text + scanned, '\n', length - scanned);
        if (newline)
            return give(lines, (size_t)(newline - text), (size_t)(newline - text) + 1, LINE_ENDS, line);
        if (length == LINES_SIZE)
            return give(lines, length, length, LINE_GOES_ON, line);
        if (lines->ended)
            return length > 0 ? give(lines, length, length, LINE_CUT, line) : 0;
        scanned = length;
        ssize_t count = receive(lines, deadline);
        if (count < 0)
            return (int)count;
        lines->ended = count == 0;
    }
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

bool text_is_stop(const char *text, size_t length)
{
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    while (length > 0 && is_blank(*text))
        text++, length--;
    return length == 4 && memcmp(text, "STOP", 4) == 0;
}

bool line_is_stop(const struct line *line)
{
    return line->begins && line->end == LINE_ENDS && text_is_stop(line->text, line->length);
}
