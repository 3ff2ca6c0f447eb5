#include "run/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "run/place.h"
#include "run/script.h"
#include "run/surroundings.h"

#define READY_MS 10000
#define STOP_MS 2000
#define GIVE_UP_AFTER 3 // failures in a row
#define MOST_SPLITS 600

static bool needs_own_instance(const struct test_case *test)
{
    return test->fresh || test->arguments || test->place != PLACE_USUAL || !test->program->serves_many;
}

static bool same_options(const struct test_case *a, const struct test_case *b)
{
    if (a->option_count != b->option_count || a->certificate != b->certificate)
        return false;
    for (size_t i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].name, b->options[i].name) != 0 ||
            strcmp(a->options[i].value, b->options[i].value) != 0)
            return false;
    return true;
}

bool share_instance(const struct test_case *a, const struct test_case *b)
{
    return a->program == b->program && a->role == b->role && a->transport == b->transport && !needs_own_instance(a) &&
           !needs_own_instance(b) && same_options(a, b);
}

static struct program_health *health_of(const struct worker *worker, const struct test_case *test)
{
    return &worker->health[test->program - worker->catalog->programs];
}

static const struct launch *launch_of(const struct worker *worker, const struct test_case *test)
{
    return worker->target->profile ? profile_launch(worker->target->profile, test->program) : NULL;
}

static int make_socket(void *context, int domain, int type)
{
    return cell_socket(context, domain, type);
}

static struct socket_source sockets_of(const struct worker *worker)
{
    return worker->target->running ? (struct socket_source){0} : (struct socket_source){make_socket, worker->cell};
}

static void unresolved(struct result *result, char *why)
{
    result_decide(result, VERDICT_UNRESOLVED, NULL, NULL, NULL, why);
}

// --- the program ---

static void stop_instance(struct worker *worker, struct result *result)
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

// A path for a Unix socket that no other start has used. It stays empty when there is no directory to make it in: then
// binding or listening fails and says so.
static void choose_path(struct worker *worker, const struct test_case *test)
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

static bool expects_exit(const struct test_case *test)
{
    for (size_t i = 0; i < test->script.count; i++)
        if (test->script.steps[i].word == STEP_EXPECT_EXIT)
            return true;
    return false;
}

// Waits until the server listens. A case that expects it to end may be about one that never does.
static void await_ready(struct worker *worker, const struct test_case *test, struct result *result)
{
    struct program_health *health = health_of(worker, test);
    // Nobody can listen at a path too long, and at that of a live socket somebody else does.
    if (!target_tells_endpoint(launch_of(worker, test), test) || test->place == PLACE_TOO_LONG ||
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
    health_of(worker, test)->was_ready = true;
}

static void start_instance(struct worker *worker, const struct test_case *test, struct endpoint *endpoint,
                           struct result *result)
{
    const struct launch *launch = launch_of(worker, test);
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
        health_of(worker, test)->start_failures++;
        return;
    }
    if (test->role == ROLE_SERVER)
        await_ready(worker, test, result);
    else
        note_ready(worker, test);
}

// --- after the script ---

// A program that died, or that a sanitizer complained about, fails the case whatever the script said.
static void look_at_program(struct worker *worker, const struct script_context *context, struct result *result)
{
    struct instance *instance = &worker->instance;
    if (!instance->started)
        return;
    instance_pump(instance);
    bool server = context->test->role == ROLE_SERVER;
    bool ended = instance_ended(instance);
    bool crashed = ended && WIFSIGNALED(instance->process.status) && !context->exit_expected;
    bool allowed = context->exit_expected || (expects_exit(context->test) && instance->process.status == 0) ||
                   !context->test->program->serves_many; // its one client is gone by now
    if (crashed || (ended && server && !allowed)) {
        char *fate = instance_fate(instance);
        result->hard = true;
        if (result->verdict == VERDICT_FAIL && result->actual) {
            char *both = format_text("%s; the program %s", result->actual, fate);
            free(result->actual);
            result->actual = both;
        }
        result_decide(result, VERDICT_FAIL, NULL, duplicate("a program that goes on"),
                      format_text("the program %s", fate), NULL);
        free(fate);
    }
    char *report = instance_sanitizer_report(instance);
    if (report) {
        result->hard = true;
        result_decide(result, VERDICT_FAIL, NULL, duplicate("no sanitizer report"), report, NULL);
    }
}

