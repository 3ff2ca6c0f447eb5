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
#include "run/worker_program.h"

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

static void unresolved(struct result *result, char *why)
{
    result_decide(result, VERDICT_UNRESOLVED, NULL, NULL, NULL, why);
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
    struct program_health *health = worker_health(worker, test);
    if (script_control(context, VERDICT_FAIL, "after the case the server no longer serves a fresh client") == 0)
        health->control_failures = 0;
    else
        health->control_failures++;
}

// The control has failed. When it does not fail on a fresh start, the program works: it is what the case did before, or
// its options, that the program does not get over.
static void look_for_blame(struct worker *worker, const struct script_context *context, struct endpoint *endpoint,
                           struct result *result)
{
    struct test_case test = *context->test;
    bool late = result->late_control;
    if (result->verdict != VERDICT_UNRESOLVED || !result->control_failed || test.role != ROLE_SERVER ||
        worker->target->running || (!late && !test.option_count))
        return;
    if (!late)
        test.option_count = 0;
    struct result fresh = {0};
    struct script_context again = *context;
    again.test = &test;
    again.result = &fresh;
    transcript_begin(&fresh.transcript);
    worker_stop(worker, result);
    worker_choose_path(worker, &test);
    endpoint->path = worker->path;
    worker_start(worker, &test, endpoint, &fresh);
    if (went_well(&fresh) && script_control(&again, VERDICT_UNRESOLVED, "") == 0) {
        result->verdict = VERDICT_FAIL;
        free(result->why);
        result->why = duplicate(late ? "started anew the program works: it is this case that it does not survive"
                                     : "the program works without the options of this case");
    }
    result_free(&fresh);
    worker_stop(worker, NULL); // it was started for `test`, which goes
}

static void keep_errors(const struct worker *worker, struct result *result)
{
    const struct buffer *errors = &worker->instance.errors.all;
    if (went_well(result) || errors->length == 0 || result->errors)
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
        .sockets = worker_sockets(worker),
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
        worker_choose_path(worker, test);
    char *problem = surroundings_make(&surroundings, &context, worker->path);
    if (problem)
        unresolved(result, problem);
    if (!reuse && !problem) {
        worker_stop(worker, NULL);
        worker_start(worker, test, &surroundings.endpoint, result);
    }
    result->was_ready = worker->instance.ready;
    if (went_well(result)) {
        script_run(&context);
        script_end(&context);
        look_at_program(worker, &context, result);
        check_liveness(worker, &context, result);
        keep_errors(worker, result);
        look_for_blame(worker, &context, &surroundings.endpoint, result);
    }
    *segmentation = context.segmentation;
    result->seeded |= context.random.state != random.state;
    if (result->verdict == VERDICT_UNRESOLVED && !result->not_ready)
        worker_health(worker, test)->control_failures++;
    keep_errors(worker, result);
    script_end(&context); // of a script that never ran
    surroundings_end(&surroundings);
    if (!went_well(result) || needs_own_instance(test) || context.exit_expected)
        worker_stop(worker, result);
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
    const struct program_health *health = worker_health(worker, test);
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
    const char *missing = target_missing(worker->target, worker_launch(worker, test), test);
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
        worker_stop(worker, last);
}

void worker_close(struct worker *worker)
{
    worker_stop(worker, NULL);
    cell_close(worker->cell);
    worker->cell = NULL;
    if (worker->directory[0]) {
        place_clear(worker->path);
        rmdir(worker->directory);
    }
}
