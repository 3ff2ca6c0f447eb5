#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "iut/cell.h"

// Below the ports that the kernel gives to clients by default, so that no connection takes one between our
// look and the server's bind. Each call goes on where the last one in the process stopped.
enum { PORT_FIRST = 20000, PORT_COUNT = 12000 };

static unsigned port_next(void)
{
    static atomic_uint calls;
    unsigned start = (unsigned)getpid() * 251; // where harnesses that run side by side seldom meet
    return PORT_FIRST + (start + atomic_fetch_add(&calls, 1)) % PORT_COUNT;
}

// Binds to every local address, IPv6 and IPv4, since a server may want any of them.
static int wildcard_bind(int handle, int domain, unsigned port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int result = domain == AF_INET6 ? bind(handle, (const struct sockaddr *)&v6, sizeof v6)
                                    : bind(handle, (const struct sockaddr *)&v4, sizeof v4);
    return result < 0 ? -errno : 0;
}

// One socket may be bound only once, so that every try that succeeds needs a new one, but none that fails.
static int port_find(int handle, int domain)
{
    int off = 0;
    if (domain == AF_INET6 && setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) < 0)
        return -errno;
    for (int tries = 0; tries < PORT_COUNT; tries++) {
        unsigned port = port_next();
        int result = wildcard_bind(handle, domain, port);
        if (result == 0)
            return (int)port;
        if (result != -EADDRINUSE && result != -EACCES)
            return result;
    }
    return -EADDRINUSE;
}

int cell_free_port(struct cell *cell, int type)
{
    static const int domains[] = {AF_INET6, AF_INET}; // where there is no IPv6
    int result = -EAFNOSUPPORT;
    for (size_t i = 0; i < sizeof domains / sizeof *domains && result < 0; i++) {
        int handle = cell_socket(cell, domains[i], type);
        result = handle;
        if (handle < 0)
            continue;
        result = port_find(handle, domains[i]);
        close(handle);
    }
    return result;
}
