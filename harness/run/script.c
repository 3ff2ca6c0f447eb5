#include "run/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"

int64_t patience_ms(const struct script_context *context, enum patience patience)
{
    static const int64_t classes[] = {[PATIENCE_PROMPT] = 2000, [PATIENCE_NORMAL] = 5000, [PATIENCE_SLOW] = 30000};
    return (int64_t)((double)classes[patience] * context->time_scale);
}

int64_t step_deadline(const struct script_context *context, const struct step *step)
{
    // A time that is written out is a requirement's: it can be stretched, not shortened.
    int64_t ms = step->patience == PATIENCE_EXACT
                     ? (int64_t)((double)step->within_ms * (context->time_scale > 1 ? context->time_scale : 1))
                     : patience_ms(context, step->patience);
    return clock_now() + ms * NANOSECONDS_PER_MS;
}

// A fail is as heavy as the strongest requirement of the case; a crash is decided elsewhere and stays a fail.
static enum verdict verdict_of_level(const struct script_context *context)
{
    switch (context->test->level) {
    case LEVEL_MUST:
        return VERDICT_FAIL;
    case LEVEL_SHOULD:
        return VERDICT_NONSTRICT;
    case LEVEL_MAY:
        return VERDICT_INFO;
    }
    return VERDICT_FAIL;
}

int step_fail(struct script_context *context, const struct step *step, char *expected, char *actual)
{
    enum verdict verdict = context->result->hard ? VERDICT_FAIL : verdict_of_level(context);
    result_decide(context->result, verdict, step, expected, actual, NULL);
    return -1;
}

int step_unresolved(struct script_context *context, const struct step *step, char *why)
{
    result_decide(context->result, VERDICT_UNRESOLVED, step, NULL, NULL, why);
    return -1;
}

char *failure_text(const struct script_context *context, const char *action, int error)
{
    if (error == -ETIMEDOUT)
        return format_text("%s within the time allowed", action);
    if (error == -EXDEV)
        return format_text("%s from the address that it was sent to", action);
    if (error != -EOWNERDEAD)
        return format_text("%s: %s", action, strerror(-error));
    instance_ended(context->instance);
    char *fate = instance_fate(context->instance);
    char *text = format_text("%s: the program %s", action, fate);
    free(fate);
    return text;
}

// --- connections ---

struct connection *connection_next(const struct script_context *context, const char *name,
                                   const struct connection *after)
{
    bool passed = after == NULL;
    if (context->stand_in && strcmp(name, "main") == 0)
        return after ? NULL : context->stand_in;
    for (size_t i = 0; i < context->connection_count; i++) {
        struct connection *connection = context->connections[i];
        if (passed && strcmp(connection->name, name) == 0)
            return connection;
        passed |= connection == after;
    }
    return NULL;
}

static void connection_drop(struct connection *connection)
{
    channel_free(&connection->channel);
    ws_deflate_free(&connection->deflate);
    free(connection);
}

struct connection *connection_make(struct script_context *context, const char *name)
{
    struct connection *connection = allocate(1, sizeof *connection);
    connection->name = name;
    connection->target = context->instance->path;
    connection->random = &context->random;
    connection->channel.fd = -1;
    connection->channel.waiter = &context->waiter;
    connection->channel.transcript = &context->result->transcript;
    strncpy(connection->channel.name, name, sizeof connection->channel.name - 1);
    context->connections = grow(context->connections, context->connection_count, sizeof(struct connection *));
    context->connections[context->connection_count++] = connection;
    return connection;
}

void connection_acted(struct connection *connection)
{
    connection->last_action = clock_now();
    if (!connection->waiting_since)
        connection->waiting_since = connection->last_action;
}

void connections_drop(struct script_context *context, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < context->connection_count; i++) {
        struct connection *connection = context->connections[i];
        if (strcmp(connection->name, name) == 0)
            connection_drop(connection);
        else
            context->connections[kept++] = connection;
    }
    context->connection_count = kept;
}

// --- steps ---

static int step_shutdown(struct script_context *context, const struct step *step, struct connection *connection)
{
    (void)context;
    (void)step;
    channel_shutdown(&connection->channel);
    return 0;
}

static int step_cut(struct script_context *context, const struct step *step, struct connection *connection)
{
    (void)context;
    (void)step;
    channel_cut(&connection->channel);
    return 0;
}

static int step_reset(struct script_context *context, const struct step *step, struct connection *connection)
{
    (void)context;
    (void)step;
    channel_reset(&connection->channel);
    return 0;
}

