// Which processes a process has made, from /proc.
//
// The lists are snapshots: a process may fork or end while they are read. Who kills by them repeats until
// nothing is left.
#ifndef SOCKSPEC_IUT_DESCENDANTS_H
#define SOCKSPEC_IUT_DESCENDANTS_H

#include <stddef.h>
#include <sys/types.h>

struct process_list {
    pid_t *pids;
    size_t count;
    size_t direct; // the first so many are children, the rest further descendants
};

// Lists the children of `root` or, with descendants_list(), all that it has made. Empty where there is no
// /proc.
void children_list(pid_t root, struct process_list *list);
void descendants_list(pid_t root, struct process_list *list);
void process_list_free(struct process_list *list);

// Reads a small file whole, as text. Returns its length or a negative errno.
ssize_t small_file_read(const char *path, char *text, size_t size);

#endif
