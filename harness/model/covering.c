#include "model/covering.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

#define CANDIDATES 24 // for each row
#define UNSET 0xff    // a level that is still open

// The factors of a tuple, and where its combinations of levels begin among all.
struct factor_set {
    unsigned char factors[COVERING_STRENGTH_MAX];
    size_t first;
};

struct tuples {
    const unsigned char *levels;
    size_t factors;
    size_t strength;
    struct factor_set *sets;
    size_t set_count;
    size_t *sets_of[COVERING_FACTORS_MAX]; // the numbers of the sets with a factor
    size_t sets_of_each;
    bool *covered;
    size_t count;
    size_t covered_count;
};

// --- tuples ---

static size_t combinations(const struct tuples *tuples, const struct factor_set *set)
{
    size_t product = 1;
    for (size_t i = 0; i < tuples->strength; i++)
        product *= tuples->levels[set->factors[i]];
    return product;
}

// Adds the sets that begin with the first `length` factors of `set`.
static void add_sets(struct tuples *tuples, struct factor_set *set, size_t length)
{
    if (length == tuples->strength) {
        set->first = tuples->count;
        tuples->sets = grow(tuples->sets, tuples->set_count, sizeof *tuples->sets);
        tuples->sets[tuples->set_count++] = *set;
        tuples->count += combinations(tuples, set);
        return;
    }
    for (size_t factor = length ? set->factors[length - 1] + 1u : 0; factor < tuples->factors; factor++) {
        set->factors[length] = (unsigned char)factor;
        add_sets(tuples, set, length + 1);
    }
}

static struct tuples tuples_make(const unsigned char *levels, size_t factors, size_t strength)
{
    struct tuples tuples = {.levels = levels, .factors = factors, .strength = strength};
    struct factor_set set = {{0}, 0};
    add_sets(&tuples, &set, 0);
    tuples.covered = allocate(tuples.count + 1, sizeof *tuples.covered);
    for (size_t factor = 0; factor < factors; factor++) {
        size_t count = 0;
        tuples.sets_of[factor] = allocate(tuples.set_count, sizeof *tuples.sets_of[factor]);
        for (size_t i = 0; i < tuples.set_count; i++)
            if (memchr(tuples.sets[i].factors, (int)factor, strength))
                tuples.sets_of[factor][count++] = i;
        tuples.sets_of_each = count;
    }
    return tuples;
}

static void tuples_free(struct tuples *tuples)
{
    for (size_t factor = 0; factor < tuples->factors; factor++)
        free(tuples->sets_of[factor]);
    free(tuples->sets);
    free(tuples->covered);
}

// The tuple of a set that a row has. False where a level is still open.
static bool tuple_of(const struct tuples *tuples, const struct factor_set *set, const struct covering_row *row,
                     size_t *tuple)
{
    size_t number = 0;
    for (size_t i = 0; i < tuples->strength; i++) {
        unsigned char level = row->levels[set->factors[i]];
        if (level == UNSET)
            return false;
        number = number * tuples->levels[set->factors[i]] + level;
    }
    *tuple = set->first + number;
    return true;
}

static void cover(struct tuples *tuples, const struct covering_row *row)
{
    size_t tuple;
    for (size_t i = 0; i < tuples->set_count; i++)
        if (tuple_of(tuples, &tuples->sets[i], row, &tuple) && !tuples->covered[tuple]) {
            tuples->covered[tuple] = true;
            tuples->covered_count++;
        }
}

uint64_t covering_tuples(const unsigned char *levels, size_t factors, size_t strength)
{
    struct tuples tuples = tuples_make(levels, factors, strength);
    uint64_t count = tuples.count;
    tuples_free(&tuples);
    return count;
}

uint64_t covering_covered(const struct covering *covering, const unsigned char *levels, size_t factors, size_t strength)
{
    struct tuples tuples = tuples_make(levels, factors, strength);
    for (size_t i = 0; i < covering->count; i++)
        cover(&tuples, &covering->rows[i]);
    uint64_t count = tuples.covered_count;
    tuples_free(&tuples);
    return count;
}

