// One start of the implementation under test: its process, its address, what it prints, and whether it still lives.
//
// An instance of a program that was running already (`--at`) has an address and nothing else.
#ifndef SOCKSPEC_RUN_INSTANCE_H
#define SOCKSPEC_RUN_INSTANCE_H

#include <poll.h>

#include "base/buffer.h"
#include "iut/sandbox.h"
#include "run/target.h"
#include "wire/channel.h"

struct output {
    int *fd;              // of the process; -1 once it has ended
    struct buffer unread; // what no step has consumed
    struct buffer all;    // the end of everything, for failures
    size_t received;      // bytes in all
    bool ended;
};

struct instance {
    struct cell *cell;
    const struct launch *launch; // NULL: running already
    const struct program *program;
    enum transport transport;
    struct net_address running; // the address of such a one
    const char *path;           // of its URL, or NULL
    char **arguments;
    const char **environment;
    struct process process;
    bool started;
    bool ready;
    struct endpoint endpoint; // where a server listens
    struct output output;
    struct output errors;
    struct buffer input; // what is still to be written to its standard input
    size_t input_fed;    // of that
    bool input_closing;  // to be closed behind it
};

// Starts the program for a case. `directory` is where a Unix socket may be made. Returns 0, or a negative errno with
// one line in `message` (to be freed).
int instance_start(struct instance *instance, struct cell *cell, const struct launch *launch,
                   const struct test_case *test, const struct endpoint *endpoint, char **message);

// Waits until a server listens. Returns 0, -ETIMEDOUT, or -ECHILD when it ended before.
int instance_wait_ready(struct instance *instance, int64_t deadline);

// Waits for a descriptor as a waiter does, taking in what the program prints meanwhile. -EOWNERDEAD when the program
// has ended and the descriptor is not ready. `context` is the instance.
int instance_wait(void *context, int fd, short events, int64_t deadline);

// Takes what the program has printed so far, and gives it of its input what it takes, without waiting.
void instance_pump(struct instance *instance);

// Gives the program bytes on its standard input, or its end. What it does not take at once is kept, and goes to it
// while later steps wait: a program may be busy with something else first.
void instance_feed(struct instance *instance, const void *bytes, size_t length);
void instance_feed_end(struct instance *instance);

// How its output and errors, and its input where something is left to write, are polled.
enum { INSTANCE_POLLS = 3 };
void instance_poll_items(const struct instance *instance, struct pollfd items[INSTANCE_POLLS]);

// Waits until more comes on an output. Returns 1 then, 0 at its end, -ETIMEDOUT, or another negative errno.
int instance_read(struct instance *instance, struct output *output, int64_t deadline);

// True when the process has ended (reaps it).
bool instance_ended(struct instance *instance);

// Ends the program by SIGTERM, or by SIGKILL when it does not obey within `patience_ms`, and everything that it left
// behind. What it printed stays.
void instance_stop(struct instance *instance, int64_t patience_ms);

// Starts it again with the same arguments. The results of instance_start.
int instance_restart(struct instance *instance, char **message);

void instance_free(struct instance *instance);

// "exited with status 3", "was killed by signal 11 (Segmentation fault)"; to be freed.
char *instance_fate(const struct instance *instance);

// The line of a sanitizer's report on standard error, or NULL; to be freed.
char *instance_sanitizer_report(const struct instance *instance);

// The address at which to connect, by family.
struct net_address instance_address(const struct instance *instance, int family);

#endif
