// What `sockspec explore` prints.
#ifndef SOCKSPEC_CMD_EXPLORE_PRINT_H
#define SOCKSPEC_CMD_EXPLORE_PRINT_H

#include "cmd_target.h"
#include "probe/ws_explore.h"

// The counts of each level.
void print_levels(const struct ws_exploration *exploration, size_t depth);

// The deviations, and the first as a case; `out` gets the cases of all. Returns the exit status.
int print_findings(struct ws_exploration *exploration, const struct ws_alphabet *alphabet,
                   const struct target_options *target, const char *out);

// The model.
void print_dot(void);
void print_table(void);
void print_letters(void);

#endif
