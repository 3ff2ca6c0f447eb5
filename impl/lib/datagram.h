#ifndef IMPL_DATAGRAM_H
#define IMPL_DATAGRAM_H

/*
 * UDP for a server with many addresses: a datagram is kept with the address it was sent to, so that the
 * answer leaves from there (contract 8). IPv4 sockets.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Between whom a datagram went. */
struct datagram_path {
    struct sockaddr_in peer;
    struct in_pktinfo local;
};

/* Answers one datagram, or does not; returns false to end the server. */
typedef bool datagram_handler(int socket, const char *bytes, size_t length, const struct datagram_path *path);

/* Gives each datagram that arrives for the port, on the host's address or on all (NULL), to the handler,
 * until that or a signal ends it. What goes wrong with one datagram concerns its sender alone; what goes
 * wrong with the socket is reported. Returns the exit status of the program. */
int datagram_main(const char *host, uint16_t port, datagram_handler *handler);

/* Makes the socket tell the address that datagrams were sent to. Returns 0 or a negative errno code. */
int datagram_prepare(int socket);

/* Receives one datagram without waiting, cut to `size` bytes. Returns its length, which may be 0; -EAGAIN
 * when none is there; another negative errno code. */
ssize_t datagram_receive(int socket, void *buffer, size_t size, struct datagram_path *path);

/* Sends one datagram back on the path. Returns 0 or a negative errno code, which concerns that peer alone. */
int datagram_answer(int socket, const void *bytes, size_t size, const struct datagram_path *path);

#endif
