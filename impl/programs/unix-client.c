/* unix-client PATH: sends lines over a Unix socket and prints what comes back (contract 18). */

#include <stdio.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/net.h"
#include "lib/prompt.h"
#include "lib/unix_socket.h"

enum { REPLY_SIZE = 256 };

/* Prints what one read brings, on a line of its own. Returns 1; 0 at the end of the stream; a negative errno
 * code. */
static int print_reply(int socket)
{
    char reply[REPLY_SIZE];
    ssize_t length = net_read(socket, reply, sizeof reply, NET_NEVER);
    if (length <= 0)
        return (int)length;
    fputs("Read: ", stdout);
    fwrite(reply, 1, (size_t)length, stdout);
    if (reply[length - 1] != '\n')
        putchar('\n');
    return 1;
}

struct server {
    int socket;
    const char *path;
};

/* After STOP an end is as good as a reply (contract 0.11). */
static int exchange(void *context, const char *line, size_t length, struct failure *failure)
{
    const struct server *server = context;
    int result = net_write(server->socket, line, length, NET_NEVER);
    if (result < 0)
        return failure_set(failure, -result, "write to %s", server->path);
    result = print_reply(server->socket);
    if (result > 0 || text_is_stop(line, length))
        return 0;
    return net_read_failure(result, server->path, failure);
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    const struct argument arguments[] = {
        {"PATH", ARGUMENT_TEXT, &path, "of the server's socket"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends lines over a Unix socket and prints what comes back", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct failure failure;
    struct server server = {.path = path, .socket = unix_dial(path, &failure)};
    if (server.socket < 0)
        return failure_report(&failure);
    int result = prompt_talk(exchange, &server, "Exiting UNIX domain socket client!", &failure);
    close(server.socket);
    return failure_status(result, &failure);
}
