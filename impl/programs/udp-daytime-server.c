/* udp-daytime-server [PORT]: answers every datagram with the time of day (contract 8). */

#include "lib/arguments.h"
#include "lib/datagram.h"
#include "lib/time_text.h"

static bool answer(int socket, const char *request, size_t length, const struct datagram_path *path)
{
    (void)request;
    (void)length;
    struct timespec now = time_text_now();
    char text[TIME_TEXT_SIZE];
    datagram_answer(socket, text, time_text_go(&now, text), path);
    return true;
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
    return datagram_main(host, port, answer);
}
