/* daytime-session [PORT]: answers many requests on a connection with the time of day, or with Unix seconds
 * when they say "timestamp" (contract 5, 6). */

#include <stdlib.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/server.h"
#include "lib/time_text.h"

enum { REQUEST_SIZE = 128, SEND_BUFFER_SIZE = 16384 };

/* People type requests into nc, which ends them with a newline (contract 5.1). */
static bool is_timestamp(const char *request, size_t length)
{
    static const char word[] = "timestamp";
    while (length > 0 && (request[length - 1] == '\n' || request[length - 1] == '\r'))
        length--;
    return length == strlen(word) && memcmp(request, word, length) == 0;
}

/* One read is one request. Ends with the client, at a deadline, or when the server stops. */
static void serve(int socket, void *context)
{
    const struct server_deadlines *deadlines = context;
    net_set_nodelay(socket);
    net_set_send_buffer(socket, SEND_BUFFER_SIZE);
    char request[REQUEST_SIZE];
    ssize_t length;
    while ((length = net_read(socket, request, sizeof request, net_deadline(deadlines->read_ms))) > 0) {
        struct timespec now = time_text_now();
        char text[TIME_TEXT_SIZE];
        size_t text_length =
            is_timestamp(request, (size_t)length) ? time_text_unix(&now, text) : time_text_go(&now, text);
        if (net_write(socket, text, text_length, net_deadline(deadlines->write_ms)) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.port = 1200, .family = NET_IPV4};
    struct server_deadlines deadlines = {.read_ms = 120000, .write_ms = 120000};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        SERVER_ARGUMENTS(options, deadlines),
        {"[PORT]", ARGUMENT_PORT, &options.port, "port to listen on, 1200 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers requests with the time of day", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, &deadlines);
}
