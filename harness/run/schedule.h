// Which case a worker runs next. Cases that one start of a program can serve form a group; a worker stays with its
// group as long as there is work in it, and goes where most is left otherwise. Groups that wait in real time go first.
//
// All functions may be called from any thread.
#ifndef SOCKSPEC_RUN_SCHEDULE_H
#define SOCKSPEC_RUN_SCHEDULE_H

#include <pthread.h>

#include "run/plan.h"

struct schedule_group {
    size_t *entries; // indices into the plan
    size_t count;
    size_t next;
    size_t workers; // that are at it now
    bool waits;     // its cases wait in real time
    bool alone;     // one worker at a time: a fixed port on a network that all share
    bool shares;    // one start of the program serves them all
};

struct schedule {
    pthread_mutex_t mutex;
    const struct plan *plan;
    const struct profile *fixed_ports; // NULL: they cannot collide
    struct schedule_group *groups;
    size_t group_count;
};

#define SCHEDULE_NO_GROUP ((size_t)-1)

// `fixed_ports` is the profile whose programs with fixed ports must not run twice at once; NULL where every worker has a
// network of its own.
void schedule_make(struct schedule *schedule, const struct plan *plan, const struct profile *fixed_ports);
void schedule_free(struct schedule *schedule);

// Takes the next entry for a worker that is at `*group` (SCHEDULE_NO_GROUP at first), and updates that. Returns its
// index in the plan, or SIZE_MAX when nothing is left.
size_t schedule_take(struct schedule *schedule, size_t *group);

#endif
