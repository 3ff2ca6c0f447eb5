#ifndef IMPL_NET_H
#define IMPL_NET_H

/*
 * Blocking sockets with deadlines.
 *
 * A deadline is a point on the monotonic clock in milliseconds, or NET_NEVER; net_deadline makes one of a
 * duration. Reads and writes poll until the deadline and then move bytes without blocking, so the same socket
 * serves with and without one, and no call hangs past it. EINTR is never seen by the caller and a peer that
 * vanished gives EPIPE, not SIGPIPE.
 *
 * Nothing here is shared between calls, so threads may use different sockets freely. What is opened belongs
 * to the caller, who closes it: behind net_drain where the peer must get every byte (contract 0.6).
 */

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "lib/failure.h"

enum net_family { NET_ANY, NET_IPV4, NET_IPV6 };

/* The family that a network of Go's names stands for: "tcp" and "udp" either, "tcp4" IPv4, "udp6" IPv6
 * (contract 6.4). `kind` is "tcp" or "udp". Returns 0, or -EINVAL for any other name. */
int net_family_of(const char *network, const char *kind, enum net_family *family);

/* Room for "[v6%zone]:port" and its NUL. */
enum { NET_TEXT_SIZE = 96 };

#define NET_NEVER INT64_MAX

/* The deadline `timeout_ms` milliseconds from now; NET_NEVER when it is negative. */
int64_t net_deadline(int64_t timeout_ms);

/* Reads what has arrived, at most `size` bytes; from a pipe or a terminal as well. Returns how many; 0 at the
 * end of the stream; -ETIMEDOUT when nothing arrived by the deadline; another negative errno code
 * (-ECONNRESET) when the connection broke. */
ssize_t net_read(int socket, void *buffer, size_t size, int64_t deadline);

/* Explains in `failure` why a reply did not come from the peer, by what net_read returned: its negative errno
 * code, or 0 where the peer ended the connection instead, which is a failed read too (contract 0.11). Returns
 * a negative errno code. */
int net_read_failure(ssize_t result, const char *peer, struct failure *failure);

/* Writes all `size` bytes. Returns 0; -ETIMEDOUT when the peer had not taken them by the deadline (some may
 * have been sent); -EPIPE, -ECONNRESET or another negative errno code when the connection broke. */
int net_write(int socket, const void *bytes, size_t size, int64_t deadline);

/* Waits until the socket can be read (or has ended or failed). Returns 0, -ETIMEDOUT, or a negative errno. */
int net_wait_readable(int socket, int64_t deadline);

/* The same for writing. */
int net_wait_writable(int socket, int64_t deadline);

/* Ends our direction and discards what the peer still sends until it has ended its own, so that closing sends
 * no RST that would cost the peer our last bytes (contract 0.6). Gives up after `timeout_ms` or 1 MiB. Leaves
 * the socket open; failures mean that there is nothing left to protect, and are not reported. */
void net_drain(int socket, int64_t timeout_ms);

/* Finds the addresses of "host:port" (contract 0.8) for sockets of `type` (SOCK_STREAM, SOCK_DGRAM); an empty
 * host is loopback. Returns 0 and a list for freeaddrinfo; -EINVAL for a malformed text or port;
 * -EADDRNOTAVAIL when the name has no address of that family. */
int net_resolve(const char *host_port, enum net_family family, int type, struct addrinfo **addresses,
                struct failure *failure);

/* Resolves and connects, each address in turn, within `timeout_ms` in all (negative: as long as the kernel
 * tries). A SOCK_DGRAM socket is connected too: it hears its peer alone, and ICMP errors. Returns the socket,
 * or a negative errno code of the last attempt: -ETIMEDOUT, -ECONNREFUSED, or one of net_resolve's. */
int net_dial(const char *host_port, enum net_family family, int type, int64_t timeout_ms, struct failure *failure);

/* Opens a socket of `type` bound to `host` (NULL: every interface; else an address or a name) and `port` (0:
 * the kernel chooses), with SO_REUSEADDR (contract 0.5), listening when it is a SOCK_STREAM. NET_ANY without
 * a host is one IPv6 socket that takes IPv4 too, or an IPv4 one where the kernel has no IPv6. The socket is
 * non-blocking when it listens. Returns the socket or a negative errno code. */
int net_listen(const char *host, uint16_t port, enum net_family family, int type, struct failure *failure);

/* Turns the kernel's keep-alive probes on (contract 6.3). Returns 0 or a negative errno code. */
int net_set_keepalive(int socket);

/* Sends small segments at once instead of waiting for acknowledgements. Returns 0 or a negative errno code.
 */
int net_set_nodelay(int socket);

/* Bounds what the kernel holds for a peer that does not read, so that a write to it waits, and its deadline
 * counts, soon. Returns 0 or a negative errno code. */
int net_set_send_buffer(int socket, int bytes);

/* Writes "1.2.3.4:80" or "[::1]:80" for an address into text[NET_TEXT_SIZE]; "?" when it is neither. */
void net_format(const struct sockaddr *address, char *text);

#endif
