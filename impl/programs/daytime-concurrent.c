/* daytime-concurrent [PORT]: tells clients the time of day, each on a thread of its own (contract 4). */

#include <stdlib.h>

#include "lib/arguments.h"
#include "lib/server.h"
#include "lib/time_text.h"

enum { WRITE_MS = 10000 };

static void serve(int socket, void *context)
{
    (void)context;
    struct timespec now = time_text_now();
    char text[TIME_TEXT_SIZE];
    net_write(socket, text, time_text_go(&now, text), net_deadline(WRITE_MS));
}

int main(int argc, char **argv)
{
    struct server_options options = {.port = 1200, .family = NET_IPV4};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        {"[PORT]", ARGUMENT_PORT, &options.port, "port to listen on, 1200 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Tells clients the time of day, each on a thread of its own", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, NULL);
}
