// Random numbers that a seed repeats, on every machine: splitmix64, the finalizer of Vigna's generators, whose state is
// a counter. One generator for each sequence, so that what a sequence holds depends on its number alone.
#ifndef SOCKSPEC_BASE_RANDOM_H
#define SOCKSPEC_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

struct random random_for(uint64_t seed, uint64_t number);

// A seed that no other run has, from the kernel's random numbers: at most 32 bits, so that people can type it.
uint64_t random_seed(void);

uint64_t random_next(struct random *random);

// A number from 0 to `count` - 1.
size_t random_below(struct random *random, size_t count);

// True `percent` times in a hundred.
bool random_chance(struct random *random, unsigned percent);

void random_bytes(struct random *random, unsigned char *bytes, size_t length);

#endif