static bool went_well(const struct result *result)
{
    return result->verdict != VERDICT_FAIL && result->verdict != VERDICT_UNRESOLVED;
}

static void check_liveness(struct worker *worker, struct script_context *context, struct result *result)
{
    const struct test_case *test = context->test;
    if (test->role != ROLE_SERVER || !test->program->serves_many || !test->program->has_control || !test->liveness ||
        context->exit_expected || test->arguments || !went_well(result))
        return;
    struct program_health *health = health_of(worker, test);
    if (script_control(context, VERDICT_FAIL, "after the case the server no longer serves a fresh client") == 0)
        health->control_failures = 0;
    else
        health->control_failures++;
}

static void keep_errors(const struct worker *worker, struct result *result)
{
    const struct buffer *errors = &worker->instance.errors.all;
    if (went_well(result) || errors->length == 0)
        return;
    free(result->errors);
    result->errors = duplicate_bytes(errors->data, errors->length);
}

// --- one run of a case ---

static void run_once(struct worker *worker, const struct test_case *test, struct segmentation *segmentation,
                     struct result *result)
{
    struct random random = random_for(worker->seed, text_hash(test->id));
    struct script_context context = {
        .test = test,
        .instance = &worker->instance,
        .sockets = sockets_of(worker),
        .target = worker->target,
        .credentials = worker->credentials,
        .time_scale = worker->time_scale,
        .random = random,
        .result = result,
        .segmentation = *segmentation,
    };
    struct surroundings surroundings;
    script_begin(&context);
    transcript_begin(&result->transcript);
    bool reuse = worker->has_instance && share_instance(worker->instance_of, test);
    if (!reuse)
        choose_path(worker, test);
    char *problem = surroundings_make(&surroundings, &context, worker->path);
    if (problem)
        unresolved(result, problem);
    if (!reuse && !problem) {
        stop_instance(worker, NULL);
        start_instance(worker, test, &surroundings.endpoint, result);
    }
    result->was_ready = worker->instance.ready;
    if (went_well(result)) {
        script_run(&context);
        script_end(&context);
        look_at_program(worker, &context, result);
        check_liveness(worker, &context, result);
    }
    *segmentation = context.segmentation;
    result->seeded |= context.random.state != random.state;
    if (result->verdict == VERDICT_UNRESOLVED && !result->not_ready)
        health_of(worker, test)->control_failures++;
    keep_errors(worker, result);
    script_end(&context); // of a script that never ran
    surroundings_end(&surroundings);
    if (!went_well(result) || needs_own_instance(test) || context.exit_expected)
        stop_instance(worker, result);
}

// A statistical test fails a perfect program now and then: it takes two samples of which both are rejected.
static void run_again(struct worker *worker, const struct plan_entry *entry, struct result *result)
{
    struct segmentation segmentation = {.transform = entry->transform};
    result_free(result);
    *result = (struct result){0};
    run_once(worker, entry->test, &segmentation, result);
}

// Reruns the case with what it sends cut in two there. False when that is not what it should be.
static bool run_cut(struct worker *worker, const struct test_case *test, size_t cut, struct result *result)
{
    struct segmentation segmentation = {.transform = TRANSFORM_SPLIT, .split_at = cut};
    struct result attempt = {.longest_wait = result->longest_wait, .rounds_left_out = result->rounds_left_out};
    run_once(worker, test, &segmentation, &attempt);
    if (went_well(&attempt)) {
        result->longest_wait = attempt.longest_wait;
        result->rounds_left_out = attempt.rounds_left_out;
        result->cuts_left_out--;
        result_free(&attempt);
        return true;
    }
    result_free(result);
    *result = attempt;
    if (!result->why)
        result->why = format_text("when cut after byte %zu of what is sent", cut);
    return false;
}

