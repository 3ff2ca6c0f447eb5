#include "cmd_run_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/random.h"
#include "cmd.h"

#define JOBS_PER_CPU 8

static const char help[] =
    "usage: sockspec run [OPTION...] [PROGRAM|CASE|SUITE...]\n"
    "       sockspec run [OPTION...] PROGRAM|CASE|SUITE... -- COMMAND {port}\n"
    "       sockspec run [OPTION...] PROGRAM|CASE|SUITE... --at URL\n"
    "\n"
    "Runs cases against an implementation. PROGRAM is one of `sockspec list --programs`, CASE a case id or a\n"
    "shell-style pattern of ids ('ws-echo-server/control/*'), SUITE a suite file (FILE.yaml, or FILE.yaml:PATTERN for\n"
    "some of its cases), of this project or of your own; without any, all cases of the profile's programs run. The\n"
    "implementation is started by a profile, by COMMAND (where {port}, {address}, {host}, {url}, {path} or\n"
    "{arguments} stand for what the harness chooses), or runs already at URL (ws://, wss://, tcp://, udp://,\n"
    "unix:; certificates are not verified).\n"
    "\n"
    "Choosing cases:\n"
    "      --requirement PATTERN  only cases that check a requirement of this id\n"
    "      --level LEVEL          only cases of level MUST, SHOULD or MAY\n"
    "      --autobahn PATTERN     only equivalents of the Autobahn Testsuite's cases of these numbers ('6.4.*', '*')\n"
    "      --skip-slow            leave out cases that wait in real time\n"
    "      --thorough             repeat a thousand times where a few do by default, and cut WebSocket cases anywhere\n"
    "The implementation:\n"
    "  -p, --profile FILE|NAME    how to start each program (default: reference)\n"
    "      --without CAPABILITY   the command lacks this option or capability (may be repeated)\n"
    "      --expectations NAME    what is known to deviate: a name in expectations/, or a path\n"
    "Running:\n"
    "  -j, --jobs N               cases at once (default: 8 for each CPU)\n"
    "      --time-scale X         stretch every deadline by this factor (default 1)\n"
    "      --seed N               repeat the keys and masks of the run that printed this seed (default: a new one)\n"
    "      --sandbox MODE         auto (default), namespaces, none\n"
    "      --strict               nonstrict counts as a failure\n"
    "      --fail-fast            end the run when a case fails\n"
    "      --keep-going           run every case of a program that never starts or never passes its control\n"
    "      --data DIR             the conformance data\n"
    "Reports (FILE may be -):\n"
    "      --jsonl FILE  --tap FILE  --junit FILE  --html FILE\n"
    "      --index FILE           in the shape of the Autobahn Testsuite's index.json\n"
    "  -v, --verbose              a line for each case\n"
    "  -q, --quiet                no report on the terminal\n"
    "      --color WHEN           auto (default), always, never\n"
    "\n"
    "Exit status: 0 as expected, 1 a case failed, 2 usage or no case, 3 the program never became ready,\n"
    "4 error of the harness, 130 interrupted.\n";

enum option_code {
    OPTION_REQUIREMENT = 256,
    OPTION_LEVEL,
    OPTION_AUTOBAHN,
    OPTION_SKIP_SLOW,
    OPTION_THOROUGH,
    OPTION_WITHOUT,
    OPTION_SEED,
    OPTION_EXPECTATIONS,
    OPTION_TIME_SCALE,
    OPTION_SANDBOX,
    OPTION_STRICT,
    OPTION_KEEP_GOING,
    OPTION_FAIL_FAST,
    OPTION_DATA,
    OPTION_AT,
    OPTION_JSONL,
    OPTION_TAP,
    OPTION_JUNIT,
    OPTION_HTML,
    OPTION_INDEX,
    OPTION_COLOR,
};

