// Random sequences of a case model.
#ifndef SOCKSPEC_PROBE_CASE_FUZZ_H
#define SOCKSPEC_PROBE_CASE_FUZZ_H

#include "probe/case_play.h"

// Plays random sequences until one fails, which is cut down to what fails in it. Returns the number of the sequence
// that failed, or `cases`.
uint64_t case_fuzz(struct case_player *player, uint64_t seed, uint64_t cases, struct case_findings *findings);

#endif
