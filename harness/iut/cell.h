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
    enum isolation isolation;
    struct cell *spare; // made to find out what the kernel permits
    char *description;
};

// The kernel's tables of sockets, kept open since they are read again and again.
enum socket_table { TABLE_TCP, TABLE_TCP6, TABLE_UDP, TABLE_UDP6, TABLE_UNIX, TABLE_COUNT };

struct cell {
    int launcher; // socket
    pid_t launcher_pid;
    bool isolated;
    int tables[TABLE_COUNT]; // -1 until used
};

// Sends a request with `length` bytes in all and waits for the reply. Returns the reply's result, or a negative errno:
// -EPIPE when the launcher is gone. `enclosure` may be NULL.
int cell_ask(struct cell *cell, const struct request *request, size_t length, struct reply *reply,
             struct enclosure *enclosure);

#endif
