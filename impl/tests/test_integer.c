#include "lib/integer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses from a buffer of the exact size, so that a read behind it is found. */
static int parse(const char *text, int64_t *value)
{
    size_t length = strlen(text);
    char *exact = malloc(length + (length == 0));
    assert_non_null(exact);
    memcpy(exact, text, length);
    int result = integer_parse(exact, length, value);
    free(exact);
    return result;
}

static void assert_parses(const char *text, int64_t expected)
{
    int64_t value = ~expected;
    assert_int_equal(parse(text, &value), 0);
    assert_true(value == expected);
}

static void assert_refused(const char *text, int expected)
{
    int64_t value = 42;
    assert_int_equal(parse(text, &value), expected);
    assert_true(value == 42);
}

static void test_integers_of_64_bits_are_read(void **state)
{
    (void)state;
    assert_parses("0", 0);
    assert_parses("-0", 0);
    assert_parses("007", 7);
    assert_parses("-12", -12);
    assert_parses("9223372036854775807", INT64_MAX);
    assert_parses("-9223372036854775808", INT64_MIN);
    assert_parses("-00000000000000000000009223372036854775808", INT64_MIN);
}

static void test_larger_ones_are_out_of_range(void **state)
{
    (void)state;
    assert_refused("9223372036854775808", -ERANGE);
    assert_refused("-9223372036854775809", -ERANGE);
    assert_refused("18446744073709551617", -ERANGE);
    assert_refused("100000000000000000000000000000000", -ERANGE);
}

static void test_anything_else_is_no_integer(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "--1", "1-", "one", "\xd9\xa1", "99999999999999999999x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_refused(texts[i], -EINVAL);
}

static void test_the_longest_line_has_room(void **state)
{
    (void)state;
    char text[INTEGER_LINE_SIZE];
    assert_int_equal(integer_line(INT64_MIN, text), 21);
    assert_string_equal(text, "-9223372036854775808\n");
    assert_int_equal(integer_line(7, text), 2);
    assert_string_equal(text, "7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_of_64_bits_are_read),
        cmocka_unit_test(test_larger_ones_are_out_of_range),
        cmocka_unit_test(test_anything_else_is_no_integer),
        cmocka_unit_test(test_the_longest_line_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
