// The kernel's part of a cell: a process in namespaces of its own.
#ifndef SOCKSPEC_IUT_NAMESPACES_H
#define SOCKSPEC_IUT_NAMESPACES_H

#include "iut/protocol.h"

// Forks; the child is alone in the namespaces that the bits of `isolation` name: PID 1 there with a /proc
// that shows just its own, on a network with loopback up. Unlike unshare(2) this works in a process with
// threads that a sanitizer made. Returns the child's PID in the parent, or a negative errno; 0 in the child,
// where `outcome` tells whether the namespaces are ready.
pid_t isolation_fork(unsigned isolation, struct reply *outcome);

// Makes the kernel kill this process when its parent ends, or not any more.
void die_with_parent(bool die);

// Makes orphaned descendants of this process its children, as a PID namespace does for its PID 1.
void adopt_orphans(void);

// Binds this process and what it starts to one CPU. Returns 0 or a negative errno.
int cpu_bind(int cpu);

#endif
