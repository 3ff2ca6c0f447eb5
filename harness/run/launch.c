#include "run/launch.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"

int launch_from_command(struct arena *arena, const struct program *program, const char *const *command,
                        const char *const *without, size_t without_count, struct profile *profile, const char **message)
{
    size_t count = 0;
    bool told = program->role == ROLE_COMMAND;
    while (command[count])
        told |= has_late_name(command[count++]);
    if (!told) {
        *message = program->role == ROLE_CLIENT
                       ? "the command does not say where to connect: put {address}, {host}, {port} or {url} into it"
                       : "the command does not say where to listen: put {port}, {address} or {path} into it";
        return -EINVAL;
    }
    struct launch *launch = arena_allocate(arena, 1, sizeof *launch);
    launch->program = program;
    launch->command = arena_allocate(arena, count + 1, sizeof *launch->command);
    memcpy(launch->command, command, count * sizeof *command);
    launch->environment = arena_allocate(arena, 1, sizeof *launch->environment);
    launch->absent = arena_allocate(arena, without_count + 1, sizeof *launch->absent);
    if (without_count)
        memcpy(launch->absent, without, without_count * sizeof *without);
    launch->absent_count = without_count;
    *profile = (struct profile){.name = command[0], .path = "", .launches = launch, .launch_count = 1};
    return 0;
}

char *launch_data_path(const char *data, const char *kind, const char *name)
{
    if (strchr(name, '/') || strstr(name, ".yaml"))
        return duplicate(name);
    return format_text("%s/%s/%s.yaml", data, kind, name);
}

static const char *join(struct arena *arena, const char *directory, const char *name)
{
    char *path = format_text("%s/%s", directory, name);
    const char *kept = arena_text(arena, path);
    free(path);
    return kept;
}

// The directory of a file, in the arena.
static const char *directory_of(struct arena *arena, const char *path)
{
    return arena_text(arena, dirname(arena_text(arena, path)));
}

static const char *beside_sockspec(struct arena *arena, const char *name)
{
    static const char *const places[] = {".", "../libexec/sockspec"};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return name;
    self[length] = '\0';
    const char *directory = directory_of(arena, self);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *path = join(arena, join(arena, directory, places[i]), name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return name;
}

void launch_resolve(struct arena *arena, struct profile *profile)
{
    char *absolute = realpath(profile->path, NULL);
    const char *directory = directory_of(arena, absolute ? absolute : profile->path);
    free(absolute);
    for (size_t i = 0; i < profile->launch_count; i++) {
        struct launch *launch = &profile->launches[i];
        const char *name = launch->command[0];
        if (launch->directory && launch->directory[0] != '/')
            launch->directory = join(arena, directory, launch->directory);
        if (strchr(name, '/') && name[0] != '/')
            launch->command[0] = join(arena, directory, name);
        else if (!strchr(name, '/'))
            launch->command[0] = beside_sockspec(arena, name);
    }
}

// --- rerun lines ---

static void append_quoted(struct buffer *out, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+%@";
    buffer_text(out, " ");
    if (*word && word[strspn(word, safe)] == '\0') {
        buffer_text(out, word);
        return;
    }
    buffer_text(out, "'");
    for (; *word; word++) {
        if (*word == '\'')
            buffer_text(out, "'\\''");
        else
            buffer_append(out, word, 1);
    }
    buffer_text(out, "'");
}

// True for an option that changes what a single case does; each but --thorough has a value, which stands in the same word
// when it is `attached`. As for getopt, a long name may be cut short.
static bool is_kept(const char *word, bool *attached)
{
    static const char *const kept[] = {"--profile", "--at", "--without", "--time-scale", "--sandbox", "--data"};
    size_t length = strcspn(word, "=");
    if (strncmp(word, "-p", 2) == 0) {
        *attached = word[2] != '\0';
        return true;
    }
    *attached = word[length] == '=';
    if (length > 3 && strncmp(word, "--thorough", length) == 0) {
        *attached = true;
        return true;
    }
    for (size_t i = 0; length > 2 && i < sizeof kept / sizeof *kept; i++)
        if (strncmp(word, kept[i], length) == 0)
            return true;
    return false;
}

char *launch_rerun_options(int argc, char **argv)
{
    struct buffer out = {0};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool attached;
        if (!is_kept(argv[i], &attached))
            continue;
        append_quoted(&out, argv[i]);
        if (!attached && i + 1 < argc)
            append_quoted(&out, argv[++i]);
    }
    return buffer_take(&out);
}

// True when a path leads below a directory, by its text.
static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    return strncmp(path, directory, length) == 0 && path[length] == '/';
}

char *launch_rerun(const struct plan_entry *entry, const char *data, const char *options, const char *const *command)
{
    const char *path = entry->test->suite->path;
    char *word = is_below(path, data) ? duplicate(entry->id) : format_text("%s:%s", path, entry->id);
    struct buffer out = {0};
    buffer_format(&out, "sockspec run%s", options);
    append_quoted(&out, word);
    free(word);
    for (size_t i = 0; command && command[i]; i++) {
        if (i == 0)
            buffer_text(&out, " --");
        append_quoted(&out, command[i]);
    }
    return buffer_take(&out);
}
