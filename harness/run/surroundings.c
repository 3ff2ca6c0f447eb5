#include "run/surroundings.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/place.h"

// A dial to a full accept queue is not answered. The kernel takes one connection more than the backlog says, and
// completes others while it has not noticed; none that comes after a dial that hung is answered.
#define MOST_FILLERS 8
#define FILLER_MS 50

static void keep(struct surroundings *surroundings, int fd)
{
    surroundings->descriptors[surroundings->count++] = fd;
}

static int listen_somewhere(struct surroundings *surroundings, const struct script_context *context, int type,
                            const struct net_address *address, int backlog, struct net_address *bound)
{
    int fd = listener_open(&context->sockets, type, address, backlog, bound);
    if (fd >= 0)
        keep(surroundings, fd);
    return fd;
}

static int listen_at_path(struct surroundings *surroundings, struct script_context *context)
{
    struct net_address address;
    struct net_address bound;
    int result = net_local(surroundings->endpoint.path, &address);
    if (result == 0)
        result = listen_somewhere(surroundings, context, SOCK_STREAM, &address, 64, &bound);
    if (result < 0)
        return result;
    context->listener = result;
    return 0;
}

static int make_client_endpoint(struct surroundings *surroundings, struct script_context *context)
{
    if (context->test->transport == TRANSPORT_UNIX)
        return listen_at_path(surroundings, context);
    bool datagrams = context->test->transport == TRANSPORT_UDP;
    struct net_address address = net_loopback(context->test->listen_ipv6 ? AF_INET6 : AF_INET, 0);
    struct net_address bound;
    int fd = listener_open(&context->sockets, datagrams ? SOCK_DGRAM : SOCK_STREAM, &address, 64, &bound);
    if (fd < 0)
        return fd;
    surroundings->endpoint.host = context->test->listen_ipv6 ? "::1" : "127.0.0.1";
    surroundings->endpoint.port = net_port(&bound);
    if (datagrams) {
        struct connection *connection = connection_make(context, "main");
        connection->channel.fd = fd;
        connection->channel.datagrams = true;
        connection->channel.any_peer = true;
        return 0;
    }
    context->listener = fd;
    keep(surroundings, fd);
    return 0;
}

static int make_used_port(struct surroundings *surroundings, struct script_context *context)
{
    int type = context->test->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
    struct net_address any = {.length = sizeof any.v4, .v4 = {.sin_family = AF_INET}};
    struct net_address bound;
    int fd = listen_somewhere(surroundings, context, type, &any, 8, &bound);
    surroundings->endpoint.used_port = net_port(&bound);
    return fd < 0 ? fd : 0;
}

static int make_full_port(struct surroundings *surroundings, struct script_context *context)
{
    struct net_address address = net_loopback(AF_INET, 0);
    struct net_address bound;
    int fd = listen_somewhere(surroundings, context, SOCK_STREAM, &address, 0, &bound);
    if (fd < 0)
        return fd;
    surroundings->endpoint.full_port = net_port(&bound);
    for (int i = 0; i < MOST_FILLERS; i++) {
        int filler = socket_make(&context->sockets, AF_INET, SOCK_STREAM);
        if (filler < 0)
            return filler;
        keep(surroundings, filler);
        if (connect(filler, &bound.any, bound.length) == 0 || errno != EINPROGRESS)
            continue;
        int64_t deadline = clock_now() + FILLER_MS * NANOSECONDS_PER_MS;
        if (plain_waiter.wait(NULL, filler, POLLOUT, deadline) == -ETIMEDOUT)
            return 0;
    }
    return -EAGAIN;
}

static int make_refused_port(struct surroundings *surroundings, struct script_context *context)
{
    int type = context->test->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
    int port = cell_free_port(context->sockets.context, type);
    surroundings->endpoint.refused_port = port;
    return port < 0 ? port : 0;
}

char *surroundings_make(struct surroundings *surroundings, struct script_context *context, const char *path)
{
    const struct {
        const char *name;
        int (*make)(struct surroundings *surroundings, struct script_context *context);
    } ports[] = {{"used-port", make_used_port}, {"full-port", make_full_port}, {"refused-port", make_refused_port}};
    *surroundings = (struct surroundings){.endpoint = {.host = "127.0.0.1", .path = path}};
    enum place place = context->test->place;
    bool secure = context->test->certificate != CERTIFICATE_NONE;
    if (secure && !context->credentials)
        return duplicate("cannot prepare what the case finds: no certificates could be made below /tmp");
    if (secure)
        surroundings->endpoint.files = credentials_files(context->credentials, context->test->certificate);
    int result = place_make(place, path);
    if (result == 0 && place == PLACE_LIVE_SOCKET)
        result = listen_at_path(surroundings, context);
    else if (result == 0 && place == PLACE_USUAL && context->test->role == ROLE_CLIENT)
        result = make_client_endpoint(surroundings, context);
    for (size_t i = 0; i < sizeof ports / sizeof *ports && result == 0; i++)
        if (arguments_mention(context->test, ports[i].name))
            result = ports[i].make(surroundings, context);
    return result < 0 ? format_text("cannot prepare what the case finds: %s", strerror(-result)) : NULL;
}

void surroundings_end(struct surroundings *surroundings)
{
    for (size_t i = 0; i < surroundings->count; i++)
        close(surroundings->descriptors[i]);
    surroundings->count = 0;
}
