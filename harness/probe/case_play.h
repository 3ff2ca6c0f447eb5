// Plays the sequences of a case model: each is written as a case, and the cases are run as those of any suite, by the
// engine, many at once.
#ifndef SOCKSPEC_PROBE_CASE_PLAY_H
#define SOCKSPEC_PROBE_CASE_PLAY_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdint.h>

#include "model/case_model.h"
#include "run/engine.h"

enum { CASE_BATCH = 1000 };

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

// Plays paths, at most CASE_BATCH of them with one start of the program; `failed` tells which did, and each that did is
// added to the findings.
void case_play(struct case_player *player, const struct case_path *paths, size_t count, bool *failed,
               struct case_findings *findings);

void case_findings_free(struct case_findings *findings);

// A finding as a line of a state file, and from it. The latter returns NULL, or what is wrong.
json_t *case_finding_line(const struct case_finding *finding);
const char *case_finding_read(struct case_findings *findings, size_t letters, const json_t *line);

#endif
