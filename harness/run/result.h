// The outcome of one case.
#ifndef SOCKSPEC_RUN_RESULT_H
#define SOCKSPEC_RUN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "report/verdict.h"
#include "suite/expectations.h"
#include "suite/step.h"
#include "wire/transcript.h"

struct result {
    enum verdict verdict;
    bool hard;               // a crash or the like: stays a fail whatever the level of the requirement
    bool not_ready;          // the program never became ready
    bool by_chance;          // what failed is a statistical test, which may fail what is right
    bool control_failed;     // the positive control,
    bool late_control;       // and not as the first step of the case
    bool seeded;             // keys or masks were made up for it
    bool was_ready;          // it did, or was running already
    const struct step *step; // where it was decided, or NULL
    char *expected;
    char *actual;
    char *why;
    char *errors; // the end of the program's standard error
    double seconds;
    int64_t longest_wait;      // nanoseconds until a server's answer was there
    long long rounds_left_out; // of repetitions, and, under the transform split, places to cut at, that a slow program
    long long cuts_left_out;   // left no time for
    struct transcript transcript;
};

// Records a verdict unless one as heavy is there already: fail outweighs unresolved, then nonstrict, info and pass. The
// texts are taken over (and freed when not kept).
void result_decide(struct result *result, enum verdict verdict, const struct step *step, char *expected, char *actual,
                   char *why);

// Holds a verdict against what an expectations file says of the case (NULL: nothing): it becomes xfail, xpass, or stays.
void result_expect(struct result *result, const struct expectation *expectation);

// Forgets everything but the transcript's memory.
void result_free(struct result *result);

#endif
