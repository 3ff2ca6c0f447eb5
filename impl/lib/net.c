#include "lib/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/hostport.h"

enum { DRAIN_BYTES = 1 << 20 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t net_deadline(int64_t timeout_ms)
{
    int64_t now = now_ms();
    return timeout_ms < 0 || timeout_ms > NET_NEVER - now ? NET_NEVER : now + timeout_ms;
}

/* Waits for `events`, or an end or error, on the socket. */
static int wait_for(int socket, short events, int64_t deadline)
{
    for (;;) {
        int timeout = -1;
        if (deadline != NET_NEVER) {
            int64_t left = deadline - now_ms();
            timeout = left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
        }
        struct pollfd item = {.fd = socket, .events = events};
        int ready = poll(&item, 1, timeout);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready == 0 && now_ms() >= deadline)
            return -ETIMEDOUT;
    }
}

int net_wait_readable(int socket, int64_t deadline)
{
    return wait_for(socket, POLLIN, deadline);
}

int net_wait_writable(int socket, int64_t deadline)
{
    return wait_for(socket, POLLOUT, deadline);
}

static bool is_retry(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

ssize_t net_read(int socket, void *buffer, size_t size, int64_t deadline)
{
    for (;;) {
        int result = wait_for(socket, POLLIN, deadline);
        if (result < 0)
            return result;
        ssize_t count = recv(socket, buffer, size, MSG_DONTWAIT);
        if (count < 0 && errno == ENOTSOCK)
            count = read(socket, buffer, size); /* does not block, since poll said so */
        if (count >= 0)
            return count;
        if (!is_retry(errno))
            return -errno;
    }
}

int net_write(int socket, const void *bytes, size_t size, int64_t deadline)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t count = send(socket, next, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            next += count;
            size -= (size_t)count;
            continue;
        }
        if (!is_retry(errno))
            return -errno;
        int result = wait_for(socket, POLLOUT, deadline);
        if (result < 0)
            return result;
    }
    return 0;
}

int net_read_failure(ssize_t result, const char *peer, struct failure *failure)
{
    if (result < 0)
        return failure_set(failure, (int)-result, "read from %.200s", peer);
    return failure_explain(failure, ECONNRESET, "closed by the peer", "read from %.200s", peer);
}

void net_drain(int socket, int64_t timeout_ms)
{
    char discarded[4096];
    size_t total = 0;
    int64_t deadline = net_deadline(timeout_ms);
    if (shutdown(socket, SHUT_WR) < 0)
        return;
    while (total < DRAIN_BYTES) {
        ssize_t count = net_read(socket, discarded, sizeof discarded, deadline);
        if (count <= 0)
            return;
        total += (size_t)count;
    }
}

int net_family_of(const char *network, const char *kind, enum net_family *family)
{
    static const struct {
        const char *suffix;
        enum net_family family;
    } families[] = {{"", NET_ANY}, {"4", NET_IPV4}, {"6", NET_IPV6}};

    size_t length = strlen(kind);
    if (strncmp(network, kind, length) != 0)
        return -EINVAL;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strcmp(network + length, families[i].suffix) == 0) {
            *family = families[i].family;
            return 0;
        }
    }
    return -EINVAL;
}

static int family_number(enum net_family family)
{
    switch (family) {
    case NET_ANY:
        return AF_UNSPEC;
    case NET_IPV4:
        return AF_INET;
    case NET_IPV6:
        return AF_INET6;
    }
    return AF_UNSPEC;
}

/* getaddrinfo, with an errno code and a reason instead of its own. */
static int look_up(const char *host, uint16_t port, enum net_family family, int type, int flags,
                   struct addrinfo **addresses, const char **reason)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_family = family_number(family), .ai_socktype = type, .ai_flags = flags};
    int result = getaddrinfo(host, service, &hints, addresses);
    if (result == 0)
        return 0;
    int code = result == EAI_SYSTEM ? errno : EADDRNOTAVAIL;
    *reason = result == EAI_SYSTEM ? strerror(code) : gai_strerror(result);
    return -code;
}

int net_resolve(const char *host_port, enum net_family family, int type, struct addrinfo **addresses,
                struct failure *failure)
{
    struct hostport parts;
    int result = hostport_split(host_port, strlen(host_port), &parts);
    if (result < 0)
        return failure_explain(failure, -result, hostport_reason(result), "resolve %.200s", host_port);
    char host[NI_MAXHOST];
    if (parts.host_length >= sizeof host)
        return failure_explain(failure, EADDRNOTAVAIL, "name too long", "resolve %.200s", host_port);
    memcpy(host, parts.host, parts.host_length);
    host[parts.host_length] = '\0';
    const char *reason = "";
    result = look_up(parts.host_length > 0 ? host : NULL, parts.port, family, type, AI_NUMERICSERV, addresses, &reason);
    if (result < 0)
        return failure_explain(failure, -result, reason, "resolve %.200s", host_port);
    return 0;
}

