// sockspec: judges socket programs by scripted conversations.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} commands[] = {
    {"run", cmd_run, "run cases against an implementation and report"},
    {"serve", cmd_serve, "judge WebSocket clients that come by themselves, as the Autobahn fuzzing server does"},
    {"fuzz", cmd_fuzz, "play random sequences with a program, judged by a model"},
    {"explore", cmd_explore, "play all sequences up to a length with a program, judged by a model"},
    {"list", cmd_list, "list cases, programs or requirements"},
    {"explain", cmd_explain, "show what a case checks and does"},
    {"coverage", cmd_coverage, "requirements against the cases that check them"},
    {"validate", cmd_validate, "check suites, requirements, programs and profiles"},
    {"report", cmd_report, "make reports from the events of a run"},
    {"audit", cmd_audit, "put wrong programs before the suites, and print what catches them"},
    {"export-corpus", cmd_export_corpus, "write what cases send as inputs of the fuzz targets"},
    {"skeleton", cmd_skeleton, "print a case that sends what a fuzz target found"},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void print_help(FILE *out)
{
    fputs("usage: sockspec COMMAND [ARGUMENT...]\n"
          "\n"
          "Starts a socket program, talks to it by scripted expectations, and says which requirement it breaks.\n"
          "\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].about);
    fputs("\n"
          "`sockspec COMMAND --help` says more. Examples:\n"
          "  sockspec run                                     all suites, the reference implementations\n"
          "  sockspec run ws-echo-server -- ./my-server {port}\n"
          "  sockspec run 'ws-echo-server/control/*' --at ws://127.0.0.1:9001/\n",
          out);
}

static int unknown_command(const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = nearest_word(name, names, COMMAND_COUNT);
    if (nearest)
        return usage_error("no command `%s`, did you mean `%s`?", name, nearest);
    return usage_error("no command `%s` (`sockspec --help` lists them)", name);
}

// What could not be written is an error, also where nobody looked at each line. A run that failed to write has said why.
static int check_output(int status)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == EXIT_HARNESS)
        return status;
    // A write that failed long ago has left its mark on the stream, not its errno.
    fprintf(stderr, "sockspec: cannot write to standard output%s%s\n", errno ? ": " : "", errno ? strerror(errno) : "");
    return status == EXIT_AS_EXPECTED ? EXIT_HARNESS : status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_AS_EXPECTED;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("sockspec %s\n", SOCKSPEC_VERSION);
        return EXIT_AS_EXPECTED;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return check_output(commands[i].run(argc - 1, argv + 1));
    return unknown_command(argv[1]);
}
