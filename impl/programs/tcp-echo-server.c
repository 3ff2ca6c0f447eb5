/* tcp-echo-server PORT: sends one client on loopback back what it receives (contract 13). */

#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/server.h"

enum { READ_SIZE = 4096, WRITE_MS = 120000 };

/* The line being received, which may come in many reads; longer than this it is not STOP. */
struct so_far {
    char text[64];
    size_t length;
};

static void remember(struct so_far *line, const char *text, size_t length)
{
    size_t room = sizeof line->text - line->length;
    if (length > room)
        length = room;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

/* How many of the bytes come before STOP, which is a line of its own or all that a read brought; `length`
 * when it is not there. */
static size_t length_to_stop(struct so_far *line, const char *bytes, size_t length)
{
    if (text_is_stop(bytes, length))
        return 0;
    for (size_t start = 0; start < length;) {
        const char *newline = memchr(bytes + start, '\n', length - start);
        remember(line, bytes + start, newline ? (size_t)(newline - bytes) - start : length - start);
        if (!newline)
            return length;
        if (line->length < sizeof line->text && text_is_stop(line->text, line->length))
            return start;
        line->length = 0;
        start = (size_t)(newline - bytes) + 1;
    }
    return length;
}

static void serve(int socket, void *context)
{
    (void)context;
    net_set_nodelay(socket);
    struct so_far line = {.length = 0};
    char bytes[READ_SIZE];
    ssize_t count;
    while ((count = net_read(socket, bytes, sizeof bytes, NET_NEVER)) > 0) {
        size_t length = length_to_stop(&line, bytes, (size_t)count);
        if (net_write(socket, bytes, length, net_deadline(WRITE_MS)) < 0)
            return;
        if (length < (size_t)count) {
            puts("Exiting TCP server!");
            return;
        }
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.host = "127.0.0.1", .once = true};
    const struct argument arguments[] = {
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends one client back what it receives", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, NULL);
}
