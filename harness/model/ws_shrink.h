// Cuts a sequence that fails down to what fails in it: fewer frames first, then how they are cut into writes, then their
// headers and payloads.
#ifndef SOCKSPEC_MODEL_WS_SHRINK_H
#define SOCKSPEC_MODEL_WS_SHRINK_H

#include "base/arena.h"
#include "model/ws_sequence.h"

struct ws_shrinker {
    bool (*fails)(void *context, const struct ws_sequence *sequence);
    void *context;
    struct arena *arena;
    size_t budget;   // attempts at most
    size_t attempts; // made
};

// `sequence` must fail. The result does, and lives in the arena.
struct ws_sequence ws_shrink(struct ws_shrinker *shrinker, const struct ws_sequence *sequence);

#endif
