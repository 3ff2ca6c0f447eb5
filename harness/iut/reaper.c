#include "iut/reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "iut/descendants.h"

int child_events_open(void)
{
    static const int ignored[] = {
        SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
    };
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    int events = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    return events < 0 ? -errno : events;
}

bool children_reap(reaped_function *reaped, void *context, int *killed)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            return pid == 0;
        if (killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            ++*killed;
        if (reaped)
            reaped(context, pid, status);
    }
}

// What falls to us when its parent dies is killed the next time.
static void children_signal(void)
{
    struct process_list children;
    children_list(getpid(), &children);
    for (size_t i = 0; i < children.count; i++) {
        kill(-children.pids[i], SIGKILL); // its group, if it leads one
        kill(children.pids[i], SIGKILL);
    }
    process_list_free(&children);
}

int children_kill(bool everything, int child_events, int64_t deadline, reaped_function *reaped, void *context)
{
    int killed = 0;
    bool left = children_reap(reaped, context, NULL);
    while (left) {
        if (everything)
            kill(-1, SIGKILL);
        else
            children_signal();
        struct pollfd event = {.fd = child_events, .events = POLLIN};
        poll(&event, 1, clock_poll_ms(deadline));
        struct signalfd_siginfo information;
        while (read(child_events, &information, sizeof information) > 0)
            continue;
        left = children_reap(reaped, context, &killed);
        if (left && clock_now() >= deadline)
            return -ETIMEDOUT;
    }
    return killed;
}
