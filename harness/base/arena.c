#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCK_SIZE 65536

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) unsigned char memory[];
};

static struct arena_block *block_make(size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct arena_block *block = allocate(1, sizeof *block + room);
    block->size = room;
    return block;
}

void *arena_allocate(struct arena *arena, size_t count, size_t size)
{
    size_t alignment = alignof(max_align_t);
    if (size && count > (SIZE_MAX - alignment) / size)
        abort();
    size_t bytes = (count * size + alignment - 1) / alignment * alignment;
    if (!arena->blocks || arena->blocks->size - arena->blocks->used < bytes) {
        struct arena_block *block = block_make(bytes);
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = arena->blocks->memory + arena->blocks->used;
    arena->blocks->used += bytes;
    return memory;
}

char *arena_bytes(struct arena *arena, const void *data, size_t length)
{
    char *copy = arena_allocate(arena, length + 1, 1);
    if (length)
        memcpy(copy, data, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_bytes(arena, text, strlen(text));
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
