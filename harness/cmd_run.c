// `sockspec run`: run cases against an implementation and report.
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cmd.h"
#include "report/reporter.h"
#include "run/engine.h"
#include "run/event.h"
#include "run/launch.h"
#include "suite/expectations.h"

static const char help[] =
    "usage: sockspec run [OPTION...] [PROGRAM|CASE|SUITE...]\n"
    "       sockspec run [OPTION...] PROGRAM|CASE|SUITE... -- COMMAND {port}\n"
    "       sockspec run [OPTION...] PROGRAM|CASE|SUITE... --at URL\n"
    "\n"
    "Runs cases against an implementation. PROGRAM is one of `sockspec list --programs`, CASE a case id or a\n"
    "shell-style pattern of ids ('ws/control/*'), SUITE a suite file (FILE.yaml, or FILE.yaml:PATTERN for some of\n"
    "its cases), of this project or of your own; without any, all cases of the profile's programs run. The implementation is started by a profile, by COMMAND (where {port}, {address}, {host}, {url}, {path} or\n"
    "{arguments} stand for what the harness chooses), or runs already at URL (ws://, tcp://, udp://, unix:).\n"
    "\n"
    "Choosing cases:\n"
    "      --requirement PATTERN  only cases that check a requirement of this id\n"
    "      --level LEVEL          only cases of level MUST, SHOULD or MAY\n"
    "      --skip-slow            leave out cases that wait in real time\n"
    "The implementation:\n"
    "  -p, --profile FILE|NAME    how to start each program (default: reference)\n"
    "      --without CAPABILITY   the command lacks this option or capability (may be repeated)\n"
    "      --expectations FILE    what is known to deviate\n"
    "Running:\n"
    "  -j, --jobs N               cases at once (default: 16 for each CPU)\n"
    "      --time-scale X         stretch every deadline by this factor (default 1)\n"
    "      --sandbox MODE         auto (default), namespaces, none\n"
    "      --strict               nonstrict counts as a failure\n"
    "      --data DIR             the conformance data\n"
    "Reports (FILE may be -):\n"
    "      --jsonl FILE  --tap FILE  --junit FILE\n"
    "  -v, --verbose              a line for each case\n"
    "  -q, --quiet                no report on the terminal\n"
    "      --color WHEN           auto (default), always, never\n"
    "\n"
    "Exit status: 0 as expected, 1 a case failed, 2 usage or no case, 3 the program never became ready,\n"
    "4 error of the harness, 130 interrupted.\n";

struct run_options {
    struct selection selection;
    const char *data;
    const char *profile;
    const char *at;
    const char *without[16];
    size_t without_count;
    const char *expectations;
    const char *reports[3]; // by the order of report_formats
    size_t jobs;
    double time_scale;
    enum sandbox_mode sandbox;
    bool strict;
    bool verbose;
    bool quiet;
    const char *color;
    const char **command; // behind --, or NULL
};

static const enum report_format report_formats[3] = {REPORT_JSONL, REPORT_TAP, REPORT_JUNIT};

