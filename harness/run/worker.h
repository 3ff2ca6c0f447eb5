// A worker: one thread with a cell of its own that runs cases one after another, and keeps a server running as long as
// the next case can use it.
#ifndef SOCKSPEC_RUN_WORKER_H
#define SOCKSPEC_RUN_WORKER_H

#include <stdatomic.h>

#include "run/instance.h"
#include "run/plan.h"
#include "run/result.h"
#include "run/target.h"

// What all workers know of a program: enough to give up on one that never works.
struct program_health {
    atomic_bool was_ready;
    atomic_int start_failures;   // in a row, while it was never ready
    atomic_int control_failures; // in a row
};

struct worker {
    const struct target *target;
    struct sandbox *sandbox;
    double time_scale;
    uint64_t seed; // of keys and masks; what a case gets depends on its id, too
    bool keep_going;
    struct program_health *health; // by index of the catalog's programs
    const struct catalog *catalog;
    const struct credentials *credentials; // NULL when no case needs them, or they could not be made
    int cpu;
    struct cell *cell;
    struct instance instance;
    bool has_instance;
    char directory[32]; // for Unix sockets; "" until one is needed
    char path[192];     // of the one in use
    unsigned path_number;
    const struct test_case *instance_of; // a case that the instance was started for
};

// Runs a case under its transform. The verdict is in `result`, which must be zeroed.
void worker_run(struct worker *worker, const struct plan_entry *entry, struct result *result);

// Ends the worker's server unless `next` (may be NULL) can use it. What a sanitizer says at the end of the program is
// charged to `last`, the result of the last case that used it.
void worker_settle(struct worker *worker, const struct plan_entry *next, struct result *last);

// Ends everything.
void worker_close(struct worker *worker);

// True when two cases can be served by one start of the program.
bool share_instance(const struct test_case *a, const struct test_case *b);

#endif
