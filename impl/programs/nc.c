/* nc [-46UklNuv] [-w SECONDS] [HOST] PORT|PATH: standard input and output at one end, a peer that it dials or
 * waits for at the other (contract 9). */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/hostport.h"
#include "lib/net.h"
#include "lib/relay.h"
#include "lib/stop.h"
#include "lib/unix_socket.h"

struct nc {
    bool ipv4, ipv6, keep_listening, listen, half_close, local, udp;
    unsigned verbose;
    int64_t timeout_ms;
    const char *host;  /* NULL: not given */
    const char *place; /* a port or a path */
};

/* For messages: a host and a port, or a path. */
enum { NAME_SIZE = 512 };

static enum net_family family_of(const struct nc *nc)
{
    return nc->ipv4 ? NET_IPV4 : nc->ipv6 ? NET_IPV6 : NET_ANY;
}

static int type_of(const struct nc *nc)
{
    return nc->udp ? SOCK_DGRAM : SOCK_STREAM;
}

/* Moves bytes until the connection is done; by -vv says how many. */
static int relay_with(const struct nc *nc, int peer, const char *name, int stop, struct failure *failure)
{
    struct relay relay = {
        .input = STDIN_FILENO,
        .output = STDOUT_FILENO,
        .peer = peer,
        .stop = stop,
        .name = name,
        .datagrams = nc->udp,
        .any_peer = nc->udp && nc->keep_listening,
        .half_close = nc->half_close,
        .ends_with_peer = nc->listen,
        .idle_ms = nc->timeout_ms,
    };
    int result = relay_run(&relay, failure);
    if (nc->verbose > 1)
        fprintf(stderr, "Sent %ju and received %ju bytes\n", (uintmax_t)relay.sent, (uintmax_t)relay.received);
    return result;
}

static int run_client(const struct nc *nc, struct failure *failure)
{
    char name[NAME_SIZE];
    const char *form = nc->local ? "%s%s" : strchr(nc->host, ':') && nc->host[0] != '[' ? "[%s]:%s" : "%s:%s";
    snprintf(name, sizeof name, form, nc->local ? "" : nc->host, nc->place);
    int peer =
        nc->local ? unix_dial(nc->place, failure) : net_dial(name, family_of(nc), type_of(nc), nc->timeout_ms, failure);
    if (peer < 0)
        return peer;
    if (nc->verbose)
        fprintf(stderr, nc->udp ? "Sending to %s\n" : "Connected to %s\n", name);
    int result = relay_with(nc, peer, name, -1, failure);
    close(peer);
    return result;
}

static int open_listener(const struct nc *nc, struct failure *failure)
{
    if (nc->local)
        return unix_listen(nc->place, failure);
    uint16_t port;
    int result = hostport_parse_port(nc->place, strlen(nc->place), &port);
    if (result < 0)
        return failure_explain(failure, -result, hostport_reason(result), "port %.200s", nc->place);
    return net_listen(nc->host, port, family_of(nc), type_of(nc), failure);
}

/* Waits for the next client and writes its name. Returns its connection; for UDP the listener, connected to
 * the first sender, or by -k to nobody; 0 when a signal came instead; or a negative errno code. */
static int next_client(const struct nc *nc, int listener, int stop, char *name, struct failure *failure)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    struct sockaddr *peer = (struct sockaddr *)&address;
    for (;;) {
        int result = stop_or_readable(stop, listener);
        if (result <= 0)
            return result < 0 ? failure_set(failure, -result, "poll") : 0;
        socklen_t length = sizeof address;
        int client = listener;
        if (!nc->udp)
            client = accept4(listener, peer, &length, SOCK_CLOEXEC);
        else if (recvfrom(listener, NULL, 0, MSG_PEEK | MSG_DONTWAIT, peer, &length) < 0)
            continue;
        else if (!nc->keep_listening && connect(listener, peer, length) < 0)
            return failure_set(failure, errno, "connect");
        if (client < 0)
            continue;
        if (nc->local)
            snprintf(name, NAME_SIZE, "%s", nc->place);
        else
            net_format(peer, name);
        return client;
    }
}

