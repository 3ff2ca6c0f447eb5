// What a run of ws_explore has done and found, in a file of JSON Lines: to take it up again, and to put the shards of
// several machines together.
#ifndef SOCKSPEC_PROBE_WS_EXPLORE_STATE_H
#define SOCKSPEC_PROBE_WS_EXPLORE_STATE_H

#include <stdio.h>

#include "probe/ws_explore.h"

struct explore_state {
    FILE *file;                            // that is written on, or NULL
    unsigned char *done[WS_DEPTH_MAX + 1]; // by level, a flag for each unit
    size_t units[WS_DEPTH_MAX + 1];
    uint64_t sequences[WS_DEPTH_MAX + 1]; // in the units that are done
    char *program;
    size_t depth;
    size_t shards;
};

// Reads a file: its findings go into the exploration, its units into the state, both beside those of files read before.
// Returns 0; -ENOENT when there is none; or -EBADMSG with one line in `message`, to be freed. `program` NULL: any.
int explore_state_read(struct explore_state *state, const char *path, const char *program,
                       const struct ws_alphabet *alphabet, struct ws_exploration *exploration, char **message);

// Opens the file to write on, and writes what the run is. Returns 0 or a negative errno.
int explore_state_open(struct explore_state *state, const char *path, const char *program,
                       const struct ws_explore_settings *settings);

bool explore_state_is_done(const struct explore_state *state, size_t level, size_t unit);
void explore_state_unit(struct explore_state *state, size_t level, size_t unit, uint64_t sequences);
void explore_state_finding(struct explore_state *state, const struct ws_alphabet *alphabet,
                           const struct ws_finding *finding);

// Closes it. Returns 0 or a negative errno when something could not be written.
int explore_state_close(struct explore_state *state);

#endif
