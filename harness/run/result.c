#include "run/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// How much a verdict weighs against another within one case; those that are decided before or after it runs weigh
// most.
static int weight_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS:
        return 0;
    case VERDICT_INFO:
        return 1;
    case VERDICT_NONSTRICT:
        return 2;
    case VERDICT_UNRESOLVED:
        return 3;
    case VERDICT_FAIL:
        return 4;
    case VERDICT_XFAIL:
    case VERDICT_XPASS:
    case VERDICT_UNSUPPORTED:
    case VERDICT_SKIP:
    case VERDICT_UNKNOWN:
        return 5;
    }
    return 5;
}

void result_decide(struct result *result, enum verdict verdict, const struct step *step, char *expected, char *actual,
                   char *why)
{
    if (weight_of(verdict) <= weight_of(result->verdict)) {
        free(expected);
        free(actual);
        free(why);
        return;
    }
    free(result->expected);
    free(result->actual);
    free(result->why);
    result->verdict = verdict;
    result->step = step;
    result->expected = expected;
    result->actual = actual;
    result->why = why;
}

void result_expect(struct result *result, const struct expectation *expectation)
{
    if (!expectation || result->verdict == VERDICT_SKIP || result->verdict == VERDICT_UNSUPPORTED)
        return;
    bool varies = strcmp(expectation->verdict, "varies") == 0;
    enum verdict expected = varies ? VERDICT_FAIL : verdict_of(expectation->verdict);
    enum verdict verdict = result->verdict == expected                  ? VERDICT_XFAIL
                           : result->verdict == VERDICT_PASS && !varies ? VERDICT_XPASS
                                                                        : result->verdict;
    if (verdict == result->verdict)
        return;
    result->verdict = verdict;
    free(result->why);
    result->why = duplicate(expectation->why);
}

void result_free(struct result *result)
{
    free(result->expected);
    free(result->actual);
    free(result->why);
    free(result->errors);
    transcript_free(&result->transcript);
    *result = (struct result){0};
}
