/* unix-random-client PATH: asks over a Unix socket for a random number and prints it (contract 23). */

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/integer.h"
#include "lib/lines.h"
#include "lib/net.h"
#include "lib/unix_socket.h"

/* Any line asks for a number. */
static int ask(int socket, const char *path, struct failure *failure)
{
    int result = net_write(socket, "\n", 1, NET_NEVER);
    if (result < 0)
        return failure_set(failure, -result, "write to %s", path);
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    result = lines_next(&lines, NET_NEVER, &line);
    if (result <= 0)
        return net_read_failure(result, path, failure);
    int64_t number;
    if (line.end != LINE_ENDS || integer_parse(line.text, line.length, &number) < 0)
        return failure_explain(failure, EPROTO, "not a line with an integer", "read from %s", path);
    printf("%.*s\n", (int)line.length, line.text);
    return 0;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    const struct argument arguments[] = {
        {"PATH", ARGUMENT_TEXT, &path, "of the server's socket"},
        {0},
    };
    int status = arguments_read(argc, argv, "Asks over a Unix socket for a random number", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct failure failure;
    int socket = unix_dial(path, &failure);
    if (socket < 0)
        return failure_report(&failure);
    int result = ask(socket, path, &failure);
    close(socket);
    return failure_status(result, &failure);
}
