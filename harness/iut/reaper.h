// Killing every process that descends from this one.
#ifndef SOCKSPEC_IUT_REAPER_H
#define SOCKSPEC_IUT_REAPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// Told of each child that was reaped.
typedef void reaped_function(void *context, pid_t pid, int status);

// Reaps what has ended, without waiting. Returns true while children are left. `killed`, unless NULL, counts
// those that SIGKILL ended.
bool children_reap(reaped_function *reaped, void *context, int *killed);

// Kills and reaps until no child is left; orphans must fall to this process. `child_events` is a signalfd for
// SIGCHLD; with `everything` this process is PID 1 of a namespace and kills all of it at once. Returns how
// many were killed, or -ETIMEDOUT when something still lives at `deadline`.
int children_kill(bool everything, int child_events, int64_t deadline, reaped_function *reaped, void *context);

// A signalfd for SIGCHLD, blocked otherwise; the signals of a terminal and of broken pipes are ignored from
// here on.
int child_events_open(void);

#endif
