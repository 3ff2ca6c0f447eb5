#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "iut/cell.h"
#include "iut/spawn.h"

static size_t strings_append(struct buffer *buffer, const char *const *strings)
{
    size_t count = 0;
    for (; strings && strings[count]; count++)
        buffer_append(buffer, strings[count], strlen(strings[count]) + 1);
    return count;
}

static int start_ask(struct cell *cell, const struct process_start *start, struct reply *reply,
                     struct enclosure *enclosure)
{
    struct request request = {.kind = REQUEST_START, .directory = start->directory};
    struct buffer packet = {0};
    buffer_append(&packet, &request, sizeof request);
    request.arguments = strings_append(&packet, start->argv);
    request.variables = strings_append(&packet, start->environment);
    if (start->directory)
        buffer_append(&packet, start->directory, strlen(start->directory) + 1);
    memcpy(packet.data, &request, sizeof request);
    int result = cell_ask(cell, (const struct request *)(const void *)packet.data, packet.length, reply, enclosure);
    buffer_free(&packet);
    return result;
}

int cell_start(struct cell *cell, const struct process_start *start, struct process *process)
{
    struct reply reply;
    struct enclosure enclosure = {0};
    int result = start_ask(cell, start, &reply, &enclosure);
    if (result == 0 && enclosure.count != PIPE_COUNT)
        result = -EPIPE;
    if (result < 0) {
        enclosure_close(&enclosure);
        if (result == -EMFILE) // started, but we have no descriptors left to hold it by
            cell_signal(cell, &(struct process){.number = reply.program}, SIGKILL);
        return result;
    }
    *process = (struct process){
        .pid = cell->isolation & ISOLATE_PROCESSES ? enclosure.pid : reply.pid,
        .number = reply.program,
        .input = enclosure.descriptors[PIPE_INPUT],
        .output = enclosure.descriptors[PIPE_OUTPUT],
        .errors = enclosure.descriptors[PIPE_ERRORS],
        .exited = enclosure.descriptors[PIPE_EXITED],
    };
    return 0;
}

int cell_signal(struct cell *cell, struct process *process, int signal)
{
    if (process->ended)
        return -ESRCH;
    struct request request = {.kind = REQUEST_SIGNAL, .program = process->number, .signal = signal};
    struct reply reply;
    return cell_ask(cell, &request, sizeof request, &reply, NULL);
}

int cell_clear(struct cell *cell)
{
    struct request request = {.kind = REQUEST_CLEAR};
    struct reply reply;
    return cell_ask(cell, &request, sizeof request, &reply, NULL);
}

int process_wait(struct process *process, int64_t deadline)
{
    while (!process->ended) {
        struct pollfd event = {.fd = process->exited, .events = POLLIN};
        int ready = poll(&event, 1, clock_poll_ms(deadline));
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (ready == 0 && clock_now() >= deadline)
            return -ETIMEDOUT;
        if (ready <= 0)
            continue;
        ssize_t length = read(process->exited, &process->status, sizeof process->status);
        if (length < 0 && errno != EINTR)
            return -errno;
        if (length == 0)
            return -EPIPE;
        process->ended = length == sizeof process->status;
    }
    return 0;
}

void process_release(struct process *process)
{
    int *descriptors[] = {&process->input, &process->output, &process->errors, &process->exited};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (*descriptors[i] >= 0)
            close(*descriptors[i]);
        *descriptors[i] = -1;
    }
}
