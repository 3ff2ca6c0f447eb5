/* daytime-iterative [PORT]: tells each client in turn the time of day, and closes (contract 3). */

#include <stdlib.h>

#include "lib/arguments.h"
#include "lib/server.h"
#include "lib/time_text.h"

/* Long enough for the text to be on its way past what a client sent unasked, and short enough that a client
 * that never closes does not hold up the next. */
enum { DRAIN_MS = 200, WRITE_MS = 1000 };

static void serve(int socket, void *context)
{
    (void)context;
    struct timespec now = time_text_now();
    char text[TIME_TEXT_SIZE];
    net_write(socket, text, time_text_go(&now, text), net_deadline(WRITE_MS));
}

int main(int argc, char **argv)
{
    struct server_options options = {.port = 7777, .family = NET_IPV4, .max_clients = 1, .drain_ms = DRAIN_MS};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        {"[PORT]", ARGUMENT_PORT, &options.port, "port to listen on, 7777 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Tells clients the time of day, one at a time", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, NULL);
}
