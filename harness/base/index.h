// Which element has a name: a hash table from strings to positions in an array.
#ifndef SOCKSPEC_BASE_INDEX_H
#define SOCKSPEC_BASE_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_slot {
    const char *name; // NULL: free
    size_t position;
};

// Zeroed, it is empty.
struct index {
    struct index_slot *slots;
    size_t count;
    size_t size; // a power of two, or 0
};

#define INDEX_NONE SIZE_MAX

// The position under which `name` was added, or INDEX_NONE.
size_t index_find(const struct index *index, const char *name);

// Adds a name that is not in it yet. The string must outlive the index.
void index_add(struct index *index, const char *name, size_t position);

void index_free(struct index *index);

#endif
