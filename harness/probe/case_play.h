// Plays the sequences of a case model: each is written as a case, and the cases are run as those of any suite, by the
// engine, many at once.
#ifndef SOCKSPEC_PROBE_CASE_PLAY_H
#define SOCKSPEC_PROBE_CASE_PLAY_H

#include <stdatomic.h>
#include <stdint.h>

#include "model/case_model.h"
#include "run/engine.h"

struct case_player {
    const struct case_model *model;
    struct catalog *catalog; // the cases are added to it
    const struct target *target;
    struct sandbox *sandbox;
    const char *program;
    size_t jobs;
    double time_scale;
    bool strict; // what is weaker than best counts as a failure
    const atomic_bool *stop;
    // Is told how many sequences are done of how many.
    void (*progress)(void *context, size_t level, uint64_t done, uint64_t all);
    void *context;
    // What has come of it.
    uint64_t played;
    uint64_t batches;
    char *error; // why it cannot be played, or NULL
    bool not_ready;
};

struct case_path {
    unsigned char letters[CASE_PATH_MAX];
    size_t length;
};

// A sequence that failed.
struct case_finding {
    struct case_path path;
    char *expected;
    char *actual;
};

struct case_findings {
    struct case_finding *items;
    size_t count;
    uint64_t weak; // sequences that were answered weaker than best
};

// Plays all sequences up to a length, the shortest first; what has failed is not followed, nor played again elsewhere.
// `told` is called behind each length.
void case_explore(struct case_player *player, size_t depth, struct case_findings *findings,
                  void (*told)(size_t length, uint64_t played, uint64_t left_out, double seconds));

// Plays random sequences until one fails, which is cut down to what fails in it. Returns the number of the sequence
// that failed, or `cases`.
uint64_t case_fuzz(struct case_player *player, uint64_t seed, uint64_t cases, struct case_findings *findings);

void case_findings_free(struct case_findings *findings);

#endif
