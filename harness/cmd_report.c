// `sockspec report`: make reports from the JSON Lines of a run.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "report/reporter.h"

static const char help[] =
    "usage: sockspec report [--format terminal|tap|junit|index|jsonl] [--output FILE] [--verbose] EVENTS\n"
    "\n"
    "Makes a report from the JSON Lines that `sockspec run --jsonl` wrote (- for standard input), also of a run that\n"
    "died midway.\n";

static int parse_format(const char *name, enum report_format *format)
{
    static const char *const names[] = {"terminal", "jsonl", "tap", "junit", "index"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum report_format)i;
            return 0;
        }
    }
    return usage_error("--format: `%s` is not one of terminal, jsonl, tap, junit, index", name);
}

static int replay(const char *input, const char *output, enum report_format format,
                  const struct terminal_options *terminal)
{
    char message[512] = "";
    bool from_stdin = strcmp(input, "-") == 0;
    FILE *file = from_stdin ? stdin : fopen(input, "r");
    if (!file)
        return usage_error("cannot read %s: %s", input, strerror(errno));
    struct reporter *reporter;
    int result = reporter_open(format, output, terminal, &reporter);
    if (result < 0) {
        usage_error("cannot write %s: %s", output, strerror(-result));
    } else {
        result = events_replay(file, from_stdin ? "standard input" : input, reporter, message, sizeof message);
        int closed = reporter_close(reporter);
        if (result == -EBADMSG)
            fprintf(stderr, "%s\n", message);
        else if (result < 0 || closed < 0)
            usage_error("cannot make the report: %s", strerror(result < 0 ? -result : -closed));
        result = result < 0 ? result : closed;
    }
    if (!from_stdin)
        fclose(file);
    return result < 0 ? EXIT_USAGE : EXIT_AS_EXPECTED;
}

int cmd_report(int argc, char **argv)
{
    static const struct option options[] = {{"format", required_argument, NULL, 'f'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *output = "-";
    enum report_format format = REPORT_TERMINAL;
    struct terminal_options terminal = {.color = isatty(STDOUT_FILENO)};
    int option;
    while ((option = getopt_long(argc, argv, "f:o:vh", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            if (parse_format(optarg, &format) != 0)
                return EXIT_USAGE;
            break;
        case 'o':
            output = optarg;
            break;
        case 'v':
            terminal.verbose = true;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_AS_EXPECTED;
        default:
            return EXIT_USAGE;
        }
    }
    if (optind + 1 != argc)
        return usage_error("report needs one file of events");
    return replay(argv[optind], output, format, &terminal);
}
