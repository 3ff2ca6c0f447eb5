// A cell's launcher: the process that starts, reaps, signals and kills programs on the harness's request. It
// is PID 1 of the cell's PID namespace, or in a cell without namespaces the process that orphans fall to.
//
// One thread, one poll loop over two descriptors: the harness's socket and a signalfd for SIGCHLD. A
// program's end is told through a pipe of its own, so that the harness waits for it like for any other input.
// When the socket reports the harness gone, the launcher kills all and ends.
#ifndef SOCKSPEC_IUT_LAUNCHER_H
#define SOCKSPEC_IUT_LAUNCHER_H

#include "iut/protocol.h"

// Runs in a freshly forked process and never returns. `outcome` is what isolation_fork() left.
_Noreturn void launcher_run(int socket, unsigned isolation, const struct reply *outcome);

#endif