struct run {
    struct run_options options;
    struct catalog catalog;
    struct profile profile;
    struct target target;
    struct plan plan;
    struct expectations expectations;
    struct sandbox *sandbox;
    struct reporter *reporters[4];
    size_t reporter_count;
    size_t counts[VERDICT_COUNT];
    bool not_ready;
    bool report_failed;
    const char *rerun_options;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

// --- options ---

enum option_code {
    OPTION_REQUIREMENT = 256,
    OPTION_LEVEL,
    OPTION_SKIP_SLOW,
    OPTION_WITHOUT,
    OPTION_EXPECTATIONS,
    OPTION_TIME_SCALE,
    OPTION_SANDBOX,
    OPTION_STRICT,
    OPTION_DATA,
    OPTION_AT,
    OPTION_JSONL,
    OPTION_TAP,
    OPTION_JUNIT,
    OPTION_COLOR,
};

static const struct option long_options[] = {
    {"requirement", required_argument, NULL, OPTION_REQUIREMENT},
    {"level", required_argument, NULL, OPTION_LEVEL},
    {"skip-slow", no_argument, NULL, OPTION_SKIP_SLOW},
    {"profile", required_argument, NULL, 'p'},
    {"without", required_argument, NULL, OPTION_WITHOUT},
    {"expectations", required_argument, NULL, OPTION_EXPECTATIONS},
    {"jobs", required_argument, NULL, 'j'},
    {"time-scale", required_argument, NULL, OPTION_TIME_SCALE},
    {"sandbox", required_argument, NULL, OPTION_SANDBOX},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"data", required_argument, NULL, OPTION_DATA},
    {"at", required_argument, NULL, OPTION_AT},
    {"jsonl", required_argument, NULL, OPTION_JSONL},
    {"tap", required_argument, NULL, OPTION_TAP},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int word_index(const char *option, const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    struct buffer list = {0};
    for (size_t i = 0; i < count; i++)
        buffer_format(&list, "%s%s", i ? ", " : "", words[i]);
    usage_error("%s: `%s` is not one of %s", option, word, buffer_string(&list));
    buffer_free(&list);
    return -1;
}

static int parse_jobs(struct run_options *options, const char *text)
{
    long long jobs;
    if (parse_integer(text, &jobs) < 0 || jobs < 1 || jobs > 1024)
        return usage_error("--jobs: `%s` is not a number from 1 to 1024", text);
    options->jobs = (size_t)jobs;
    return 0;
}

static int parse_time_scale(struct run_options *options, const char *text)
{
    char *end;
    options->time_scale = strtod(text, &end);
    if (*end || end == text || !(options->time_scale > 0) || options->time_scale > 1000)
        return usage_error("--time-scale: `%s` is not a factor from above 0 to 1000", text);
    return 0;
}

static int add_word(const char *option, const char **words, size_t *count, const char *word)
{
    if (*count == 16)
        return usage_error("%s: at most 16 times", option);
    words[(*count)++] = word;
    return 0;
}

static int parse_option(struct run_options *options, int code, const char *value)
{
    static const char *const levels[] = {"MAY", "SHOULD", "MUST"};
    static const char *const sandboxes[] = {"auto", "namespaces", "none"};
    static const char *const colors[] = {"auto", "always", "never"};
    int index;
    switch (code) {
    case OPTION_REQUIREMENT:
        options->selection.requirement = value;
        return 0;
    case OPTION_LEVEL:
        index = word_index("--level", value, levels, 3);
        options->selection.has_level = true;
        options->selection.level = (enum level)index;
        return index < 0 ? EXIT_USAGE : 0;
    case OPTION_SKIP_SLOW:
        options->selection.skip_slow = true;
        return 0;
    case 'p':
        options->profile = value;
        return 0;
    case OPTION_WITHOUT:
        return add_word("--without", options->without, &options->without_count, value);
    case OPTION_EXPECTATIONS:
        options->expectations = value;
        return 0;
    case 'j':
        return parse_jobs(options, value);
    case OPTION_TIME_SCALE:
        return parse_time_scale(options, value);
    case OPTION_SANDBOX:
        index = word_index("--sandbox", value, sandboxes, 3);
        options->sandbox = (enum sandbox_mode)index;
        return index < 0 ? EXIT_USAGE : 0;
    case OPTION_STRICT:
        options->strict = true;
        return 0;
    case OPTION_DATA:
        options->data = value;
        return 0;
    case OPTION_AT:
        options->at = value;
        return 0;
    case OPTION_JSONL:
    case OPTION_TAP:
    case OPTION_JUNIT:
        options->reports[code - OPTION_JSONL] = value;
        return 0;
    case 'v':
        options->verbose = true;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case OPTION_COLOR:
        options->color = value;
        return word_index("--color", value, colors, 3) < 0 ? EXIT_USAGE : 0;
    default:
        return EXIT_USAGE;
    }
}

// Returns 0, an exit status, or -1 when help was printed.
static int parse_options(struct run_options *options, int argc, char **argv)
{
    *options = (struct run_options){.time_scale = 1, .color = "auto", .profile = NULL};
    int end = argc;
    for (int i = 1; i < argc && end == argc; i++)
        if (strcmp(argv[i], "--") == 0)
            end = i;
    if (end < argc)
        options->command = (const char **)argv + end + 1;
    if (options->command && !options->command[0])
        return usage_error("no command behind --");
    int code;
    while ((code = getopt_long(end, argv, "p:j:vqh", long_options, NULL)) != -1) {
        if (code == 'h') {
            fputs(help, stdout);
            return -1;
        }
        int result = parse_option(options, code, optarg);
        if (result != 0)
            return result;
    }
    options->selection.words = (const char *const *)argv + optind;
    options->selection.word_count = (size_t)(end - optind);
    if ((options->command != NULL) + (options->at != NULL) + (options->profile != NULL) > 1)
        return usage_error("a command, --at and --profile exclude each other");
    if ((options->command || options->at) && options->selection.word_count == 0)
        return usage_error("which program is it? Name one of `sockspec list --programs`, or cases");
    if (!options->jobs)
        options->jobs = 16 * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    return 0;
}

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
        if (result == 0 && launch_from_command(&run->catalog.arena, run->plan.entries[0].test->program,
                                               options->command, options->without, options->without_count,
                                               &run->profile, &message) < 0)
            result = usage_error("%s", message);
        return result;
    }
    char *path = launch_profile_path(run->catalog.data, options->profile ? options->profile : "reference");
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
    if (catalog_load(&run->catalog, data_directory(options->data)) < 0)
        return EXIT_USAGE;
    for (size_t i = 0; i < options->selection.word_count; i++) {
        const char *path;
        const char *pattern;
        if (suite_word(&run->catalog.arena, options->selection.words[i], &path, &pattern))
            catalog_need_suite(&run->catalog, path);
    }
    if (options->expectations)
        expectations_load(&run->catalog, options->expectations, &run->expectations);
    if (run->catalog.problems.count)
        return EXIT_USAGE;
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
    for (size_t i = 0; i < 3; i++) {
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
    report(run, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:f, s:s, s:b}", "event", "run", "version",
                          SOCKSPEC_VERSION, "time", time_text, "hostname", host, "cases", (int)run->plan.count,
                          "workers", (int)workers, "sandbox",
                          run->sandbox ? sandbox_description(run->sandbox) : "none: the program runs already",
                          "time_scale", run->options.time_scale, "profile",
                          run->target.running ? run->options.at : run->profile.name, "strict",
                          (int)run->options.strict));
}

