// `sockspec fuzz`: random sequences, judged by a model.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "base/random.h"
#include "cmd.h"
#include "cmd_cases.h"
#include "cmd_target.h"
#include "probe/ws_fuzz.h"
#include "probe/ws_reduce.h"

static const char help[] =
    "usage: sockspec fuzz [OPTION...] PROGRAM [-- COMMAND {port}]\n"
    "\n"
    "Plays random sequences with a program and has a model judge what it answers: legal until they are not, with\n"
    "contents at the borders of the format, cut into writes anywhere. A failure is cut down to as little as fails, and\n"
    "printed as a case that `sockspec run` accepts. The same seed gives the same run.\n"
    "\n"
    "      --seed N               repeat the run that printed this seed (default: a new one)\n"
    "      --cases N              sequences to play (default 10000)\n"
    "      --out FILE             write the case of a failure there too\n";

enum { OPTION_SEED = 256, OPTION_CASES, OPTION_OUT };

static const struct option long_options[] = {
    {"seed", required_argument, NULL, OPTION_SEED},
    {"cases", required_argument, NULL, OPTION_CASES},
    {"out", required_argument, NULL, OPTION_OUT},
    TARGET_OPTIONS,
};

struct fuzz_options {
    struct target_options target;
    uint64_t seed;
    uint64_t cases;
    const char *out;
};

static int parse(struct fuzz_options *options, int argc, char **argv)
{
    target_options_begin(&options->target);
    int end = target_options_command(&options->target, argc, argv);
    int code;
    while ((code = getopt_long(end, argv, "p:j:h", long_options, NULL)) != -1) {
        long long number = 0;
        int result = 0;
        if (code == 'h') {
            printf("%s%s%s", help, target_options_help, exit_status_help);
            return HELP_PRINTED;
        }
        if (code == OPTION_SEED) {
            result = parse_seed(optarg, &options->seed);
        } else if (code == OPTION_CASES) {
            result = parse_count("--cases", optarg, 1, INT64_MAX, &number);
            options->cases = (uint64_t)number;
        } else if (code == OPTION_OUT) {
            options->out = optarg;
        } else {
            result = target_option_take(&options->target, code, optarg);
        }
        if (result != 0)
            return result;
    }
    return target_options_finish(&options->target, argv + optind, end - optind);
}

static void show_progress(void *context, uint64_t done)
{
    const struct fuzz_options *options = context;
    fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " sequences", done, options->cases);
}

static void print_outcome(const struct ws_fuzz_outcome *outcome)
{
    printf("%" PRIu64 " sequences of %" PRIu64 " frames on %" PRIu64
           " connections in %.1f s, %.0f sequences a second\n",
           outcome->sequences, outcome->moves, outcome->connections, outcome->seconds,
           (double)outcome->sequences / outcome->seconds);
    for (size_t i = 0; i < outcome->weakness_count; i++)
        printf("weaker than best, %" PRIu64 " times, first in sequence %" PRIu64 ": %s\n", outcome->weaknesses[i].count,
               outcome->weaknesses[i].first, outcome->weaknesses[i].why);
}

// What the connection of the failure had carried, the sequence that failed the last.
static struct ws_sequence conversation(const struct fuzz_options *options, uint64_t first, uint64_t last,
                                       struct arena *arena)
{
    struct ws_sequence whole = {0};
    for (uint64_t number = first; number <= last; number++) {
        struct ws_sequence sequence = ws_fuzz_sequence(options->seed, number, arena);
        struct ws_move *moves = arena_allocate(arena, whole.count + sequence.count, sizeof *moves);
        if (whole.count)
            memcpy(moves, whole.moves, whole.count * sizeof *moves);
        memcpy(moves + whole.count, sequence.moves, sequence.count * sizeof *moves);
        // The first move of a sequence comes when all before it is answered.
        if (whole.count)
            moves[whole.count - 1].awaited = true;
        whole = (struct ws_sequence){moves, whole.count + sequence.count};
    }
    return whole;
}

