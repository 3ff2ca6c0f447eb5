#include "mutate.h"

#include <string.h>

struct dice dice_of(unsigned seed)
{
    return (struct dice){.state = seed * 2654435761U | 1};
}

uint32_t dice_roll(struct dice *dice, size_t sides)
{
    dice->state ^= dice->state << 13; // xorshift32
    dice->state ^= dice->state >> 17;
    dice->state ^= dice->state << 5;
    return (uint32_t)(dice->state % sides);
}

size_t mutate_behind(size_t first, mutation *mutate, uint8_t *data, size_t size, size_t most, unsigned seed)
{
    struct dice dice = dice_of(seed);
    if (size < first || most <= first || dice_roll(&dice, 16) == 0)
        return LLVMFuzzerMutate(data, size, most);
    if (dice_roll(&dice, 16) == 0)
        data[dice_roll(&dice, first)] = (uint8_t)dice_roll(&dice, 256);
    return first + mutate(data + first, size - first, most - first, seed);
}

size_t mutate_connection(uint8_t *bytes, size_t size, size_t most, unsigned seed)
{
    static const uint8_t end[] = {'\r', '\n', '\r', '\n'};
    struct dice dice = dice_of(seed);
    const uint8_t *found = size ? memmem(bytes, size, end, sizeof end) : NULL;
    size_t head = found ? (size_t)(found - bytes) + sizeof end : size;
    if (found && dice_roll(&dice, 4) != 0)
        return head + mutate_frames(bytes + head, size - head, most - head, seed);
    // The head may grow only into what is free, since the frames move behind it.
    uint8_t frames[4096];
    size_t rest = size - head;
    if (rest > sizeof frames || most - rest <= head)
        return LLVMFuzzerMutate(bytes, size, most);
    memcpy(frames, bytes + head, rest);
    size_t changed = mutate_head(bytes, head, most - rest, seed);
    memcpy(bytes + changed, frames, rest);
    return changed + rest;
}
