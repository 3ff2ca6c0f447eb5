// The verdicts as a table: how each is named, how it counts, how much of it a person wants to read.
#ifndef SOCKSPEC_REPORT_VERDICT_H
#define SOCKSPEC_REPORT_VERDICT_H

#include "report/reporter.h"

// In the order in which counts are printed.
enum verdict {
    VERDICT_PASS,
    VERDICT_NONSTRICT,
    VERDICT_FAIL,
    VERDICT_UNRESOLVED,
    VERDICT_XFAIL,
    VERDICT_XPASS,
    VERDICT_INFO,
    VERDICT_UNSUPPORTED,
    VERDICT_SKIP,
    VERDICT_UNKNOWN, // a name that this version does not know
};
#define VERDICT_COUNT (VERDICT_UNKNOWN + 1)

// How much of a case the terminal shows.
enum detail { DETAIL_NONE, DETAIL_LINE, DETAIL_BRIEF, DETAIL_FULL };

struct verdict_row {
    const char *name;
    enum outcome outcome;
    enum outcome outcome_strict;
    enum detail detail;
    const char *color; // parameters of the SGR escape sequence
};

extern const struct verdict_row verdict_table[VERDICT_COUNT];

// True when a case with this verdict, or one of the cases counted by verdict, makes a run fail. Verdicts that this version
// does not know do not count.
bool verdict_spoils(enum verdict verdict, bool strict);
bool verdicts_spoil(const size_t counts[VERDICT_COUNT], bool strict);

// NULL and unknown names are VERDICT_UNKNOWN.
enum verdict verdict_of(const char *name);

#endif
