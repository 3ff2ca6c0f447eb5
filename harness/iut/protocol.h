// What the harness, the keeper and the launchers say to each other: one request, one reply, each a packet on
// a SOCK_SEQPACKET pair, descriptors attached. Both ends are the same program, so structs travel as they are.
//
// The harness asks the keeper for cells and each cell's launcher for all else. A launcher speaks first, once:
// a reply that tells whether its setup succeeded. An empty read means that the other side is gone.
#ifndef SOCKSPEC_IUT_PROTOCOL_H
#define SOCKSPEC_IUT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// The namespaces that a cell has of its own, as bits.
enum isolation {
    ISOLATE_NOTHING = 0,
    ISOLATE_NETWORK = 1,   // loopback and nothing else
    ISOLATE_PROCESSES = 2, // PIDs, and the /proc that goes with them
    ISOLATE_USER = 4,      // for who may not make the others directly
};

enum request_kind {
    REQUEST_CELL, // to the keeper; the reply carries the launcher's socket and PID
    REQUEST_BIND,
    REQUEST_SOCKET,
    REQUEST_START,
    REQUEST_SIGNAL,
    REQUEST_CLEAR,
};

struct request {
    enum request_kind kind;
    unsigned isolation; // REQUEST_CELL
    int cpu;            // REQUEST_BIND
    int domain, type;   // REQUEST_SOCKET: `count` sockets of a kind
    int protocol, count;
    int program, signal; // REQUEST_SIGNAL
    size_t arguments;    // REQUEST_START: as many strings follow, then
    size_t variables;    //   as many NAME=VALUE, then
    bool directory;      //   one more
};

// What a launcher was doing when its setup failed.
enum setup_step { SETUP_CLONE, SETUP_USER_MAP, SETUP_LOOPBACK, SETUP_PROC };

struct reply {
    int result;  // 0 or more, or a negative errno
    bool repeat; // descriptors are enclosed, and the reply without them follows
    enum setup_step step;
    pid_t pid;
    int program;
};

// The largest packet: below the kernel's default limit for one, large enough for any sane command line.
#define MESSAGE_MAX ((size_t)192 * 1024)
#define MESSAGE_DESCRIPTORS 16

// A packet's company: descriptors, and the process that it speaks of. A PID sent this way is translated by
// the kernel into the receiver's PID namespace.
struct enclosure {
    int descriptors[MESSAGE_DESCRIPTORS];
    size_t count;
    pid_t pid; // 0: none
};

// Makes a pair of sockets for requests, sent at ends[0], and replies. Returns 0 or a negative errno.
int channel_open(int ends[2]);

// Sends a packet. `enclosure` may be NULL; its descriptors stay open here. Returns 0 or a negative errno:
// -E2BIG when the packet is too large.
int message_send(int socket, const void *data, size_t length, const struct enclosure *enclosure);

// Receives a packet of at most `size` bytes. What `enclosure` receives belongs to the caller; NULL when none
// is expected. Returns the length, 0 when the other side is gone, or a negative errno: -EMFILE when there
// were no free descriptors for the enclosed, which are lost.
ssize_t message_receive(int socket, void *data, size_t size, struct enclosure *enclosure);

void enclosure_close(struct enclosure *enclosure);

// Sends a reply and closes what `enclosure` (or NULL) encloses. Descriptors go ahead in a packet of their
// own, and the other side waits for the second: otherwise it could close a socket which stays open and bound
// because this side has not come round to closing its copy.
int reply_send(int socket, struct reply *reply, struct enclosure *enclosure);

// Receives a reply. Returns its result, or a negative errno: -EPIPE when the other side is gone, -ETIMEDOUT
// when it said nothing for too long (from then on it counts as gone), -EMFILE as above with `reply` valid.
int reply_receive(int socket, struct reply *reply, struct enclosure *enclosure);

// For a forked child that must hold nothing of its parent's: closes all descriptors but `socket` and standard
// error, puts /dev/null on the other standard ones and returns the new number of `socket`.
int descriptors_keep(int socket);

#endif
