/* udp-daytime-server [PORT]: answers every datagram with the time of day (contract 8). */

#include <stdlib.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/datagram.h"
#include "lib/net.h"
#include "lib/stop.h"
#include "lib/time_text.h"

/* Answers datagrams until a signal. What goes wrong with one datagram, in or out, concerns its sender alone.
 */
static int serve(int socket, int stop, struct failure *failure)
{
    int result;
    while ((result = stop_or_readable(stop, socket)) > 0) {
        char request[1];
        struct datagram_path path;
        if (datagram_receive(socket, request, sizeof request, &path) < 0)
            continue;
        struct timespec now = time_text_now();
        char text[TIME_TEXT_SIZE];
        datagram_answer(socket, text, time_text_go(&now, text), &path);
    }
    return result < 0 ? failure_set(failure, -result, "poll") : 0;
}

int main(int argc, char **argv)
{
    const char *host = NULL;
    uint16_t port = 1200;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &host, "listen on this address only"},
        {"[PORT]", ARGUMENT_PORT, &port, "port to listen on, 1200 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers every datagram with the time of day", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct failure failure;
    int stop = stop_open(&failure);
    if (stop < 0)
        return failure_report(&failure);
    int socket = net_listen(host, port, NET_IPV4, SOCK_DGRAM, &failure);
    if (socket < 0)
        return failure_report(&failure);
    datagram_prepare(socket);
    int result = serve(socket, stop, &failure);
    close(socket);
    close(stop);
    return result < 0 ? failure_report(&failure) : EXIT_SUCCESS;
}
