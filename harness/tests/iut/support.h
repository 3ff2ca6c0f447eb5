// What the tests of cells share: a cell in each mode, and dialogue with a program in it.
//
// A test runs in namespaces, with a network namespace alone (what is left where nobody may mount a /proc),
// and without any; where the kernel refuses namespaces it is skipped with the reason. A program that needs C
// is this test itself, started again with a role.
#ifndef SOCKSPEC_TESTS_IUT_SUPPORT_H
#define SOCKSPEC_TESTS_IUT_SUPPORT_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "iut/cell.h"
#include "iut/sandbox.h"

struct fixture {
    enum sandbox_mode mode;
    bool network_alone;
    struct sandbox *sandbox;
    struct cell *cell;
};

static struct fixture in_namespaces = {.mode = SANDBOX_NAMESPACES};
static struct fixture in_network = {.mode = SANDBOX_NONE, .network_alone = true};
static struct fixture in_none = {.mode = SANDBOX_NONE};

// clang-format off
#define IN(test, place, fixture) {#test place, test, fixture_open, fixture_close, &fixture}
// clang-format on
#define IN_NETWORKS(test) IN(test, " in namespaces", in_namespaces), IN(test, " in a network", in_network)
#define IN_ALL(test) IN_NETWORKS(test), IN(test, " without", in_none)

static inline bool refused(int error)
{
    return error == -EPERM || error == -EACCES || error == -ENOSPC || error == -ENOSYS || error == -EINVAL;
}

// Opens another sandbox of the fixture's kind and a cell in it. Returns 0 or a negative errno.
static inline int sandbox_open_like(const struct fixture *fixture, struct sandbox **sandbox, struct cell **cell)
{
    int result = sandbox_open(fixture->mode, sandbox);
    if (result < 0)
        return result;
    if (fixture->network_alone)
        (*sandbox)->isolation = ISOLATE_NETWORK;
    result = cell_open(*sandbox, -1, cell);
    if (result == -EPERM && fixture->network_alone) {
        (*sandbox)->isolation = ISOLATE_NETWORK | ISOLATE_USER;
        result = cell_open(*sandbox, -1, cell);
    }
    return result;
}

static inline int fixture_open(void **state)
{
    struct fixture *fixture = *state;
    fixture->sandbox = NULL;
    fixture->cell = NULL;
    int result = sandbox_open_like(fixture, &fixture->sandbox, &fixture->cell);
    if (refused(result) && (fixture->network_alone || fixture->mode == SANDBOX_NAMESPACES)) {
        print_message("no namespaces here: %s\n", strerror(-result));
        return 0;
    }
    return result;
}

static inline int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    cell_close(fixture->cell);
    sandbox_close(fixture->sandbox);
    return 0;
}

// The test's fixture; ends the test as skipped when there is none.
static inline struct fixture *fixture_of(void **state)
{
    struct fixture *fixture = *state;
    if (!fixture->cell)
        skip();
    return fixture;
}

static inline int64_t soon(void)
{
    return clock_now() + 20000 * NANOSECONDS_PER_MS;
}

static inline struct process start(struct cell *cell, const char *const *arguments)
{
    struct process process;
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = arguments}, &process), 0);
    return process;
}

static inline struct process start_shell(struct cell *cell, const char *script)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    return start(cell, arguments);
}

// Starts this test's own program in a role.
static inline struct process start_role(struct cell *cell, const char *role, const char *argument)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    const char *const arguments[] = {self, role, argument, NULL};
    return start(cell, arguments);
}

static inline void close_input(struct process *process)
{
    close(process->input);
    process->input = -1;
}

// Reads until the text has `wanted` in it, or to the end when that is NULL. The text stays valid until the
// next call.
static inline const char *read_until(int handle, const char *wanted)
{
    static char text[262144];
    int64_t deadline = soon();
    size_t length = 0;
    text[0] = '\0';
    while (!wanted || !strstr(text, wanted)) {
        struct pollfd event = {.fd = handle, .events = POLLIN};
        assert_int_equal(poll(&event, 1, clock_poll_ms(deadline)), 1);
        ssize_t part = read(handle, text + length, sizeof text - 1 - length);
        assert_true(part >= 0);
        if (part == 0)
            break;
        length += (size_t)part;
        text[length] = '\0';
    }
    if (wanted)
        assert_non_null(strstr(text, wanted));
    return text;
}

static inline int wait_status(struct process *process)
{
    assert_int_equal(process_wait(process, soon()), 0);
    return process->status;
}

static inline void finish(struct cell *cell, struct process *process)
{
    assert_true(cell_clear(cell) >= 0);
    assert_int_equal(process_wait(process, soon()), 0);
    process_release(process);
}

#endif
