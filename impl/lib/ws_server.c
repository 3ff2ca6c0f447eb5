#include "lib/ws_server.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arguments.h"

enum { FIXED_MMAP_THRESHOLD = 256 * 1024 };

struct service {
    const struct ws_server *program;
    struct websocket_options connections;
    const char *certificate, *key; /* files, for wss */
};

static void serve_client(int socket, void *context)
{
    const struct service *service = context;
    struct websocket websocket;
    if (websocket_open(&websocket, socket, &service->connections) < 0)
        return;
    service->program->serve(&websocket);
    websocket_end(&websocket);
}

/* As server_main, but connections ask the server whether it stops. */
static int serve(const struct server_options *options, struct service *service)
{
    struct server *server;
    struct failure failure;
    if (server_open(&server, options, &failure) < 0)
        return failure_report(&failure);
    int result = 0;
    service->connections.server = server;
    if (service->certificate)
        result = tls_server_context(&service->connections.tls, service->certificate, service->key, &failure);
    if (result == 0)
        result = server_run(server, serve_client, service, &failure);
    server_close(server);
    tls_context_free(service->connections.tls);
    return result < 0 ? failure_report(&failure) : EXIT_SUCCESS;
}

static bool are_subprotocols(const struct argument_texts *names)
{
    for (size_t i = 0; i < names->count; i++) {
        struct span name = {names->items[i], strlen(names->items[i])};
        if (!span_is_token(name) || name.length > HANDSHAKE_SUBPROTOCOL_MAX)
            return false;
    }
    return true;
}

int ws_server_main(int argc, char **argv, const struct ws_server *program)
{
    struct server_options server = {.port = 1234};
    struct service service = {
        .program = program,
        .connections = {.message_limit = 16 << 20,
                        .handshake_timeout_ms = 10000,
                        .read_timeout_ms = -1,
                        .write_timeout_ms = 120000},
    };
    struct websocket_options *connections = &service.connections;
    bool deflate = false;
    struct argument_texts origins = {.count = 0}, subprotocols = {.count = 0};
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &server.host, "listen on this address only"},
        {"--max-message BYTES", ARGUMENT_SIZE, &connections->message_limit, "largest message, 16 MiB by default"},
        {"--handshake-timeout TIME", ARGUMENT_DURATION, &connections->handshake_timeout_ms, "10s by default"},
        {"--read-timeout TIME", ARGUMENT_DURATION, &connections->read_timeout_ms,
         "close clients silent for so long; none by default"},
        {"--write-timeout TIME", ARGUMENT_DURATION, &connections->write_timeout_ms,
         "give up clients that do not read for so long; 2m by default"},
        {"--keepalive", ARGUMENT_FLAG, &server.keepalive, "let the kernel probe silent clients"},
        {"--origin ORIGIN", ARGUMENT_TEXTS, &origins, "trust pages of this origin only; repeatable"},
        {"--subprotocol NAME", ARGUMENT_TEXTS, &subprotocols, "speak this subprotocol; repeatable"},
        {"--deflate", ARGUMENT_FLAG, &deflate, "speak permessage-deflate with who offers it"},
        {"--cert FILE", ARGUMENT_TEXT, &service.certificate, "speak wss with this certificate chain (PEM)"},
        {"--key FILE", ARGUMENT_TEXT, &service.key, "its private key (PEM)"},
        {"[PORT]", ARGUMENT_PORT, &server.port, "1234 by default"},
        {0},
    };
    int status = arguments_read(argc, argv, program->about, arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    if (!service.certificate != !service.key)
        return arguments_misuse(argc, argv, arguments, "--cert and --key belong together");
    if (!are_subprotocols(&subprotocols))
        return arguments_misuse(argc, argv, arguments, "a subprotocol is a token of at most 128 bytes");
    connections->policy = (struct handshake_policy){
        .about = program->greeting,
        .origins = origins.items,
        .origin_count = origins.count,
        .subprotocols = subprotocols.items,
        .subprotocol_count = subprotocols.count,
        .deflate = deflate,
    };
    mallopt(M_MMAP_THRESHOLD, FIXED_MMAP_THRESHOLD); /* else a freed big message stays in its thread's heap */
    return serve(&server, &service);
}
