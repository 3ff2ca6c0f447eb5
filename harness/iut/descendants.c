#include "iut/descendants.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

ssize_t small_file_read(const char *path, char *text, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    size_t length = 0;
    ssize_t part;
    while ((part = read(file, text + length, size - 1 - length)) != 0) {
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            break;
        length += (size_t)part;
    }
    ssize_t result = part < 0 ? -errno : (ssize_t)length;
    close(file);
    text[length] = '\0';
    return result;
}

static void list_add(struct process_list *list, pid_t pid)
{
    list->pids = grow(list->pids, list->count, sizeof *list->pids);
    list->pids[list->count++] = pid;
}

// Reads a file of PIDs with a space after each.
static int pids_read(const char *path, struct process_list *list)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    int pid;
    while (fscanf(file, "%d", &pid) == 1)
        list_add(list, pid);
    fclose(file);
    return 0;
}

// Every thread has children of its own. Returns -ENOENT when the kernel does not list them.
static int children_by_thread(pid_t parent, struct process_list *list)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
    DIR *threads = opendir(path);
    if (!threads)
        return 0; // the process has ended
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(threads));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        char children[sizeof path + sizeof entry->d_name + 16];
        snprintf(children, sizeof children, "%s/%s/children", path, entry->d_name);
        result = pids_read(children, list);
    }
    closedir(threads);
    return result;
}

static pid_t parent_of(const char *pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    if (small_file_read(path, text, sizeof text) <= 0)
        return 0;
    const char *name_end = strrchr(text, ')'); // what follows is " S PPID …"
    return name_end && strlen(name_end) > 4 ? (pid_t)strtol(name_end + 4, NULL, 10) : 0;
}

static void children_by_scan(pid_t parent, struct process_list *list)
{
    DIR *processes = opendir("/proc");
    if (!processes)
        return;
    for (struct dirent *entry; (entry = readdir(processes));)
        if (isdigit((unsigned char)entry->d_name[0]) && parent_of(entry->d_name) == parent)
            list_add(list, (pid_t)strtol(entry->d_name, NULL, 10));
    closedir(processes);
}

static void children_add(pid_t parent, struct process_list *list)
{
    static const char own[] = "/proc/thread-self/children";
    if (access(own, F_OK) == 0)
        children_by_thread(parent, list);
    else
        children_by_scan(parent, list);
}

void children_list(pid_t root, struct process_list *list)
{
    memset(list, 0, sizeof *list);
    children_add(root, list);
    list->direct = list->count;
}

void descendants_list(pid_t root, struct process_list *list)
{
    children_list(root, list);
    for (size_t i = 0; i < list->count; i++)
        children_add(list->pids[i], list);
}

void process_list_free(struct process_list *list)
{
    free(list->pids);
    memset(list, 0, sizeof *list);
}
