// `sockspec fuzz` and `sockspec explore` for programs whose sequences are played as cases.
#ifndef SOCKSPEC_CMD_CASES_H
#define SOCKSPEC_CMD_CASES_H

#include <stdint.h>

#include "cmd_explore.h"
#include "model/case_model.h"
#include "probe/case_play.h"

// A player with a session's program; the progress is told on a terminal only.
struct case_player cases_player(struct target_session *session, const struct target_options *options,
                                const struct case_model *model, struct explore_progress *progress);
void cases_end_progress(void);

// Says more about what was found.
typedef void case_explain(const struct case_model *model, const struct case_path *path);

// Prints what was found, the first as a case; `out` gets all of them, NULL: none. `kind` begins their ids; `explain` may
// be NULL.
void cases_print(const struct case_model *model, const struct target_options *options,
                 const struct case_findings *findings, const char *kind, const char *out, case_explain *explain);

// The exit status of a run, after a complaint where it could not be run.
int cases_status(struct case_player *player, const struct case_findings *findings);

// Random sequences. Returns the exit status.
int cases_fuzz(struct target_session *session, const struct target_options *options, const struct case_model *model,
               uint64_t seed, uint64_t cases, const char *out);

// `sockspec explore`: all sequences, all handshakes, and what shards of either have found. Each returns the exit status.
int cases_explore(struct target_session *session, const struct explore_options *options,
                  const struct case_model *model);
int handshake_explore_program(struct target_session *session, const struct explore_options *options);
int cases_merge(const struct explore_options *options, const struct explore_head *head);
int handshake_merge(const struct explore_options *options, const struct explore_head *head);

// Prints the factors of the handshake with each of these programs, and their levels.
void handshake_print_tables(void);

#endif
