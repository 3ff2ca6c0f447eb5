// Where a program runs that sequences are played with: a cell and one start of it for each thread, or the address of one
// that runs already. As a worker of a run, without cases.
#ifndef SOCKSPEC_PROBE_HOST_H
#define SOCKSPEC_PROBE_HOST_H

#include "run/instance.h"
#include "run/target.h"

struct host_settings {
    const struct target *target;
    struct sandbox *sandbox; // NULL when the program runs already
    const struct program *program;
    double time_scale;
};

struct host {
    const struct host_settings *settings;
    int cpu;
    struct cell *cell;
    struct instance instance;
    bool has_instance;
    struct test_case stand_in; // what an instance is started for
};

// Starts the program unless it runs. Returns 0, or a negative errno with one line in `message`, to be freed:
// -ETIMEDOUT or -ECHILD when it never became ready.
int host_start(struct host *host, char **message);

// Ends it. What a sanitizer said is returned, to be freed, or NULL.
char *host_stop(struct host *host);
void host_close(struct host *host);

struct net_address host_address(struct host *host);
struct socket_source host_sockets(const struct host *host);

#endif
