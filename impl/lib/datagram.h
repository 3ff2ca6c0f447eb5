#ifndef IMPL_DATAGRAM_H
#define IMPL_DATAGRAM_H

/*
 * UDP for a server with many addresses: a datagram is kept with the address it was sent to, so that the
 * answer leaves from there (contract 8). IPv4 sockets.
 */

#include <netinet/in.h>
#include <stddef.h>
#include <sys/types.h>

/* Between whom a datagram went. */
struct datagram_path {
    struct sockaddr_in peer;
    struct in_pktinfo local;
};

/* Makes the socket tell the address that datagrams were sent to. Returns 0 or a negative errno code. */
int datagram_prepare(int socket);

/* Receives one datagram without waiting, cut to `size` bytes. Returns its length, which may be 0; -EAGAIN
 * when none is there; another negative errno code. */
ssize_t datagram_receive(int socket, void *buffer, size_t size, struct datagram_path *path);

/* Sends one datagram back on the path. Returns 0 or a negative errno code, which concerns that peer alone. */
int datagram_answer(int socket, const void *bytes, size_t size, const struct datagram_path *path);

#endif
