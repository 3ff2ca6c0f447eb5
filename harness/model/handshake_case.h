// Opening handshakes made of the levels of a table, written as cases: the requests that are played, and what is due.
#ifndef SOCKSPEC_MODEL_HANDSHAKE_CASE_H
#define SOCKSPEC_MODEL_HANDSHAKE_CASE_H

#include <stdint.h>

#include "model/case_model.h"
#include "model/covering.h"
#include "model/handshake_table.h"

// The functions of a case model whose context is a struct handshake_table. A path has the number of a level for each
// factor. It has no fits(), goes_on() and key(): its paths are not made letter by letter.
void handshake_case_model(const struct handshake_table *table, struct case_model *model);

// The handshakes to be played. The first `legal` have legal levels only, each other one has one that is not.
struct handshake_plan {
    struct covering rows;
    size_t legal;
    uint64_t legal_triples; // of legal levels; each is in a row
    uint64_t other_triples; // with one level that is not legal; each is in a row
};
void handshake_plan_make(const struct handshake_table *table, uint64_t seed, struct handshake_plan *plan);
void handshake_plan_free(struct handshake_plan *plan);

#endif
