// Auditing suites: the cases of a program are run against the right peer of a catalogue, then against each of its faults,
// and what they make of them is kept in a matrix.
//
// A fault is caught by a case that the right peer passes and the wrong one does not. A case that the wrong peer never
// came to, since it did not start or the run gave it up, has caught nothing.
#ifndef SOCKSPEC_AUDIT_AUDIT_H
#define SOCKSPEC_AUDIT_AUDIT_H

#include <stdatomic.h>
#include <stdio.h>

#include "iut/sandbox.h"
#include "report/verdict.h"
#include "run/plan.h"
#include "suite/faults.h"

struct audit_settings {
    const struct catalog *catalog;
    struct sandbox *sandbox;
    size_t jobs;
    double time_scale;
    const char *fault; // pattern of the faults to audit, or NULL
    bool quick;        // only the cases that the catalogue names for a fault
    bool gaps;         // and those that have caught nothing yet
    bool slow;         // cases that wait in real time, too
    const atomic_bool *stop;
    // Says what comes next, of how many.
    void (*progress)(void *context, const struct fault_list *list, const char *what, size_t number, size_t count);
    void *context;
};

// What became of a fault.
struct audited_fault {
    const struct fault *fault;
    bool left_out;     // --fault, or the audit was interrupted
    size_t caught_by;  // cases
    size_t first;      // of them: an entry of the plan
    size_t failed_by;  // cases that fail it, whatever is only not so strict left aside
    size_t unresolved; // cases that say that the program does not work to begin with
    bool caught;       // as heavily as the requirement's level asks for
    double seconds;
};

struct null_peer {
    const char *kind;
    size_t passed; // cases of level MUST that it may not pass
    size_t first;  // of them
};

struct audit {
    const struct fault_list *list;
    struct plan plan;
    enum verdict *right;   // what the right peer got, by entry
    unsigned char *caught; // by fault, then by entry: whether the case caught it
    unsigned char *asked;  // by entry: whether any fault was put before it
    struct audited_fault *faults;
    struct null_peer *null_peers;
    size_t null_peer_count;
};

// Audits a program. Returns 0; -ENOENT when it has no cases; another negative errno when no worker could be started. To
// be freed in each case.
int audit_run(const struct audit_settings *settings, const struct fault_list *list, struct audit *audit);
void audit_free(struct audit *audit);

// How many of the faults a case, an entry of the plan, has caught.
size_t audit_catches(const struct audit *audit, size_t entry);

// Why a case is excused from catching any, or NULL.
const char *audit_excuse(const struct audit *audit, size_t entry);

// True when what is there to be caught was, and nothing else: see audit_print().
bool audit_is_whole(const struct audit *audit, const struct audit_settings *settings);

// Prints the faults with what caught them, and the gaps: faults that nobody caught, legal programs that a case fails,
// cases that the right peer fails, cases that catch nothing without an excuse, null peers that pass. `cases`: also each
// case with the faults that it caught.
void audit_print(const struct audit *audit, const struct audit_settings *settings, bool cases, FILE *out);

// The same as JSON Lines: an event for each fault, each case and each null peer. Returns 0 or a negative errno.
int audit_write_events(const struct audit *audit, FILE *out);

#endif
