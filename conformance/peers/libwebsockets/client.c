// A client on libwebsockets that echoes for a fuzzing server that speaks Autobahn's protocol, case by case. It does not
// offer permessage-deflate: that of 4.1.6 ends the process by an assertion on an empty message.
#include "echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 65536, LARGEST_MESSAGE = 64 << 20 };

// One connection after the other: this one.
static struct {
    struct lws *wsi;
    bool over;
    bool wants_number; // the first message is a number, and not echoed
    int number;
} current;

static int receive(struct lws *wsi, struct echo *echo, const char *piece, size_t length)
{
    if (!current.wants_number)
        return echo_receive(echo, wsi, piece, length, LARGEST_MESSAGE);
    for (size_t k = 0; k < length && piece[k] >= '0' && piece[k] <= '9'; k++)
        current.number = current.number * 10 + (piece[k] - '0');
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(wsi, user, in, length);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return echo_write(user, wsi);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        current.over = true;
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        echo_end(user);
        current.over = true;
        return 0;
    }
    return lws_callback_http_dummy(wsi, reason, user, in, length);
}

// Connects, does what there is to do, and comes back when the connection is over. Returns the number that was told.
static int converse(struct lws_context *context, const char *host, int port, const char *path, bool wants_number)
{
    char authority[300];
    snprintf(authority, sizeof authority, "%s:%d", host, port);
    memset(&current, 0, sizeof current);
    current.wants_number = wants_number;
    struct lws_client_connect_info info = {
        .context = context,
        .address = host,
        .port = port,
        .path = path,
        .host = authority,
        .pwsi = &current.wsi,
    };
    if (!lws_client_connect_via_info(&info))
        return 0;
    while (!current.over && lws_service(context, 0) >= 0)
        continue;
    return current.number;
}

static void escape(char *out, size_t room, const char *name)
{
    for (; *name && room > 3; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '-';
        int length = snprintf(out, room, plain ? "%c" : "%%%02X", (unsigned char)*name);
        out += length;
        room -= (size_t)length;
    }
    *out = '\0';
}

int main(int argc, char **argv)
{
    static const struct lws_protocols protocols[] = {
        {.name = "echo", .callback = callback, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = PIECE},
        {.name = NULL},
    };
    char host[256], agent[128], path[256];
    int port;
    if (argc != 3 || sscanf(argv[1], "ws://%255[^:/]:%d", host, &port) != 2) {
        fprintf(stderr, "usage: %s ws://HOST:PORT AGENT\n", argv[0]);
        return 1;
    }
    escape(agent, sizeof agent, argv[2]);
    lws_set_log_level(0, NULL);
    struct lws_context *context = lws_create_context(&(struct lws_context_creation_info){
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_VALIDATE_UTF8,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    });
    if (!context) {
        fprintf(stderr, "Fatal error: no context\n");
        return 1;
    }
    int count = converse(context, host, port, "/getCaseCount", true);
    for (int number = 1; number <= count; number++) {
        snprintf(path, sizeof path, "/runCase?case=%d&agent=%s", number, agent);
        converse(context, host, port, path, false);
    }
    snprintf(path, sizeof path, "/updateReports?agent=%s", agent);
    converse(context, host, port, path, false);
    lws_context_destroy(context);
    return count > 0 ? 0 : 1;
}
