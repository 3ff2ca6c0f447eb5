// Sequences written as cases of a suite: what is sent, and what the model expects of it, in the language that
// `sockspec run` reads.
#ifndef SOCKSPEC_MODEL_WS_CASE_H
#define SOCKSPEC_MODEL_WS_CASE_H

#include "base/buffer.h"
#include "model/ws_sequence.h"

struct ws_case_terms {
    bool server; // the program is one; else it is a client, and its output holds the messages
    uint64_t limit;
    const char *id;      // below the program's name
    const char *program; //
    const char *title;   // without quotes
    const char *note;    // or NULL
};

// Appends the head of a suite, and a case.
void ws_case_write_suite(struct buffer *out, const char *name, const char *program);
void ws_case_write(struct buffer *out, const struct ws_sequence *sequence, const struct ws_case_terms *terms);

// What a move is, in words: "ping of 5 bytes", "text of 3 bytes without FIN, RSV 4".
void ws_move_describe(struct buffer *out, const struct ws_move *move);

#endif