static int step_close(struct script_context *context, const struct step *step, struct connection *connection)
{
    char *unexpected = unexpected_on_connection(connection);
    channel_close(&connection->channel);
    return unexpected ? step_fail(context, step, duplicate("nothing more"), unexpected) : 0;
}

// Steps that are done on each connection of the name.
static int (*const connection_steps[STEP_COUNT])(struct script_context *context, const struct step *step,
                                                 struct connection *connection) = {
    [STEP_SEND] = step_send,
    [STEP_FLOOD] = step_flood,
    [STEP_EXPECT] = expect_on_connection,
    [STEP_EXPECT_KEEPALIVE] = step_keepalive,
    [STEP_EXPECT_OPEN] = step_expect_open,
    [STEP_SHUTDOWN] = step_shutdown,
    [STEP_CUT] = step_cut,
    [STEP_RESET] = step_reset,
    [STEP_CLOSE] = step_close,
};

static int run_on_each(struct script_context *context, const struct step *step)
{
    struct connection *connection = connection_next(context, step->on, NULL);
    if (!connection)
        return step_unresolved(context, step, format_text("there is no connection `%s`", step->on));
    for (; connection; connection = connection_next(context, step->on, connection))
        if (connection_steps[step->word](context, step, connection) < 0)
            return -1;
    return 0;
}

// Sends a datagram to the client under test from a socket that it does not know.
static int send_from_other(struct script_context *context, const struct step *step)
{
    struct connection *known = connection_next(context, step->on, NULL);
    connections_drop(context, "other");
    struct connection *other = connection_make(context, "other");
    int result = channel_connect(&other->channel, &context->sockets, SOCK_DGRAM, &known->channel.peer,
                                 step_deadline(context, step));
    if (result < 0)
        return step_unresolved(context, step, failure_text(context, "a second socket", result));
    return step_send(context, step, other);
}

static const char control_failed[] = "the positive control failed: the program does not work to begin with";

static int note_control(struct script_context *context, const struct step *step)
{
    context->result->control_failed = true;
    context->result->late_control = step != context->test->script.steps;
    return -1;
}

// The check of the control on a connection of the case: its "main" is that connection for a while.
static int control_on(struct script_context *context, const struct step *step, const char *name)
{
    const struct script *check = &context->test->program->control_check;
    struct connection *connection = connection_next(context, name, NULL);
    enum verdict before = context->result->verdict;
    if (!connection)
        return step_unresolved(context, step, format_text("there is no connection `%s`", name));
    for (; connection; connection = connection_next(context, name, connection)) {
        context->stand_in = connection;
        int result = steps_run(context, check->steps, check->count);
        context->stand_in = NULL;
        if (result < 0) {
            if (context->result->verdict != before)
                context->result->verdict = VERDICT_UNRESOLVED;
            free(context->result->why);
            context->result->why = duplicate(control_failed);
            return note_control(context, step);
        }
    }
    return 0;
}

int script_control(struct script_context *context, enum verdict verdict, const char *why)
{
    const struct program *program = context->test->program;
    const struct script *parts[] = {&program->control_open, &program->control_check, &program->control_close};
    // A context of its own, so that its connection is not one of the case's.
    struct script_context fresh = *context;
    struct result result = {.transcript = context->result->transcript};
    fresh.stand_in = NULL;
    fresh.connections = NULL;
    fresh.connection_count = 0;
    fresh.segmentation = (struct segmentation){0};
    fresh.result = &result;
    int outcome = 0;
    for (size_t i = 0; i < 3 && outcome == 0; i++)
        outcome = steps_run(&fresh, parts[i]->steps, parts[i]->count);
    for (size_t i = 0; i < fresh.connection_count; i++)
        connection_drop(fresh.connections[i]);
    free(fresh.connections);
    context->result->transcript = result.transcript;
    if (outcome < 0)
        result_decide(context->result, verdict, result.step, result.expected, result.actual, duplicate(why));
    else {
        free(result.expected);
        free(result.actual);
    }
    free(result.why);
    return outcome;
}

static int run_control(struct script_context *context, const struct step *step)
{
    if (step->on)
        return control_on(context, step, step->on);
    // There is no second connection with a guest; the one that there is proves as much, as long as it is open.
    if (context->guest)
        return context->guest->websocket && !context->guest->close_sent && context->guest->channel.fd >= 0
                   ? control_on(context, step, context->guest->name)
                   : 0;
    return script_control(context, VERDICT_UNRESOLVED, control_failed) < 0 ? note_control(context, step) : 0;
}

