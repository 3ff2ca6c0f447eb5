/* tcp-counter-server PORT: tells each client how many have come (contract 16). */

#include <stdatomic.h>
#include <stdio.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/server.h"

struct counter {
    struct server_deadlines deadlines;
    atomic_ulong clients;
};

/* Prints a line, or a piece of one, whole among what other threads print. */
static void print(const struct line *line)
{
    flockfile(stdout);
    fwrite(line->text, 1, line->length, stdout);
    if (line->end == LINE_ENDS)
        putchar('\n');
    funlockfile(stdout);
}

static int answer(int socket, struct counter *counter)
{
    char text[64];
    int length = snprintf(text, sizeof text, "Client number: %lu\n", atomic_load(&counter->clients));
    return net_write(socket, text, (size_t)length, net_deadline(counter->deadlines.write_ms));
}

static void serve(int socket, void *context)
{
    struct counter *counter = context;
    putchar('.');
    fflush(stdout);
    net_set_nodelay(socket);
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    while (lines_next(&lines, net_deadline(counter->deadlines.read_ms), &line) > 0 && line.end != LINE_CUT) {
        if (line_is_stop(&line))
            return;
        print(&line);
        if (line.end == LINE_ENDS && answer(socket, counter) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct counter counter = {.deadlines = SERVER_DEADLINES};
    struct server_options options = {.family = NET_IPV4, .accepted = &counter.clients};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        SERVER_ARGUMENTS(options, counter.deadlines),
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Tells each client how many have come", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, &counter);
}
