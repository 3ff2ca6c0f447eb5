/* tcp-head HOST:PORT: sends one HTTP HEAD request over IPv4 and prints whatever comes back (contract 2, 6).
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/net.h"

/* Sends the request and copies the reply to standard output as it comes. Returns 0 or a negative errno code.
 */
static int exchange(int server, const char *peer, struct failure *failure)
{
    static const char request[] = "HEAD / HTTP/1.0\r\n\r\n";
    int result = net_write(server, request, strlen(request), NET_NEVER);
    if (result < 0)
        return failure_set(failure, -result, "write to %s", peer);
    char reply[16384];
    ssize_t count;
    while ((count = net_read(server, reply, sizeof reply, NET_NEVER)) > 0)
        fwrite(reply, 1, (size_t)count, stdout);
    if (count < 0)
        return failure_set(failure, (int)-count, "read from %s", peer);
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    const char *peer = NULL;
    int64_t connect_timeout_ms = -1;
    bool keepalive = false;
    const struct argument arguments[] = {
        {"--connect-timeout DURATION", ARGUMENT_DURATION, &connect_timeout_ms, "give up connecting after this"},
        {"--keepalive", ARGUMENT_FLAG, &keepalive, "send keep-alive probes"},
        {"HOST:PORT", ARGUMENT_TEXT, &peer, "the server"},
        {0},
    };
    int status = arguments_read(argc, argv, "Prints a server's reply to an HTTP HEAD request", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct failure failure;
    int server = net_dial(peer, NET_IPV4, SOCK_STREAM, connect_timeout_ms, &failure);
    if (server < 0)
        return failure_report(&failure);
    if (keepalive)
        net_set_keepalive(server);
    int result = exchange(server, peer, &failure);
    close(server);
    return failure_status(result, &failure);
}
