// From a sequence that failed among others to the least that fails, and to a case for it.
#ifndef SOCKSPEC_PROBE_WS_REDUCE_H
#define SOCKSPEC_PROBE_WS_REDUCE_H

#include "base/arena.h"
#include "probe/ws_probe.h"

struct ws_reduced {
    struct ws_sequence sequence; // in the arena
    bool repeats;                // it fails by itself, again and again; else `sequence` is what failed once
    size_t attempts;
    char *expected;
    char *actual;
    enum ws_state state; // that the failure is about
    enum ws_symbol symbol;
};

// Plays the sequence alone on a fresh connection, and makes it as small as it still fails. `strict`: what is weaker than
// best is a failure. Returns 0, or a negative errno with one line in `message`, to be freed.
int ws_reduce(const struct host_settings *settings, const struct ws_sequence *sequence, bool strict,
              struct arena *arena, struct ws_reduced *reduced, char **message);
void ws_reduced_free(struct ws_reduced *reduced);

// Appends what failed, in lines for people: the frames, what was expected and what came.
void ws_reduced_describe(const struct ws_reduced *reduced, struct buffer *out);

// Appends a suite with one case.
void ws_reduced_write(const struct ws_reduced *reduced, const char *program, const char *id, const char *title,
                      const char *note, struct buffer *out);

#endif
