// Memory that is freed all at once. What is loaded from files lives in an arena: made piece by piece, never changed
// afterwards, given up as a whole.
#ifndef SOCKSPEC_BASE_ARENA_H
#define SOCKSPEC_BASE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *blocks;
};

// Zeroed memory, aligned for any type, that lives until arena_free().
void *arena_allocate(struct arena *arena, size_t count, size_t size);

// A copy with a NUL behind it.
char *arena_bytes(struct arena *arena, const void *data, size_t length);
char *arena_text(struct arena *arena, const char *text);

void arena_free(struct arena *arena);

#endif
