// `sockspec audit`: what the suites detect.
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "cmd.h"

static const char help[] =
    "usage: sockspec audit [OPTION...] [PROGRAM...]\n"
    "\n"
    "Puts programs that are wrong in one way each before the suites, and prints what caught them. Exit status 1 when a\n"
    "fault escaped, a case catches nothing and is not excused, a legal program fails, or a null peer passes a MUST.\n"
    "\n"
    "      --faults FILE       another catalogue than those of the conformance data (faults/*.yaml); repeatable\n"
    "      --fault PATTERN     only these faults\n"
    "      --quick             only the cases that the catalogue names for a fault; says nothing about other cases\n"
    "      --gaps              only those and the cases that have caught nothing so far: finds the same gaps much sooner,\n"
    "                          and counts fewer catches\n"
    "      --slow              also cases that wait in real time\n"
    "      --cases             print for each case the faults that it caught\n"
    "      --jsonl FILE        write an event for each fault, case and null peer\n"
    "  -j, --jobs N            cases at once (default: 8 for each CPU)\n"
    "      --time-scale X      multiply all deadlines of the harness\n"
    "      --data DIR          conformance data\n"
    "  -h, --help              print this\n";

enum { JOBS_PER_CPU = 8, MOST_FILES = 64 };

struct audit_options {
    const char *data;
    const char *files[MOST_FILES];
    size_t file_count;
    const char *jsonl;
    bool cases;
    struct audit_settings settings;
};

static int parse_jobs(struct audit_options *options, const char *text)
{
    long long jobs = 0;
    int result = parse_count("--jobs", text, 1, 1024, &jobs);
    options->settings.jobs = (size_t)jobs;
    return result;
}

static int parse_option(struct audit_options *options, int code)
{
    switch (code) {
    case 'f':
        if (options->file_count == MOST_FILES)
            return usage_error("--faults: more than %d files", MOST_FILES);
        options->files[options->file_count++] = optarg;
        return 0;
    case 'p':
        options->settings.fault = optarg;
        return 0;
    case 'q':
        options->settings.quick = true;
        return 0;
    case 'g':
        options->settings.gaps = true;
        return 0;
    case 's':
        options->settings.slow = true;
        return 0;
    case 'c':
        options->cases = true;
        return 0;
    case 'l':
        options->jsonl = optarg;
        return 0;
    case 'j':
        return parse_jobs(options, optarg);
    case 't':
        return parse_time_scale(optarg, &options->settings.time_scale);
    case 'd':
        options->data = optarg;
        return 0;
    case 'h':
        fputs(help, stdout);
        return HELP_PRINTED;
    default:
        return EXIT_USAGE;
    }
}

static int parse_options(int argc, char **argv, struct audit_options *options)
{
    static const struct option known[] = {
        {"faults", required_argument, NULL, 'f'},
        {"fault", required_argument, NULL, 'p'},
        {"quick", no_argument, NULL, 'q'},
        {"gaps", no_argument, NULL, 'g'},
        {"slow", no_argument, NULL, 's'},
        {"cases", no_argument, NULL, 'c'},
        {"jsonl", required_argument, NULL, 'l'},
        {"jobs", required_argument, NULL, 'j'},
        {"time-scale", required_argument, NULL, 't'},
        {"data", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int code;
    options->settings.jobs = JOBS_PER_CPU * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    options->settings.time_scale = 1;
    while ((code = getopt_long(argc, argv, "j:h", known, NULL)) != -1) {
        int result = parse_option(options, code);
        if (result != 0)
            return result;
    }
    return 0;
}

// --- the catalogues ---

struct lists {
    struct fault_list *items;
    size_t count;
};

static bool is_wanted(const struct program *program, char **names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], program->name) == 0)
            return true;
    return count == 0;
}

static void load_list(struct catalog *catalog, const char *path, char **names, int count, struct lists *lists)
{
    struct fault_list list = {0};
    if (faults_load(catalog, path, &list) < 0 || !is_wanted(list.program, names, count))
        return;
    lists->items = grow(lists->items, lists->count, sizeof *lists->items);
    lists->items[lists->count++] = list;
}

