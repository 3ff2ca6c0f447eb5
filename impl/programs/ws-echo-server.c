/* ws-echo-server [PORT]: echoes every WebSocket message with its own type (contract 19). */

#include "lib/ws_server.h"

static void echo(struct websocket *client)
{
    struct session_event message;
    while (websocket_next(client, &message) > 0)
        if (websocket_echo(client, &message) < 0)
            break;
}

int main(int argc, char **argv)
{
    static const struct ws_server program = {
        .about = "Echoes WebSocket messages at /ws",
        .greeting = "An echo server",
        .serve = echo,
    };
    return ws_server_main(argc, argv, &program);
}
