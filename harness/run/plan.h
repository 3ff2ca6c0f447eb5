// What will run: cases chosen by name, program, requirement or level, each with its reruns under transforms.
#ifndef SOCKSPEC_RUN_PLAN_H
#define SOCKSPEC_RUN_PLAN_H

#include "suite/catalog.h"

struct selection {
    const char *const *words; // programs, suite files, shell-style patterns of cases; none: everything
    size_t word_count;
    const char *requirement; // pattern of requirement ids, or NULL
    const char *autobahn;    // pattern of the Autobahn Testsuite's case numbers, or NULL
    bool has_level;
    enum level level; // only cases of this level
    bool skip_slow;
};

struct plan_entry {
    const struct test_case *test;
    unsigned transform; // TRANSFORM_NONE or one bit
    char *id;           // the case's, with the transform's suffix
    bool deselected;    // chosen, but left out because it is slow
};

struct plan {
    struct plan_entry *entries; // in the order of the catalog
    size_t count;
};

// Makes the plan. Returns 0; -ENOENT with one line in `message` (to be freed) when a word names no program and no case,
// or nothing is left.
int plan_make(const struct catalog *catalog, const struct selection *selection, struct plan *plan, char **message);
void plan_free(struct plan *plan);

// "+bytewise" and so on; "" without a transform.
const char *transform_suffix(unsigned transform);

#endif
