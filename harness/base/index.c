#include "base/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

// The slot of a name, or the free one where it belongs. There is always a free one.
static struct index_slot *slot_of(const struct index *index, const char *name)
{
    size_t at = (size_t)text_hash(name) & (index->size - 1);
    while (index->slots[at].name && strcmp(index->slots[at].name, name) != 0)
        at = (at + 1) & (index->size - 1);
    return &index->slots[at];
}

size_t index_find(const struct index *index, const char *name)
{
    if (index->size == 0)
        return INDEX_NONE;
    const struct index_slot *slot = slot_of(index, name);
    return slot->name ? slot->position : INDEX_NONE;
}

static void double_size(struct index *index)
{
    struct index larger = {.size = index->size ? index->size * 2 : 64};
    larger.slots = allocate(larger.size, sizeof *larger.slots);
    for (size_t i = 0; i < index->size; i++)
        if (index->slots[i].name)
            *slot_of(&larger, index->slots[i].name) = index->slots[i];
    larger.count = index->count;
    free(index->slots);
    *index = larger;
}

void index_add(struct index *index, const char *name, size_t position)
{
    if (index->count * 2 >= index->size)
        double_size(index);
    *slot_of(index, name) = (struct index_slot){name, position};
    index->count++;
}

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}
