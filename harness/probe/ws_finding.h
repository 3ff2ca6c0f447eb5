// The findings of an exploration by frames: their order, which of them are the same, and as lines of a state file.
#ifndef SOCKSPEC_PROBE_WS_FINDING_H
#define SOCKSPEC_PROBE_WS_FINDING_H

#include <jansson.h>

#include "probe/ws_explore.h"

// Whether a path is played before another: the shorter first, then in the order of the letters.
bool ws_path_precedes(const unsigned char *a, size_t a_length, const unsigned char *b, size_t b_length);

// Drops what could not be repeated where something under the same rule could, and puts the rest in order.
void ws_exploration_settle(struct ws_exploration *exploration);

// A finding as a line, and from it. The latter returns NULL, or what is wrong.
json_t *ws_finding_line(const struct ws_alphabet *alphabet, const struct ws_finding *finding);
const char *ws_finding_read(struct ws_exploration *exploration, const struct ws_alphabet *alphabet, const json_t *line);

#endif
