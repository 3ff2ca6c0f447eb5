/* udp-client HOST:PORT: sends lines as datagrams and prints the replies (contract 14). */

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/net.h"
#include "lib/prompt.h"

enum { DATAGRAM_SIZE = 65536 };

static void print_server(int socket)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    char text[NET_TEXT_SIZE];
    getpeername(socket, (struct sockaddr *)&address, &length);
    net_format((struct sockaddr *)&address, text);
    printf("The UDP server is %s\n", text);
}

/* The socket is connected, so a datagram from elsewhere never gets here and an ICMP refusal does. */
static int print_reply(int socket)
{
    static char reply[DATAGRAM_SIZE];
    ssize_t length = net_read(socket, reply, sizeof reply, NET_NEVER);
    if (length < 0)
        return (int)length;
    fputs("Reply: ", stdout);
    fwrite(reply, 1, (size_t)length, stdout);
    if (length == 0 || reply[length - 1] != '\n')
        putchar('\n');
    return 0;
}

struct server {
    int socket;
    const char *name;
};

/* A line is one datagram, without its newline and so perhaps empty. STOP is not answered. */
static int exchange(void *context, const char *line, size_t length, struct failure *failure)
{
    const struct server *server = context;
    if (send(server->socket, line, length - 1, MSG_NOSIGNAL) < 0)
        return failure_set(failure, errno, "write to %s", server->name);
    if (text_is_stop(line, length))
        return 0;
    int result = print_reply(server->socket);
    return result < 0 ? failure_set(failure, -result, "read from %s", server->name) : 0;
}

int main(int argc, char **argv)
{
    const char *peer = NULL, *network = "udp";
    const struct argument arguments[] = {
        {"--network NETWORK", ARGUMENT_TEXT, &network, "udp, the default, or udp4 or udp6"},
        {"HOST:PORT", ARGUMENT_TEXT, &peer, "the server"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends lines as datagrams and prints the replies", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    enum net_family family;
    if (net_family_of(network, "udp", &family) < 0)
        return arguments_misuse(argc, argv, arguments, "the network is not udp, udp4 or udp6");

    struct failure failure;
    struct server server = {.name = peer, .socket = net_dial(peer, family, SOCK_DGRAM, -1, &failure)};
    if (server.socket < 0)
        return failure_report(&failure);
    print_server(server.socket);
    int result = prompt_talk(exchange, &server, "Exiting UDP client!", &failure);
    close(server.socket);
    return failure_status(result, &failure);
}
