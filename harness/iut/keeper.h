// The keeper: a process forked from the harness while that is small and has one thread. All it does is fork
// launchers, which the harness, grown and threaded since, could not do cheaply or safely.
#ifndef SOCKSPEC_IUT_KEEPER_H
#define SOCKSPEC_IUT_KEEPER_H

// Runs in a freshly forked process and never returns: it ends, with all launchers, when `socket` reports the
// harness gone.
_Noreturn void keeper_run(int socket);

#endif
