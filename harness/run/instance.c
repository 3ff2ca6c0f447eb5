#include "run/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

#define KEPT_OUTPUT 65536
#define READY_POLL_MS 1
#define LAST_BYTES_MS 500
#define SECOND_FAMILY_MS 500

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// AddressSanitizer keeps freed memory for a while, which would look like growth to a case that measures it.
static const char small_quarantine[] = "ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=16";

static bool measures_memory(const struct test_case *test)
{
    for (size_t i = 0; i < test->script.count; i++)
        if (test->script.steps[i].word == STEP_RESOURCES)
            return true;
    return false;
}

// The launch's environment and what the case needs beside it, NULL at the end.
static const char **environment_for(const struct launch *launch, const struct test_case *test)
{
    size_t count = 0;
    while (launch->environment[count])
        count++;
    const char **environment = allocate(count + 2, sizeof *environment);
    memcpy(environment, launch->environment, count * sizeof *environment);
    if (measures_memory(test) && !getenv("ASAN_OPTIONS"))
        environment[count] = small_quarantine;
    return environment;
}

static int start_process(struct instance *instance, char **message)
{
    struct process_start start = {
        .argv = (const char *const *)instance->arguments,
        .environment = instance->environment,
        .directory = instance->launch->directory,
    };
    int result = cell_start(instance->cell, &start, &instance->process);
    if (result < 0) {
        *message = format_text("cannot start %s: %s", instance->arguments[0], strerror(-result));
        return result;
    }
    instance->started = true;
    set_nonblocking(instance->process.input);
    set_nonblocking(instance->process.output);
    set_nonblocking(instance->process.errors);
    instance->output.fd = &instance->process.output;
    instance->errors.fd = &instance->process.errors;
    instance->output.ended = false;
    instance->errors.ended = false;
    return 0;
}

int instance_start(struct instance *instance, struct cell *cell, const struct launch *launch,
                   const struct test_case *test, const struct endpoint *endpoint, char **message)
{
    instance->cell = cell;
    instance->launch = launch;
    instance->program = launch->program;
    instance->transport = test->transport;
    instance->endpoint = *endpoint;
    instance->arguments = target_arguments(launch, test, endpoint);
    instance->environment = environment_for(launch, test);
    return start_process(instance, message);
}

int instance_restart(struct instance *instance, char **message)
{
    process_release(&instance->process);
    instance->process = (struct process){0};
    buffer_free(&instance->input);
    instance->input_fed = 0;
    instance->input_closing = false;
    return start_process(instance, message);
}

// --- what it prints ---

static void keep_the_end(struct buffer *all)
{
    if (all->length > 2 * KEPT_OUTPUT)
        buffer_consume(all, all->length - KEPT_OUTPUT);
}

// Reads what is there.
static void drain(struct output *output)
{
    while (!output->ended && output->fd) {
        unsigned char bytes[16384];
        ssize_t length = read(*output->fd, bytes, sizeof bytes);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            break;
        if (length <= 0) {
            output->ended = true;
            break;
        }
        buffer_append(&output->unread, bytes, (size_t)length);
        buffer_append(&output->all, bytes, (size_t)length);
        keep_the_end(&output->all);
        output->received += (size_t)length;
    }
}

static void close_input(struct instance *instance)
{
    if (instance->process.input >= 0)
        close(instance->process.input);
    instance->process.input = -1;
}

// A program that has closed its input wants no more of it.
static void feed(struct instance *instance)
{
    struct buffer *input = &instance->input;
    while (instance->process.input >= 0 && instance->input_fed < input->length) {
        ssize_t written =
            write(instance->process.input, input->data + instance->input_fed, input->length - instance->input_fed);
        if (written < 0 && errno == EAGAIN)
            return;
        if (written > 0)
            instance->input_fed += (size_t)written;
        else if (errno != EINTR)
            break;
    }
    buffer_shorten(input, 0);
    instance->input_fed = 0;
    if (instance->input_closing)
        close_input(instance);
}

void instance_feed(struct instance *instance, const void *bytes, size_t length)
{
    buffer_append(&instance->input, bytes, length);
    feed(instance);
}

void instance_feed_end(struct instance *instance)
{
    instance->input_closing = true;
    feed(instance);
}

void instance_poll_items(const struct instance *instance, struct pollfd items[INSTANCE_POLLS])
{
    bool waiting = instance->process.input >= 0 && instance->input_fed < instance->input.length;
    items[0] = (struct pollfd){.fd = instance->output.ended ? -1 : instance->process.output, .events = POLLIN};
    items[1] = (struct pollfd){.fd = instance->errors.ended ? -1 : instance->process.errors, .events = POLLIN};
    items[2] = (struct pollfd){.fd = waiting ? instance->process.input : -1, .events = POLLOUT};
}

void instance_pump(struct instance *instance)
{
    if (!instance->started)
        return;
    feed(instance);
    drain(&instance->output);
    drain(&instance->errors);
    if (!instance->program->strict_stdout && instance->output.unread.length > KEPT_OUTPUT)
        buffer_consume(&instance->output.unread, instance->output.unread.length - KEPT_OUTPUT);
}

bool instance_ended(struct instance *instance)
{
    if (!instance->started)
        return false;
    return instance->process.ended || process_wait(&instance->process, 0) == 0;
}

