// What is wrong with the files that a person wrote, each with its place. Loading goes on after a problem, so that one
// run of `sockspec validate` shows them all.
#ifndef SOCKSPEC_SUITE_PROBLEM_H
#define SOCKSPEC_SUITE_PROBLEM_H

#include <stddef.h>
#include <stdio.h>

struct problem {
    char *place; // "file:line:column" or "file"
    char *text;  // what is wrong, what would be right
};

struct problems {
    struct problem *items;
    size_t count;
};

// Adds a problem at a place; line and column count from 1, 0 where there is none. The text is made
// one line without control characters.
void problem_add(struct problems *problems, const char *file, size_t line, size_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Prints each as `file:line:column: text`.
void problems_print(const struct problems *problems, FILE *out);

void problems_free(struct problems *problems);

#endif
