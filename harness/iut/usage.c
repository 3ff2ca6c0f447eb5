#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iut/cell.h"
#include "iut/descendants.h"

static long descriptors_count(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    if (!directory)
        return 0; // it has ended
    long count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

// The text behind `name` in /proc/<pid>/status, "" when it is not there.
static const char *status_field(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    return line ? line + strlen(name) : "";
}

// A child of the launcher that has ended is about to be reaped; any other that nobody reaps is a zombie.
static void process_add(pid_t pid, bool direct, struct cell_usage *usage)
{
    char path[64], status[4096];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    if (small_file_read(path, status, sizeof status) <= 0)
        return;
    const char *state = status_field(status, "\nState:\t");
    if (*state == 'Z' || *state == 'X') {
        usage->zombies += *state == 'Z' && !direct;
        return;
    }
    usage->threads += strtol(status_field(status, "\nThreads:\t"), NULL, 10);
    usage->memory_kib += strtol(status_field(status, "\nVmRSS:"), NULL, 10);
    usage->descriptors += descriptors_count(pid);
}

int cell_usage(struct cell *cell, struct cell_usage *usage)
{
    memset(usage, 0, sizeof *usage);
    if (access("/proc/self/status", R_OK) < 0)
        return -ENOTSUP;
    struct process_list programs;
    descendants_list(cell->launcher_pid, &programs);
    for (size_t i = 0; i < programs.count; i++)
        process_add(programs.pids[i], i < programs.direct, usage);
    process_list_free(&programs);
    return 0;
}
