// From the command line to a launch: commands behind `--`, profiles by name, and back again to a line that reruns one
// case.
#ifndef SOCKSPEC_RUN_LAUNCH_H
#define SOCKSPEC_RUN_LAUNCH_H

#include "run/plan.h"
#include "suite/catalog.h"

// Makes a profile that starts one program by a command. Returns 0; -EINVAL with one line in `message` (static) when
// the command does not say how the program learns its port or address.
int launch_from_command(struct arena *arena, const struct program *program, const char *const *command,
                        const char *const *without, size_t without_count, struct profile *profile,
                        const char **message);

// The path of one of the data's "profiles" or "expectations": a file, or the name of one below the data directory. To be
// freed.
char *launch_data_path(const char *data, const char *kind, const char *name);

// Makes the commands of a profile ready to start: a path with a slash is relative to the profile's file, a bare name
// is looked for beside sockspec and in ../libexec/sockspec; what is not found there is left to PATH.
void launch_resolve(struct arena *arena, struct profile *profile);

// The options of this run that a rerun needs, quoted for a shell; and the whole line, which names the
// suite file of a case that does not come from the data directory. To be freed.
char *launch_rerun_options(int argc, char **argv);
char *launch_rerun(const struct plan_entry *entry, const char *data, const char *options, const char *const *command);

#endif
