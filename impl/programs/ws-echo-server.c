/* Echoes every WebSocket message with its own type (contract 19). */

#include <stdio.h>
#include <stdlib.h>

#include "lib/arguments.h"
#include "lib/server.h"
#include "lib/ws_connection.h"

static void echo(int socket, void *context)
{
    struct connection connection;
    struct session_event message;
    if (connection_open(&connection, socket, context) < 0)
        return;
    while (connection_next(&connection, &message) > 0)
        if (connection_send(&connection, message.answer, message.answer_length) < 0)
            break;
    connection_end(&connection);
}

static int serve(const struct server_options *options, struct connection_options *connections)
{
    struct server *server;
    struct failure failure;
    if (server_open(&server, options, &failure) < 0)
        return failure_report(&failure);
    connections->server = server;
    int result = server_run(server, echo, connections, &failure);
    server_close(server);
    return result < 0 ? failure_report(&failure) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct server_options server = {.port = 1234};
    struct connection_options connections = {
        .message_limit = 16 << 20,
        .handshake_timeout_ms = 10000,
        .read_timeout_ms = -1,
        .write_timeout_ms = 120000,
    };
    const char *origin = NULL, *subprotocol = NULL;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &server.host, "listen on this address only"},
        {"--max-message BYTES", ARGUMENT_SIZE, &connections.message_limit,
         "largest message, 16 MiB by default"},
        {"--handshake-timeout TIME", ARGUMENT_DURATION, &connections.handshake_timeout_ms, "10s by default"},
        {"--read-timeout TIME", ARGUMENT_DURATION, &connections.read_timeout_ms,
         "close clients silent for so long; none by default"},
        {"--write-timeout TIME", ARGUMENT_DURATION, &connections.write_timeout_ms,
         "give up clients that do not read for so long; 2m by default"},
        {"--keepalive", ARGUMENT_FLAG, &server.keepalive, "let the kernel probe silent clients"},
        {"--origin ORIGIN", ARGUMENT_TEXT, &origin, "trust pages of this origin, not those of this host"},
        {"--subprotocol NAME", ARGUMENT_TEXT, &subprotocol, "agree to this subprotocol"},
        {"[PORT]", ARGUMENT_PORT, &server.port, "1234 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Echoes WebSocket messages at /ws", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    connections.policy =
        (struct handshake_policy){&origin, origin != NULL, &subprotocol, subprotocol != NULL};
    return serve(&server, &connections);
}
