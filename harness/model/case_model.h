// Models of programs whose sequences are played as cases, one for each: line servers with one connection or several
// interleaved, and a WebSocket client, which has to be started for each sequence.
//
// A sequence is a path of letters, numbers from 0 on. The model says which letter may stand where, and writes the case:
// what is sent, and what is due.
#ifndef SOCKSPEC_MODEL_CASE_MODEL_H
#define SOCKSPEC_MODEL_CASE_MODEL_H

#include "base/buffer.h"
#include "model/ws_table.h"

enum { CASE_PATH_MAX = 16, CASE_KEYS = 512 };

struct case_model {
    const void *context;
    size_t letters;
    // True when the last letter of the path may stand there.
    bool (*fits)(const void *context, const unsigned char *path, size_t length);
    // True when letters may follow.
    bool (*goes_on)(const void *context, const unsigned char *path, size_t length);
    // What the last letter is where it stands: two paths with the same key test the same rule. Below CASE_KEYS.
    unsigned (*key)(const void *context, const unsigned char *path, size_t length);
    // Appends a case.
    void (*write)(const void *context, const unsigned char *path, size_t length, const char *id, struct buffer *out);
    // Appends the names of the letters.
    void (*describe)(const void *context, const unsigned char *path, size_t length, struct buffer *out);
};

// The model of a program: a line server or ws-client. False when there is none.
bool case_model_find(const char *program, struct case_model *model);

// The programs that have one, for a message.
extern const char case_model_programs[];

#endif
