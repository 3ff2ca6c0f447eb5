// `sockspec explore`: all sequences up to a length, judged by a model.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cmd.h"
#include "cmd_cases.h"
#include "cmd_explore.h"
#include "cmd_explore_print.h"
#include "cmd_target.h"
#include "probe/ws_finding.h"

static const char help[] =
    "usage: sockspec explore [OPTION...] PROGRAM [-- COMMAND {port}]\n"
    "       sockspec explore --merge STATE...\n"
    "       sockspec explore --dot | --table | --letters\n"
    "\n"
    "Plays all sequences of frames up to a length with a program, the shortest first, and has a model judge what it\n"
    "answers. Each deviation is told with the shortest sequence that shows it; the first is printed as a case that\n"
    "`sockspec run` accepts. What follows a deviation, or the end of a connection, is not played. A client is started\n"
    "for each sequence: more than depth 3 takes long.\n"
    "\n"
    "      --handshake            opening handshakes instead, each three levels of its parts together in one at least\n"
    "                             (ws-echo-server: the request, ws-client: the answer)\n"
    "      --seed N               the handshakes of the run that printed this seed (default: 1)\n"
    "      --depth N              frames in a sequence at most (default 3)\n"
    "      --shard I/N            play the I-th of N parts only\n"
    "      --state FILE           write what is done there, and leave out what was done already\n"
    "      --merge                put the state files of shards together\n"
    "      --out FILE             write the cases of all deviations there\n"
    "      --dot                  print the model for Graphviz\n"
    "      --table                print the model as a table: state, symbol, next state, reply, section, requirement;\n"
    "                             with --handshake: program, part, level, text, answer, section, requirement\n"
    "      --letters              print the frames that sequences are made of\n";

enum {
    OPTION_DEPTH = 256,
    OPTION_HANDSHAKE,
    OPTION_SEED,
    OPTION_SHARD,
    OPTION_STATE,
    OPTION_MERGE,
    OPTION_OUT,
    OPTION_DOT,
    OPTION_TABLE,
    OPTION_LETTERS
};

static const struct option long_options[] = {
    {"depth", required_argument, NULL, OPTION_DEPTH},
    {"handshake", no_argument, NULL, OPTION_HANDSHAKE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"shard", required_argument, NULL, OPTION_SHARD},
    {"state", required_argument, NULL, OPTION_STATE},
    {"merge", no_argument, NULL, OPTION_MERGE},
    {"out", required_argument, NULL, OPTION_OUT},
    {"dot", no_argument, NULL, OPTION_DOT},
    {"table", no_argument, NULL, OPTION_TABLE},
    {"letters", no_argument, NULL, OPTION_LETTERS},
    TARGET_OPTIONS,
};

struct exploring {
    const struct explore_options *options;
    struct explore_state state;
    struct ws_alphabet alphabet;
    struct ws_exploration exploration;
    struct explore_progress progress;
    bool terminal;
};

// --- the command line ---

static int parse_shard(struct explore_options *options, const char *text)
{
    char *rest;
    long shard = strtol(text, &rest, 10);
    long shards = *rest == '/' ? strtol(rest + 1, &rest, 10) : 0;
    if (*rest || shard < 1 || shard > shards || shards > 10000)
        return usage_error("--shard: `%s` is not I/N such as 1/4", text);
    options->shard = (size_t)shard - 1;
    options->shards = (size_t)shards;
    return 0;
}

static int take_option(struct explore_options *options, int code, const char *value)
{
    long long number = 0;
    int result;
    switch (code) {
    case OPTION_DEPTH:
        result = parse_count("--depth", value, 1, WS_DEPTH_MAX, &number);
        options->depth = (size_t)number;
        return result;
    case OPTION_HANDSHAKE:
        options->handshake = true;
        return 0;
    case OPTION_SEED:
        result = parse_count("--seed", value, 0, INT64_MAX, &number);
        options->seed = (uint64_t)number;
        return result;
    case OPTION_SHARD:
        return parse_shard(options, value);
    case OPTION_STATE:
        options->state = value;
        return 0;
    case OPTION_MERGE:
        options->merge = true;
        return 0;
    case OPTION_OUT:
        options->out = value;
        return 0;
    case OPTION_DOT:
    case OPTION_TABLE:
    case OPTION_LETTERS:
        options->print = code;
        return 0;
    default:
        return target_option_take(&options->target, code, value);
    }
}

static int parse(struct explore_options *options, int argc, char **argv)
{
    target_options_begin(&options->target);
    int end = target_options_command(&options->target, argc, argv);
    int code;
    while ((code = getopt_long(end, argv, "p:j:h", long_options, NULL)) != -1) {
        if (code == 'h') {
            printf("%s%s%s", help, target_options_help, exit_status_help);
            return HELP_PRINTED;
        }
        int result = take_option(options, code, optarg);
        if (result != 0)
            return result;
    }
    options->words = argv + optind;
    options->word_count = end - optind;
    if (options->print)
        return options->word_count ? usage_error("`%s` is one word too many", options->words[0]) : 0;
    if (options->merge)
        return options->word_count ? 0 : usage_error("--merge: which state files?");
    return target_options_finish(&options->target, options->words, options->word_count);
}

// --- a run ---

static bool is_done(void *context, size_t level, size_t unit)
{
    const struct exploring *exploring = context;
    return explore_state_is_done(&exploring->state, level, unit);
}

static void unit_done(void *context, size_t level, size_t unit, uint64_t sequences)
{
    struct exploring *exploring = context;
    explore_state_unit(&exploring->state, level, unit, sequences);
}

