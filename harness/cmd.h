// The subcommands of sockspec. Each parses its own arguments and returns the exit status of the program:
// 0 as expected, 1 a case failed, 2 usage or bad file, 3 the program under test never became ready, 4 harness error.
#ifndef SOCKSPEC_CMD_H
#define SOCKSPEC_CMD_H

#include <stdbool.h>

#include "suite/catalog.h"

enum { EXIT_AS_EXPECTED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_READY = 3, EXIT_HARNESS = 4 };

// What parsing a command line returns when there is nothing left to do.
enum { HELP_PRINTED = -1 };

int cmd_run(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_coverage(int argc, char **argv);
int cmd_validate(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_export_corpus(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_skeleton(int argc, char **argv);
int cmd_fuzz(int argc, char **argv);
int cmd_explore(int argc, char **argv);

// Parses the command line of a subcommand whose only options are --data and --help; `optind` is then at the first word.
// Returns 0, HELP_PRINTED, or EXIT_USAGE after a complaint.
int parse_data_option(int argc, char **argv, const char *help, const char **data);

// Where the conformance data is: --data, SOCKSPEC_DATA, beside the installed program, or the source tree. The string
// lives until the program ends.
const char *data_directory(const char *option);

// Loads the catalog, or prints what is wrong with it and returns false.
bool load_or_complain(struct catalog *catalog, const char *data);

// The same for what a selection needs: the suites of the programs that its words name, and suite files of one's own.
struct selection;
bool load_selected_or_complain(struct catalog *catalog, const char *data, const struct selection *selection);

// Parses the factor of --time-scale. Returns 0, or EXIT_USAGE after a complaint.
int parse_time_scale(const char *text, double *scale);

// Parses a number of an option, or that of --seed. Returns 0, or EXIT_USAGE after a complaint.
int parse_count(const char *option, const char *text, long long least, long long most, long long *value);
int parse_seed(const char *text, uint64_t *seed);

// Workers keep many descriptors: sockets of cases with hundreds of connections, pipes of programs.
void raise_descriptor_limit(void);

// The index of a word among those that an option can have, or -1 after a complaint that lists them.
int word_index(const char *option, const char *word, const char *const *words, size_t count);

// Prints `sockspec: …` to stderr and returns EXIT_USAGE.
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
