// `sockspec run`: run cases against an implementation and report.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "cmd.h"
#include "cmd_run_options.h"
#include "report/reporter.h"
#include "run/engine.h"
#include "run/event.h"
#include "run/launch.h"
#include "suite/expectations.h"

// In the order of the options' `reports`.
static const enum report_format report_formats[REPORT_FILES] = {REPORT_JSONL, REPORT_TAP, REPORT_JUNIT, REPORT_HTML,
                                                                REPORT_INDEX};

// Whether a program could be started.
struct readiness {
    bool failed;
    bool reached;
};

struct run {
    struct run_options options;
    struct catalog catalog;
    struct profile profile;
    struct target target;
    struct plan plan;
    struct expectations expectations;
    struct sandbox *sandbox;
    struct reporter *reporters[REPORT_FILES + 1]; // and the terminal
    size_t reporter_count;
    size_t counts[VERDICT_COUNT];
    struct readiness *readiness; // by index of the catalog's programs
    bool report_failed;
    bool failed_fast; // what interrupted it is --fail-fast
    const char *rerun_options;
};

// --- preparing ---

// The plan's programs that the target cannot start are left out where everything was asked for, and an error where
// they were named.
static int check_launches(struct run *run)
{
    size_t kept = 0;
    for (size_t i = 0; i < run->plan.count; i++) {
        struct plan_entry *entry = &run->plan.entries[i];
        if (run->target.running || profile_launch(&run->profile, entry->test->program)) {
            run->plan.entries[kept++] = *entry;
            continue;
        }
        if (run->options.selection.word_count)
            return usage_error("the profile %s has no program `%s`", run->profile.name, entry->test->program->name);
        free(entry->id);
    }
    run->plan.count = kept;
    return kept ? 0 : usage_error("the profile %s has none of the programs", run->profile.name);
}

// A command or URL is one program's.
static int check_single_program(const struct run *run)
{
    for (size_t i = 1; i < run->plan.count; i++)
        if (run->plan.entries[i].test->program != run->plan.entries[0].test->program)
            return usage_error("the cases are of several programs (%s, %s), but there is one command",
                               run->plan.entries[0].test->program->name, run->plan.entries[i].test->program->name);
    return 0;
}

// What is declared absent must be something that a case could ask for.
static int check_without(struct run *run, const struct program *program)
{
    const char **known = catalog_capabilities(&run->catalog, &run->catalog.arena, program);
    size_t count = 0;
    while (known[count])
        count++;
    for (size_t i = 0; i < run->options.without_count; i++)
        if (word_index("--without", run->options.without[i], known, count) < 0)
            return EXIT_USAGE;
    return 0;
}

static int prepare_target(struct run *run)
{
    const struct run_options *options = &run->options;
    const char *message = NULL;
    if (options->at) {
        if (target_parse(options->at, &run->target, &message) < 0)
            return usage_error("--at %s: %s", options->at, message);
        return check_single_program(run);
    }
    run->target.profile = &run->profile;
    if (options->command) {
        int result = check_single_program(run);
        if (result == 0)
            result = check_without(run, run->plan.entries[0].test->program);
        if (result == 0 &&
            launch_from_command(&run->catalog.arena, run->plan.entries[0].test->program, options->command,
                                options->without, options->without_count, &run->profile, &message) < 0)
            result = usage_error("%s", message);
        return result;
    }
    char *path = launch_data_path(run->catalog.data, "profiles", options->profile ? options->profile : "reference");
    int result = catalog_load_profile(&run->catalog, path, &run->profile);
    free(path);
    if (result < 0)
        return EXIT_USAGE;
    launch_resolve(&run->catalog.arena, &run->profile);
    return check_launches(run);
}