// Whether a step gives the program something to do and waits for it.
static bool is_a_round(const struct step *steps, size_t count)
{
    bool asks = false;
    bool awaits = false;
    for (size_t i = 0; i < count; i++) {
        asks |= steps[i].word == STEP_SEND || steps[i].word == STEP_CONNECT;
        awaits |= steps[i].word == STEP_EXPECT || steps[i].word == STEP_EXPECT_OPEN;
        if (steps[i].word == STEP_OPEN || steps[i].word == STEP_CONTROL)
            asks = awaits = true;
    }
    return asks && awaits;
}

// A program that is slow, and right, need not do all the rounds of a question and its answer, unless they are counted.
static int run_repeat(struct script_context *context, const struct step *step)
{
    int64_t end = clock_now() + (int64_t)(ENOUGH_MS * context->time_scale) * NANOSECONDS_PER_MS;
    bool rounds = !step->all && is_a_round(step->steps, step->step_count);
    for (long long i = 0; i < step->count; i++) {
        if (rounds && clock_now() > end) {
            context->result->rounds_left_out += step->count - i;
            break;
        }
        if (steps_run(context, step->steps, step->step_count) < 0)
            return -1;
    }
    return 0;
}

static int step_pause(struct script_context *context, const struct step *step)
{
    (void)context;
    struct timespec pause = {.tv_sec = step->pause_ms / 1000, .tv_nsec = step->pause_ms % 1000 * NANOSECONDS_PER_MS};
    nanosleep(&pause, NULL);
    return 0;
}

// All other steps.
static int (*const other_steps[STEP_COUNT])(struct script_context *context, const struct step *step) = {
    [STEP_CONNECT] = step_connect,
    [STEP_ACCEPT] = step_accept,
    [STEP_OPEN] = step_open,
    [STEP_UPGRADE] = step_upgrade,
    [STEP_CLOSE_WS] = step_close_ws,
    [STEP_PAUSE] = step_pause,
    [STEP_CONTROL] = run_control,
    [STEP_REPEAT] = run_repeat,
    [STEP_STDIN] = step_stdin,
    [STEP_STDIN_EOF] = step_stdin_eof,
    [STEP_EXPECT_STDOUT] = step_expect_stdout,
    [STEP_EXPECT_STDERR] = step_expect_stderr,
    [STEP_SIGNAL] = step_signal,
    [STEP_EXPECT_EXIT] = step_expect_exit,
    [STEP_RESTART] = step_restart,
    [STEP_RESOURCES] = step_resources,
    [STEP_EXPECT_RESOURCES] = step_expect_resources,
    [STEP_EXPECT_UNIFORM] = step_expect_uniform,
    [STEP_EXPECT_DIFFERENT] = step_expect_different,
    [STEP_EXPECT_SAME] = step_expect_same,
    [STEP_EXPECT_DISTINCT] = step_expect_distinct,
    [STEP_EXPECT_PATH] = step_expect_path,
};

static int run_step(struct script_context *context, const struct step *step)
{
    if (step->from_other)
        return send_from_other(context, step);
    return connection_steps[step->word] ? run_on_each(context, step) : other_steps[step->word](context, step);
}

int steps_run(struct script_context *context, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (run_step(context, &steps[i]) < 0)
            return -1;
    return 0;
}

// --- a whole case ---

void script_begin(struct script_context *context)
{
    context->waiter = (struct waiter){instance_wait, context->instance};
    context->listener = -1;
    context->samples = allocate(1, sizeof *context->samples);
}

// What nobody expected: bytes left on a connection, output left unread.
static void look_for_strays(struct script_context *context)
{
    const struct step *last = &context->test->script.steps[context->test->script.count - 1];
    for (size_t i = 0; i < context->connection_count; i++) {
        char *unexpected = unexpected_on_connection(context->connections[i]);
        if (unexpected)
            step_fail(context, last, duplicate("nothing more"), unexpected);
    }
    instance_pump(context->instance);
    if (context->instance->started && context->test->program->strict_stdout &&
        context->instance->output.unread.length) {
        struct buffer text = {0};
        const struct buffer *unread = &context->instance->output.unread;
        buffer_text(&text, "on standard output \"");
        buffer_escaped(&text, unread->data, unread->length, 200);
        buffer_text(&text, "\"");
        step_fail(context, last, duplicate("nothing more"), buffer_take(&text));
    }
}

void script_run(struct script_context *context)
{
    if (steps_run(context, context->test->script.steps, context->test->script.count) == 0)
        look_for_strays(context);
}

void script_end(struct script_context *context)
{
    samples_free(context->samples);
    context->samples = NULL;
    for (size_t i = 0; i < context->connection_count; i++)
        connection_drop(context->connections[i]);
    free(context->connections);
    context->connections = NULL;
    context->connection_count = 0;
}
