// `sockspec report`: make reports from the JSON Lines of a run.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "report/reporter.h"

static const char help[] =
    "usage: sockspec report [--format terminal|tap|junit|html|index|jsonl] [--output FILE] [--verbose] EVENTS...\n"
    "\n"
    "Makes a report from the JSON Lines that `sockspec run --jsonl` wrote (- for standard input), also of a run that\n"
    "died midway. html and index take the events of several runs and hold them side by side.\n";

static int parse_format(const char *name, enum report_format *format)
{
    static const char *const names[] = {"terminal", "jsonl", "tap", "junit", "html", "index"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum report_format)i;
            return 0;
        }
    }
    return usage_error("--format: `%s` is not one of terminal, jsonl, tap, junit, html, index", name);
}

// Feeds a file of events. Returns 0, or a negative errno, of which the user has been told.
static int replay(const char *input, struct reporter *reporter)
{
    char message[512] = "";
    bool from_stdin = strcmp(input, "-") == 0;
    FILE *file = from_stdin ? stdin : fopen(input, "re");
    if (!file) {
        int error = errno;
        usage_error("cannot read %s: %s", input, strerror(error));
        return -error;
    }
    int result = events_replay(file, from_stdin ? "standard input" : input, reporter, message, sizeof message);
    if (result == -EBADMSG)
        fprintf(stderr, "%s\n", message);
    else if (result < 0)
        usage_error("cannot make the report: %s", strerror(-result));
    if (!from_stdin)
        fclose(file);
    return result;
}

static int make_report(char *const *inputs, size_t count, const char *output, enum report_format format,
                       const struct terminal_options *terminal)
{
    struct reporter *reporter;
    int result = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(inputs[i], "-") != 0 && access(inputs[i], R_OK) < 0)
            return usage_error("cannot read %s: %s", inputs[i], strerror(errno));
    int opened = reporter_open(format, output, terminal, &reporter);
    if (opened < 0)
        return usage_error("cannot write %s: %s", output, strerror(-opened));
    for (size_t i = 0; i < count && result == 0; i++)
        result = replay(inputs[i], reporter);
    int closed = reporter_close(reporter);
    if (result == 0 && closed < 0)
        usage_error("cannot make the report: %s", strerror(-closed));
    return result < 0 || closed < 0 ? EXIT_USAGE : EXIT_AS_EXPECTED;
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
    size_t count = (size_t)(argc - optind);
    if (count == 0 || (count > 1 && format != REPORT_HTML && format != REPORT_INDEX))
        return usage_error("report needs one file of events; html and index take several");
    return make_report(&argv[optind], count, output, format, &terminal);
}
