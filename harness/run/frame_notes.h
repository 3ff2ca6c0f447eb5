// The WebSocket frames that the bytes of a transcript hold, put into words for whoever reads it.
//
// A stream of bytes is read as frames behind the head of a request or of a 101, wherever TCP cut it. Payloads are
// passed over, so it does not matter that a transcript keeps only their beginning.
#ifndef SOCKSPEC_RUN_FRAME_NOTES_H
#define SOCKSPEC_RUN_FRAME_NOTES_H

#include "wire/transcript.h"

// Zeroed at the beginning.
struct frame_notes {
    struct frame_stream *streams; // one for each connection and direction
    size_t count;
};

// Reads on in the entry of a transcript, which are to come in order. Returns what frames begin in it, as "text frame of
// 5 bytes, pong frame of 126 bytes (control frame with …)"; empty when there is none. The caller frees the string.
char *frame_notes_take(struct frame_notes *notes, const struct transcript_view *entry);

void frame_notes_free(struct frame_notes *notes);

#endif
