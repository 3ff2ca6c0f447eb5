/* tcp-time-server PORT: answers each line of one client with the time (contract 12). */

#include <stdio.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/server.h"
#include "lib/time_text.h"

enum { WRITE_MS = 120000 };

static int answer(int socket)
{
    struct timespec now = time_text_now();
    char text[TIME_TEXT_SIZE];
    size_t length = time_text_rfc3339(&now, text);
    text[length++] = '\n';
    return net_write(socket, text, length, net_deadline(WRITE_MS));
}

/* Prints a line, or a piece of one. */
static void print(const struct line *line)
{
    if (line->begins)
        fputs("-> ", stdout);
    fwrite(line->text, 1, line->length, stdout);
    if (line->end == LINE_ENDS)
        putchar('\n');
}

static void serve(int socket, void *context)
{
    (void)context;
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    while (lines_next(&lines, NET_NEVER, &line) > 0 && line.end != LINE_CUT) {
        if (line_is_stop(&line)) {
            puts("Exiting TCP server!");
            return;
        }
        print(&line);
        if (line.end == LINE_ENDS && answer(socket) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.once = true};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers each line of one client with the time", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, NULL);
}
