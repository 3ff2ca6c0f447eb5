#include "cmd_target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "run/launch.h"

const char target_options_help[] =
    "The implementation:\n"
    "  -p, --profile FILE|NAME    how to start the program (default: reference)\n"
    "      --at URL               it runs already (ws://, wss://, tcp://, unix:)\n"
    "      --without CAPABILITY   the command lacks this option or capability (may be repeated)\n"
    "Running:\n"
    "  -j, --jobs N               starts of the program at once (default: 2 for each CPU)\n"
    "      --time-scale X         stretch every deadline by this factor (default 1)\n"
    "      --sandbox MODE         auto (default), namespaces, none\n"
    "      --strict               nonstrict counts as a failure\n"
    "      --data DIR             the conformance data\n";

const char exit_status_help[] =
    "\n"
    "Exit status: 0 as expected, 1 a failure was found, 2 usage, 3 the program never became ready, 4 error of the\n"
    "harness, 130 interrupted.\n";

// --- the command line ---

void target_options_begin(struct target_options *options)
{
    *options = (struct target_options){.time_scale = 1};
}

int target_option_take(struct target_options *options, int code, const char *value)
{
    static const char *const sandboxes[] = {"auto", "namespaces", "none"};
    long long jobs = 0;
    int result = 0;
    switch (code) {
    case 'p':
        options->profile = value;
        return 0;
    case 'j':
        result = parse_count("--jobs", value, 1, 1024, &jobs);
        options->jobs = (size_t)jobs;
        return result;
    case TARGET_OPTION_WITHOUT:
        if (options->without_count == sizeof options->without / sizeof *options->without)
            return usage_error("--without: at most 16 times");
        options->without[options->without_count++] = value;
        return 0;
    case TARGET_OPTION_TIME_SCALE:
        return parse_time_scale(value, &options->time_scale);
    case TARGET_OPTION_SANDBOX:
        result = word_index("--sandbox", value, sandboxes, 3);
        options->sandbox = (enum sandbox_mode)result;
        return result < 0 ? EXIT_USAGE : 0;
    case TARGET_OPTION_DATA:
        options->data = value;
        return 0;
    case TARGET_OPTION_AT:
        options->at = value;
        return 0;
    case TARGET_OPTION_STRICT:
        options->strict = true;
        return 0;
    default:
        return EXIT_USAGE;
    }
}

int target_options_command(struct target_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            options->command = (const char *const *)argv + i + 1;
            return i;
        }
    return argc;
}

int target_options_finish(struct target_options *options, char **words, int count)
{
    if (count != 1)
        return usage_error("which program is it? Name one of `sockspec list --programs`");
    options->program = words[0];
    if (options->command && !options->command[0])
        return usage_error("no command behind --");
    if ((options->command != NULL) + (options->at != NULL) + (options->profile != NULL) > 1)
        return usage_error("a command, --at and --profile exclude each other");
    if (options->without_count && !options->command)
        return usage_error("--without goes with a command; a profile says so by `capabilities`");
    if (!options->jobs)
        options->jobs = 2 * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    return 0;
}

// --- the program ---

static int open_target(struct target_session *session, const struct target_options *options)
{
    const char *message = NULL;
    if (options->at) {
        if (target_parse(options->at, &session->target, &message) < 0)
            return usage_error("--at %s: %s", options->at, message);
        return 0;
    }
    session->target.profile = &session->profile;
    if (options->command) {
        if (launch_from_command(&session->catalog.arena, session->program, options->command, options->without,
                                options->without_count, &session->profile, &message) < 0)
            return usage_error("%s", message);
        return 0;
    }
    char *path = launch_data_path(session->catalog.data, "profiles", options->profile ? options->profile : "reference");
    int result = catalog_load_profile(&session->catalog, path, &session->profile);
    free(path);
    if (result < 0)
        return EXIT_USAGE;
    launch_resolve(&session->catalog.arena, &session->profile);
    if (!profile_launch(&session->profile, session->program))
        return usage_error("the profile %s has no program `%s`", session->profile.name, session->program->name);
    return 0;
}

int target_session_open(struct target_session *session, const struct target_options *options)
{
    *session = (struct target_session){0};
    raise_descriptor_limit();
    // The keeper is forked while this process is still small and has one thread.
    if (!options->at) {
        int result = sandbox_open(options->sandbox, &session->sandbox);
        if (result < 0)
            return usage_error("cannot make the sandbox: %s", strerror(-result)), EXIT_HARNESS;
    }
    // No suite is needed, only what is known of programs and requirements.
    const char *const none[] = {options->program};
    int result = catalog_load_for(&session->catalog, data_directory(options->data), none, 1);
    if (result == 0) {
        session->program = catalog_program(&session->catalog, options->program);
        result = session->program
                     ? open_target(session, options)
                     : usage_error("no program `%s` (`sockspec list --programs` names them)", options->program);
    } else {
        result = EXIT_USAGE;
    }
    problems_print(&session->catalog.problems, stderr);
    return result;
}

void target_session_close(struct target_session *session)
{
    sandbox_close(session->sandbox);
    target_end(&session->target);
    catalog_free(&session->catalog);
}

struct host_settings target_session_host(const struct target_session *session, const struct target_options *options)
{
    return (struct host_settings){
        .target = &session->target,
        .sandbox = session->sandbox,
        .program = session->program,
        .time_scale = options->time_scale,
    };
}

// --- what was found ---

static void print_command(const struct target_options *options, const char *path)
{
    printf("sockspec run %s", path);
    if (options->at)
        printf(" --at %s", options->at);
    if (options->profile)
        printf(" --profile %s", options->profile);
    for (size_t i = 0; i < options->without_count; i++)
        printf(" --without %s", options->without[i]);
    for (size_t i = 0; options->command && options->command[i]; i++)
        printf("%s %s", i ? "" : " --", options->command[i]);
    printf("\n");
}

void target_print_cases(const struct target_options *options, const char *path, const char *shown, const char *suite)
{
    FILE *file = path ? fopen(path, "w") : NULL;
    if (path && (!file || fputs(suite, file) < 0))
        usage_error("cannot write %s: %s", path, strerror(errno));
    if (file && fclose(file) != 0)
        usage_error("cannot write %s: %s", path, strerror(errno));
    if (*shown)
        printf("\n%s\n", shown);
    printf("%s", path ? "run it: " : "save that as found.yaml and run it: ");
    print_command(options, path ? path : "found.yaml");
}

void target_print_case(const struct target_options *options, const char *path, const char *suite)
{
    target_print_cases(options, path, suite, suite);
}
