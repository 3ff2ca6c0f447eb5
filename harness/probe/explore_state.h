// What an exploration has done and found, in a file of JSON Lines: to take it up again, and to put the shards of several
// machines together. The work of each level comes in units, numbered from 0 on. What a finding is, is the model's affair.
#ifndef SOCKSPEC_PROBE_EXPLORE_STATE_H
#define SOCKSPEC_PROBE_EXPLORE_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { EXPLORE_LEVELS_MAX = 16, EXPLORE_UNITS_MAX = 1 << 20 };

// What is explored. Files go together when all but `depth` and `shard` are the same.
struct explore_head {
    const char *program;
    const char *what; // "sequences" or "handshake"
    size_t letters;   // in the alphabet, or levels in the table
    size_t depth;     // of the levels that are played
    size_t shard;     // from 0 on
    size_t shards;    // of so many
    uint64_t seed;    // where chance plays a part
};

struct explore_state {
    FILE *file;                                  // that is written on, or NULL
    unsigned char *done[EXPLORE_LEVELS_MAX + 1]; // by level, a flag for each unit
    size_t units[EXPLORE_LEVELS_MAX + 1];
    uint64_t sequences[EXPLORE_LEVELS_MAX + 1]; // in the units that are done
    char *program;                              // of the files that were read, or NULL
    size_t depth;                               // the greatest of them
    size_t shards;
};

// Takes a finding from its line. Returns NULL, or what is wrong with it.
typedef const char *explore_take_finding(void *context, const json_t *line);

// Reads a file: its units go into the state, beside those of files read before, its findings to `take`. Returns 0;
// -ENOENT when there is none; -EBADMSG with one line in `message`, to be freed, when it is none or does not go with
// `head` (a number of shards of 0 stands for any); or another negative errno.
int explore_state_read(struct explore_state *state, const char *path, const struct explore_head *head,
                       explore_take_finding *take, void *context, char **message);

// Reads but the first line of a file; program and what are to be freed. Returns as explore_state_read().
int explore_state_peek(const char *path, struct explore_head *head, char **message);

// Opens the file to write on, behind what is there, and writes what the run is. Returns 0 or a negative errno.
int explore_state_open(struct explore_state *state, const char *path, const struct explore_head *head);

bool explore_state_is_done(const struct explore_state *state, size_t level, size_t unit);

// Writes down a unit that is done, of so many sequences, or a finding, which is taken over. Nothing where no file is
// open.
void explore_state_unit(struct explore_state *state, size_t level, size_t unit, uint64_t sequences);
void explore_state_finding(struct explore_state *state, json_t *finding);

// Closes the file. Returns 0 or a negative errno when something could not be written.
int explore_state_close(struct explore_state *state);

#endif