int instance_wait(void *context, int fd, short events, int64_t deadline)
{
    struct instance *instance = context;
    bool dead = false;
    int64_t last = deadline; // until when to wait for what a dead program has left behind
    for (;;) {
        struct pollfd items[2 + INSTANCE_POLLS] = {
            {.fd = fd, .events = events}, {.fd = -1}, {.fd = -1}, {.fd = -1}, {.fd = -1}};
        if (instance->started) {
            items[1] = (struct pollfd){.fd = dead ? -1 : instance->process.exited, .events = POLLIN};
            instance_poll_items(instance, items + 2);
        }
        int ready = poll(items, 2 + INSTANCE_POLLS, clock_poll_ms(last));
        if (ready < 0 && errno != EINTR)
            return -errno;
        if (items[0].revents)
            return 0;
        if (items[2].revents || items[3].revents || items[4].revents)
            instance_pump(instance);
        // On a busy machine the kernel delivers a program's last bytes, and its FIN, after the news of its end.
        if (!dead && (items[1].revents || (instance->started && instance->process.ended))) {
            dead = true;
            int64_t later = clock_now() + LAST_BYTES_MS * NANOSECONDS_PER_MS;
            last = later < deadline ? later : deadline;
        }
        if (clock_now() >= last)
            return dead ? -EOWNERDEAD : -ETIMEDOUT;
    }
}

int instance_read(struct instance *instance, struct output *output, int64_t deadline)
{
    size_t before = output->received; // the unread bytes do not tell: of many, only the last are kept
    for (;;) {
        instance_pump(instance);
        if (output->received > before)
            return 1;
        if (output->ended)
            return 0;
        int64_t left = deadline - clock_now();
        if (left <= 0)
            return -ETIMEDOUT;
        struct pollfd items[INSTANCE_POLLS];
        instance_poll_items(instance, items);
        if (poll(items, INSTANCE_POLLS, clock_poll_ms(deadline)) < 0 && errno != EINTR)
            return -errno;
    }
}

// --- ready, stop ---

static enum endpoint_kind endpoint_kind(enum transport transport)
{
    switch (transport) {
    case TRANSPORT_UDP:
        return ENDPOINT_UDP;
    case TRANSPORT_UNIX:
        return ENDPOINT_UNIX;
    case TRANSPORT_NONE:
    case TRANSPORT_TCP:
        break;
    }
    return ENDPOINT_TCP;
}

// Where the socket tables cannot be read, a connection that is closed at once tells.
static int answers_connect(struct instance *instance)
{
    struct net_address address = instance_address(instance, AF_INET);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = fd < 0 ? -errno : connect(fd, &address.any, address.length) == 0;
    if (fd >= 0)
        close(fd);
    return result;
}

int instance_wait_ready(struct instance *instance, int64_t deadline)
{
    int64_t ipv6_enough = 0;
    for (;;) {
        int listening = cell_listening(instance->cell, endpoint_kind(instance->transport),
                                       (uint16_t)instance->endpoint.port, instance->endpoint.path);
        if (listening == -ENOTSUP)
            listening = answers_connect(instance);
        if (listening < 0)
            return listening;
        // A server with a socket for each family may listen on IPv6 a moment before it does on IPv4.
        if (listening == LISTENING_ON_IPV6 && !ipv6_enough)
            ipv6_enough = clock_now() + SECOND_FAMILY_MS * NANOSECONDS_PER_MS;
        if (listening == LISTENING || (listening == LISTENING_ON_IPV6 && clock_now() >= ipv6_enough)) {
            instance->ready = true;
            return 0;
        }
        instance_pump(instance);
        if (instance_ended(instance))
            return -ECHILD;
        if (clock_now() >= deadline)
            return -ETIMEDOUT;
        struct pollfd exited = {.fd = instance->process.exited, .events = POLLIN};
        poll(&exited, 1, READY_POLL_MS);
    }
}

static void wait_for_end(struct instance *instance, int64_t deadline)
{
    while (!instance_ended(instance) && clock_now() < deadline) {
        struct pollfd exited = {.fd = instance->process.exited, .events = POLLIN};
        poll(&exited, 1, 20);
        instance_pump(instance);
    }
}

void instance_stop(struct instance *instance, int64_t patience_ms)
{
    if (!instance->started)
        return;
    if (!instance_ended(instance)) {
        cell_signal(instance->cell, &instance->process, SIGTERM);
        wait_for_end(instance, clock_now() + patience_ms * NANOSECONDS_PER_MS);
    }
    cell_clear(instance->cell);
    wait_for_end(instance, clock_now() + 1000 * NANOSECONDS_PER_MS);
    instance_pump(instance);
    process_release(&instance->process);
    instance->process = (struct process){0};
    instance->started = false;
}

void instance_free(struct instance *instance)
{
    instance_stop(instance, 0);
    arguments_free(instance->arguments);
    free(instance->environment);
    buffer_free(&instance->output.unread);
    buffer_free(&instance->output.all);
    buffer_free(&instance->errors.unread);
    buffer_free(&instance->errors.all);
    buffer_free(&instance->input);
    *instance = (struct instance){0};
}

// --- what became of it ---

char *instance_fate(const struct instance *instance)
{
    int status = instance->process.status;
    if (!instance->process.ended)
        return duplicate("is still running");
    if (WIFSIGNALED(status))
        return format_text("was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return format_text("exited with status %d", WEXITSTATUS(status));
}

char *instance_sanitizer_report(const struct instance *instance)
{
    static const char *const marks[] = {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
                                        "WARNING: MemorySanitizer", ": runtime error: "};
    const char *text = buffer_string(&instance->errors.all);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *found = strstr(text, marks[i]);
        if (!found)
            continue;
        while (found > text && found[-1] != '\n')
            found--;
        return duplicate_bytes(found, strcspn(found, "\n"));
    }
    return NULL;
}

struct net_address instance_address(const struct instance *instance, int family)
{
    struct net_address address = {0};
    if (!instance->launch)
        return instance->running;
    if (instance->transport == TRANSPORT_UNIX) {
        net_local(instance->endpoint.path, &address);
        return address;
    }
    return net_loopback(family, (uint16_t)instance->endpoint.port);
}
