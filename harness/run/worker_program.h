// The program under test as a worker has it: starts it for a case, and ends it.
#ifndef SOCKSPEC_RUN_WORKER_PROGRAM_H
#define SOCKSPEC_RUN_WORKER_PROGRAM_H

#include "run/worker.h"

// What all workers know of the case's program, how it is started (NULL: it runs already), and where sockets come from
// that reach it.
struct program_health *worker_health(const struct worker *worker, const struct test_case *test);
const struct launch *worker_launch(const struct worker *worker, const struct test_case *test);
struct socket_source worker_sockets(const struct worker *worker);

// Chooses a path for a Unix socket that no other start has used. It stays empty when there is no directory to make it
// in: then binding or listening fails and says so.
void worker_choose_path(struct worker *worker, const struct test_case *test);

// Starts the program for a case and waits until it is ready. The port goes into `endpoint`. What goes wrong makes the
// result unresolved.
void worker_start(struct worker *worker, const struct test_case *test, struct endpoint *endpoint,
                  struct result *result);

// Ends the program if it runs. What a sanitizer said at its end fails the result (NULL: is dropped).
void worker_stop(struct worker *worker, struct result *result);

// True when a step of the case expects the program to end.
bool expects_exit(const struct test_case *test);

#endif
