#include "lib/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Gives the draws of a list, one after the other. */
struct draws {
    const uint64_t *next;
    size_t taken;
};

static uint64_t next_draw(void *context)
{
    struct draws *draws = context;
    draws->taken++;
    return *draws->next++;
}

static void assert_drawn(int64_t minimum, int64_t maximum, const uint64_t *bits, int64_t expected, size_t taken)
{
    struct draws draws = {.next = bits};
    assert_true(random_between_by(next_draw, &draws, minimum, maximum) == expected);
    assert_int_equal(draws.taken, taken);
}

static void test_draws_that_would_favour_some_numbers_are_thrown_away(void **state)
{
    (void)state;
    /* 2^64 is 6 times something plus 4: the four highest draws have no partners. */
    assert_drawn(1, 6, (uint64_t[]){UINT64_MAX, UINT64_MAX - 3, UINT64_MAX - 4}, 6, 3);
    assert_drawn(1, 6, (uint64_t[]){UINT64_MAX - 1, 0}, 1, 2);
    /* A power of two wastes none. */
    assert_drawn(0, 255, (uint64_t[]){UINT64_MAX}, 255, 1);
    assert_drawn(-1, 0, (uint64_t[]){UINT64_MAX}, 0, 1);
    /* More than half of all: the rest is thrown away. */
    assert_drawn(INT64_MIN, 0, (uint64_t[]){UINT64_MAX, (uint64_t)INT64_MAX + 1}, 0, 2);
}

static void test_the_ends_of_the_range_can_be_drawn(void **state)
{
    (void)state;
    assert_drawn(7, 7, (uint64_t[]){12345}, 7, 1);
    assert_drawn(-5, -1, (uint64_t[]){0}, -5, 1);
    assert_drawn(-5, -1, (uint64_t[]){4}, -1, 1);
    assert_drawn(INT64_MIN, INT64_MAX, (uint64_t[]){(uint64_t)INT64_MIN}, INT64_MIN, 1);
    assert_drawn(INT64_MIN, INT64_MAX, (uint64_t[]){INT64_MAX}, INT64_MAX, 1);
    assert_drawn(INT64_MIN, INT64_MAX - 1, (uint64_t[]){UINT64_MAX, 0}, INT64_MIN, 2);
    assert_drawn(INT64_MAX - 1, INT64_MAX, (uint64_t[]){1}, INT64_MAX, 1);
}

/* 6,000 throws of a die: the sum of squared deviations is chi-square distributed with 5 degrees of freedom,
 * whose quantile for one in a thousand million is 49.9. */
static void test_the_kernels_numbers_are_uniform(void **state)
{
    (void)state;
    int counts[6] = {0};
    for (int i = 0; i < 6000; i++) {
        int64_t number = random_between(1, 6);
        assert_in_range(number, 1, 6);
        counts[number - 1]++;
    }
    double chi_square = 0;
    for (int i = 0; i < 6; i++)
        chi_square += (counts[i] - 1000) * (counts[i] - 1000) / 1000.0;
    assert_true(chi_square < 49.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_that_would_favour_some_numbers_are_thrown_away),
        cmocka_unit_test(test_the_ends_of_the_range_can_be_drawn),
        cmocka_unit_test(test_the_kernels_numbers_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
