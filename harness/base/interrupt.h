// SIGINT and SIGTERM let a command end what it has begun and report it; the second one kills.
#ifndef SOCKSPEC_BASE_INTERRUPT_H
#define SOCKSPEC_BASE_INTERRUPT_H

#include <stdatomic.h>

enum { EXIT_INTERRUPTED = 128 + 2 }; // as a shell says it of SIGINT

// Set by a signal, and by who wants the same to happen.
extern atomic_bool interrupted;

// From now on; SIGPIPE is ignored as well.
void interrupt_catch(void);

#endif
