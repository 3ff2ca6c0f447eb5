#ifndef IMPL_STOP_H
#define IMPL_STOP_H

/*
 * SIGTERM and SIGINT as something to poll (contract 0.7): a signalfd, so that no code runs in a signal
 * handler.
 */

#include "lib/failure.h"

/* Blocks SIGTERM and SIGINT in this thread and those it starts from now on, ignores SIGPIPE, and returns a
 * non-blocking descriptor for the caller to close that is readable once either signal has come. Returns a
 * negative errno code when the kernel has no descriptor to give. */
int stop_open(struct failure *failure);

/* Waits for the socket to be readable. Returns 1 when it is; 0 when a signal came instead, whether or not the
 * socket is readable too; a negative errno code when polling failed. */
int stop_or_readable(int stop, int socket);

#endif
