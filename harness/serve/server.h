// The fuzzing server: takes connections, each on a thread of its own, and does what serve/request.h says.
#ifndef SOCKSPEC_SERVE_SERVER_H
#define SOCKSPEC_SERVE_SERVER_H

#include <openssl/types.h>
#include <stdatomic.h>

#include "base/net_address.h"
#include "run/plan.h"
#include "serve/agents.h"

struct server_settings {
    const struct plan *plan; // case N is entry N - 1
    struct agents *agents;
    SSL_CTX *tls; // what clients are put under, or NULL
    double time_scale;
    bool once; // end as soon as an agent has ended its run
};

// Listens; a port of 0 is replaced in `address` by the one that the kernel picks. From here on SIGINT and SIGTERM wait
// until server_run() looks for them. Returns the descriptor, or a negative errno.
int server_listen(struct net_address *address);

// Serves until SIGINT or SIGTERM, or by `once`, and ends when the cases under way have. Closes the listener. Returns 0,
// or a negative errno of accepting.
int server_run(const struct server_settings *settings, int listener);

#endif
