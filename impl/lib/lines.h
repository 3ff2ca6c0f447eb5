#ifndef IMPL_LINES_H
#define IMPL_LINES_H

/*
 * Lines from a stream socket, of any length in bounded memory.
 *
 * A line that fits into the buffer comes whole, whatever segments it came in; a longer one comes in pieces. A
 * reader belongs to one thread and does not own its socket; what it has read ahead is lost with it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINES_SIZE = 8192 };

struct lines {
    int socket;
    size_t start, end; /* of what was received and not given out */
    bool inside;       /* the next piece goes on with a line */
    bool ended;
    char buffer[LINES_SIZE];
};

enum line_end {
    LINE_ENDS,    /* a newline was behind it, which is not part of it */
    LINE_GOES_ON, /* the buffer is full: more pieces follow */
    LINE_CUT,     /* the stream ended without a newline */
};

/* A line or a piece of one: valid until the next call. */
struct line {
    const char *text;
    size_t length;
    bool begins;
    enum line_end end;
};

/* Starts to read lines from the socket. */
void lines_begin(struct lines *lines, int socket);

/* The next line, or piece. Returns 1; 0 at the end of the stream, behind the cut line if there is one;
 * -ETIMEDOUT when nothing was there by the deadline; another negative errno code when the connection broke.
 */
int lines_next(struct lines *lines, int64_t deadline, struct line *line);

/* Whether the text is the word that ends a conversation, with blanks and line ends around it or without
 * (contracts 10 to 18). */
bool text_is_stop(const char *text, size_t length);

/* Whether the line is; in one piece and complete. */
bool line_is_stop(const struct line *line);

#endif
