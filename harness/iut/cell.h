// What the files of the harness's side share: the insides of a sandbox and of a cell.
#ifndef SOCKSPEC_IUT_CELL_H
#define SOCKSPEC_IUT_CELL_H

#include <pthread.h>

#include "iut/protocol.h"
#include "iut/sandbox.h"

struct sandbox {
    pthread_mutex_t mutex; // over the keeper's socket and the spare cell
    int keeper;
    pid_t keeper_pid;
    unsigned isolation; // of its cells
    struct cell *spare; // made to find out what the kernel permits
    char *description;
};

// The kernel's tables of sockets, kept open since they are read again and again.
enum socket_table { TABLE_TCP, TABLE_TCP6, TABLE_UDP, TABLE_UDP6, TABLE_UNIX, TABLE_COUNT };

// Sockets of one kind fetched from the launcher in advance, since a message each way costs ten times the
// socket.
struct socket_stock {
    int domain, type; // domain 0: unused
    int batch;        // how many to fetch the next time: 1, 2, 4, 8
    int handles[8];
    size_t count;
};

struct cell {
    int launcher; // socket
    pid_t launcher_pid;
    unsigned isolation;
    struct socket_stock stocks[4];
    int diagnosis;           // netlink socket that answers for TCP, -1 until used, -2 where there is none
    int tables[TABLE_COUNT]; // -1 until used
};

// Sends a request with `length` bytes in all and waits for the reply. Returns the reply's result, or a
// negative errno: -EPIPE when the launcher is gone. `enclosure` may be NULL.
int cell_ask(struct cell *cell, const struct request *request, size_t length, struct reply *reply,
             struct enclosure *enclosure);

// One of the kernel's tables, opened once. Returns the descriptor or a negative errno.
int table_open(struct cell *cell, enum socket_table table);

// Closes the sockets in stock.
void stocks_close(struct cell *cell);

// One socket in the cell's network, not from stock. Returns the descriptor or a negative errno.
int socket_fetch(struct cell *cell, int domain, int type, int protocol);

// Whether the kernel would give a connection to TCP `port` on 127.0.0.1 or ::1 to a listener. Returns 1, 0,
// or -ENOTSUP where it does not answer such questions.
int tcp_diagnose(struct cell *cell, uint16_t port);

#endif