static void print_case(const struct fuzz_options *options, const struct ws_reduced *reduced, uint64_t number)
{
    struct buffer text = {0};
    char *id = format_text("fuzz/seed-%" PRIu64 "-sequence-%" PRIu64, options->seed, number);
    char *title =
        format_text("Sequence %" PRIu64 " of seed %" PRIu64 " is answered as RFC 6455 allows", number, options->seed);
    ws_reduced_write(reduced, options->target.program, id, title, NULL, &text);
    target_print_case(&options->target, options->out, buffer_string(&text));
    buffer_free(&text);
    free(title);
    free(id);
}

// Makes the failure as small as it gets and prints it. Returns the exit status.
static int report_failure(const struct fuzz_options *options, const struct host_settings *host,
                          const struct ws_fuzz_outcome *outcome)
{
    struct arena arena = {0};
    struct ws_reduced reduced;
    char *message = NULL;
    printf("sequence %" PRIu64 " failed: %s\n", outcome->number, outcome->actual);
    fflush(stdout);
    struct ws_sequence sequence = conversation(options, outcome->number, outcome->number, &arena);
    int result = ws_reduce(host, &sequence, options->target.strict, &arena, &reduced, &message);
    if (result == 0 && !reduced.repeats && outcome->first < outcome->number) {
        ws_reduced_free(&reduced);
        sequence = conversation(options, outcome->first, outcome->number, &arena);
        result = ws_reduce(host, &sequence, options->target.strict, &arena, &reduced, &message);
    }
    if (result < 0) {
        usage_error("%s", message);
    } else if (!reduced.repeats) {
        puts("it did not fail again when it was played alone, nor did what its connection had carried");
    } else {
        struct buffer text = {0};
        ws_reduced_describe(&reduced, &text);
        printf("the least that fails, of %zu frames, after %zu attempts:\n%s", sequence.count, reduced.attempts,
               buffer_string(&text));
        buffer_free(&text);
        print_case(options, &reduced, outcome->number);
    }
    ws_reduced_free(&reduced);
    arena_free(&arena);
    free(message);
    return result < 0 ? EXIT_NOT_READY : EXIT_FAILED;
}

static int fuzz(const struct fuzz_options *options, const struct target_session *session)
{
    struct ws_fuzz_outcome outcome;
    bool terminal = isatty(STDERR_FILENO);
    struct ws_fuzz_settings settings = {
        .host = target_session_host(session, &options->target),
        .seed = options->seed,
        .cases = options->cases,
        .jobs = options->target.jobs,
        .strict = options->target.strict,
        .stop = &interrupted,
        .progress = terminal ? show_progress : NULL,
        .context = (void *)(uintptr_t)options,
    };
    printf("seed %" PRIu64 "\n", options->seed);
    fflush(stdout);
    ws_fuzz_run(&settings, &outcome);
    if (terminal)
        fputs("\r\033[K", stderr);
    print_outcome(&outcome);
    int status = outcome.failed ? report_failure(options, &settings.host, &outcome) : EXIT_AS_EXPECTED;
    if (interrupted)
        status = EXIT_INTERRUPTED;
    if (outcome.error) {
        usage_error("%s", outcome.error);
        status = EXIT_NOT_READY;
    }
    ws_fuzz_outcome_free(&outcome);
    return status;
}

int cmd_fuzz(int argc, char **argv)
{
    struct fuzz_options options = {.seed = random_seed(), .cases = 10000};
    int status = parse(&options, argc, argv);
    if (status != 0)
        return status == HELP_PRINTED ? EXIT_AS_EXPECTED : status;
    struct target_session session;
    struct case_model model;
    status = target_session_open(&session, &options.target);
    if (status == 0)
        interrupt_catch();
    if (status == 0 && case_model_find(options.target.program, &model)) {
        printf("seed %" PRIu64 "\n", options.seed);
        status = cases_fuzz(&session, &options.target, &model, options.seed, options.cases, options.out);
    } else if (status == 0 && strcmp(options.target.program, "ws-echo-server") != 0) {
        status = usage_error("there is no model of %s, only of %s", options.target.program, case_model_programs);
    } else if (status == 0) {
        status = fuzz(&options, &session);
    }
    target_session_close(&session);
    return status;
}
