// The engine: workers on threads, cases in the order that keeps servers running, results in the order of the plan.
//
// The caller's thread hands each result to `publish` as soon as all before it are there, so reports need no locks.
// Many more workers than cores are the rule: a case mostly waits.
#ifndef SOCKSPEC_RUN_ENGINE_H
#define SOCKSPEC_RUN_ENGINE_H

#include <stdatomic.h>

#include "run/plan.h"
#include "run/result.h"
#include "run/target.h"
#include "run/worker.h"

struct engine_settings {
    const struct catalog *catalog;
    const struct target *target;
    struct sandbox *sandbox; // NULL when the program runs already
    size_t workers;
    double time_scale;
    uint64_t seed;           // of what is made up: keys and masks of WebSocket
    bool keep_going;         // never give a program up
    const atomic_bool *stop; // set by a signal handler: finish the cases under way, skip the rest
    void (*publish)(void *context, const struct plan_entry *entry, struct result *result);
    void *context;
};

// Runs the plan. Returns 0, or a negative errno when no thread could be made.
int engine_run(const struct engine_settings *settings, const struct plan *plan);

#endif
