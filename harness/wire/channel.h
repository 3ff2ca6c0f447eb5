// Channels: the harness's end of a TCP connection, a UDP exchange or a Unix stream, with control of every byte.
//
// Sockets are non-blocking; every wait has a deadline and goes through a *waiter*, so that whoever runs a script can
// look after other things meanwhile (the standard output of the program, its end). What arrives is appended to `in`;
// the end of the stream is remembered as FIN or RST, told apart. Everything is written into the transcript. A stream may
// be put under TLS (wire/tls.h); what is said here then goes for the plain bytes.
//
// A channel is used by one thread.
#ifndef SOCKSPEC_WIRE_CHANNEL_H
#define SOCKSPEC_WIRE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/net_address.h"
#include "wire/transcript.h"

// Waits until `fd` is ready for `events` (poll), or `deadline` is past. Returns 0, -ETIMEDOUT, or another negative
// errno that ends the wait: -EOWNERDEAD when the program under test has ended.
struct waiter {
    int (*wait)(void *context, int fd, short events, int64_t deadline);
    void *context;
};

// A waiter that does nothing but wait.
extern const struct waiter plain_waiter;

// Where sockets come from: the network of a cell, or this process's own when `make` is NULL.
struct socket_source {
    int (*make)(void *context, int domain, int type);
    void *context;
};

int socket_make(const struct socket_source *source, int domain, int type);

enum channel_end {
    CHANNEL_OPEN,
    CHANNEL_FIN, // under TLS: behind close_notify
    CHANNEL_RST,
    CHANNEL_CUT, // under TLS: FIN without close_notify
};

struct tls; // wire/tls.h

struct channel {
    int fd; // -1: closed by us
    bool datagrams;
    bool wrote_end;     // we have sent FIN
    int receive_buffer; // a stream to be connected: bytes to ask the kernel for (SO_RCVBUF), or 0 for its own choice
    char name[24];
    struct net_address peer; // datagrams: where they go; a client under test: who sent last
    bool any_peer;           // datagrams: take them from whoever sends
    struct buffer in;        // received and not consumed; datagrams: the current one
    bool has_datagram;
    enum channel_end end;
    size_t received;  // bytes in all
    int64_t settling; // nanoseconds spent in channel_settle
    struct tls *tls;  // or NULL: plain bytes
    const struct waiter *waiter;
    struct transcript *transcript;
};

// Connects a stream, or makes a socket for datagrams to `address`. Returns 0, or a negative errno of connecting;
// -ETIMEDOUT when the deadline is past.
int channel_connect(struct channel *channel, const struct socket_source *source, int type,
                    const struct net_address *address, int64_t deadline);

// Makes a channel of an accepted connection.
void channel_adopt(struct channel *channel, int fd);

// Sends all bytes as they are, reading meanwhile so that two sides that both only write cannot block each other.
// Returns 0; -EPIPE or -ECONNRESET when the peer has closed; -ETIMEDOUT; another negative errno.
int channel_send(struct channel *channel, const void *bytes, size_t length, int64_t deadline);

// Sends the bytes again and again and reads nothing, until the peer has closed. Returns 0 then, -ETIMEDOUT when the
// deadline is past, or another negative errno.
int channel_flood(struct channel *channel, const void *bytes, size_t length, int64_t deadline);

// Waits until the peer's kernel has all that was sent, and lets the peer run: what is sent next is a segment of its
// own. On a machine so busy that this has taken a second on the channel it does nothing any more: peers have deadlines.
void channel_settle(struct channel *channel);

// Waits for more: appends what comes to `in`, or sets `end`; for datagrams takes the next one if the current one was
// consumed. Returns 1 when something arrived, 0 at the end of the stream, -ETIMEDOUT, or another negative errno.
int channel_receive(struct channel *channel, int64_t deadline);

// Takes what has arrived already, without waiting. The same results, -ETIMEDOUT when there is nothing.
int channel_poll(struct channel *channel);

// Drops the first bytes of `in`, or the current datagram.
void channel_consume(struct channel *channel, size_t length);

// Half-closes: FIN, under TLS behind close_notify. Returns 0 or a negative errno.
int channel_shutdown(struct channel *channel);

// Half-closes by FIN alone, under TLS too.
int channel_cut(struct channel *channel);

// Closes with RST, or in the ordinary way, under TLS with close_notify. Harmless on a closed channel.
void channel_reset(struct channel *channel);
void channel_close(struct channel *channel);

// Closes and frees.
void channel_free(struct channel *channel);

// A socket that listens, or is bound for datagrams. The kernel picks the port. Returns the descriptor or a negative
// errno; `bound` is its address.
int listener_open(const struct socket_source *source, int type, const struct net_address *address, int backlog,
                  struct net_address *bound);

// Takes the next connection. Returns the descriptor, or a negative errno as channel_receive.
int listener_accept(int listener, const struct waiter *waiter, int64_t deadline, struct net_address *peer);

// Loopback addresses and their text forms: "127.0.0.1:80", "[::1]:80", the path of a Unix socket.
struct net_address net_loopback(int family, uint16_t port);
int net_local(const char *path, struct net_address *address); // -ENAMETOOLONG
uint16_t net_port(const struct net_address *address);
void net_address_text(const struct net_address *address, struct buffer *out);

#endif
