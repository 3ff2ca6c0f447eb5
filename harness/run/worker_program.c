#include "run/worker_program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/place.h"

#define READY_MS 10000
#define STOP_MS 2000

struct program_health *worker_health(const struct worker *worker, const struct test_case *test)
{
    return &worker->health[test->program - worker->catalog->programs];
}

const struct launch *worker_launch(const struct worker *worker, const struct test_case *test)
{
    return worker->target->profile ? profile_launch(worker->target->profile, test->program) : NULL;
}

static int make_socket(void *context, int domain, int type)
{
    return cell_socket(context, domain, type);
}

struct socket_source worker_sockets(const struct worker *worker)
{
    return worker->target->running ? (struct socket_source){0} : (struct socket_source){make_socket, worker->cell};
}

static void unresolved(struct result *result, char *why)
{
    result_decide(result, VERDICT_UNRESOLVED, NULL, NULL, NULL, why);
}

void worker_stop(struct worker *worker, struct result *result)
{
    if (!worker->has_instance)
        return;
    instance_stop(&worker->instance, (int64_t)(STOP_MS * worker->time_scale));
    char *report = instance_sanitizer_report(&worker->instance);
    if (report && result) {
        result->hard = true;
        result_decide(result, VERDICT_FAIL, NULL, duplicate("no sanitizer report"), report, NULL);
    } else {
        free(report);
    }
    instance_free(&worker->instance);
    worker->has_instance = false;
}

void worker_choose_path(struct worker *worker, const struct test_case *test)
{
    if (test->transport != TRANSPORT_UNIX)
        return;
    if (!worker->directory[0]) {
        strcpy(worker->directory, "/tmp/sockspec-XXXXXX");
        if (!mkdtemp(worker->directory))
            worker->directory[0] = '\0';
    }
    place_clear(worker->path);
    place_path(test->place, worker->directory, worker->path_number++, worker->path, sizeof worker->path);
}

// Where a server is to listen.
static int choose_endpoint(const struct worker *worker, const struct launch *launch, const struct test_case *test,
                           struct endpoint *endpoint)
{
    int type = test->transport == TRANSPORT_UDP ? SOCK_DGRAM : SOCK_STREAM;
    if (test->transport == TRANSPORT_UNIX)
        return 0;
    int port = launch->port ? launch->port : cell_free_port(worker->cell, type);
    endpoint->port = port;
    return port < 0 ? port : 0;
}

// Why a server is not ready, with its command, which tells more than the rest when an option is unknown to it.
static char *not_ready_text(const struct worker *worker, const struct test_case *test)
{
    struct buffer text = {0};
    char *fate = instance_fate(&worker->instance);
    buffer_format(&text, "the program never listened: it %s; started as", fate);
    for (char **word = worker->instance.arguments; *word; word++)
        buffer_format(&text, " %s", *word);
    if (test->option_count)
        buffer_format(&text, " (if it has no such option: --without %s)", test->options[0].name);
    free(fate);
    return buffer_take(&text);
}

bool expects_exit(const struct test_case *test)
{
    for (size_t i = 0; i < test->script.count; i++)
        if (test->script.steps[i].word == STEP_EXPECT_EXIT)
            return true;
    return false;
}

// Waits until the server listens. A case that expects it to end may be about one that never does.
static void await_ready(struct worker *worker, const struct test_case *test, struct result *result)
{
    struct program_health *health = worker_health(worker, test);
    // Nobody can listen at a path too long, and at that of a live socket somebody else does.
    if (!target_tells_endpoint(worker_launch(worker, test), test) || test->place == PLACE_TOO_LONG ||
        test->place == PLACE_LIVE_SOCKET)
        return;
    int64_t patience = (int64_t)(READY_MS * worker->time_scale) * NANOSECONDS_PER_MS;
    int outcome = instance_wait_ready(&worker->instance, clock_now() + patience);
    if (outcome == 0) {
        health->was_ready = true;
        health->start_failures = 0;
        return;
    }
    if (outcome == -ECHILD && expects_exit(test))
        return;
    unresolved(result, not_ready_text(worker, test));
    result->not_ready = true;
    health->start_failures++;
}

static void note_ready(struct worker *worker, const struct test_case *test)
{
    worker->instance.ready = true;
    worker_health(worker, test)->was_ready = true;
}

void worker_start(struct worker *worker, const struct test_case *test, struct endpoint *endpoint, struct result *result)
{
    const struct launch *launch = worker_launch(worker, test);
    char *message = NULL;
    worker->instance = (struct instance){0};
    worker->has_instance = true;
    worker->instance_of = test;
    if (worker->target->running) {
        worker->instance.program = test->program;
        worker->instance.transport = test->transport;
        worker->instance.running = worker->target->address;
        worker->instance.path = worker->target->path;
        worker->instance.ready = true;
        return;
    }
    int outcome = test->role == ROLE_SERVER ? choose_endpoint(worker, launch, test, endpoint) : 0;
    if (outcome < 0)
        message = format_text("no free port: %s", strerror(-outcome));
    else
        outcome = instance_start(&worker->instance, worker->cell, launch, test, endpoint, &message);
    if (outcome < 0) {
        unresolved(result, message);
        result->not_ready = true;
        worker_health(worker, test)->start_failures++;
        return;
    }
    if (test->role == ROLE_SERVER)
        await_ready(worker, test, result);
    else
        note_ready(worker, test);
}
