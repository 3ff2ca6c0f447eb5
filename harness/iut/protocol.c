#include "iut/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { FIRST_FREE_DESCRIPTOR = 3 };

// Nothing that is asked for takes longer, unless the process at the other end is stuck for good.
enum { ANSWER_SECONDS = 30 };

union control {
    char bytes[CMSG_SPACE(MESSAGE_DESCRIPTORS * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
};

int channel_open(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    int on = 1;
    struct timeval limit = {.tv_sec = ANSWER_SECONDS};
    setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return 0;
}

static void control_put(struct msghdr *header, struct cmsghdr **next, int type, const void *data, size_t length)
{
    struct cmsghdr *item = *next;
    item->cmsg_level = SOL_SOCKET;
    item->cmsg_type = type;
    item->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(item), data, length);
    *next = (struct cmsghdr *)(void *)((char *)item + CMSG_SPACE(length));
    header->msg_controllen += CMSG_SPACE(length);
}

static void enclosure_write(const struct enclosure *enclosure, struct msghdr *header)
{
    struct cmsghdr *next = header->msg_control;
    header->msg_controllen = 0;
    if (enclosure->count > 0)
        control_put(header, &next, SCM_RIGHTS, enclosure->descriptors, enclosure->count * sizeof(int));
    if (enclosure->pid > 0) {
        struct ucred credentials = {.pid = enclosure->pid, .uid = geteuid(), .gid = getegid()};
        control_put(header, &next, SCM_CREDENTIALS, &credentials, sizeof credentials);
    }
    if (header->msg_controllen == 0)
        header->msg_control = NULL;
}

static void enclosure_read(struct enclosure *enclosure, struct msghdr *header)
{
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level != SOL_SOCKET)
            continue;
        size_t length = item->cmsg_len - CMSG_LEN(0);
        if (item->cmsg_type == SCM_RIGHTS) {
            enclosure->count = length / sizeof(int);
            memcpy(enclosure->descriptors, CMSG_DATA(item), enclosure->count * sizeof(int));
        } else if (item->cmsg_type == SCM_CREDENTIALS) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
            enclosure->pid = credentials.pid;
        }
    }
}

int message_send(int socket, const void *data, size_t length, const struct enclosure *enclosure)
{
    if (length > MESSAGE_MAX)
        return -E2BIG;
    union control control = {0};
    struct iovec part = {.iov_base = (void *)(size_t)data, .iov_len = length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (enclosure) {
        header.msg_control = &control;
        enclosure_write(enclosure, &header);
    }
    while (sendmsg(socket, &header, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return errno == EMSGSIZE ? -E2BIG : -errno;
    return 0;
}

ssize_t message_receive(int socket, void *data, size_t size, struct enclosure *enclosure)
{
    union control control;
    struct enclosure unexpected;
    if (!enclosure)
        enclosure = &unexpected;
    memset(enclosure, 0, sizeof *enclosure);
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length;
    while ((length = recvmsg(socket, &header, MSG_CMSG_CLOEXEC)) < 0)
        if (errno != EINTR)
            return -errno;
    enclosure_read(enclosure, &header);
    if (header.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) {
        enclosure_close(enclosure);
        return header.msg_flags & MSG_CTRUNC ? -EMFILE : -EMSGSIZE;
    }
    if (enclosure == &unexpected)
        enclosure_close(enclosure);
    return length;
}

void enclosure_close(struct enclosure *enclosure)
{
    for (size_t i = 0; i < enclosure->count; i++)
        close(enclosure->descriptors[i]);
    enclosure->count = 0;
}

int reply_send(int socket, struct reply *reply, struct enclosure *enclosure)
{
    reply->repeat = enclosure && enclosure->count > 0;
    if (reply->repeat) {
        int result = message_send(socket, reply, sizeof *reply, enclosure);
        enclosure_close(enclosure);
        enclosure = NULL;
        reply->repeat = false;
        if (result < 0)
            reply->result = result;
    }
    return message_send(socket, reply, sizeof *reply, enclosure);
}

// Receives one packet of a reply. Returns 0 or a negative errno.
static int reply_packet(int socket, struct reply *reply, struct enclosure *enclosure)
{
    ssize_t length = message_receive(socket, reply, sizeof *reply, enclosure);
    if (length == -EAGAIN) {
        shutdown(socket, SHUT_RDWR); // a late answer must not pass for that to the next request
        return -ETIMEDOUT;
    }
    if (length < 0)
        return length == -ECONNRESET ? -EPIPE : (int)length;
    return length == sizeof *reply ? 0 : -EPIPE;
}

int reply_receive(int socket, struct reply *reply, struct enclosure *enclosure)
{
    memset(reply, 0, sizeof *reply);
    int result = reply_packet(socket, reply, enclosure);
    if (reply->repeat) {
        int again = reply_packet(socket, reply, NULL);
        if (result == 0 && again < 0) {
            result = again;
            if (enclosure)
                enclosure_close(enclosure);
        }
    }
    return result < 0 ? result : reply->result;
}

int descriptors_keep(int socket)
{
    socket = fcntl(socket, F_DUPFD_CLOEXEC, FIRST_FREE_DESCRIPTOR + 1);
    if (socket < 0)
        return -errno;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int standard = 0; null >= 0 && standard < FIRST_FREE_DESCRIPTOR; standard++)
        if (standard != STDERR_FILENO || fcntl(standard, F_GETFD) < 0)
            dup2(null, standard);
    if (dup3(socket, FIRST_FREE_DESCRIPTOR, O_CLOEXEC) < 0)
        return -errno;
    closefrom(FIRST_FREE_DESCRIPTOR + 1);
    return FIRST_FREE_DESCRIPTOR;
}
