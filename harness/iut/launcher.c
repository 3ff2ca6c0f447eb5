#include "iut/launcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "iut/namespaces.h"
#include "iut/reaper.h"
#include "iut/spawn.h"

enum { DESCRIPTOR_LIMIT = 4096, CLEAR_MS = 10000 };

struct program {
    int number; // its name in requests; a PID could be another process's by now
    pid_t pid;
    int exited; // write end of the pipe that takes its wait status
};

struct launcher {
    int socket;
    int child_events;
    bool isolated; // from other processes
    int last_number;
    struct program *programs; // those not yet reaped
    size_t count;
};

static void program_reaped(void *context, pid_t pid, int status)
{
    struct launcher *launcher = context;
    for (size_t i = 0; i < launcher->count; i++) {
        struct program *program = &launcher->programs[i];
        if (program->pid != pid)
            continue;
        if (write(program->exited, &status, sizeof status) < 0) {
            // The harness has no more interest in it.
        }
        close(program->exited);
        *program = launcher->programs[--launcher->count];
        return;
    }
}

static void request_bind(struct launcher *launcher, const struct request *request, size_t length)
{
    (void)length;
    struct reply reply = {.result = cpu_bind(request->cpu)};
    reply_send(launcher->socket, &reply, NULL);
}

// As many sockets as asked for, or fewer when some cannot be had but one can.
static void request_socket(struct launcher *launcher, const struct request *request, size_t length)
{
    (void)length;
    struct reply reply = {0};
    struct enclosure enclosure = {0};
    for (int i = 0; i < request->count && i < MESSAGE_DESCRIPTORS; i++) {
        int handle = socket(request->domain, request->type | SOCK_CLOEXEC, request->protocol);
        if (handle < 0) {
            reply.result = i == 0 ? -errno : 0;
            break;
        }
        enclosure.descriptors[enclosure.count++] = handle;
    }
    reply_send(launcher->socket, &reply, &enclosure);
}

static void program_add(struct launcher *launcher, pid_t pid, struct program_pipes *pipes)
{
    launcher->programs = grow(launcher->programs, launcher->count, sizeof *launcher->programs);
    launcher->programs[launcher->count++] =
        (struct program){.number = ++launcher->last_number, .pid = pid, .exited = pipes->program[PIPE_EXITED]};
    pipes->program[PIPE_EXITED] = -1;
}

static void request_start(struct launcher *launcher, const struct request *request, size_t length)
{
    struct reply reply = {0};
    struct enclosure enclosure = {0};
    struct program_pipes pipes;
    reply.result = pipes_open(&pipes);
    if (reply.result == 0) {
        pid_t pid = program_spawn(request, length, &pipes);
        if (pid < 0) {
            reply.result = pid;
            pipes_close_harness(&pipes);
        } else {
            program_add(launcher, pid, &pipes);
            reply.pid = pid;
            reply.program = launcher->last_number;
            enclosure.pid = launcher->isolated ? pid : 0;
            enclosure.count = PIPE_COUNT;
            memcpy(enclosure.descriptors, pipes.harness, sizeof pipes.harness);
        }
        pipes_close_program(&pipes);
    }
    reply_send(launcher->socket, &reply, &enclosure);
}

// Sends a signal. SIGSTOP takes its time, on another CPU above all: the answer comes when every thread stands still.
static int program_signal(pid_t pid, int signal)
{
    if (kill(pid, signal) < 0)
        return -errno;
    siginfo_t stopped;
    while (signal == SIGSTOP && waitid(P_PID, (id_t)pid, &stopped, WSTOPPED | WEXITED | WNOWAIT) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

static void request_signal(struct launcher *launcher, const struct request *request, size_t length)
{
    (void)length;
    struct reply reply = {.result = -ESRCH};
    children_reap(program_reaped, launcher, NULL);
    for (size_t i = 0; i < launcher->count; i++)
        if (launcher->programs[i].number == request->program)
            reply.result = program_signal(launcher->programs[i].pid, request->signal);
    reply_send(launcher->socket, &reply, NULL);
}

static int everything_kill(struct launcher *launcher)
{
    int64_t deadline = clock_now() + CLEAR_MS * NANOSECONDS_PER_MS;
    return children_kill(launcher->isolated, launcher->child_events, deadline, program_reaped, launcher);
}

static void request_clear(struct launcher *launcher, const struct request *request, size_t length)
{
    (void)request;
    (void)length;
    struct reply reply = {.result = everything_kill(launcher)};
    reply_send(launcher->socket, &reply, NULL);
}

typedef void request_function(struct launcher *launcher, const struct request *request, size_t length);

static request_function *const requests[] = {
    [REQUEST_BIND] = request_bind,     [REQUEST_SOCKET] = request_socket, [REQUEST_START] = request_start,
    [REQUEST_SIGNAL] = request_signal, [REQUEST_CLEAR] = request_clear,
};

// Returns false when the harness is gone.
static bool request_serve(struct launcher *launcher)
{
    static union {
        struct request request;
        char bytes[MESSAGE_MAX];
    } packet;
    ssize_t length = message_receive(launcher->socket, &packet, sizeof packet, NULL);
    if (length < (ssize_t)sizeof packet.request)
        return false;
    size_t kind = (size_t)packet.request.kind;
    if (kind >= sizeof requests / sizeof *requests || !requests[kind])
        return false;
    requests[kind](launcher, &packet.request, (size_t)length);
    return true;
}

static void limits_set(void)
{
    struct rlimit core = {0, 0}, descriptors;
    setrlimit(RLIMIT_CORE, &core);
    if (getrlimit(RLIMIT_NOFILE, &descriptors) < 0)
        return;
    if (descriptors.rlim_max > DESCRIPTOR_LIMIT)
        descriptors.rlim_max = DESCRIPTOR_LIMIT;
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
}

static void launcher_loop(struct launcher *launcher)
{
    struct pollfd events[] = {
        {.fd = launcher->socket, .events = POLLIN},
        {.fd = launcher->child_events, .events = POLLIN},
    };
    for (;;) {
        if (poll(events, 2, -1) < 0)
            continue;
        if (events[1].revents) {
            struct signalfd_siginfo information;
            while (read(launcher->child_events, &information, sizeof information) > 0)
                continue;
            children_reap(program_reaped, launcher, NULL);
        }
        if (events[0].revents && !request_serve(launcher))
            return;
    }
}

_Noreturn void launcher_run(int socket, unsigned isolation, const struct reply *outcome)
{
    struct launcher launcher = {.isolated = isolation & ISOLATE_PROCESSES};
    struct reply ready = *outcome;
    setsid();
    die_with_parent(launcher.isolated); // otherwise it has its programs to kill first
    if (!launcher.isolated)
        adopt_orphans();
    launcher.socket = descriptors_keep(socket);
    launcher.child_events = child_events_open();
    if (ready.result == 0 && launcher.child_events < 0)
        ready.result = launcher.child_events;
    limits_set();
    reply_send(launcher.socket, &ready, NULL);
    if (ready.result == 0) {
        launcher_loop(&launcher);
        everything_kill(&launcher);
    }
    _exit(0);
}
