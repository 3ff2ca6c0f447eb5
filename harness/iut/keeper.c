#include "iut/keeper.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "iut/launcher.h"
#include "iut/namespaces.h"
#include "iut/protocol.h"
#include "iut/reaper.h"

enum { CLEAR_MS = 10000 };

static void launcher_make(int control, unsigned isolation)
{
    struct reply reply = {.step = SETUP_CLONE}, outcome = {0};
    struct enclosure enclosure = {0};
    int ends[2];
    reply.result = channel_open(ends);
    if (reply.result == 0) {
        reply.pid = isolation_fork(isolation, &outcome);
        if (reply.pid == 0)
            launcher_run(ends[1], isolation, &outcome);
        close(ends[1]);
        enclosure.descriptors[enclosure.count++] = ends[0];
        if (reply.pid < 0) {
            reply.result = reply.pid;
            enclosure_close(&enclosure);
        }
    }
    reply_send(control, &reply, &enclosure);
    // A PID namespace ends with its launcher, and that with us. Without one we must outlive the harness to
    // clear up.
    die_with_parent(isolation & ISOLATE_PROCESSES);
}

// Returns false when the harness is gone.
static bool request_serve(int control)
{
    struct request request;
    if (message_receive(control, &request, sizeof request, NULL) != sizeof request)
        return false;
    launcher_make(control, request.isolation);
    return true;
}

_Noreturn void keeper_run(int socket)
{
    setsid();
    adopt_orphans();
    int control = descriptors_keep(socket);
    int child_events = child_events_open();
    struct pollfd events[] = {{.fd = control, .events = POLLIN}, {.fd = child_events, .events = POLLIN}};
    for (bool serving = control >= 0 && child_events >= 0; serving;) {
        if (poll(events, 2, -1) < 0)
            continue;
        if (events[1].revents) {
            struct signalfd_siginfo information;
            while (read(child_events, &information, sizeof information) > 0)
                continue;
            children_reap(NULL, NULL, NULL);
        }
        if (events[0].revents)
            serving = request_serve(control);
    }
    children_kill(false, child_events, clock_now() + CLEAR_MS * NANOSECONDS_PER_MS, NULL, NULL);
    _exit(0);
}
