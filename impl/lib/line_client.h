#ifndef IMPL_LINE_CLIENT_H
#define IMPL_LINE_CLIENT_H

/*
 * What tcp-client and tcp-client4 have in common (contracts 10 and 11).
 */

#include "lib/net.h"

struct line_client {
    const char *peer; /* host:port */
    enum net_family family;
    int64_t connect_timeout_ms; /* negative: as long as the kernel tries */
    bool keepalive;
};

/* Connects, sends each line of standard input and prints a line of reply for each, until STOP or the end of
 * the input. Reports what goes wrong; returns the exit status of the program. */
int line_client_main(const struct line_client *client);

#endif
