// Asks the kernel by netlink for one TCP listener. Its table in /proc says the same, but to print it the
// kernel walks hash tables sized for the whole machine, which takes milliseconds.

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "iut/cell.h"

enum { NO_DIAGNOSIS = -2 };

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

static struct question question_make(int family, uint16_t port)
{
    struct question question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = (unsigned char)family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U},
    };
    struct inet_diag_sockid *id = &question.body.id;
    id->idiag_sport = htons(port);
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (family == AF_INET)
        id->idiag_src[0] = htonl(INADDR_LOOPBACK);
    else
        memcpy(id->idiag_src, &in6addr_loopback, sizeof in6addr_loopback);
    return question;
}

// Returns LISTENING, 0, or a negative errno.
static int listener_find(int netlink, int family, uint16_t port)
{
    struct question question = question_make(family, port);
    if (send(netlink, &question, sizeof question, 0) < 0)
        return -errno;
    union {
        struct nlmsghdr header;
        char bytes[4096];
    } answer;
    ssize_t length;
    while ((length = recv(netlink, &answer, sizeof answer, 0)) < 0)
        if (errno != EINTR)
            return -errno;
    return length >= (ssize_t)sizeof answer.header && answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY;
}

// A kernel without the module gives the same answer as one without the listener, so we ask for one of our
// own.
static bool netlink_works(struct cell *cell, int netlink)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket_fetch(cell, AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        return false;
    bool works = bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 1) == 0 &&
                 getsockname(listener, (struct sockaddr *)&address, &length) == 0 &&
                 listener_find(netlink, AF_INET, ntohs(address.sin_port)) == 1;
    close(listener);
    return works;
}

static int netlink_open(struct cell *cell)
{
    int netlink = socket_fetch(cell, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
    if (netlink < 0)
        return NO_DIAGNOSIS;
    if (netlink_works(cell, netlink))
        return netlink;
    close(netlink);
    return NO_DIAGNOSIS;
}

int tcp_diagnose(struct cell *cell, uint16_t port)
{
    if (cell->diagnosis == -1)
        cell->diagnosis = netlink_open(cell);
    if (cell->diagnosis == NO_DIAGNOSIS)
        return -ENOTSUP;
    // The kernel finds a listener on IPv6 that takes IPv4 too by either question.
    int result = listener_find(cell->diagnosis, AF_INET, port);
    if (result != 0)
        return result;
    result = listener_find(cell->diagnosis, AF_INET6, port);
    return result == LISTENING ? LISTENING_ON_IPV6 : result;
}