// Reruns the case once for every place at which what it sends can be cut in two. A slow server may leave time for some
// of them only, which then lie evenly: first the middle, then the quarters, and so on.
static void run_splits(struct worker *worker, const struct test_case *test, struct result *result)
{
    struct segmentation segmentation = {.transform = TRANSFORM_SPLIT};
    int64_t end = clock_now() + (int64_t)(ENOUGH_MS * worker->time_scale) * NANOSECONDS_PER_MS;
    run_once(worker, test, &segmentation, result);
    size_t unit = segmentation.sent / MOST_SPLITS + 1;
    size_t places = segmentation.sent ? (segmentation.sent - 1) / unit : 0;
    size_t stride = 1;
    while (stride <= places / 2)
        stride *= 2;
    result->cuts_left_out = (long long)places;
    for (; stride > 0; stride /= 2)
        for (size_t place = stride; place <= places; place += 2 * stride)
            if (!went_well(result) || clock_now() > end || !run_cut(worker, test, place * unit, result))
                return;
}

// Why there is no use in running the case, or NULL; to be freed.
static char *hopeless(const struct worker *worker, const struct test_case *test)
{
    const struct program_health *health = health_of(worker, test);
    if (worker->keep_going)
        return NULL;
    if (health->start_failures >= GIVE_UP_AFTER && !health->was_ready)
        return format_text("not run: %s never became ready, %d times in a row", test->program->name, GIVE_UP_AFTER);
    if (health->control_failures >= GIVE_UP_AFTER)
        return format_text("not run: the control of %s failed %d times in a row", test->program->name, GIVE_UP_AFTER);
    return NULL;
}

static bool open_cell(struct worker *worker, struct result *result)
{
    if (worker->cell || worker->target->running)
        return true;
    int outcome = cell_open(worker->sandbox, worker->cpu, &worker->cell);
    if (outcome < 0)
        unresolved(result, format_text("cannot make a cell to run in: %s", strerror(-outcome)));
    return outcome == 0;
}

void worker_run(struct worker *worker, const struct plan_entry *entry, struct result *result)
{
    const struct test_case *test = entry->test;
    int64_t start = clock_now();
    const char *missing = target_missing(worker->target, launch_of(worker, test), test);
    char *reason = missing || entry->deselected ? NULL : hopeless(worker, test);
    if (entry->deselected) {
        result_decide(result, VERDICT_SKIP, NULL, NULL, NULL, duplicate("slow; left out by --skip-slow"));
    } else if (missing) {
        result_decide(result, VERDICT_UNSUPPORTED, NULL, NULL, NULL, duplicate(missing));
    } else if (reason) {
        unresolved(result, reason);
    } else if (open_cell(worker, result)) {
        struct segmentation segmentation = {.transform = entry->transform};
        if (entry->transform == TRANSFORM_SPLIT)
            run_splits(worker, test, result);
        else
            run_once(worker, test, &segmentation, result);
        if (result->by_chance)
            run_again(worker, entry, result);
    }
    result->seconds = (double)(clock_now() - start) / 1e9;
}

void worker_settle(struct worker *worker, const struct plan_entry *next, struct result *last)
{
    if (worker->has_instance && !(next && share_instance(worker->instance_of, next->test)))
        stop_instance(worker, last);
}

void worker_close(struct worker *worker)
{
    stop_instance(worker, NULL);
    cell_close(worker->cell);
    worker->cell = NULL;
    if (worker->directory[0]) {
        place_clear(worker->path);
        rmdir(worker->directory);
    }
}
