#ifndef IMPL_WS_SERVER_H
#define IMPL_WS_SERVER_H

/*
 * What the WebSocket servers have in common (contracts 19 and 24): their options, and the way from the
 * command line to an open connection.
 */

#include "lib/ws_connection.h"

struct ws_server {
    const char *about;                       /* what it does, for --help */
    const char *greeting;                    /* what it is, for the text at / */
    void (*serve)(struct websocket *client); /* speaks on an open connection until its end */
};

/* Reads the command line, listens on [PORT] (1234 by default) and serves: the whole of main. */
int ws_server_main(int argc, char **argv, const struct ws_server *program);

#endif
