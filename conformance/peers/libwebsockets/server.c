// ws-echo-server on libwebsockets. Each option is one of the library's own but the largest message, of which it has none.
#include "echo.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 65536, KEEPALIVE_S = 60 };

static volatile sig_atomic_t interrupted;
static size_t largest_message = 16 << 20;

static void interrupt(int number)
{
    interrupted = number;
}

static int answer(struct lws *wsi, const char *path)
{
    static const char text[] = "A WebSocket that echoes is at /ws\n";
    unsigned char buffer[LWS_PRE + 512], *start = buffer + LWS_PRE, *at = start, *end = buffer + sizeof buffer;
    if (strcmp(path, "/") != 0) {
        unsigned status = strcmp(path, "/ws") == 0 ? HTTP_STATUS_BAD_REQUEST : HTTP_STATUS_NOT_FOUND;
        return lws_return_http_status(wsi, status, NULL) || lws_http_transaction_completed(wsi) ? -1 : 0;
    }
    if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", sizeof text - 1, &at, end) ||
        lws_finalize_write_http_header(wsi, start, &at, end))
        return -1;
    memcpy(start, text, sizeof text - 1);
    if (lws_write(wsi, start, sizeof text - 1, LWS_WRITE_HTTP_FINAL) < 0 || lws_http_transaction_completed(wsi))
        return -1;
    return 0;
}

// Returns 0 to go on with the handshake, or what the callback then says to the library.
static int check_path(struct lws *wsi)
{
    char path[256];
    if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) > 0 && strcmp(path, "/ws") == 0)
        return 0;
    return lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL) ? -1 : 1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t length)
{
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return answer(wsi, in);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return check_path(wsi);
    case LWS_CALLBACK_RECEIVE:
        return echo_receive(user, wsi, in, length, largest_message);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return echo_write(user, wsi);
    case LWS_CALLBACK_CLOSED:
        echo_end(user);
        return 0;
    }
    return lws_callback_http_dummy(wsi, reason, user, in, length);
}

static void usage(const char *program)
{
    fprintf(stderr,
            "usage: %s [--host ADDRESS] [--deflate] [--keepalive] [--max-message BYTES] [--subprotocol NAME]\n"
            "       [--cert FILE --key FILE] PORT\n",
            program);
    exit(1);
}

static int parse_port(const char *text)
{
    char *end;
    errno = 0;
    long port = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || port > 65535) {
        fprintf(stderr, "Fatal error: %s: not a port\n", text);
        exit(1);
    }
    return (int)port;
}

int main(int argc, char **argv)
{
    static const struct lws_extension extensions[] = {
        {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate"},
        {NULL, NULL, NULL},
    };
    static struct lws_protocols protocols[] = {
        {.name = "echo", .callback = callback, .per_session_data_size = sizeof(struct echo), .rx_buffer_size = PIECE},
        {.name = NULL},
    };
    static const struct option options[] = {
        {"host", required_argument, NULL, 'h'},        {"deflate", no_argument, NULL, 'd'},
        {"keepalive", no_argument, NULL, 'k'},         {"max-message", required_argument, NULL, 'm'},
        {"subprotocol", required_argument, NULL, 's'}, {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'y'},         {0},
    };
    struct lws_context_creation_info info = {
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'h':
            info.iface = optarg;
            break;
        case 'd':
            info.extensions = extensions;
            break;
        case 'k':
            info.ka_time = info.ka_interval = KEEPALIVE_S;
            info.ka_probes = 3;
            break;
        case 'm':
            largest_message = strtoul(optarg, NULL, 10);
            break;
        case 's':
            protocols[0].name = optarg;
            break;
        case 'c':
            info.ssl_cert_filepath = optarg;
            info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
            break;
        case 'y':
            info.ssl_private_key_filepath = optarg;
            break;
        default:
            usage(argv[0]);
        }
    }
    if (optind != argc - 1)
        usage(argv[0]);
    info.port = parse_port(argv[optind]);

    lws_set_log_level(0, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = interrupt}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = interrupt}, NULL);
    struct lws_context *context = lws_create_context(&info);
    if (!context) {
        fprintf(stderr, "Fatal error: cannot listen on port %d\n", info.port);
        return 1;
    }
    while (!interrupted && lws_service(context, 0) >= 0)
        continue;
    lws_context_destroy(context);
    return 0;
}