// --- rows ---

// How many new tuples a row has, of those with a factor in them.
static size_t gain_of(const struct tuples *tuples, const struct covering_row *row, size_t factor)
{
    size_t gain = 0;
    size_t tuple;
    for (size_t i = 0; i < tuples->sets_of_each; i++)
        if (tuple_of(tuples, &tuples->sets[tuples->sets_of[factor][i]], row, &tuple))
            gain += !tuples->covered[tuple];
    return gain;
}

// Begins a row with a tuple that is not covered, the first from a random one on.
static void begin_row(const struct tuples *tuples, struct random *random, struct covering_row *row)
{
    size_t tuple = random_below(random, tuples->count);
    while (tuples->covered[tuple])
        tuple = (tuple + 1) % tuples->count;
    size_t set = tuples->set_count - 1;
    while (tuples->sets[set].first > tuple)
        set--;
    size_t number = tuple - tuples->sets[set].first;
    for (size_t i = tuples->strength; i > 0; i--) {
        size_t factor = tuples->sets[set].factors[i - 1];
        row->levels[factor] = (unsigned char)(number % tuples->levels[factor]);
        number /= tuples->levels[factor];
    }
}

// Gives a factor the level that brings most; of several that bring as much, any. Returns what it brings.
static size_t choose_level(const struct tuples *tuples, struct random *random, struct covering_row *row, size_t factor)
{
    size_t best = 0;
    size_t equal = 0;
    unsigned char chosen = 0;
    for (unsigned char level = 0; level < tuples->levels[factor]; level++) {
        row->levels[factor] = level;
        size_t gain = gain_of(tuples, row, factor);
        if (gain > best || equal == 0)
            equal = 0;
        else if (gain < best)
            continue;
        best = gain;
        if (random_below(random, ++equal) == 0)
            chosen = level;
    }
    row->levels[factor] = chosen;
    return best;
}

// Returns how many new tuples the candidate has.
static size_t make_candidate(const struct tuples *tuples, struct random *random, struct covering_row *row)
{
    unsigned char order[COVERING_FACTORS_MAX];
    size_t gain = 1;
    memset(row, 0, sizeof *row);
    memset(row->levels, UNSET, tuples->factors);
    begin_row(tuples, random, row);
    for (size_t i = 0; i < tuples->factors; i++) {
        size_t other = random_below(random, i + 1);
        order[i] = order[other];
        order[other] = (unsigned char)i;
    }
    for (size_t i = 0; i < tuples->factors; i++)
        if (row->levels[order[i]] == UNSET)
            gain += choose_level(tuples, random, row, order[i]);
    return gain;
}

static void add_row(struct covering *covering, struct tuples *tuples, const struct covering_row *row)
{
    covering->rows = grow(covering->rows, covering->count, sizeof *covering->rows);
    covering->rows[covering->count++] = *row;
    cover(tuples, row);
}

void covering_make(const unsigned char *levels, size_t factors, size_t strength, uint64_t seed,
                   struct covering *covering)
{
    struct tuples tuples = tuples_make(levels, factors, strength);
    struct random random = random_for(seed, 0);
    struct covering_row best = {{0}};
    *covering = (struct covering){0};
    add_row(covering, &tuples, &best);
    while (tuples.covered_count < tuples.count) {
        size_t most = 0;
        for (size_t i = 0; i < CANDIDATES; i++) {
            struct covering_row row;
            size_t gain = make_candidate(&tuples, &random, &row);
            if (gain > most)
                best = row;
            if (gain > most)
                most = gain;
        }
        add_row(covering, &tuples, &best);
    }
    tuples_free(&tuples);
}

void covering_free(struct covering *covering)
{
    free(covering->rows);
    *covering = (struct covering){0};
}
