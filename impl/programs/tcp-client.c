/* tcp-client HOST:PORT: sends lines and prints a line of reply for each (contract 10). */

#include "lib/arguments.h"
#include "lib/line_client.h"

int main(int argc, char **argv)
{
    struct line_client client = {.connect_timeout_ms = -1};
    const char *network = "tcp";
    const struct argument arguments[] = {
        {"--connect-timeout DURATION", ARGUMENT_DURATION, &client.connect_timeout_ms, "give up connecting"},
        {"--keepalive", ARGUMENT_FLAG, &client.keepalive, "send keep-alive probes"},
        {"--network NETWORK", ARGUMENT_TEXT, &network, "tcp, the default, or tcp4 or tcp6"},
        {"HOST:PORT", ARGUMENT_TEXT, &client.peer, "the server"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends lines and prints a line of reply for each", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    if (net_family_of(network, "tcp", &client.family) < 0)
        return arguments_misuse(argc, argv, arguments, "the network is not tcp, tcp4 or tcp6");
    return line_client_main(&client);
}
