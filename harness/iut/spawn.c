#include "iut/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

extern char **environ;

static void descriptors_close(int *descriptors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (descriptors[i] >= 0)
            close(descriptors[i]);
        descriptors[i] = -1;
    }
}

void pipes_close_harness(struct program_pipes *pipes)
{
    descriptors_close(pipes->harness, PIPE_COUNT);
}

void pipes_close_program(struct program_pipes *pipes)
{
    descriptors_close(pipes->program, PIPE_COUNT);
}

int pipes_open(struct program_pipes *pipes)
{
    memset(pipes, 0xff, sizeof *pipes);
    for (size_t i = 0; i < PIPE_COUNT; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0) {
            int error = errno;
            pipes_close_harness(pipes);
            pipes_close_program(pipes);
            return -error;
        }
        bool to_program = i == PIPE_INPUT;
        pipes->harness[i] = ends[to_program ? 1 : 0];
        pipes->program[i] = ends[to_program ? 0 : 1];
    }
    return 0;
}

// Cuts `count` strings off the front of a packet's rest into an array that ends with NULL. Returns NULL when
// they are not there.
static char **strings_take(char **text, const char *end, size_t count)
{
    if (count > (size_t)(end - *text))
        return NULL;
    char **strings = allocate(count + 1, sizeof *strings);
    for (size_t i = 0; i < count; i++) {
        strings[i] = *text;
        char *zero = memchr(*text, '\0', (size_t)(end - *text));
        if (!zero) {
            free(strings);
            return NULL;
        }
        *text = zero + 1;
    }
    return strings;
}

static bool same_variable(const char *a, const char *b)
{
    size_t name = strcspn(a, "=");
    return strncmp(a, b, name + 1) == 0;
}

// Our own environment with `variables` in place of those of the same name.
static char **environment_merge(char **variables, size_t count)
{
    size_t inherited = 0;
    while (environ[inherited])
        inherited++;
    char **merged = allocate(inherited + count + 1, sizeof *merged);
    memcpy(merged, variables, count * sizeof *merged);
    size_t length = count;
    for (size_t i = 0; i < inherited; i++) {
        bool replaced = false;
        for (size_t j = 0; j < count && !replaced; j++)
            replaced = same_variable(variables[j], environ[i]);
        if (!replaced)
            merged[length++] = environ[i];
    }
    return merged;
}

static int actions_make(posix_spawn_file_actions_t *actions, const struct program_pipes *pipes, const char *directory)
{
    int error = posix_spawn_file_actions_init(actions);
    for (int i = PIPE_INPUT; error == 0 && i <= PIPE_ERRORS; i++)
        error = posix_spawn_file_actions_adddup2(actions, pipes->program[i], i);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    if (error == 0 && directory)
        error = posix_spawn_file_actions_addchdir_np(actions, directory);
    return error;
}

static int attributes_make(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

// Tells whether PATH has a program of that name, executable or not.
static bool program_exists(const char *name)
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *candidate = format_text("%.*s/%s", (int)length, length ? path : ".", name);
        bool exists = access(candidate, F_OK) == 0;
        free(candidate);
        if (exists)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

static pid_t spawn(char **arguments, char **environment, const char *directory, const struct program_pipes *pipes)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = 0;
    int error = actions_make(&actions, pipes, directory);
    if (error == 0)
        error = attributes_make(&attributes);
    if (error == 0) {
        error = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    if (error == EACCES && !strchr(arguments[0], '/') && !program_exists(arguments[0]))
        error = ENOENT; // it was a directory on PATH that we may not search
    return error ? -error : pid;
}

pid_t program_spawn(const struct request *request, size_t length, const struct program_pipes *pipes)
{
    char *text = (char *)(size_t)(request + 1);
    const char *end = (const char *)request + length;
    char **arguments = strings_take(&text, end, request->arguments);
    char **variables = strings_take(&text, end, request->variables);
    char **directory = strings_take(&text, end, request->directory);
    pid_t pid = -EINVAL;
    if (arguments && arguments[0] && variables && directory) {
        char **environment = environment_merge(variables, request->variables);
        pid = spawn(arguments, environment, directory[0], pipes);
        free(environment);
    }
    free(arguments);
    free(variables);
    free(directory);
    return pid;
}