// The verdict against what the expectations file says.
static void apply_expectation(const struct run *run, const struct plan_entry *entry, struct result *result)
{
    const struct expectation *expectation = expectations_find(&run->expectations, entry->id);
    if (!expectation || result->verdict == VERDICT_SKIP || result->verdict == VERDICT_UNSUPPORTED)
        return;
    enum verdict expected = verdict_of(expectation->verdict);
    enum verdict verdict = result->verdict == expected        ? VERDICT_XFAIL
                           : result->verdict == VERDICT_PASS ? VERDICT_XPASS
                                                              : result->verdict;
    if (verdict == result->verdict)
        return;
    result_decide(result, verdict, result->step, result->expected, result->actual, duplicate(expectation->why));
}

static void publish(void *context, const struct plan_entry *entry, struct result *result)
{
    struct run *run = context;
    run->not_ready |= result->not_ready;
    apply_expectation(run, entry, result);
    run->counts[result->verdict]++;
    char *rerun = launch_rerun(entry, run->catalog.data, run->rerun_options, run->options.command);
    report(run, case_event(entry, result, rerun));
    free(rerun);
}

// --- running ---

static int exit_status(const struct run *run)
{
    if (interrupted)
        return 130;
    if (run->report_failed)
        return EXIT_HARNESS;
    size_t ran = run->plan.count - run->counts[VERDICT_SKIP] - run->counts[VERDICT_UNSUPPORTED];
    if (ran == 0)
        return EXIT_USAGE;
    if (run->not_ready)
        return EXIT_NOT_READY;
    if (run->counts[VERDICT_FAIL] || run->counts[VERDICT_XPASS] || run->counts[VERDICT_UNRESOLVED] ||
        (run->options.strict && run->counts[VERDICT_NONSTRICT]))
        return EXIT_FAILED;
    return EXIT_AS_EXPECTED;
}

static void report_end(struct run *run, double seconds, int status)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < VERDICT_UNKNOWN; i++)
        if (run->counts[i])
            json_object_set_new(counts, verdict_table[i].name, json_integer((json_int_t)run->counts[i]));
    report(run, json_pack("{s:s, s:o, s:f, s:i}", "event", "summary", "counts", counts, "seconds", seconds, "exit",
                          status));
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
        .stop = &interrupted,
        .publish = publish,
        .context = run,
    };
    int64_t start = clock_now();
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

// Workers keep many descriptors: sockets of cases with hundreds of connections, pipes of programs.
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void set_signals(void)
{
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART | (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void release(struct run *run)
{
    for (size_t i = 0; i < run->reporter_count; i++)
        reporter_close(run->reporters[i]);
    sandbox_close(run->sandbox);
    plan_free(&run->plan);
    free(run->expectations.items);
    catalog_free(&run->catalog);
}

int cmd_run(int argc, char **argv)
{
    struct run run = {0};
    int status = parse_options(&run.options, argc, argv);
    if (status != 0)
        return status < 0 ? EXIT_AS_EXPECTED : status;
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
        set_signals();
        status = run_plan(&run);
    }
    free(rerun_options);
    release(&run);
    return status;
}
