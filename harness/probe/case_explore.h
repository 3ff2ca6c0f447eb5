// All sequences of a case model up to a length, and all handshakes of a plan.
#ifndef SOCKSPEC_PROBE_CASE_EXPLORE_H
#define SOCKSPEC_PROBE_CASE_EXPLORE_H

#include "model/handshake_case.h"
#include "probe/case_play.h"
#include "probe/explore_state.h"

// Which part of the work is done here.
struct case_share {
    size_t depth;                // the longest sequence
    size_t shard;                // this machine's, from 0 on
    size_t shards;               // of so many
    struct explore_state *state; // leaves out what is done by it, and writes what is done now where it has a file
};

// What has come of a level.
struct case_tally {
    size_t level;      // the length; of handshakes 1 is the legal ones, 2 the others
    uint64_t all;      // of this shard
    uint64_t played;   // now
    uint64_t earlier;  // by an earlier run
    uint64_t left_out; // behind a deviation
    double seconds;
};
typedef void case_told(const struct case_tally *tally);

// Plays all sequences, the shortest first; what has failed is not followed, nor played again elsewhere. `told` is called
// behind each length. What earlier runs found may stand in `findings` already.
void case_explore(struct case_player *player, const struct case_share *share, struct case_findings *findings,
                  case_told *told);

// How many sequences of a length there are.
uint64_t case_count(const struct case_model *model, size_t length);

// Of several sequences that break a rule the first is kept. Of what shards found apart, `whole` leaves out also the
// sequences that begin with one of another: it would not have been followed.
void case_findings_settle(const struct case_model *model, struct case_findings *findings, bool whole);

// Plays the handshakes of a plan. Each deviation is reduced: any of its levels back at the plain one, it is none. What
// contains a deviation that is known is not played. `share->depth` is not used.
void handshake_explore(struct case_player *player, const struct handshake_plan *plan, const struct case_share *share,
                       struct case_findings *findings, case_told *told);

// The least ones first, and none that contains another.
void handshake_findings_settle(struct case_findings *findings);

#endif