static int load_lists(struct catalog *catalog, const struct audit_options *options, char **names, int count,
                      struct lists *lists)
{
    char *pattern = format_text("%s/faults/*.yaml", catalog->data);
    glob_t found = {0};
    for (size_t i = 0; i < options->file_count; i++)
        load_list(catalog, arena_text(&catalog->arena, options->files[i]), names, count, lists);
    if (options->file_count == 0 && glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            load_list(catalog, arena_text(&catalog->arena, found.gl_pathv[i]), names, count, lists);
    globfree(&found);
    free(pattern);
    problems_print(&catalog->problems, stderr);
    if (catalog->problems.count)
        return EXIT_USAGE;
    return lists->count ? 0 : usage_error("there is no catalogue of faults for that");
}

static int check_programs(const struct catalog *catalog, char **names, int count)
{
    for (int i = 0; i < count; i++)
        if (!catalog_program(catalog, names[i]))
            return usage_error("no program is called `%s` (`sockspec list --programs` lists them)", names[i]);
    return 0;
}

// --- the audit ---

static void show_progress(void *context, const struct fault_list *list, const char *what, size_t number, size_t count)
{
    (void)context;
    if (!isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r\033[K%s: ", list->program->name);
    if (number)
        fprintf(stderr, "%zu of %zu, ", number, count);
    fprintf(stderr, "%s ", what);
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

// Returns the exit status.
static int audit_one(const struct audit_options *options, const struct fault_list *list, FILE *events)
{
    struct audit audit;
    int result = audit_run(&options->settings, list, &audit);
    int status = EXIT_AS_EXPECTED;
    end_progress();
    if (result == -ENOENT)
        status = usage_error("%s: there are no cases for `%s`", list->path, list->program->name);
    else if (result < 0)
        status = (usage_error("cannot start a worker: %s", strerror(-result)), EXIT_HARNESS);
    else {
        audit_print(&audit, &options->settings, options->cases, stdout);
        fflush(stdout);
        if (!audit_is_whole(&audit, &options->settings))
            status = EXIT_FAILED;
        if (events && audit_write_events(&audit, events) < 0)
            status = (usage_error("cannot write %s: %s", options->jsonl, strerror(errno)), EXIT_HARNESS);
    }
    audit_free(&audit);
    return status;
}

static int audit_all(const struct audit_options *options, const struct lists *lists)
{
    int status = EXIT_AS_EXPECTED;
    FILE *events = options->jsonl ? fopen(options->jsonl, "we") : NULL;
    if (options->jsonl && !events)
        return usage_error("cannot write %s: %s", options->jsonl, strerror(errno));
    for (size_t i = 0; i < lists->count && !interrupted; i++) {
        int one = audit_one(options, &lists->items[i], events);
        status = one > status ? one : status;
    }
    if (events && fclose(events) != 0)
        status = (usage_error("cannot write %s: %s", options->jsonl, strerror(errno)), EXIT_HARNESS);
    return interrupted ? EXIT_INTERRUPTED : status;
}

int cmd_audit(int argc, char **argv)
{
    struct audit_options options = {.settings = {.stop = &interrupted, .progress = show_progress}};
    struct catalog catalog;
    struct lists lists = {0};
    int status = parse_options(argc, argv, &options);
    if (status != 0)
        return status == HELP_PRINTED ? EXIT_AS_EXPECTED : status;
    raise_descriptor_limit();
    // The keeper is forked while this process is still small and has one thread.
    int result = sandbox_open(SANDBOX_AUTO, &options.settings.sandbox);
    if (result < 0)
        return usage_error("cannot make the sandbox: %s", strerror(-result)), EXIT_HARNESS;
    if (!load_or_complain(&catalog, data_directory(options.data))) {
        sandbox_close(options.settings.sandbox);
        return EXIT_USAGE;
    }
    options.settings.catalog = &catalog;
    status = check_programs(&catalog, argv + optind, argc - optind);
    if (status == 0)
        status = load_lists(&catalog, &options, argv + optind, argc - optind, &lists);
    if (status == 0) {
        interrupt_catch();
        status = audit_all(&options, &lists);
    }
    free(lists.items);
    sandbox_close(options.settings.sandbox);
    catalog_free(&catalog);
    return status;
}
