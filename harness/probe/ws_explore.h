// Plays all sequences of letters up to a length with a WebSocket server, the shortest first, on several threads.
//
// A path is not followed behind a letter that ends the connection, nor behind a frame that the program has been seen to
// answer wrongly in that state: what follows could only say so again. The work of a level comes in units, one for each
// pair of first letters, so that it can be shared among machines and taken up again.
#ifndef SOCKSPEC_PROBE_WS_EXPLORE_H
#define SOCKSPEC_PROBE_WS_EXPLORE_H

#include <stdatomic.h>

#include "model/ws_alphabet.h"
#include "probe/ws_probe.h"

enum { WS_DEPTH_MAX = 8 };

// A deviation of the program: the first path that shows it.
struct ws_finding {
    enum ws_grade grade; // a failure, or weaker than best
    enum ws_state state; // in which the frame came
    enum ws_symbol symbol;
    size_t length;
    unsigned char path[WS_DEPTH_MAX];
    char *expected;
    char *actual;    // or why it is weaker than best
    bool unrepeated; // it was seen once, behind other sequences, and not when they were played by themselves
    uint64_t count;  // of paths that show it; those not played are not counted
};

struct ws_explore_settings {
    struct host_settings host;
    const struct ws_alphabet *alphabet;
    size_t depth;
    size_t jobs;
    bool strict;             // what is weaker than best is not followed either
    size_t shard;            // this machine's, from 0
    size_t shards;           // of so many
    const atomic_bool *stop; // set by a signal handler
    // Whether a unit was done by an earlier run.
    bool (*is_done)(void *context, size_t level, size_t unit);
    // Is told of each finding, one call at a time.
    void (*found)(void *context, const struct ws_finding *finding);
    // Is told of each unit that is done, one call at a time, and of how many sequences are done of how many.
    void (*unit_done)(void *context, size_t level, size_t unit, uint64_t sequences);
    void (*progress)(void *context, size_t level, uint64_t done, uint64_t all);
    void *context;
};

struct ws_explore_level {
    uint64_t all;       // sequences of that length, of this shard
    uint64_t sequences; // played
    uint64_t earlier;   // played by an earlier run
    uint64_t pruned;    // not played, since they have a finding within
    uint64_t connections;
    double seconds;
};

struct ws_exploration {
    struct ws_explore_level levels[WS_DEPTH_MAX + 1]; // by length; 0 is not used
    struct ws_finding *findings;                      // the shortest first, in the order of their letters
    size_t finding_count;
    bool complete;
    char *error; // why the program cannot be tested, or NULL
};

// What earlier runs found may stand in `exploration->findings` already.
void ws_explore_run(const struct ws_explore_settings *settings, struct ws_exploration *exploration);
void ws_exploration_free(struct ws_exploration *exploration);

// Notes a finding beside those that are there: takes its strings over.
void ws_exploration_add(struct ws_exploration *exploration, struct ws_finding *finding);

// How many sequences of a length there are.
uint64_t ws_explore_count(const struct ws_alphabet *alphabet, size_t length);

#endif
