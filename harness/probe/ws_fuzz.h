// Plays random sequences with a WebSocket server, on several threads that have a start of the program each.
//
// Sequences come in blocks. A block begins on a fresh connection and is one thread's, and what a sequence holds depends
// on the seed and its number alone: so a seed repeats a run whatever the number of threads is.
#ifndef SOCKSPEC_PROBE_WS_FUZZ_H
#define SOCKSPEC_PROBE_WS_FUZZ_H

#include <stdatomic.h>

#include "probe/ws_probe.h"

struct ws_fuzz_settings {
    struct host_settings host;
    uint64_t seed;
    uint64_t cases;
    size_t jobs;
    bool strict;             // what is weaker than best counts as a failure
    const atomic_bool *stop; // set by a signal handler
    void (*progress)(void *context, uint64_t done);
    void *context;
};

#define WS_FUZZ_WHYS 16

struct ws_fuzz_weakness {
    const char *why;
    uint64_t count;
    uint64_t first; // number of a sequence
};

struct ws_fuzz_outcome {
    uint64_t sequences;
    uint64_t moves;
    uint64_t connections;
    double seconds;
    struct ws_fuzz_weakness weaknesses[WS_FUZZ_WHYS];
    size_t weakness_count;
    bool failed;
    uint64_t number; // of the sequence that failed, the first of all
    uint64_t first;  // of those that its connection had carried before
    char *actual;    // what came, in words
    char *error;     // why the program cannot be tested, or NULL
    int error_code;
};

void ws_fuzz_run(const struct ws_fuzz_settings *settings, struct ws_fuzz_outcome *outcome);
void ws_fuzz_outcome_free(struct ws_fuzz_outcome *outcome);

// The sequence of that number.
struct ws_sequence ws_fuzz_sequence(uint64_t seed, uint64_t number, struct arena *arena);

#endif
