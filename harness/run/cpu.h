// Which thread runs where. A worker and its programs belong on the same CPU: what they say to each other stays in its
// caches.
#ifndef SOCKSPEC_RUN_CPU_H
#define SOCKSPEC_RUN_CPU_H

#include <stddef.h>

// The CPU for a worker: one of those that this process may use, in turn; -1 when that is not known.
int cpu_for(size_t worker);

// Binds the calling thread to a CPU; does nothing for -1.
void thread_bind(int cpu);

#endif
