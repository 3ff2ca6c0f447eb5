#include "report/verdict.h"

#include <string.h>

#define GREEN "32"
#define YELLOW "33"
#define RED "1;31"
#define MAGENTA "1;35"
#define CYAN "36"
#define GREY "2"

const struct verdict_row verdict_table[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"pass", OUTCOME_GOOD, OUTCOME_GOOD, DETAIL_NONE, GREEN},
    [VERDICT_NONSTRICT] = {"nonstrict", OUTCOME_GOOD, OUTCOME_BAD, DETAIL_BRIEF, YELLOW},
    [VERDICT_FAIL] = {"fail", OUTCOME_BAD, OUTCOME_BAD, DETAIL_FULL, RED},
    [VERDICT_UNRESOLVED] = {"unresolved", OUTCOME_ERROR, OUTCOME_ERROR, DETAIL_FULL, MAGENTA},
    [VERDICT_XFAIL] = {"xfail", OUTCOME_GOOD, OUTCOME_GOOD, DETAIL_NONE, YELLOW},
    [VERDICT_XPASS] = {"xpass", OUTCOME_BAD, OUTCOME_BAD, DETAIL_FULL, RED},
    [VERDICT_INFO] = {"info", OUTCOME_GOOD, OUTCOME_GOOD, DETAIL_BRIEF, CYAN},
    [VERDICT_UNSUPPORTED] = {"unsupported", OUTCOME_LEFT_OUT, OUTCOME_LEFT_OUT, DETAIL_LINE, GREY},
    [VERDICT_SKIP] = {"skip", OUTCOME_LEFT_OUT, OUTCOME_LEFT_OUT, DETAIL_NONE, GREY},
    [VERDICT_UNKNOWN] = {"unknown", OUTCOME_ERROR, OUTCOME_ERROR, DETAIL_FULL, MAGENTA},
};

static enum outcome outcome_of(enum verdict verdict, bool strict)
{
    return strict ? verdict_table[verdict].outcome_strict : verdict_table[verdict].outcome;
}

bool verdict_spoils(enum verdict verdict, bool strict)
{
    enum outcome outcome = outcome_of(verdict, strict);
    return verdict != VERDICT_UNKNOWN && (outcome == OUTCOME_BAD || outcome == OUTCOME_ERROR);
}

bool verdicts_spoil(const size_t counts[VERDICT_COUNT], bool strict)
{
    for (int i = 0; i < VERDICT_COUNT; i++)
        if (counts[i] && verdict_spoils((enum verdict)i, strict))
            return true;
    return false;
}

enum verdict verdict_of(const char *name)
{
    for (int i = 0; name && i < VERDICT_UNKNOWN; i++)
        if (strcmp(verdict_table[i].name, name) == 0)
            return (enum verdict)i;
    return VERDICT_UNKNOWN;
}

enum outcome verdict_outcome(const char *verdict, bool strict)
{
    return outcome_of(verdict_of(verdict), strict);
}
