#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const char *const steps[] = {"connect", "accept", "open", "send", "expect", "expect-end", "expect-exit"};

static const char *nearest_step(const char *word)
{
    return nearest_word(word, steps, sizeof steps / sizeof *steps);
}

static void test_typos_find_the_word_that_was_meant(void **state)
{
    (void)state;
    assert_string_equal(nearest_step("conect"), "connect");
    assert_string_equal(nearest_step("connnect"), "connect");
    assert_string_equal(nearest_step("cannect"), "connect");
    assert_string_equal(nearest_step("expcet"), "expect");
    assert_string_equal(nearest_step("snd"), "send");
    assert_string_equal(nearest_step("oepn"), "open");
    assert_string_equal(nearest_step("expect-eixt"), "expect-exit");
    assert_string_equal(nearest_step("open"), "open");
}

static void test_a_swap_of_neighbours_counts_one(void **state)
{
    (void)state;
    static const char *const words[] = {"abd"};
    assert_string_equal(nearest_word("adb", words, 1), "abd");
    assert_null(nearest_word("dba", words, 1));
}

static void test_of_equally_near_words_the_first_is_found(void **state)
{
    (void)state;
    static const char *const words[] = {"ping", "pong"};
    assert_string_equal(nearest_word("pang", words, 2), "ping");
}

static void test_what_differs_by_more_than_a_third_is_no_typo(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "bc", "def"};
    assert_null(nearest_step("teardown"));
    assert_null(nearest_step(""));
    assert_null(nearest_word("x", words, 3));
    assert_null(nearest_word("bd", words, 3));
    assert_null(nearest_word("dxy", words, 3));
    assert_string_equal(nearest_word("dxf", words, 3), "def");
    assert_null(nearest_word("x", NULL, 0));
}

static void test_a_very_long_word_costs_nothing(void **state)
{
    (void)state;
    size_t length = 10 * 1000 * 1000;
    char *word = malloc(length + 1);
    memset(word, 'x', length);
    word[length] = '\0';
    assert_null(nearest_step(word));
    free(word);
}

static void test_integers_are_decimal_or_hexadecimal(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long value;
    } rows[] = {
        {"0", 0},
        {"-0", 0},
        {"42", 42},
        {"-42", -42},
        {"010", 10},
        {"0xff", 255},
        {"0xFF", 255},
        {"-0x10", -16},
        {"9223372036854775807", LLONG_MAX},
        {"-9223372036854775808", LLONG_MIN},
        {"0x7fffffffffffffff", LLONG_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        long long value = -1;
        assert_int_equal(parse_integer(rows[i].text, &value), 0);
        assert_true(value == rows[i].value);
    }
}

static void test_what_is_no_integer_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1x",
                                        "x1",
                                        "--1",
                                        "-+1",
                                        "0x",
                                        "0X1",
                                        "0xg",
                                        "1.0",
                                        "0x-1",
                                        "ff",
                                        "1e3",
                                        "- 1",
                                        "0b1",
                                        "0x 1",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "0x8000000000000000"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        long long value = -1;
        if (parse_integer(texts[i], &value) != -EINVAL)
            fail_msg("\"%s\" is taken for an integer", texts[i]);
        assert_true(value == -1);
    }
}

static void test_letter_case_is_ignored_in_ascii_only(void **state)
{
    (void)state;
    assert_true(equal_ignoring_case("", ""));
    assert_true(equal_ignoring_case("Sec-WebSocket-Key", "sec-websocket-KEY"));
    assert_false(equal_ignoring_case("a", ""));
    assert_false(equal_ignoring_case("", "a"));
    assert_false(equal_ignoring_case("host", "hosts"));
    assert_false(equal_ignoring_case("[", "{"));
    assert_false(equal_ignoring_case("@", "`"));
    assert_false(equal_ignoring_case("\xc4", "\xe4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typos_find_the_word_that_was_meant),
        cmocka_unit_test(test_a_swap_of_neighbours_counts_one),
        cmocka_unit_test(test_of_equally_near_words_the_first_is_found),
        cmocka_unit_test(test_what_differs_by_more_than_a_third_is_no_typo),
        cmocka_unit_test(test_a_very_long_word_costs_nothing),
        cmocka_unit_test(test_integers_are_decimal_or_hexadecimal),
        cmocka_unit_test(test_what_is_no_integer_is_refused_and_writes_nothing),
        cmocka_unit_test(test_letter_case_is_ignored_in_ascii_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
