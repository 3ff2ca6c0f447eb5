#include "lib/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses from a buffer of the exact size, so that a read behind it is found. */
static const char *parse(const char *text, int64_t *minimum, int64_t *maximum)
{
    size_t length = strlen(text);
    char *exact = malloc(length + (length == 0));
    assert_non_null(exact);
    memcpy(exact, text, length);
    const char *reason = range_parse(exact, length, minimum, maximum);
    free(exact);
    return reason;
}

static void assert_range(const char *text, int64_t expected_minimum, int64_t expected_maximum)
{
    int64_t minimum, maximum;
    assert_null(parse(text, &minimum, &maximum));
    assert_true(minimum == expected_minimum && maximum == expected_maximum);
}

static void assert_refused(const char *text, const char *expected)
{
    int64_t minimum, maximum;
    const char *reason = parse(text, &minimum, &maximum);
    assert_non_null(reason);
    assert_string_equal(reason, expected);
}

static void test_two_integers_are_a_range(void **state)
{
    (void)state;
    assert_range("1 6", 1, 6);
    assert_range("-5 -5", -5, -5);
    assert_range(" \t-1\t \t007 \r", -1, 7);
    assert_range("-9223372036854775808 9223372036854775807", INT64_MIN, INT64_MAX);
}

static void test_anything_else_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      " ",    "1",   "1 ",    "1 2 3",
                                        "a b",   "1,2",  "1-2", "1.0 2", "+1 2",
                                        "0x1 2", "1 2x", "- 2", "1\v2",  "x 99999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i], "expected two integers, MIN MAX");
    assert_refused("6 1", "MIN is above MAX");
    assert_refused("1 9223372036854775808", "a number is outside of 64 bits");
    assert_refused("-9223372036854775809 1", "a number is outside of 64 bits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_integers_are_a_range),
        cmocka_unit_test(test_anything_else_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
