#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "wire/channel.h"

int listener_open(const struct socket_source *source, int type, const struct net_address *address, int backlog,
                  struct net_address *bound)
{
    int fd = socket_make(source, address->any.sa_family, type);
    if (fd < 0)
        return fd;
    bound->length = sizeof *bound - offsetof(struct net_address, any);
    if (bind(fd, &address->any, address->length) < 0 || (type == SOCK_STREAM && listen(fd, backlog) < 0) ||
        getsockname(fd, &bound->any, &bound->length) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int listener_accept(int listener, const struct waiter *waiter, int64_t deadline, struct net_address *peer)
{
    for (;;) {
        peer->length = sizeof *peer - offsetof(struct net_address, any);
        int fd = accept4(listener, &peer->any, &peer->length, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            return fd;
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            return -errno;
        int result = waiter->wait(waiter->context, listener, POLLIN, deadline);
        if (result < 0)
            return result;
    }
}