/* Connects a non-blocking socket. */
static int connect_until(int socket, const struct addrinfo *address, int64_t deadline)
{
    if (connect(socket, address->ai_addr, address->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS && errno != EINTR)
        return -errno;
    int result = wait_for(socket, POLLOUT, deadline);
    if (result < 0)
        return result;
    int code = 0;
    socklen_t length = sizeof code;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length) < 0)
        return -errno;
    return -code;
}

static int dial_one(const struct addrinfo *address, int64_t deadline, struct failure *failure)
{
    char text[NET_TEXT_SIZE];
    net_format(address->ai_addr, text);
    int connected = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connected < 0)
        return failure_set(failure, errno, "socket for %s", text);
    int result = connect_until(connected, address, deadline);
    if (result == 0)
        return connected;
    close(connected);
    return failure_set(failure, -result, "connect %s", text);
}

int net_dial(const char *host_port, enum net_family family, int type, int64_t timeout_ms, struct failure *failure)
{
    int64_t deadline = net_deadline(timeout_ms);
    struct addrinfo *addresses;
    int result = -EADDRNOTAVAIL;
    /* Connecting a datagram socket does not find out whether anybody listens, so the first address is the
     * only one: IPv4 where there is one, as in Go. */
    if (type == SOCK_DGRAM && family == NET_ANY)
        result = net_resolve(host_port, NET_IPV4, type, &addresses, failure);
    if (result < 0)
        result = net_resolve(host_port, family, type, &addresses, failure);
    if (result < 0)
        return result;
    for (struct addrinfo *address = addresses; address; address = address->ai_next) {
        result = dial_one(address, deadline, failure);
        if (result >= 0)
            break;
    }
    freeaddrinfo(addresses);
    return result;
}

static int set_option(int socket, int level, int option, int value)
{
    return setsockopt(socket, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* Opens, binds and, for a stream, listens. `dual` lets an IPv6 socket take IPv4 as well. */
static int listen_on(const struct addrinfo *address, bool dual, struct failure *failure)
{
    char text[NET_TEXT_SIZE];
    net_format(address->ai_addr, text);
    bool stream = address->ai_socktype == SOCK_STREAM;
    int type = address->ai_socktype | SOCK_CLOEXEC | (stream ? SOCK_NONBLOCK : 0);
    int listener = socket(address->ai_family, type, 0);
    if (listener < 0)
        return failure_set(failure, errno, "socket for %s", text);
    set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address->ai_family == AF_INET6)
        set_option(listener, IPPROTO_IPV6, IPV6_V6ONLY, !dual);
    const char *action = "listen on";
    if (bind(listener, address->ai_addr, address->ai_addrlen) < 0)
        action = "bind";
    else if (!stream || listen(listener, SOMAXCONN) == 0)
        return listener;
    int code = errno;
    close(listener);
    return failure_set(failure, code, "%s %s", action, text);
}

int net_listen(const char *host, uint16_t port, enum net_family family, int type, struct failure *failure)
{
    bool dual = !host && family == NET_ANY;
    struct addrinfo *addresses;
    const char *reason = "";
    int result = look_up(host, port, dual ? NET_IPV6 : family, type, AI_PASSIVE | AI_NUMERICSERV, &addresses, &reason);
    if (result < 0)
        return failure_explain(failure, -result, reason, "resolve %.200s", host ? host : "every interface");
    for (struct addrinfo *address = addresses; address; address = address->ai_next) {
        result = listen_on(address, dual, failure);
        if (result >= 0)
            break;
    }
    freeaddrinfo(addresses);
    if (dual && (result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL))
        return net_listen(NULL, port, NET_IPV4, type, failure);
    return result;
}

int net_set_keepalive(int socket)
{
    return set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
}

int net_set_nodelay(int socket)
{
    return set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
}

int net_set_send_buffer(int socket, int bytes)
{
    return set_option(socket, SOL_SOCKET, SO_SNDBUF, bytes);
}

static void format_ipv6(const struct sockaddr_in6 *ipv6, char *text)
{
    struct address address = {.ipv6 = true};
    memcpy(address.bytes, &ipv6->sin6_addr, 16);
    char host[ADDRESS_TEXT_SIZE];
    char zone[16] = "";
    address_format(&address, host);
    if (ipv6->sin6_scope_id != 0)
        snprintf(zone, sizeof zone, "%%%u", ipv6->sin6_scope_id);
    snprintf(text, NET_TEXT_SIZE, "[%s%s]:%u", host, zone, ntohs(ipv6->sin6_port));
}

static void format_ipv4(const struct sockaddr_in *ipv4, char *text)
{
    struct address address = {.ipv6 = false};
    memcpy(address.bytes, &ipv4->sin_addr, 4);
    char host[ADDRESS_TEXT_SIZE];
    address_format(&address, host);
    snprintf(text, NET_TEXT_SIZE, "%s:%u", host, ntohs(ipv4->sin_port));
}

void net_format(const struct sockaddr *address, char *text)
{
    if (address->sa_family == AF_INET6)
        format_ipv6((const struct sockaddr_in6 *)(const void *)address, text);
    else if (address->sa_family == AF_INET)
        format_ipv4((const struct sockaddr_in *)(const void *)address, text);
    else
        snprintf(text, NET_TEXT_SIZE, "?");
}
