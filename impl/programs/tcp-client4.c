/* tcp-client4 HOST:PORT: tcp-client on IPv4 alone (contract 11). */

#include "lib/arguments.h"
#include "lib/line_client.h"

int main(int argc, char **argv)
{
    struct line_client client = {.family = NET_IPV4, .connect_timeout_ms = -1};
    const struct argument arguments[] = {
        {"--connect-timeout DURATION", ARGUMENT_DURATION, &client.connect_timeout_ms, "give up connecting"},
        {"--keepalive", ARGUMENT_FLAG, &client.keepalive, "send keep-alive probes"},
        {"HOST:PORT", ARGUMENT_TEXT, &client.peer, "the server"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends lines over IPv4 and prints a line of reply for each", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return line_client_main(&client);
}