static const struct option long_options[] = {
    {"requirement", required_argument, NULL, OPTION_REQUIREMENT},
    {"level", required_argument, NULL, OPTION_LEVEL},
    {"autobahn", required_argument, NULL, OPTION_AUTOBAHN},
    {"skip-slow", no_argument, NULL, OPTION_SKIP_SLOW},
    {"thorough", no_argument, NULL, OPTION_THOROUGH},
    {"profile", required_argument, NULL, 'p'},
    {"without", required_argument, NULL, OPTION_WITHOUT},
    {"expectations", required_argument, NULL, OPTION_EXPECTATIONS},
    {"jobs", required_argument, NULL, 'j'},
    {"time-scale", required_argument, NULL, OPTION_TIME_SCALE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"sandbox", required_argument, NULL, OPTION_SANDBOX},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"fail-fast", no_argument, NULL, OPTION_FAIL_FAST},
    {"keep-going", no_argument, NULL, OPTION_KEEP_GOING},
    {"data", required_argument, NULL, OPTION_DATA},
    {"at", required_argument, NULL, OPTION_AT},
    {"jsonl", required_argument, NULL, OPTION_JSONL},
    {"tap", required_argument, NULL, OPTION_TAP},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"html", required_argument, NULL, OPTION_HTML},
    {"index", required_argument, NULL, OPTION_INDEX},
    {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},
    {"color", required_argument, NULL, OPTION_COLOR},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static int parse_jobs(struct run_options *options, const char *text)
{
    long long jobs = 0;
    int result = parse_count("--jobs", text, 1, 1024, &jobs);
    options->jobs = (size_t)jobs;
    return result;
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
    case OPTION_AUTOBAHN:
        options->selection.autobahn = value;
        return 0;
    case OPTION_SKIP_SLOW:
        options->selection.skip_slow = true;
        return 0;
    case OPTION_THOROUGH:
        options->thorough = true;
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
        return parse_time_scale(value, &options->time_scale);
    case OPTION_SEED:
        return parse_seed(value, &options->seed);
    case OPTION_SANDBOX:
        index = word_index("--sandbox", value, sandboxes, 3);
        options->sandbox = (enum sandbox_mode)index;
        return index < 0 ? EXIT_USAGE : 0;
    case OPTION_STRICT:
        options->strict = true;
        return 0;
    case OPTION_KEEP_GOING:
        options->keep_going = true;
        return 0;
    case OPTION_FAIL_FAST:
        options->fail_fast = true;
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
    case OPTION_HTML:
    case OPTION_INDEX:
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

// The index of `--`, or argc.
static int find_command(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0)
            return i;
    return argc;
}

// One way to reach the program, and its name where the command line does not tell it.
static int check_target(const struct run_options *options)
{
    if (options->command && !options->command[0])
        return usage_error("no command behind --");
    if ((options->command != NULL) + (options->at != NULL) + (options->profile != NULL) > 1)
        return usage_error("a command, --at and --profile exclude each other");
    if ((options->command || options->at) && options->selection.word_count == 0)
        return usage_error("which program is it? Name one of `sockspec list --programs`, or cases");
    if (options->without_count && !options->command)
        return usage_error("--without goes with a command; a profile says so by `capabilities`");
    return 0;
}

int run_options_parse(struct run_options *options, int argc, char **argv)
{
    *options = (struct run_options){.time_scale = 1, .seed = random_seed(), .color = "auto", .profile = NULL};
    int end = find_command(argc, argv);
    if (end < argc)
        options->command = (const char **)argv + end + 1;
    int code;
    while ((code = getopt_long(end, argv, "p:j:vqh", long_options, NULL)) != -1) {
        if (code == 'h') {
            fputs(help, stdout);
            return HELP_PRINTED;
        }
        int result = parse_option(options, code, optarg);
        if (result != 0)
            return result;
    }
    options->selection.words = (const char *const *)argv + optind;
    options->selection.word_count = (size_t)(end - optind);
    if (!options->jobs)
        options->jobs = JOBS_PER_CPU * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    return check_target(options);
}
