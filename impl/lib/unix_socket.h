#ifndef IMPL_UNIX_SOCKET_H
#define IMPL_UNIX_SOCKET_H

/*
 * Unix domain stream sockets by path. What is opened belongs to the caller, and is read and written by
 * lib/net.h as any other socket. A path of more than 107 bytes does not fit into an address: -ENAMETOOLONG,
 * instead of a shorter path.
 */

#include "lib/failure.h"

/* Connects. Returns the socket or a negative errno code: -ENOENT, -ECONNREFUSED (nobody listens, or it is no
 * socket), -ENAMETOOLONG. */
int unix_dial(const char *path, struct failure *failure);

/* Listens at the path, without blocking. A socket there that nobody answers on is replaced (contract 17); one
 * that somebody does, and any other file, stays: -EADDRINUSE. Returns the socket or a negative errno code. */
int unix_listen(const char *path, struct failure *failure);

#endif
