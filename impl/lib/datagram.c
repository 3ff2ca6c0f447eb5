#include "lib/datagram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/failure.h"
#include "lib/net.h"
#include "lib/stop.h"

enum { DATAGRAM_SIZE = 65536 };

/* Control data for one in_pktinfo, aligned as the kernel writes it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

int datagram_prepare(int socket)
{
    int on = 1;
    return setsockopt(socket, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0 ? -errno : 0;
}

ssize_t datagram_receive(int socket, void *buffer, size_t size, struct datagram_path *path)
{
    union control control;
    struct iovec bytes = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {
        .msg_name = &path->peer,
        .msg_namelen = sizeof path->peer,
        .msg_iov = &bytes,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    memset(path, 0, sizeof *path);
    ssize_t length = recvmsg(socket, &message, MSG_DONTWAIT);
    if (length < 0)
        return -errno;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO)
            memcpy(&path->local, CMSG_DATA(item), sizeof path->local);
    }
    return length;
}

int datagram_answer(int socket, const void *bytes, size_t size, const struct datagram_path *path)
{
    union control control = {.bytes = {0}};
    struct sockaddr_in peer = path->peer;
    struct iovec content = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    struct msghdr message = {
        .msg_name = &peer,
        .msg_namelen = sizeof peer,
        .msg_iov = &content,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    /* The interface is left to routing; only the source address is asked for. A broadcast address cannot be
     * one: the kernel has put its own address of that interface into ipi_spec_dst. */
    struct in_pktinfo source = {.ipi_spec_dst = path->local.ipi_spec_dst};
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    item->cmsg_level = IPPROTO_IP;
    item->cmsg_type = IP_PKTINFO;
    item->cmsg_len = CMSG_LEN(sizeof source);
    memcpy(CMSG_DATA(item), &source, sizeof source);
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* Receives until a signal or the handler's end. */
static int serve(int socket, int stop, datagram_handler *handler, struct failure *failure)
{
    char bytes[DATAGRAM_SIZE];
    int result;
    while ((result = stop_or_readable(stop, socket)) > 0) {
        struct datagram_path path;
        ssize_t length = datagram_receive(socket, bytes, sizeof bytes, &path);
        if (length >= 0 && !handler(socket, bytes, (size_t)length, &path))
            return 0;
    }
    return result < 0 ? failure_set(failure, -result, "poll") : 0;
}

int datagram_main(const char *host, uint16_t port, datagram_handler *handler)
{
    struct failure failure;
    int stop = stop_open(&failure);
    if (stop < 0)
        return failure_report(&failure);
    int socket = net_listen(host, port, NET_IPV4, SOCK_DGRAM, &failure);
    if (socket < 0) {
        close(stop);
        return failure_report(&failure);
    }
    datagram_prepare(socket);
    int result = serve(socket, stop, handler, &failure);
    close(socket);
    close(stop);
    return result < 0 ? failure_report(&failure) : EXIT_SUCCESS;
}
