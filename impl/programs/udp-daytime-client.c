/* udp-daytime-client HOST:PORT: asks for the time of day with one datagram and prints the reply (contract 7).
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/net.h"

enum { REPLY_SIZE = 512 };

/* The socket is connected, so a datagram from elsewhere never gets here and an ICMP refusal does. */
static int exchange(int server, const char *peer, struct failure *failure)
{
    static const char request[] = "anything";
    int result = net_write(server, request, strlen(request), NET_NEVER);
    if (result < 0)
        return failure_set(failure, -result, "write to %s", peer);
    char reply[REPLY_SIZE];
    ssize_t length = net_read(server, reply, sizeof reply, NET_NEVER);
    if (length < 0)
        return failure_set(failure, (int)-length, "read from %s", peer);
    fwrite(reply, 1, (size_t)length, stdout);
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    const char *peer = NULL;
    const struct argument arguments[] = {
        {"HOST:PORT", ARGUMENT_TEXT, &peer, "the server"},
        {0},
    };
    int status = arguments_read(argc, argv, "Asks a UDP server for the time of day", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct failure failure;
    int server = net_dial(peer, NET_ANY, SOCK_DGRAM, -1, &failure);
    if (server < 0)
        return failure_report(&failure);
    int result = exchange(server, peer, &failure);
    close(server);
    return failure_status(result, &failure);
}
