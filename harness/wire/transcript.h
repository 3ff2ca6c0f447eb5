// What went over the wire in one case: every byte both ways with its time, decoded frames and other remarks, in the
// order in which the harness saw them. Kept as raw bytes and put into words only when somebody wants to read it.
//
// Bytes beyond a bound are counted, not kept, and the oldest entries make room for new ones, so that a case of many
// megabytes stays cheap.
#ifndef SOCKSPEC_WIRE_TRANSCRIPT_H
#define SOCKSPEC_WIRE_TRANSCRIPT_H

#include <stddef.h>
#include <stdint.h>

struct transcript {
    struct transcript_entry *entries;
    size_t count;
    size_t kept;    // bytes kept in all
    size_t dropped; // entries that had to make room
    int64_t start;
};

enum direction { DIRECTION_OUT = '>', DIRECTION_IN = '<', DIRECTION_NOTE = '-' };

void transcript_begin(struct transcript *transcript);
void transcript_free(struct transcript *transcript);

// Adds bytes that went out or came in on a channel of that name. Without a transcript (NULL) nothing is kept.
void transcript_bytes(struct transcript *transcript, const char *name, enum direction direction, const void *bytes,
                      size_t length);

// Adds a remark: "connected", "FIN", "a ping frame of 4 bytes".
void transcript_note(struct transcript *transcript, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// An entry as it was seen. `length` is what went over the wire, `kept` how much of it is there.
struct transcript_view {
    const char *name;
    enum direction direction;
    const unsigned char *bytes;
    size_t kept;
    size_t length;
};

struct transcript_view transcript_entry_view(const struct transcript *transcript, size_t index);

// One line for each entry: `+0.000123 main > "GET / …"`. The caller frees the string.
char *transcript_line(const struct transcript *transcript, size_t index);

#endif