static int prepare(struct run *run)
{
    struct run_options *options = &run->options;
    char *message = NULL;
    // Expectations are checked against all cases.
    size_t words = options->expectations ? 0 : options->selection.word_count;
    if (catalog_load_for(&run->catalog, data_directory(options->data), options->selection.words, words) < 0)
        return EXIT_USAGE;
    for (size_t i = 0; i < options->selection.word_count; i++) {
        const char *path;
        const char *pattern;
        if (suite_word(&run->catalog.arena, options->selection.words[i], &path, &pattern))
            catalog_need_suite(&run->catalog, path);
    }
    if (options->expectations) {
        char *path = launch_data_path(run->catalog.data, "expectations", options->expectations);
        expectations_load(&run->catalog, arena_text(&run->catalog.arena, path), &run->expectations);
        free(path);
    }
    if (run->catalog.problems.count)
        return EXIT_USAGE;
    if (options->thorough)
        catalog_be_thorough(&run->catalog);
    if (plan_make(&run->catalog, &options->selection, &run->plan, &message) < 0) {
        usage_error("%s", message);
        free(message);
        return EXIT_USAGE;
    }
    return prepare_target(run);
}

// --- reports ---

static int open_reports(struct run *run)
{
    const struct run_options *options = &run->options;
    bool tty = isatty(STDOUT_FILENO);
    struct terminal_options terminal = {
        .color = strcmp(options->color, "always") == 0 ||
                 (strcmp(options->color, "auto") == 0 && tty && !getenv("NO_COLOR")),
        .progress = tty,
        .verbose = options->verbose,
    };
    bool stdout_taken = false;
    for (size_t i = 0; i < REPORT_FILES; i++) {
        if (!options->reports[i])
            continue;
        bool to_stdout = strcmp(options->reports[i], "-") == 0;
        if (to_stdout && stdout_taken)
            return usage_error("only one report can go to standard output");
        stdout_taken |= to_stdout;
        int result = reporter_open(report_formats[i], options->reports[i], NULL, &run->reporters[run->reporter_count]);
        if (result < 0)
            return usage_error("cannot write %s: %s", options->reports[i], strerror(-result));
        run->reporter_count++;
    }
    if (options->quiet || stdout_taken)
        return 0;
    int result = reporter_open(REPORT_TERMINAL, "-", &terminal, &run->reporters[run->reporter_count]);
    if (result < 0)
        return usage_error("cannot write to standard output: %s", strerror(-result));
    run->reporter_count++;
    return 0;
}

static void report(struct run *run, json_t *event)
{
    for (size_t i = 0; i < run->reporter_count; i++) {
        int result = reporter_event(run->reporters[i], event);
        if (result < 0 && !run->report_failed) {
            fprintf(stderr, "sockspec: cannot write a report: %s\n", strerror(-result));
            run->report_failed = true;
        }
    }
    json_decref(event);
}

static void report_start(struct run *run)
{
    char time_text[32];
    char host[256] = "localhost";
    time_t now = time(NULL);
    strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    gethostname(host, sizeof host - 1);
    size_t workers = run->options.jobs < run->plan.count ? run->options.jobs : run->plan.count;
    report(run,
           json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:f, s:I, s:s, s:b}", "event", "run", "version",
                     SOCKSPEC_VERSION, "time", time_text, "hostname", host, "cases", (int)run->plan.count, "workers",
                     (int)workers, "sandbox",
                     run->sandbox ? sandbox_description(run->sandbox) : "none: the program runs already", "time_scale",
                     run->options.time_scale, "seed", (json_int_t)run->options.seed, "profile",
                     run->target.running ? run->options.at : run->profile.name, "strict", (int)run->options.strict));
}

// A program is ready once any of its cases has run; a start that fails later is that case's own affair.
static void note_readiness(struct run *run, const struct plan_entry *entry, const struct result *result)
{
    struct readiness *readiness = &run->readiness[entry->test->program - run->catalog.programs];
    readiness->failed |= result->not_ready;
    readiness->reached |= result->was_ready;
}

static bool never_ready(const struct run *run)
{
    for (size_t i = 0; i < run->catalog.program_count; i++)
        if (run->readiness[i].failed && !run->readiness[i].reached)
            return true;
    return false;
}

