/* tcp-random-range-server PORT: answers "MIN MAX" with a random number in that range (contract 22). */

#include <stdio.h>

#include "lib/arguments.h"
#include "lib/integer.h"
#include "lib/lines.h"
#include "lib/random.h"
#include "lib/range.h"
#include "lib/server.h"

static int answer(int socket, const struct line *line, int64_t deadline)
{
    int64_t minimum, maximum;
    char text[64];
    const char *reason =
        line->begins ? range_parse(line->text, line->length, &minimum, &maximum) : "the line is too long";
    size_t length = reason ? (size_t)snprintf(text, sizeof text, "error: %s\n", reason)
                           : integer_line(random_between(minimum, maximum), text);
    return net_write(socket, text, length, deadline);
}

static void serve(int socket, void *context)
{
    const struct server_deadlines *deadlines = context;
    net_set_nodelay(socket);
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    while (lines_next(&lines, net_deadline(deadlines->read_ms), &line) > 0) {
        if (line.end == LINE_ENDS && answer(socket, &line, net_deadline(deadlines->write_ms)) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.host = NULL};
    struct server_deadlines deadlines = SERVER_DEADLINES;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        SERVER_ARGUMENTS(options, deadlines),
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers MIN MAX with a random number in that range", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, &deadlines);
}
