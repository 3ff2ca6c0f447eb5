/* unix-echo-server PATH: echoes every byte over a Unix socket (contract 17). */

#include <stdio.h>

#include "lib/arguments.h"
#include "lib/server.h"

enum { READ_SIZE = 4096 };

/* On a line of its own, whole among what other threads print. */
static void print(const char *bytes, size_t length)
{
    flockfile(stdout);
    fputs("Server got: ", stdout);
    fwrite(bytes, 1, length, stdout);
    if (bytes[length - 1] != '\n')
        putchar('\n');
    fflush(stdout);
    funlockfile(stdout);
}

static void serve(int socket, void *context)
{
    const struct server_deadlines *deadlines = context;
    char bytes[READ_SIZE];
    ssize_t length;
    while ((length = net_read(socket, bytes, sizeof bytes, net_deadline(deadlines->read_ms))) > 0) {
        print(bytes, (size_t)length);
        if (net_write(socket, bytes, (size_t)length, net_deadline(deadlines->write_ms)) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.path = NULL};
    struct server_deadlines deadlines = SERVER_DEADLINES;
    const struct argument arguments[] = {
        SERVER_ARGUMENTS(options, deadlines),
        {"PATH", ARGUMENT_TEXT, &options.path, "where to listen; a stale socket there is replaced"},
        {0},
    };
    int status = arguments_read(argc, argv, "Echoes every byte over a Unix socket", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, &deadlines);
}