static void publish(void *context, const struct plan_entry *entry, struct result *result)
{
    struct run *run = context;
    note_readiness(run, entry, result);
    result_expect(result, expectations_find(&run->expectations, entry->id));
    run->counts[result->verdict]++;
    if (run->options.fail_fast && verdict_spoils(result->verdict, run->options.strict)) {
        run->failed_fast = true;
        interrupted = true;
    }
    char *options = result->seeded ? format_text("%s --seed %" PRIu64, run->rerun_options, run->options.seed)
                                   : duplicate(run->rerun_options);
    char *rerun = launch_rerun(entry, run->catalog.data, options, run->options.command);
    report(run, case_event(entry, result, rerun));
    free(rerun);
    free(options);
}

// --- running ---

static int exit_status(const struct run *run)
{
    if (interrupted && !run->failed_fast)
        return EXIT_INTERRUPTED;
    if (run->report_failed)
        return EXIT_HARNESS;
    size_t ran = run->plan.count - run->counts[VERDICT_SKIP] - run->counts[VERDICT_UNSUPPORTED];
    if (ran == 0)
        return EXIT_USAGE;
    if (never_ready(run))
        return EXIT_NOT_READY;
    return verdicts_spoil(run->counts, run->options.strict) ? EXIT_FAILED : EXIT_AS_EXPECTED;
}

static void report_end(struct run *run, double seconds, int status)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < VERDICT_UNKNOWN; i++)
        if (run->counts[i])
            json_object_set_new(counts, verdict_table[i].name, json_integer((json_int_t)run->counts[i]));
    report(run,
           json_pack("{s:s, s:o, s:f, s:i}", "event", "summary", "counts", counts, "seconds", seconds, "exit", status));
    for (size_t i = 0; i < run->reporter_count; i++) {
        int result = reporter_close(run->reporters[i]);
        if (result < 0 && !run->report_failed) {
            fprintf(stderr, "sockspec: cannot write a report: %s\n", strerror(-result));
            run->report_failed = true;
        }
    }
    run->reporter_count = 0;
}

static int run_plan(struct run *run)
{
    struct engine_settings settings = {
        .catalog = &run->catalog,
        .target = &run->target,
        .sandbox = run->sandbox,
        .workers = run->options.jobs,
        .time_scale = run->options.time_scale,
        .seed = run->options.seed,
        .keep_going = run->options.keep_going,
        .stop = &interrupted,
        .publish = publish,
        .context = run,
    };
    int64_t start = clock_now();
    run->readiness = arena_allocate(&run->catalog.arena, run->catalog.program_count, sizeof *run->readiness);
    report_start(run);
    int result = engine_run(&settings, &run->plan);
    if (result < 0)
        return usage_error("cannot start a worker: %s", strerror(-result)), EXIT_HARNESS;
    int status = exit_status(run);
    double seconds = (double)((clock_now() - start) / 1000) / 1e6;
    report_end(run, seconds, status);
    if (status == EXIT_USAGE)
        usage_error("no case ran: all of them are unsupported or left out");
    return run->report_failed ? EXIT_HARNESS : status;
}

static void release(struct run *run)
{
    for (size_t i = 0; i < run->reporter_count; i++)
        reporter_close(run->reporters[i]);
    sandbox_close(run->sandbox);
    plan_free(&run->plan);
    free(run->expectations.items);
    target_end(&run->target);
    catalog_free(&run->catalog);
}

int cmd_run(int argc, char **argv)
{
    struct run run = {0};
    int status = run_options_parse(&run.options, argc, argv);
    if (status != 0)
        return status == HELP_PRINTED ? EXIT_AS_EXPECTED : status;
    raise_descriptor_limit();
    // The keeper is forked while this process is still small and has one thread.
    if (!run.options.at) {
        int result = sandbox_open(run.options.sandbox, &run.sandbox);
        if (result < 0)
            return usage_error("cannot make the sandbox: %s", strerror(-result)), EXIT_HARNESS;
    }
    status = prepare(&run);
    problems_print(&run.catalog.problems, stderr);
    char *rerun_options = launch_rerun_options(argc, argv);
    run.rerun_options = rerun_options;
    if (status == 0)
        status = open_reports(&run);
    if (status == 0) {
        interrupt_catch();
        status = run_plan(&run);
    }
    free(rerun_options);
    release(&run);
    return status;
}
