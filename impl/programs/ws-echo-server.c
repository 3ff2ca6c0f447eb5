/* Echoes every WebSocket message with its own type (contract 19). */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/server.h"
#include "lib/ws_connection.h"

static void echo(int socket, void *context)
{
    struct websocket websocket;
    struct session_event message;
    if (websocket_open(&websocket, socket, context) < 0)
        return;
    while (websocket_next(&websocket, &message) > 0)
        if (websocket_send(&websocket, message.answer, message.answer_length) < 0)
            break;
    websocket_end(&websocket);
}

static int serve(const struct server_options *options, struct websocket_options *connections)
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

/* The values of an option that may be given again; arguments_read keeps the last one only. */
struct values {
    const char *items[16];
    size_t count;
};

/* Collects every "--name VALUE" and "--name=VALUE" of a command line that arguments_read has found good.
 * False when there are too many. */
static bool collect(char **argv, const char *name, struct values *values)
{
    size_t length = strlen(name);
    for (char **word = argv + 1; *word && strcmp(*word, "--") != 0; word++) {
        if (strncmp(*word, name, length) != 0 || ((*word)[length] != '=' && (*word)[length] != '\0'))
            continue;
        if (values->count == sizeof values->items / sizeof values->items[0])
            return false;
        values->items[values->count++] = (*word)[length] == '=' ? *word + length + 1 : *++word;
    }
    return true;
}

static bool are_tokens(const struct values *names)
{
    for (size_t i = 0; i < names->count; i++) {
        struct span name = {names->items[i], strlen(names->items[i])};
        if (!span_is_token(name) || name.length > HANDSHAKE_SUBPROTOCOL_MAX)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct server_options server = {.port = 1234};
    struct websocket_options connections = {
        .message_limit = 16 << 20,
        .handshake_timeout_ms = 10000,
        .read_timeout_ms = -1,
        .write_timeout_ms = 120000,
    };
    const char *last_origin, *last_subprotocol;
    struct values origins = {0}, subprotocols = {0};
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
        {"--origin ORIGIN", ARGUMENT_TEXT, &last_origin, "trust pages of this origin only; repeatable"},
        {"--subprotocol NAME", ARGUMENT_TEXT, &last_subprotocol, "speak this subprotocol; repeatable"},
        {"[PORT]", ARGUMENT_PORT, &server.port, "1234 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, "Echoes WebSocket messages at /ws", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    if (!collect(argv, "--origin", &origins) || !collect(argv, "--subprotocol", &subprotocols) ||
        !are_tokens(&subprotocols)) {
        fprintf(stderr,
                "Usage: ws-echo-server takes 16 origins and 16 subprotocols, tokens of up to %d bytes\n",
                HANDSHAKE_SUBPROTOCOL_MAX);
        return EXIT_FAILURE;
    }
    mallopt(M_MMAP_THRESHOLD, 256 * 1024); /* fixed: else a freed big message stays in its thread's heap */
    connections.policy = (struct handshake_policy){
        .origins = origins.items,
        .origin_count = origins.count,
        .subprotocols = subprotocols.items,
        .subprotocol_count = subprotocols.count,
    };
    return serve(&server, &connections);
}
