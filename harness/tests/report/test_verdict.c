#include "support.h"

#include "report/verdict.h"

static void test_outcome_of_every_verdict(void **state)
{
    static const struct {
        const char *name;
        enum outcome lax, strict;
    } expected[] = {
        {"pass", OUTCOME_GOOD, OUTCOME_GOOD},         {"info", OUTCOME_GOOD, OUTCOME_GOOD},
        {"xfail", OUTCOME_GOOD, OUTCOME_GOOD},        {"nonstrict", OUTCOME_GOOD, OUTCOME_BAD},
        {"fail", OUTCOME_BAD, OUTCOME_BAD},           {"xpass", OUTCOME_BAD, OUTCOME_BAD},
        {"unresolved", OUTCOME_ERROR, OUTCOME_ERROR}, {"unsupported", OUTCOME_LEFT_OUT, OUTCOME_LEFT_OUT},
        {"skip", OUTCOME_LEFT_OUT, OUTCOME_LEFT_OUT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(verdict_outcome(expected[i].name, false), expected[i].lax);
        assert_int_equal(verdict_outcome(expected[i].name, true), expected[i].strict);
    }
}

static void test_unknown_verdict_is_an_error(void **state)
{
    static const char *const names[] = {"passed", "PASS", "", "unknown"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(verdict_outcome(names[i], false), OUTCOME_ERROR);
    assert_int_equal(verdict_outcome(NULL, true), OUTCOME_ERROR);
}

static void test_every_verdict_has_a_row(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICT_COUNT; v++) {
        assert_non_null(verdict_table[v].name);
        assert_non_null(verdict_table[v].color);
        if (v != VERDICT_UNKNOWN)
            assert_int_equal(verdict_of(verdict_table[v].name), v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcome_of_every_verdict),
        cmocka_unit_test(test_unknown_verdict_is_an_error),
        cmocka_unit_test(test_every_verdict_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
