// Results as events (report/reporter.h says what they hold).
#ifndef SOCKSPEC_RUN_EVENT_H
#define SOCKSPEC_RUN_EVENT_H

#include <jansson.h>

#include "run/plan.h"
#include "run/result.h"

// The case event. `rerun` is the command that runs this case alone. The caller releases the object.
json_t *case_event(const struct plan_entry *entry, const struct result *result, const char *rerun);

#endif
