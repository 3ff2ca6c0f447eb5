// The values of steps that are not about a connection, and what both kinds share; for step.c only.
#ifndef SOCKSPEC_SUITE_STEP_VALUES_H
#define SOCKSPEC_SUITE_STEP_VALUES_H

#include "suite/step.h"

struct step_context {
    struct reader *reader;
    struct connection_names *names;
};

// `within` and `not-before` of a map.
bool step_read_times(struct reader *reader, const yaml_node_t *map, struct step *step);

// `tls` of a map: no, yes, a version, or a map of details.
bool step_read_tls(struct reader *reader, const yaml_node_t *map, struct step *step);

// The value of one step word each, from `node`.
bool step_read_pause(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_stdin(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_signal(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_restart(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_expect_exit(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_resources(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_expect_resources(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_expect_uniform(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_samples(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_sample(struct step_context *context, const yaml_node_t *node, struct step *step);
bool step_read_expect_path(struct step_context *context, const yaml_node_t *node, struct step *step);

#endif
