#include "lib/stop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

int stop_open(struct failure *failure)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    int code = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (code != 0)
        return failure_set(failure, code, "block signals");
    signal(SIGPIPE, SIG_IGN);
    int stop = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return stop < 0 ? failure_set(failure, errno, "open a signalfd") : stop;
}

int stop_or_readable(int stop, int socket)
{
    struct pollfd items[] = {{.fd = stop, .events = POLLIN}, {.fd = socket, .events = POLLIN}};
    while (poll(items, 2, -1) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    return items[0].revents ? 0 : 1;
}
