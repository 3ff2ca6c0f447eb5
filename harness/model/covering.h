// Covering arrays: rows of levels, one for each factor, such that every combination of levels of every `strength` factors
// occurs in at least one row. Most faults of software need two or three things to come together (Kuhn, Wallace and Gallo,
// 2004): a few hundred rows then say what millions of them would.
//
// The rows are made one by one, as by AETG (Cohen, Dalal, Fredman and Patton, 1997): of some candidates, each begun with
// a tuple that no row has yet and continued factor by factor with the level that brings most such tuples, the best is
// taken. A seed repeats it, on every machine.
#ifndef SOCKSPEC_MODEL_COVERING_H
#define SOCKSPEC_MODEL_COVERING_H

#include <stddef.h>
#include <stdint.h>

enum { COVERING_FACTORS_MAX = 16, COVERING_STRENGTH_MAX = 3 };

struct covering_row {
    unsigned char levels[COVERING_FACTORS_MAX]; // from 0 on; behind the last factor they are 0
};

struct covering {
    struct covering_row *rows;
    size_t count;
};

// Makes an array for factors of `levels[i]` levels each, at least 1; `strength` is from 1 to 3 and at most the number of
// factors. Its first row has level 0 of each.
void covering_make(const unsigned char *levels, size_t factors, size_t strength, uint64_t seed,
                   struct covering *covering);
void covering_free(struct covering *covering);

// How many combinations of levels of `strength` factors there are.
uint64_t covering_tuples(const unsigned char *levels, size_t factors, size_t strength);

// How many of them occur in rows, counted one by one.
uint64_t covering_covered(const struct covering *covering, const unsigned char *levels, size_t factors,
                          size_t strength);

#endif
