#include "run/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/net_address.h"
#include "wire/channel.h"

static const char content[] = "This is a file, and nobody's socket.\n";

void place_path(enum place place, const char *directory, unsigned number, char *path, size_t size)
{
    static const char filling[] = "a-path-longer-than-the-address-of-a-unix-socket-can-hold-"
                                  "which-whoever-cuts-it-off-binds-somewhere-else-";
    const char *before = place == PLACE_MISSING_DIRECTORY ? "missing/" : place == PLACE_TOO_LONG ? filling : "";
    snprintf(path, size, "%s/%s%u.sock", directory, before, number);
}

static int make_stale_socket(const char *path)
{
    struct net_address address;
    int result = net_local(path, &address);
    int fd = result < 0 ? result : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return result < 0 ? result : -errno;
    result = bind(fd, &address.any, address.length) < 0 || listen(fd, 1) < 0 ? -errno : 0;
    close(fd);
    return result;
}

static int make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int result = write(fd, content, sizeof content - 1) == (ssize_t)(sizeof content - 1) ? 0 : -EIO;
    close(fd);
    return result;
}

int place_make(enum place place, const char *path)
{
    switch (place) {
    case PLACE_STALE_SOCKET:
        return make_stale_socket(path);
    case PLACE_FILE:
        return make_file(path);
    case PLACE_DIRECTORY:
        return mkdir(path, 0700) < 0 ? -errno : 0;
    case PLACE_USUAL:
    case PLACE_NOTHING:
    case PLACE_LIVE_SOCKET:
    case PLACE_MISSING_DIRECTORY:
    case PLACE_TOO_LONG:
        break;
    }
    return 0;
}

static enum place_state look_into(const char *path)
{
    char bytes[sizeof content + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    bool same = length == (ssize_t)sizeof content - 1 && memcmp(bytes, content, sizeof content - 1) == 0;
    return same ? STATE_FILE : STATE_OTHER;
}

enum place_state place_look(const char *path)
{
    struct stat status;
    if (lstat(path, &status) < 0)
        return STATE_ABSENT;
    if (S_ISSOCK(status.st_mode))
        return STATE_SOCKET;
    if (S_ISDIR(status.st_mode))
        return STATE_DIRECTORY;
    return S_ISREG(status.st_mode) ? look_into(path) : STATE_OTHER;
}

void place_clear(const char *path)
{
    char cut[sizeof((struct sockaddr_un *)NULL)->sun_path + 1];
    if (path[0])
        remove(path);
    if (strlen(path) < sizeof cut - 1)
        return;
    // What a program that cut the path off has bound, with a NUL at the end or without.
    memcpy(cut, path, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    remove(cut);
    cut[sizeof cut - 2] = '\0';
    remove(cut);
}
