// Which verdict stays when a case earns several.
#include "support.h"

#include "run/result.h"

static const enum verdict by_weight[] = {VERDICT_PASS,       VERDICT_INFO, VERDICT_NONSTRICT,
                                         VERDICT_UNRESOLVED, VERDICT_FAIL, VERDICT_SKIP};

static void decide(struct result *result, enum verdict verdict, const struct step *step, const char *text)
{
    result_decide(result, verdict, step, format_text("expected %s", text), format_text("actual %s", text),
                  format_text("why %s", text));
}

static void test_the_heavier_verdict_stays(void **state)
{
    (void)state;
    static const struct step steps[2];
    for (size_t first = 1; first < COUNT(by_weight); first++) {
        for (size_t second = 0; second < COUNT(by_weight); second++) {
            struct result result = {0};
            bool replaced = second > first;
            decide(&result, by_weight[first], &steps[0], "first");
            decide(&result, by_weight[second], &steps[1], "second");
            assert_int_equal(result.verdict, by_weight[replaced ? second : first]);
            assert_ptr_equal(result.step, &steps[replaced]);
            assert_string_equal(result.expected, replaced ? "expected second" : "expected first");
            assert_string_equal(result.actual, replaced ? "actual second" : "actual first");
            assert_string_equal(result.why, replaced ? "why second" : "why first");
            result_free(&result);
        }
    }
}

static void test_a_pass_says_nothing(void **state)
{
    (void)state;
    struct result result = {0};
    decide(&result, VERDICT_PASS, NULL, "x");
    assert_int_equal(result.verdict, VERDICT_PASS);
    assert_null(result.expected);
    assert_null(result.why);
    result_free(&result);
}

static void test_texts_may_be_absent(void **state)
{
    (void)state;
    struct result result = {0};
    result_decide(&result, VERDICT_INFO, NULL, NULL, NULL, NULL);
    result_decide(&result, VERDICT_FAIL, NULL, duplicate("e"), NULL, NULL);
    assert_string_equal(result.expected, "e");
    assert_null(result.actual);
    result_decide(&result, VERDICT_SKIP, NULL, NULL, NULL, duplicate("slow"));
    assert_null(result.expected);
    assert_string_equal(result.why, "slow");
    result_free(&result);
    assert_int_equal(result.verdict, VERDICT_PASS);
    assert_null(result.why);
    result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_heavier_verdict_stays),
        cmocka_unit_test(test_a_pass_says_nothing),
        cmocka_unit_test(test_texts_may_be_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
