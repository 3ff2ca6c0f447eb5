// Steps about the program itself: its input and output, signals, its end, what it uses.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/place.h"
#include "run/script.h"

int step_stdin(struct script_context *context, const struct step *step)
{
    struct buffer bytes = {0};
    payload_append(&step->payload, &bytes);
    transcript_bytes(&context->result->transcript, "stdin", DIRECTION_OUT, bytes.data, bytes.length);
    instance_feed(context->instance, bytes.data, bytes.length);
    buffer_free(&bytes);
    return 0;
}

int step_stdin_eof(struct script_context *context, const struct step *step)
{
    (void)step;
    instance_feed_end(context->instance);
    transcript_note(&context->result->transcript, "stdin", "closed");
    return 0;
}

// --- the end ---

static void describe_exits(const struct step *step, struct buffer *out)
{
    for (size_t i = 0; i < step->exit_count; i++) {
        const struct exit_matcher *matcher = &step->exits[i];
        buffer_text(out, i ? " or " : "exit status ");
        if (matcher->nonzero)
            buffer_text(out, "other than 0");
        else
            buffer_format(out, "%d", matcher->code);
    }
}

static const struct exit_matcher *find_exit(const struct step *step, int status)
{
    if (!WIFEXITED(status))
        return NULL;
    for (size_t i = 0; i < step->exit_count; i++) {
        const struct exit_matcher *matcher = &step->exits[i];
        if (matcher->nonzero ? WEXITSTATUS(status) != 0 : WEXITSTATUS(status) == matcher->code)
            return matcher;
    }
    return NULL;
}

// What it printed to the end belongs to the case.
static void read_to_end(struct instance *instance, int64_t deadline)
{
    while (!(instance->output.ended && instance->errors.ended) && clock_now() < deadline) {
        struct pollfd items[INSTANCE_POLLS];
        instance_poll_items(instance, items);
        poll(items, INSTANCE_POLLS, clock_poll_ms(deadline));
        instance_pump(instance);
    }
}

int step_expect_exit(struct script_context *context, const struct step *step)
{
    struct instance *instance = context->instance;
    struct buffer expected = {0};
    int64_t deadline = step_deadline(context, step);
    context->exit_expected = true;
    describe_exits(step, &expected);
    while (!instance_ended(instance)) {
        struct pollfd items[1 + INSTANCE_POLLS] = {{.fd = instance->process.exited, .events = POLLIN}};
        instance_poll_items(instance, items + 1);
        if (clock_now() >= deadline)
            return step_fail(context, step, buffer_take(&expected), duplicate("the program is still running"));
        poll(items, 1 + INSTANCE_POLLS, clock_poll_ms(deadline));
        instance_pump(instance);
    }
    read_to_end(instance, deadline);
    char *fate = instance_fate(instance);
    transcript_note(&context->result->transcript, "program", "%s", fate);
    const struct exit_matcher *matcher = find_exit(step, instance->process.status);
    if (!matcher || matcher->grade == GRADE_FAIL) {
        char *actual = format_text("the program %s", fate);
        free(fate);
        // A death by the signal that the case itself sent is judged by the level of what it checks.
        context->result->hard |=
            WIFSIGNALED(instance->process.status) && WTERMSIG(instance->process.status) != context->signal_sent;
        return step_fail(context, step, buffer_take(&expected), actual);
    }
    if (matcher->grade != GRADE_PASS)
        result_decide(context->result, matcher->grade == GRADE_INFO ? VERDICT_INFO : VERDICT_NONSTRICT, step,
                      buffer_take(&expected), format_text("the program %s", fate),
                      matcher->why ? duplicate(matcher->why) : NULL);
    buffer_free(&expected);
    free(fate);
    return 0;
}

int step_signal(struct script_context *context, const struct step *step)
{
    transcript_note(&context->result->transcript, "program", "signal %s", strsignal(step->signal));
    cell_signal(context->instance->cell, &context->instance->process, step->signal);
    context->signal_sent = step->signal;
    if (step->signal != SIGSTOP && step->signal != SIGCONT)
        context->exit_expected = true;
    return 0;
}

