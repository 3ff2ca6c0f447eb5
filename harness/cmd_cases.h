// `sockspec fuzz` and `sockspec explore` for programs whose sequences are played as cases.
#ifndef SOCKSPEC_CMD_CASES_H
#define SOCKSPEC_CMD_CASES_H

#include <stdint.h>

#include "cmd_target.h"
#include "model/case_model.h"

// Each returns the exit status. `out` gets the cases of what was found, NULL: none.
int cases_explore(struct target_session *session, const struct target_options *options, const struct case_model *model,
                  size_t depth, const char *out);
int cases_fuzz(struct target_session *session, const struct target_options *options, const struct case_model *model,
               uint64_t seed, uint64_t cases, const char *out);

#endif
