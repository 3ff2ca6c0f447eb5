#include "wire/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "base/clock.h"
#include "wire/raw.h"
#include "wire/tls.h"

#define READ_SIZE 65536
#define DATAGRAM_SIZE 65536
#define MOST_SETTLING_MS 1000

static int wait_plainly(void *context, int fd, short events, int64_t deadline)
{
    (void)context;
    for (;;) {
        struct pollfd item = {.fd = fd, .events = events};
        int ready = poll(&item, 1, clock_poll_ms(deadline));
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready == 0 && clock_now() >= deadline)
            return -ETIMEDOUT;
    }
}

const struct waiter plain_waiter = {wait_plainly, NULL};

int socket_make(const struct socket_source *source, int domain, int type)
{
    bool own = !source || !source->make;
    int fd = own ? socket(domain, type | SOCK_CLOEXEC, 0) : source->make(source->context, domain, type);
    if (fd < 0)
        return own ? -errno : fd;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static int finish_connecting(struct channel *channel, int64_t deadline)
{
    int result = channel->waiter->wait(channel->waiter->context, channel->fd, POLLOUT, deadline);
    if (result < 0)
        return result;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(channel->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}

static void set_no_delay(int fd)
{
    // Fails on Unix sockets, where there is no delay to turn off.
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

// A Unix socket whose listener has a full queue is not told when there is room again: ask now and then.
static int connect_local(struct channel *channel, const struct net_address *address, int64_t deadline)
{
    while (connect(channel->fd, &address->any, address->length) < 0) {
        if (errno != EAGAIN)
            return -errno;
        int64_t now = clock_now();
        int64_t again = now + 5 * NANOSECONDS_PER_MS;
        if (now >= deadline)
            return -ETIMEDOUT;
        int result = channel->waiter->wait(channel->waiter->context, -1, 0, again < deadline ? again : deadline);
        if (result < 0 && result != -ETIMEDOUT)
            return result;
    }
    return 0;
}

static int connect_stream(struct channel *channel, const struct net_address *address, int64_t deadline)
{
    if (address->any.sa_family == AF_UNIX)
        return connect_local(channel, address, deadline);
    set_no_delay(channel->fd);
    if (channel->receive_buffer) // before the window is announced
        setsockopt(channel->fd, SOL_SOCKET, SO_RCVBUF, &channel->receive_buffer, sizeof channel->receive_buffer);
    if (connect(channel->fd, &address->any, address->length) == 0)
        return 0;
    return errno == EINPROGRESS ? finish_connecting(channel, deadline) : -errno;
}

int channel_connect(struct channel *channel, const struct socket_source *source, int type,
                    const struct net_address *address, int64_t deadline)
{
    int fd = socket_make(source, address->any.sa_family, type);
    if (fd < 0)
        return fd;
    channel->fd = fd;
    channel->datagrams = type == SOCK_DGRAM;
    channel->peer = *address;
    if (channel->datagrams) {
        // Bound, not connected: a reply from a wrong address is to be seen, not filtered by the kernel.
        struct net_address local = net_loopback(address->any.sa_family, 0);
        return bind(fd, &local.any, local.length) < 0 ? -errno : 0;
    }
    int result = connect_stream(channel, address, deadline);
    if (result < 0) {
        close(fd);
        channel->fd = -1;
    } else {
        transcript_note(channel->transcript, channel->name, "connected");
    }
    return result;
}

void channel_adopt(struct channel *channel, int fd)
{
    channel->fd = fd;
    set_no_delay(fd);
    transcript_note(channel->transcript, channel->name, "accepted");
}

ssize_t raw_write_some(struct channel *channel, const unsigned char *bytes, size_t length)
{
    ssize_t written = channel->datagrams
                          ? sendto(channel->fd, bytes, length, MSG_NOSIGNAL, &channel->peer.any, channel->peer.length)
                          : send(channel->fd, bytes, length, MSG_NOSIGNAL);
    if (written >= 0)
        return written;
    return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

int raw_write(struct channel *channel, const unsigned char *bytes, size_t length, int64_t deadline)
{
    size_t done = 0;
    do {
        ssize_t written = raw_write_some(channel, bytes + done, length - done);
        if (written < 0)
            return (int)written;
        done += (size_t)written;
        if (written > 0 || length == 0)
            continue;
        short events = channel->end == CHANNEL_OPEN && !channel->datagrams ? POLLOUT | POLLIN : POLLOUT;
        int result = channel->waiter->wait(channel->waiter->context, channel->fd, events, deadline);
        if (result < 0)
            return result;
        if (events & POLLIN)
            channel_poll(channel);
        if (clock_now() >= deadline)
            return -ETIMEDOUT;
    } while (done < length);
    return 0;
}

int channel_send(struct channel *channel, const void *bytes, size_t length, int64_t deadline)
{
    const unsigned char *start = length ? bytes : (const unsigned char *)"";
    if (channel->fd < 0)
        return -EBADF;
    transcript_bytes(channel->transcript, channel->name, DIRECTION_OUT, bytes, length);
    return channel->tls ? tls_send(channel, start, length, deadline) : raw_write(channel, start, length, deadline);
}

int channel_flood(struct channel *channel, const void *bytes, size_t length, int64_t deadline)
{
    size_t done = 0;
    int result = 0;
    while (result == 0 && clock_now() < deadline) {
        const unsigned char *next = (const unsigned char *)bytes + done % length;
        size_t left = length - done % length;
        ssize_t written = channel->tls ? tls_write_some(channel, next, left) : raw_write_some(channel, next, left);
        if (written < 0)
            result = (int)written;
        else if (written == 0)
            result = channel->waiter->wait(channel->waiter->context, channel->fd, POLLOUT, deadline);
        else
            done += (size_t)written;
    }
    transcript_note(channel->transcript, channel->name, "%zu bytes sent, nothing read", done);
    if (result == -EPIPE || result == -ECONNRESET)
        return 0;
    return result < 0 ? result : -ETIMEDOUT;
}

void channel_settle(struct channel *channel)
{
    int64_t start = clock_now();
    if (channel->settling > MOST_SETTLING_MS * NANOSECONDS_PER_MS)
        return;
#ifdef SIOCOUTQ
    for (int i = 0; i < 100; i++) {
        int queued = 0;
        if (channel->fd < 0 || ioctl(channel->fd, SIOCOUTQ, &queued) < 0 || queued == 0)
            break;
        sched_yield();
    }
#endif
    sched_yield();
    channel->settling += clock_now() - start;
}

static bool same_address(const struct net_address *a, const struct net_address *b)
{
    return a->length == b->length && memcmp(&a->any, &b->any, a->length) == 0;
}

static int receive_datagram(struct channel *channel)
{
    struct net_address from = {.length = sizeof from - offsetof(struct net_address, any)};
    buffer_consume(&channel->in, channel->in.length);
    unsigned char *room = buffer_extend(&channel->in, DATAGRAM_SIZE);
    ssize_t length = recvfrom(channel->fd, room, DATAGRAM_SIZE, 0, &from.any, &from.length);
    int error = errno;
    buffer_shorten(&channel->in, length > 0 ? (size_t)length : 0);
    if (length < 0)
        return error == EAGAIN || error == EINTR ? -ETIMEDOUT : -error;
    transcript_bytes(channel->transcript, channel->name, DIRECTION_IN, room, (size_t)length);
    channel->has_datagram = true;
    channel->received += (size_t)length;
    if (channel->any_peer)
        channel->peer = from;
    if (same_address(&from, &channel->peer))
        return 1;
    struct buffer text = {0};
    net_address_text(&from, &text);
    transcript_note(channel->transcript, channel->name, "that came from %s", buffer_string(&text));
    buffer_free(&text);
    return -EXDEV;
}

ssize_t raw_read(struct channel *channel, unsigned char *bytes, size_t size)
{
    ssize_t length = recv(channel->fd, bytes, size, 0);
    if (length > 0)
        return length;
    if (length == 0) {
        channel->end = CHANNEL_FIN;
        transcript_note(channel->transcript, channel->name, "FIN from the peer");
        return 0;
    }
    if (errno == EAGAIN || errno == EINTR)
        return -ETIMEDOUT;
    if (errno != ECONNRESET && errno != EPIPE)
        return -errno;
    channel->end = CHANNEL_RST;
    transcript_note(channel->transcript, channel->name, "RST from the peer");
    return 0;
}

static int receive_bytes(struct channel *channel)
{
    unsigned char *room = buffer_extend(&channel->in, READ_SIZE);
    ssize_t length = raw_read(channel, room, READ_SIZE);
    buffer_shorten(&channel->in, channel->in.length - READ_SIZE + (length > 0 ? (size_t)length : 0));
    if (length <= 0)
        return (int)length;
    transcript_bytes(channel->transcript, channel->name, DIRECTION_IN, room, (size_t)length);
    channel->received += (size_t)length;
    return 1;
}

int channel_poll(struct channel *channel)
{
    if (channel->fd < 0)
        return -EBADF;
    if (channel->datagrams)
        return channel->has_datagram ? 1 : receive_datagram(channel);
    if (channel->end != CHANNEL_OPEN)
        return 0;
    return channel->tls ? tls_poll(channel) : receive_bytes(channel);
}

int channel_receive(struct channel *channel, int64_t deadline)
{
    for (;;) {
        int result = channel_poll(channel);
        if (result != -ETIMEDOUT)
            return result;
        int64_t until = channel->tls ? tls_wait_until(channel, deadline) : deadline;
        result = channel->waiter->wait(channel->waiter->context, channel->fd, POLLIN, until);
        if (result == -ETIMEDOUT && until < deadline)
            tls_answer(channel);
        else if (result < 0)
            return result;
    }
}

void channel_consume(struct channel *channel, size_t length)
{
    buffer_consume(&channel->in, length);
    if (channel->datagrams)
        channel->has_datagram = false;
}

int channel_cut(struct channel *channel)
{
    transcript_note(channel->transcript, channel->name, "FIN sent");
    channel->wrote_end = true;
    return shutdown(channel->fd, SHUT_WR) < 0 && errno != ENOTCONN ? -errno : 0;
}

int channel_shutdown(struct channel *channel)
{
    if (channel->tls)
        tls_shutdown(channel); // a peer that does not take it gets the FIN all the same
    return channel_cut(channel);
}

static void end(struct channel *channel, const char *how, bool politely)
{
    if (channel->tls)
        tls_end(channel, politely);
    transcript_note(channel->transcript, channel->name, "%s", how);
    close(channel->fd);
    channel->fd = -1;
}

void channel_reset(struct channel *channel)
{
    if (channel->fd < 0)
        return;
    setsockopt(channel->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1, .l_linger = 0},
               sizeof(struct linger));
    end(channel, "RST sent", false);
}

void channel_close(struct channel *channel)
{
    if (channel->fd >= 0)
        end(channel, "closed", true);
}

void channel_free(struct channel *channel)
{
    channel_close(channel);
    buffer_free(&channel->in);
}
