// Mutations that keep the form of an input, so that most of what is tried gets past the first check.
//
// A target's LLVMFuzzerCustomMutator calls one of them; each leaves some of its calls to libFuzzer's own mutations, which
// also use the target's dictionary (dict/<target>.dict). The same seed makes the same mutation.
#ifndef SOCKSPEC_FUZZ_MUTATE_H
#define SOCKSPEC_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

// Changes bytes[size] in place, to at most `most` bytes. Returns the new size.
typedef size_t mutation(uint8_t *bytes, size_t size, size_t most, unsigned seed);

// Frames of WebSocket, whole ones and a rest: drops, doubles, swaps, fragments, masks anew and makes frames of any
// opcode, and changes payloads under their masks with the length put right; one in eight gets an illegal header.
mutation mutate_frames;

// A head of HTTP: drops, doubles, swaps and inserts lines, and changes one with its CRLF left alone.
mutation mutate_head;

// A head and what is behind it, frames: one of the two above.
mutation mutate_connection;

// Leaves the first bytes alone most of the time and applies `mutate` to the rest.
size_t mutate_behind(size_t first, mutation *mutate, uint8_t *data, size_t size, size_t most, unsigned seed);

// libFuzzer calls a target's own; libFuzzer has the other.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

// Numbers of one mutation: the same for the same seed. Starts anywhere but at 0.
struct dice {
    uint32_t state;
};
struct dice dice_of(unsigned seed);

// Below `sides`, which is above 0.
uint32_t dice_roll(struct dice *dice, size_t sides);

#endif