int step_restart(struct script_context *context, const struct step *step)
{
    struct instance *instance = context->instance;
    int64_t deadline = step_deadline(context, step);
    char *message = NULL;
    cell_signal(instance->cell, &instance->process, step->signal);
    while (!instance_ended(instance) && clock_now() < deadline) {
        struct pollfd exited = {.fd = instance->process.exited, .events = POLLIN};
        poll(&exited, 1, 20);
        instance_pump(instance);
    }
    if (!instance_ended(instance))
        return step_fail(context, step, format_text("the end of the program after %s", strsignal(step->signal)),
                         duplicate("it is still running"));
    cell_clear(instance->cell);
    instance_pump(instance);
    int result = instance_restart(instance, &message);
    if (result == 0)
        result = instance_wait_ready(instance, deadline);
    transcript_note(&context->result->transcript, "program", "restarted");
    if (result == 0)
        return 0;
    char *fate = instance_fate(instance);
    char *actual = message ? message : format_text("the program %s", fate);
    free(fate);
    return step_fail(context, step, duplicate("a server that listens again on the same port"), actual);
}

// --- what it uses ---

// The snapshot of that name, or NULL.
static struct snapshot *snapshot_find(struct script_context *context, const char *name)
{
    for (size_t i = 0; i < context->snapshot_count; i++)
        if (strcmp(context->snapshots[i].name, name) == 0)
            return &context->snapshots[i];
    return NULL;
}

int step_resources(struct script_context *context, const struct step *step)
{
    struct snapshot *snapshot = snapshot_find(context, step->on);
    if (!snapshot)
        snapshot = &context->snapshots[context->snapshot_count++]; // the loader has counted them
    snapshot->name = step->on;
    int result = cell_usage(context->instance->cell, &snapshot->usage);
    if (result < 0)
        return step_unresolved(context, step, format_text("cannot read /proc: %s", strerror(-result)));
    return 0;
}

// What grew beyond its bound, in words, or NULL.
static char *excess(const struct step *step, const struct cell_usage *before, const struct cell_usage *now)
{
    const struct {
        const char *what;
        long long bound;
        long growth;
    } items[] = {
        {"descriptors", step->growth.descriptors, now->descriptors - before->descriptors},
        {"threads", step->growth.threads, now->threads - before->threads},
        {"zombies", step->growth.zombies, now->zombies - before->zombies},
        {"KiB of resident memory", step->growth.memory_kib, now->memory_kib - before->memory_kib},
    };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        if (items[i].bound >= 0 && items[i].growth > items[i].bound)
            return format_text("%ld %s more (%lld allowed)", items[i].growth, items[i].what, items[i].bound);
    return NULL;
}

// Polled, since threads and descriptors of the last client may be on their way out.
int step_expect_resources(struct script_context *context, const struct step *step)
{
    const struct snapshot *before = snapshot_find(context, step->on); // the loader has seen to it that there is one
    int64_t deadline = step_deadline(context, step);
    for (;;) {
        struct cell_usage now;
        int result = cell_usage(context->instance->cell, &now);
        if (result < 0)
            return step_unresolved(context, step, format_text("cannot read /proc: %s", strerror(-result)));
        char *more = excess(step, &before->usage, &now);
        if (!more)
            return 0;
        if (clock_now() >= deadline)
            return step_fail(context, step, duplicate("no growth beyond the bounds"), more);
        free(more);
        instance_pump(context->instance); // a program that cannot print waits, and gives nothing back
        nanosleep(&(struct timespec){.tv_nsec = 5 * NANOSECONDS_PER_MS}, NULL);
    }
}

int step_expect_stdout(struct script_context *context, const struct step *step)
{
    return expect_on_output(context, step, &context->instance->output);
}

int step_expect_stderr(struct script_context *context, const struct step *step)
{
    return expect_on_output(context, step, &context->instance->errors);
}

// --- what it leaves at its path ---

int step_expect_path(struct script_context *context, const struct step *step)
{
    const char *path = context->instance->endpoint.path;
    enum place_state state = place_look(path);
    if (state == step->state)
        return 0;
    return step_fail(context, step, format_text("at %s %s", path, place_states[step->state]),
                     format_text("%s", place_states[state]));
}
