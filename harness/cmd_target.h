// What the subcommands that play sequences with one program have in common: how the program is reached, and where the
// data is.
#ifndef SOCKSPEC_CMD_TARGET_H
#define SOCKSPEC_CMD_TARGET_H

#include <getopt.h>
#include <stdbool.h>

#include "iut/sandbox.h"
#include "probe/host.h"
#include "suite/catalog.h"

struct target_options {
    const char *program; // its name
    const char *data;
    const char *profile;
    const char *at;
    const char *without[16];
    size_t without_count;
    size_t jobs;
    double time_scale;
    enum sandbox_mode sandbox;
    bool strict;
    const char *const *command; // behind --, or NULL
};

// The long options that all of them take, for a table of getopt_long(), and their part of the help.
enum target_option {
    TARGET_OPTION_WITHOUT = 0x200,
    TARGET_OPTION_TIME_SCALE,
    TARGET_OPTION_SANDBOX,
    TARGET_OPTION_DATA,
    TARGET_OPTION_AT,
    TARGET_OPTION_STRICT,
};
#define TARGET_OPTIONS                                                                                                 \
    {"profile", required_argument, NULL, 'p'}, {"without", required_argument, NULL, TARGET_OPTION_WITHOUT},            \
        {"jobs", required_argument, NULL, 'j'}, {"time-scale", required_argument, NULL, TARGET_OPTION_TIME_SCALE},     \
        {"sandbox", required_argument, NULL, TARGET_OPTION_SANDBOX},                                                   \
        {"data", required_argument, NULL, TARGET_OPTION_DATA}, {"at", required_argument, NULL, TARGET_OPTION_AT},      \
        {"strict", no_argument, NULL, TARGET_OPTION_STRICT}, {"help", no_argument, NULL, 'h'},                         \
    {                                                                                                                  \
        0                                                                                                              \
    }
extern const char target_options_help[];
extern const char exit_status_help[];

void target_options_begin(struct target_options *options);

// Takes one of them. Returns 0, or EXIT_USAGE after a complaint.
int target_option_take(struct target_options *options, int code, const char *value);

// The index of `--` among the arguments, or their count; what stands behind it is the command.
int target_options_command(struct target_options *options, int argc, char **argv);

// Takes the words that are left: one program, which is named.
int target_options_finish(struct target_options *options, char **words, int count);

// The program as the options reach it.
struct target_session {
    struct catalog catalog;
    struct profile profile;
    struct target target;
    struct sandbox *sandbox;
    const struct program *program;
};

// Opens it, to be closed in any case. Returns 0, or an exit status after a complaint. To be called before any thread is
// made; raises the limit of descriptors.
int target_session_open(struct target_session *session, const struct target_options *options);
void target_session_close(struct target_session *session);

struct host_settings target_session_host(const struct target_session *session, const struct target_options *options);

// Prints a suite that reproduces a failure, writes it into a file too (NULL: none), and says how to run it.
void target_print_case(const struct target_options *options, const char *path, const char *suite);

// The same where the file gets more than is printed; `shown` may be empty.
void target_print_cases(const struct target_options *options, const char *path, const char *shown, const char *suite);

#endif
