#include "lib/unix_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int set_path(struct sockaddr_un *address, const char *path)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0)
        return -ENOENT;
    if (length >= sizeof address->sun_path)
        return -ENAMETOOLONG;
    memcpy(address->sun_path, path, length);
    return 0;
}

/* Returns a connected socket or a negative errno code. */
static int connect_to(const struct sockaddr_un *address, int flags)
{
    int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (connected < 0)
        return -errno;
    while (connect(connected, (const struct sockaddr *)address, sizeof *address) < 0) {
        int code = errno;
        if (code == EINTR)
            continue;
        close(connected);
        return -code;
    }
    return connected;
}

int unix_dial(const char *path, struct failure *failure)
{
    struct sockaddr_un address;
    int result = set_path(&address, path);
    if (result == 0)
        result = connect_to(&address, 0);
    return result < 0 ? failure_set(failure, -result, "connect %.200s", path) : result;
}

/* Whether there is a socket at the path that nobody listens on. */
static bool is_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (lstat(address->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode))
        return false;
    int connected = connect_to(address, SOCK_NONBLOCK);
    if (connected >= 0)
        close(connected);
    return connected == -ECONNREFUSED;
}

int unix_listen(const char *path, struct failure *failure)
{
    struct sockaddr_un address;
    int result = set_path(&address, path);
    if (result < 0)
        return failure_set(failure, -result, "bind %.200s", path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return failure_set(failure, errno, "socket for %.200s", path);
    if (is_stale(&address))
        unlink(path);
    const char *action = "listen on";
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) < 0)
        action = "bind";
    else if (listen(listener, SOMAXCONN) == 0)
        return listener;
    int code = errno;
    close(listener);
    return failure_set(failure, code, "%s %.200s", action, path);
}