/* Serves one client and refuses others, or by -k one after the other until a signal comes: what goes wrong
 * with one of many is reported and not the end. Closes the listener. Returns what the relay did, or 0. */
static int serve(const struct nc *nc, int listener, int stop, struct failure *failure)
{
    char name[NAME_SIZE];
    int result;
    do {
        result = next_client(nc, listener, stop, name, failure);
        if (result <= 0)
            break;
        int client = result;
        if (client != listener && !nc->keep_listening) {
            close(listener);
            listener = -1;
        }
        if (nc->verbose)
            fprintf(stderr, "Connection from %s\n", name);
        result = relay_with(nc, client, name, stop, failure);
        if (client != listener)
            close(client);
        if (result < 0 && nc->keep_listening)
            failure_report(failure);
    } while (nc->keep_listening && result != RELAY_STOPPED);
    if (listener >= 0)
        close(listener);
    return result;
}

static int run_server(const struct nc *nc, struct failure *failure)
{
    int stop = stop_open(failure);
    if (stop < 0)
        return stop;
    int result = open_listener(nc, failure);
    if (result >= 0) {
        if (nc->verbose)
            fprintf(stderr, "Listening on %s\n", nc->place);
        result = serve(nc, result, stop, failure);
        if (nc->local)
            unlink(nc->place);
    }
    close(stop);
    return result;
}

/* What is wrong with arguments that do not fit together, or NULL. */
static const char *misuse(const struct nc *nc)
{
    if (nc->ipv4 && nc->ipv6)
        return "-4 and -6 exclude each other";
    if (nc->local && (nc->udp || nc->ipv4 || nc->ipv6))
        return "-U goes with none of -4, -6 and -u";
    if (nc->local && nc->host)
        return "-U takes a path and nothing else";
    if (nc->keep_listening && !nc->listen)
        return "-k goes with -l";
    if (!nc->listen && !nc->local && !nc->host)
        return "a host and a port are needed";
    return NULL;
}

int main(int argc, char **argv)
{
    struct nc nc = {.timeout_ms = -1};
    const struct argument arguments[] = {
        {"-4", ARGUMENT_FLAG, &nc.ipv4, "use IPv4 only"},
        {"-6", ARGUMENT_FLAG, &nc.ipv6, "use IPv6 only"},
        {"-l", ARGUMENT_FLAG, &nc.listen, "wait for a connection instead of making one"},
        {"-u", ARGUMENT_FLAG, &nc.udp, "use UDP"},
        {"-U", ARGUMENT_FLAG, &nc.local, "use a Unix socket"},
        {"-v", ARGUMENT_COUNT, &nc.verbose, "say when it connects or listens; twice: count bytes"},
        {"-N", ARGUMENT_FLAG, &nc.half_close, "tell the peer the end of standard input"},
        {"-k", ARGUMENT_FLAG, &nc.keep_listening, "keep listening when a client has ended"},
        {"-w SECONDS", ARGUMENT_DURATION, &nc.timeout_ms, "give up connecting, or an idle connection, after this"},
        {"[HOST]", ARGUMENT_TEXT, &nc.host, "to connect to, or to listen on"},
        {"PORT|PATH", ARGUMENT_TEXT, &nc.place, "the port, or the path of a Unix socket"},
        {0},
    };
    int status = arguments_read(argc, argv, "Connects standard input and output with a peer", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    const char *wrong = misuse(&nc);
    if (wrong)
        return arguments_misuse(argc, argv, arguments, wrong);

    struct failure failure;
    int result = nc.listen ? run_server(&nc, &failure) : run_client(&nc, &failure);
    return failure_status(result, &failure);
}
