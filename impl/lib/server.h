#ifndef IMPL_SERVER_H
#define IMPL_SERVER_H

/*
 * A TCP or Unix stream server: one accept loop, one thread for each client.
 *
 * server_open listens; server_run accepts on the calling thread until SIGTERM or SIGINT (contract 0.7), which
 * it receives through a signalfd, so that nothing runs in a signal handler. Each client gets a detached
 * thread that calls the handler with the connected socket, then drains and closes it: a handler only reads
 * and writes, and never closes. At the bound of clients, or when the process is out of descriptors or
 * threads, further clients wait in the kernel's queue until one ends (contract 0.3). A bound of one makes the
 * server iterative.
 *
 * To stop, the loop shuts down the reading side of every client's socket: a handler still reads what had
 * arrived, then an end of file, and so answers what it has received and returns. Those still at it after half
 * a second lose the writing side too. server_run returns when the last thread is done, within 1.5 s.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/arguments.h"
#include "lib/failure.h"
#include "lib/net.h"

struct server;

struct server_options {
    const char *path;       /* of a Unix socket (lib/unix_socket.h), removed at the end; NULL: TCP */
    const char *host;       /* address to listen on; NULL: every interface */
    uint16_t port;          /* 0: the kernel chooses, see server_port */
    enum net_family family; /* NET_ANY listens on IPv6 and IPv4 at once */
    unsigned max_clients;   /* served at the same time; 0: 4096; 1: one after the other */
    int drain_ms;           /* how long to wait for a client's end after its handler; 0: 1000 */
    bool keepalive;         /* SO_KEEPALIVE on every client (contract 6.3) */
    bool once;              /* server_run returns when the first client has been served */
    atomic_ulong *accepted; /* counts the clients as they are accepted; NULL: nobody wants to know */
};

/* Deadlines for the handlers of a program, in milliseconds; negative: none. */
struct server_deadlines {
    int64_t read_ms;
    int64_t write_ms;
};

/* What a program gives up nobody for: it waits for requests for ever, and two minutes for a client to read.
 */
#define SERVER_DEADLINES                                                                                               \
    {                                                                                                                  \
        .read_ms = -1, .write_ms = 120000                                                                              \
    }

/* The rows of a server's table of arguments for connection control (contract 6). */
#define SERVER_ARGUMENTS(options, deadlines)                                                                           \
    {"--read-timeout DURATION", ARGUMENT_DURATION, &(deadlines).read_ms, "wait so long for a request"},                \
        {"--write-timeout DURATION", ARGUMENT_DURATION, &(deadlines).write_ms,                                         \
         "wait so long for a client to read, 2m by default"},                                                          \
    {                                                                                                                  \
        "--keepalive", ARGUMENT_FLAG, &(options).keepalive, "send keep-alive probes"                                   \
    }

/* Serves one client; runs on a thread of its own, with 256 KiB of stack, and may block as long as it likes in
 * net_read and net_write. The socket stays the server's. */
typedef void server_handler(int socket, void *context);

/* Opens, runs and closes a server, and reports what goes wrong: returns the exit status of the program. */
int server_main(const struct server_options *options, server_handler *handler, void *context);

/* Starts to listen, and blocks SIGTERM and SIGINT in this thread and those it will start (so call it first)
 * and ignores SIGPIPE. Returns 0, or a negative errno code with the reason in `failure`. */
int server_open(struct server **server, const struct server_options *options, struct failure *failure);

/* Accepts clients and serves them until a signal or server_stop; returns 0, or a negative errno code with the
 * reason in `failure` when listening itself broke. `context` is for the handlers, all at once. */
int server_run(struct server *server, server_handler *handler, void *context, struct failure *failure);

/* Whether the server is about to end: lets a handler tell that from its client's end of file. Any thread. */
bool server_is_stopping(const struct server *server);

/* Ends server_run as a signal does. Any thread. */
void server_stop(struct server *server);

/* The port listened on; for TCP. */
uint16_t server_port(const struct server *server);

/* Releases what server_open made; not before server_run has returned. NULL is fine. */
void server_close(struct server *server);

#endif
