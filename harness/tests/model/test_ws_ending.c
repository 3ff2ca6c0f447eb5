// Which close codes fit what called for the end.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/ws_ending.h"

enum { BARE = 1 };

static enum ws_grade grade_of(enum ws_reply reply, unsigned sent, unsigned code)
{
    const char *why;
    struct ws_ending ending = {.bare = code == BARE, .code = code == BARE ? WS_NO_CODE : code};
    enum ws_grade grade = ws_ending_grade(&ending, reply, WS_SYMBOL_CLOSE, sent, &why);
    assert_true(grade == WS_GRADE_PASS ? why == NULL : grade == WS_GRADE_FAIL || why != NULL);
    return grade;
}

static void test_close_is_answered_by_its_code(void **state)
{
    (void)state;
    assert_int_equal(grade_of(WS_REPLY_CLOSE, 3000, 3000), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, 3000, 1000), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, 3000, WS_NO_CODE), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, 3000, 1002), WS_GRADE_FAIL);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, 3000, BARE), WS_GRADE_FAIL);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, WS_NO_CODE, WS_NO_CODE), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_CLOSE, WS_NO_CODE, 1000), WS_GRADE_PASS);
}

static void test_failure_says_its_code(void **state)
{
    (void)state;
    assert_int_equal(grade_of(WS_REPLY_FAIL_1002, WS_NO_CODE, 1002), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1002, WS_NO_CODE, 1007), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1002, WS_NO_CODE, BARE), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1007, WS_NO_CODE, 1007), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1007, WS_NO_CODE, 1002), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1007_OR_1002, WS_NO_CODE, 1002), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1009, WS_NO_CODE, 1009), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_FAIL_1002_OR_1009, WS_NO_CODE, 1007), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_FAIL_MASK, WS_NO_CODE, BARE), WS_GRADE_PASS);
}

static void test_codes_that_may_be_refused(void **state)
{
    (void)state;
    assert_int_equal(grade_of(WS_REPLY_1002_OR_CLOSE, 2999, 1002), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_1002_OR_CLOSE, 2999, 2999), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_CLOSE_OR_1002, 1012, 1012), WS_GRADE_PASS);
    assert_int_equal(grade_of(WS_REPLY_CLOSE_OR_1002, 1012, 1002), WS_GRADE_NONSTRICT);
    assert_int_equal(grade_of(WS_REPLY_CLOSE_OR_1002, 1012, 1009), WS_GRADE_FAIL);
}

static void test_what_calls_for_no_end_has_none(void **state)
{
    (void)state;
    static const enum ws_reply replies[] = {WS_REPLY_NOTHING, WS_REPLY_DELIVER, WS_REPLY_PONG};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        assert_int_equal(grade_of(replies[i], WS_NO_CODE, 1000), WS_GRADE_FAIL);
        assert_int_equal(grade_of(replies[i], WS_NO_CODE, BARE), WS_GRADE_FAIL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close_is_answered_by_its_code),
        cmocka_unit_test(test_failure_says_its_code),
        cmocka_unit_test(test_codes_that_may_be_refused),
        cmocka_unit_test(test_what_calls_for_no_end_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
