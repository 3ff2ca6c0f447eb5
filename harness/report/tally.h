// Counts of verdicts by program and suite, and the table that shows them.
#ifndef SOCKSPEC_REPORT_TALLY_H
#define SOCKSPEC_REPORT_TALLY_H

#include <stdbool.h>

#include "report/verdict.h"

struct buffer;

struct tally_row {
    char *program;
    char *suite; // NULL: all suites of the program
    size_t cases;
    size_t counts[VERDICT_COUNT];
};

struct tally {
    struct tally_row total;
    struct tally_row *programs;
    size_t program_count;
    struct tally_row *suites;
    size_t suite_count;
};

void tally_add(struct tally *tally, const char *program, const char *suite, enum verdict verdict);

// Appends a table: a row for each suite, or for each program when there are several. Nothing when it would
// have less than two rows. `every_suite` makes it a row for each suite in any case.
void tally_table_append(struct buffer *out, const struct tally *tally, bool every_suite);

// Appends `800 pass, 10 nonstrict, 1 fail`, each coloured by its verdict when `color`.
void tally_counts_append(struct buffer *out, const struct tally *tally, bool color);

void tally_free(struct tally *tally);

#endif
