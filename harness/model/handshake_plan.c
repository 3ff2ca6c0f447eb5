#include <stdlib.h>

#include "base/memory.h"
#include "model/handshake_case.h"

static void legal_levels(const struct handshake_table *table, unsigned char *levels)
{
    for (size_t i = 0; i < table->count; i++)
        levels[i] = (unsigned char)table->factors[i].legal;
}

static void take_rows(struct covering *rows, const struct covering *more)
{
    for (size_t i = 0; i < more->count; i++) {
        rows->rows = grow(rows->rows, rows->count, sizeof *rows->rows);
        rows->rows[rows->count++] = more->rows[i];
    }
}

// The rows for a level that is not legal: pairs of the others, which make triples with it.
static void add_other(const struct handshake_table *table, size_t factor, size_t level, uint64_t seed,
                      struct handshake_plan *plan)
{
    unsigned char levels[COVERING_FACTORS_MAX];
    struct covering pairs;
    legal_levels(table, levels);
    for (size_t i = factor; i + 1 < table->count; i++)
        levels[i] = levels[i + 1];
    covering_make(levels, table->count - 1, 2, seed, &pairs);
    plan->other_triples += covering_tuples(levels, table->count - 1, 2);
    for (size_t i = 0; i < pairs.count; i++) {
        unsigned char *row = pairs.rows[i].levels;
        for (size_t k = table->count - 1; k > factor; k--)
            row[k] = row[k - 1];
        row[factor] = (unsigned char)level;
    }
    take_rows(&plan->rows, &pairs);
    covering_free(&pairs);
}

void handshake_plan_make(const struct handshake_table *table, uint64_t seed, struct handshake_plan *plan)
{
    unsigned char levels[COVERING_FACTORS_MAX];
    *plan = (struct handshake_plan){.legal = 0};
    legal_levels(table, levels);
    covering_make(levels, table->count, 3, seed, &plan->rows);
    plan->legal = plan->rows.count;
    plan->legal_triples = covering_tuples(levels, table->count, 3);
    for (size_t factor = 0; factor < table->count; factor++)
        for (size_t level = table->factors[factor].legal; level < table->factors[factor].count; level++)
            add_other(table, factor, level, ++seed, plan);
}

void handshake_plan_free(struct handshake_plan *plan)
{
    covering_free(&plan->rows);
}
