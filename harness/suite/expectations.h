// What an implementation is known to deviate in, with reasons: cases by glob, and the verdict that is expected of them.
#ifndef SOCKSPEC_SUITE_EXPECTATIONS_H
#define SOCKSPEC_SUITE_EXPECTATIONS_H

#include "suite/catalog.h"
#include "suite/reader.h"

struct expectation {
    const char *pattern; // shell-style, of case ids
    const char *verdict; // fail, nonstrict, unresolved or info; or varies: a fail or a pass, from run to run
    const char *why;
};

struct expectations {
    struct expectation *items;
    size_t count;
};

// Reads an open file. False with problems added. The items are freed by the caller, their strings with the catalog.
bool expectations_read(struct catalog *catalog, struct reader *reader, struct expectations *expectations);

// Opens and reads a file. Returns 0 or -EBADMSG with problems added.
int expectations_load(struct catalog *catalog, const char *path, struct expectations *expectations);

// The first expectation whose pattern fits the case id, or NULL.
const struct expectation *expectations_find(const struct expectations *expectations, const char *id);

#endif
