// What the kinds of `sockspec explore` have in common: its options, its state file, its progress.
#ifndef SOCKSPEC_CMD_EXPLORE_H
#define SOCKSPEC_CMD_EXPLORE_H

#include <stdint.h>

#include "cmd_target.h"
#include "probe/explore_state.h"

struct explore_options {
    struct target_options target;
    size_t depth;
    size_t shard;
    size_t shards;
    const char *state;
    const char *out;
    uint64_t seed;
    bool handshake;
    bool merge;
    int print; // one of the options that print the model, or 0
    char **words;
    int word_count;
};

// Opens the state file, where one was asked for: takes up what it holds, then to write on. Returns 0, or an exit status
// after a complaint.
int explore_open(struct explore_state *state, const struct explore_options *options, const struct explore_head *head,
                 explore_take_finding *take, void *context);

// Reads the state files that are to be merged. Returns 0, or an exit status after a complaint.
int explore_read_all(struct explore_state *state, const struct explore_options *options,
                     const struct explore_head *head, explore_take_finding *take, void *context);

// Closes it. Returns `status`, or another after a complaint.
int explore_close(struct explore_state *state, const struct explore_options *options, int status);

// The time that is left, as far as the level shows so far.
struct explore_progress {
    const char *const *levels; // what to call them, or NULL: by their depth
    size_t level;
    uint64_t first; // that were done when the clock was started
    int64_t start;
};

// Tells on the terminal how much of a level is done; `context` is a struct explore_progress.
void explore_show_progress(void *context, size_t level, uint64_t done, uint64_t all);

#endif
