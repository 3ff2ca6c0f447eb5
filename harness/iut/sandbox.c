#include "iut/sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "iut/cell.h"
#include "iut/keeper.h"

int cell_ask(struct cell *cell, const struct request *request, size_t length, struct reply *reply,
             struct enclosure *enclosure)
{
    int result = message_send(cell->launcher, request, length, NULL);
    if (result == 0)
        result = reply_receive(cell->launcher, reply, enclosure);
    return result;
}

static int keeper_fork(struct sandbox *sandbox)
{
    int ends[2];
    int result = channel_open(ends);
    if (result < 0)
        return result;
    sandbox->keeper_pid = fork();
    if (sandbox->keeper_pid == 0)
        keeper_run(ends[1]);
    result = sandbox->keeper_pid < 0 ? -errno : 0;
    close(ends[1]);
    sandbox->keeper = ends[0];
    return result;
}

static struct cell *cell_new(int launcher, pid_t pid, unsigned isolation)
{
    struct cell *cell = allocate(1, sizeof *cell);
    cell->launcher = launcher;
    cell->launcher_pid = pid;
    cell->isolation = isolation;
    cell->diagnosis = -1;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        cell->tables[i] = -1;
    return cell;
}

// Asks the keeper for a launcher and waits until that is ready. `reply` tells the step that failed.
static int cell_make(struct sandbox *sandbox, unsigned isolation, struct reply *reply, struct cell **cell)
{
    struct request request = {.kind = REQUEST_CELL, .isolation = isolation};
    struct enclosure enclosure = {0};
    pthread_mutex_lock(&sandbox->mutex);
    int result = message_send(sandbox->keeper, &request, sizeof request, NULL);
    if (result == 0)
        result = reply_receive(sandbox->keeper, reply, &enclosure);
    pthread_mutex_unlock(&sandbox->mutex);
    if (result < 0 || enclosure.count != 1) {
        enclosure_close(&enclosure);
        return result < 0 ? result : -EPIPE;
    }
    struct cell *made = cell_new(enclosure.descriptors[0], reply->pid, isolation);
    result = reply_receive(made->launcher, reply, NULL);
    if (result < 0) {
        cell_close(made);
        return result;
    }
    *cell = made;
    return 0;
}

static const char *step_name(enum setup_step step)
{
    switch (step) {
    case SETUP_CLONE:
        return "user namespaces";
    case SETUP_USER_MAP:
        return "user map";
    case SETUP_LOOPBACK:
        return "loopback";
    case SETUP_PROC:
        return "/proc";
    }
    return "namespaces";
}

// Tries namespaces in order of preference by making a cell, which is then the first to be given out. Within
// containers /proc is often overlaid so that the kernel lets nobody mount a new one: then PIDs stay shared.
// `reply` is that of the last try.
static int namespaces_try(struct sandbox *sandbox, struct reply *reply)
{
    static const struct {
        unsigned isolation;
        const char *description;
    } tries[] = {
        {ISOLATE_NETWORK | ISOLATE_PROCESSES, "network and PID namespaces"},
        {ISOLATE_NETWORK | ISOLATE_PROCESSES | ISOLATE_USER, "user, network and PID namespaces"},
        {ISOLATE_NETWORK, "network namespaces, process groups"},
        {ISOLATE_NETWORK | ISOLATE_USER, "user and network namespaces, process groups"},
    };
    int result = -ENOSYS;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        result = cell_make(sandbox, tries[i].isolation, reply, &sandbox->spare);
        if (result < 0)
            continue;
        sandbox->isolation = tries[i].isolation;
        sandbox->description = duplicate(tries[i].description);
        return 0;
    }
    return result;
}

static int isolation_choose(struct sandbox *sandbox, enum sandbox_mode mode)
{
    static const char consequence[] = "ephemeral ports, process groups";
    if (mode == SANDBOX_NONE) {
        sandbox->description = format_text("none (as asked): %s", consequence);
        return 0;
    }
    struct reply reply = {0};
    int result = namespaces_try(sandbox, &reply);
    if (result == 0 || mode == SANDBOX_NAMESPACES)
        return result;
    sandbox->description = format_text("none (%s: %s): %s", step_name(reply.step), strerror(-result), consequence);
    return 0;
}

int sandbox_open(enum sandbox_mode mode, struct sandbox **sandbox)
{
    struct sandbox *opened = allocate(1, sizeof *opened);
    pthread_mutex_init(&opened->mutex, NULL);
    opened->isolation = ISOLATE_NOTHING;
    opened->keeper = -1;
    int result = keeper_fork(opened);
    if (result == 0)
        result = isolation_choose(opened, mode);
    if (result < 0) {
        sandbox_close(opened);
        return result;
    }
    *sandbox = opened;
    return 0;
}

void sandbox_close(struct sandbox *sandbox)
{
    if (!sandbox)
        return;
    cell_close(sandbox->spare);
    if (sandbox->keeper >= 0)
        close(sandbox->keeper);
    while (sandbox->keeper_pid > 0 && waitpid(sandbox->keeper_pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    pthread_mutex_destroy(&sandbox->mutex);
    free(sandbox->description);
    free(sandbox);
}

const char *sandbox_description(const struct sandbox *sandbox)
{
    return sandbox->description;
}

static struct cell *spare_take(struct sandbox *sandbox)
{
    pthread_mutex_lock(&sandbox->mutex);
    struct cell *spare = sandbox->spare;
    sandbox->spare = NULL;
    pthread_mutex_unlock(&sandbox->mutex);
    return spare;
}

int cell_open(struct sandbox *sandbox, int cpu, struct cell **cell)
{
    struct reply reply;
    struct cell *opened = spare_take(sandbox);
    int result = opened ? 0 : cell_make(sandbox, sandbox->isolation, &reply, &opened);
    if (result == 0 && cpu >= 0) {
        struct request request = {.kind = REQUEST_BIND, .cpu = cpu};
        result = cell_ask(opened, &request, sizeof request, &reply, NULL);
    }
    if (result < 0) {
        cell_close(opened);
        return result;
    }
    *cell = opened;
    return 0;
}

void cell_close(struct cell *cell)
{
    if (!cell)
        return;
    cell_clear(cell);
    close(cell->launcher);
    stocks_close(cell);
    if (cell->diagnosis >= 0)
        close(cell->diagnosis);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (cell->tables[i] >= 0)
            close(cell->tables[i]);
    free(cell);
}

bool sandbox_isolated(const struct sandbox *sandbox)
{
    return sandbox->isolation & ISOLATE_NETWORK;
}

bool cell_isolated(const struct cell *cell)
{
    return cell->isolation & ISOLATE_NETWORK;
}