static void found(void *context, const struct ws_finding *finding)
{
    struct exploring *exploring = context;
    explore_state_finding(&exploring->state, ws_finding_line(&exploring->alphabet, finding));
}

static const char *take(void *context, const json_t *line)
{
    struct exploring *exploring = context;
    return ws_finding_read(&exploring->exploration, &exploring->alphabet, line);
}

static void show_progress(void *context, size_t level, uint64_t done, uint64_t all)
{
    struct exploring *exploring = context;
    explore_show_progress(&exploring->progress, level, done, all);
}

static int explore(struct exploring *exploring, const struct target_session *session)
{
    const struct explore_options *options = exploring->options;
    struct ws_explore_settings settings = {
        .host = target_session_host(session, &options->target),
        .alphabet = &exploring->alphabet,
        .depth = options->depth,
        .jobs = options->target.jobs,
        .strict = options->target.strict,
        .shard = options->shard,
        .shards = options->shards,
        .stop = &interrupted,
        .is_done = is_done,
        .unit_done = unit_done,
        .found = found,
        .progress = exploring->terminal ? show_progress : NULL,
        .context = exploring,
    };
    struct explore_head head = {options->target.program,
                                "sequences",
                                exploring->alphabet.count,
                                options->depth,
                                options->shard,
                                options->shards,
                                0};
    int status = explore_open(&exploring->state, options, &head, take, exploring);
    if (status != 0)
        return status;
    ws_explore_run(&settings, &exploring->exploration);
    if (exploring->terminal)
        fputs("\r\033[K", stderr);
    print_levels(&exploring->exploration, options->depth);
    status = print_findings(&exploring->exploration, &exploring->alphabet, &options->target, options->out);
    if (exploring->exploration.error)
        return usage_error("%s", exploring->exploration.error), EXIT_NOT_READY;
    return interrupted ? EXIT_INTERRUPTED : status;
}

static int explore_frames(const struct explore_options *options, const struct target_session *session)
{
    struct exploring exploring = {.options = options, .terminal = isatty(STDERR_FILENO)};
    ws_alphabet_make(&exploring.alphabet, true);
    int status = explore(&exploring, session);
    status = explore_close(&exploring.state, options, status);
    ws_exploration_free(&exploring.exploration);
    return status;
}

static int run(const struct explore_options *options)
{
    struct target_session session;
    struct case_model model;
    const char *program = options->target.program;
    int status = target_session_open(&session, &options->target);
    interrupt_catch();
    if (status == 0 && options->handshake)
        status = handshake_explore_program(&session, options);
    else if (status == 0 && case_model_find(program, &model))
        status = cases_explore(&session, options, &model);
    else if (status == 0 && strcmp(program, "ws-echo-server") == 0)
        status = explore_frames(options, &session);
    else if (status == 0)
        status = usage_error("there is no model of %s, only of %s", program, case_model_programs);
    target_session_close(&session);
    return status;
}

// --- without a program ---

static int merge_frames(const struct explore_options *options, const struct explore_head *head)
{
    struct exploring exploring = {.options = options};
    ws_alphabet_make(&exploring.alphabet, true);
    struct explore_head any = {.program = head->program, .what = head->what, .letters = exploring.alphabet.count};
    int status = explore_read_all(&exploring.state, options, &any, take, &exploring);
    bool complete = true;
    for (size_t level = 1; level <= exploring.state.depth && status == 0; level++) {
        uint64_t all = ws_explore_count(&exploring.alphabet, level);
        printf("depth %zu: %" PRIu64 " of %" PRIu64 " sequences\n", level, exploring.state.sequences[level], all);
        complete &= exploring.state.sequences[level] == all;
    }
    struct target_options target = options->target;
    target.program = head->program;
    if (status == 0)
        status = print_findings(&exploring.exploration, &exploring.alphabet, &target, options->out);
    if (status == 0 && !complete)
        status = (usage_error("not all sequences have been played"), EXIT_HARNESS);
    explore_state_close(&exploring.state);
    ws_exploration_free(&exploring.exploration);
    return status;
}

// Puts the results of shards together.
static int merge(const struct explore_options *options)
{
    struct explore_head head;
    struct case_model model;
    char *message = NULL;
    int result = explore_state_peek(options->words[0], &head, &message);
    if (result < 0) {
        if (message)
            usage_error("%s", message);
        else
            usage_error("cannot read %s: %s", options->words[0], strerror(-result));
        free(message);
        return EXIT_USAGE;
    }
    int status;
    if (strcmp(head.what, "handshake") == 0)
        status = handshake_merge(options, &head);
    else if (case_model_find(head.program, &model))
        status = cases_merge(options, &head);
    else if (strcmp(head.program, "ws-echo-server") == 0)
        status = merge_frames(options, &head);
    else
        status = usage_error("%s:1: there is no model of %s", options->words[0], head.program);
    free((char *)head.program);
    free((char *)head.what);
    return status;
}

int cmd_explore(int argc, char **argv)
{
    struct explore_options options = {.depth = 3, .shards = 1, .seed = 1};
    int status = parse(&options, argc, argv);
    if (status != 0)
        return status == HELP_PRINTED ? EXIT_AS_EXPECTED : status;
    if (options.print == OPTION_DOT)
        print_dot();
    else if (options.print == OPTION_TABLE)
        options.handshake ? handshake_print_tables() : print_table();
    else if (options.print == OPTION_LETTERS)
        print_letters();
    else
        return options.merge ? merge(&options) : run(&options);
    return EXIT_AS_EXPECTED;
}
