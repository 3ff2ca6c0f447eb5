// Numbers that are uniform, numbers that are not, and the test that tells.
#include "support.h"

#include <limits.h>
#include <math.h>

#include "run/sample.h"

// splitmix64, so that the tests are the same each time.
static unsigned long long draw(unsigned long long *state)
{
    unsigned long long z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static long long uniform(unsigned long long *state, unsigned long long width)
{
    unsigned long long value;
    do
        value = draw(state);
    while (width && value >= ULLONG_MAX - ULLONG_MAX % width);
    return (long long)(width ? value % width : value);
}

static struct sample *sample_of(struct samples *samples)
{
    return &samples->items[0];
}

static void check_uniform(long long minimum, long long maximum, size_t count)
{
    struct samples *samples = allocate(1, sizeof *samples);
    unsigned long long state = 1;
    unsigned long long width = (unsigned long long)maximum - (unsigned long long)minimum + 1;
    for (size_t i = 0; i < count; i++)
        sample_add(samples, "s", (long long)((unsigned long long)minimum + (unsigned long long)uniform(&state, width)));
    char *bias = sample_bias(sample_of(samples), minimum, maximum);
    if (bias)
        fail_msg("%lld to %lld: %s", minimum, maximum, bias);
    samples_free(samples);
}

static void test_uniform_numbers_pass_whatever_the_range(void **state)
{
    (void)state;
    check_uniform(1, 1000, 10000);
    check_uniform(1, 6, 10000);
    check_uniform(0, 1, 10000);
    check_uniform(7, 7, 100);
    check_uniform(-500, 1000000, 10000);
    check_uniform(1, 1001, 10000);
    check_uniform(1, 1999, 10000);
    check_uniform(LLONG_MIN, LLONG_MAX, 10000);
    check_uniform(LLONG_MIN, LLONG_MIN + 2, 1000);
    check_uniform(LLONG_MAX - 2, LLONG_MAX, 1000);
    check_uniform(0, LLONG_MAX, 10000);
    check_uniform(1, 1000, 20);
}

// What is wrong with 10,000 numbers made by `make` of a uniform 64-bit number.
static void check_bias(long long (*make)(unsigned long long random, size_t i), long long minimum, long long maximum,
                       const char *expected)
{
    struct samples *samples = allocate(1, sizeof *samples);
    unsigned long long state = 1;
    for (size_t i = 0; i < 10000; i++)
        sample_add(samples, "s", make(draw(&state), i));
    char *bias = sample_bias(sample_of(samples), minimum, maximum);
    if (!bias)
        fail_msg("passed, though: %s", expected);
    assert_holds(bias, expected);
    free(bias);
    samples_free(samples);
}

static long long constant(unsigned long long random, size_t i)
{
    (void)random;
    (void)i;
    return 5;
}

static long long ten_bits_modulo(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random % 1024 % 700 + 1);
}

static long long never_the_last(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random % 999 + 1);
}

static long long never_the_first(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random % 999 + 2);
}

static long long counter(unsigned long long random, size_t i)
{
    (void)random;
    return (long long)(i % 1000 + 1);
}

static long long sum_of_two(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random % 500 + (random >> 32) % 501 + 1);
}

// Of three quarters of 64 bits the first third comes twice as often.
static long long wide_modulo(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random % (3ULL << 62) - (1ULL << 63));
}

static long long half_the_range(unsigned long long random, size_t i)
{
    (void)i;
    return (long long)(random >> 1);
}

static void test_numbers_that_are_not_uniform_are_told(void **state)
{
    (void)state;
    check_bias(constant, 1, 6, "1 never came among 10000 numbers");
    check_bias(constant, 1, 1000000, "; 1 to 1000 came most often, 10000 times");
    check_bias(ten_bits_modulo, 1, 700, "(10000 numbers, 700 bins)");
    check_bias(never_the_last, 1, 1000, "1000 never came among 10000 numbers");
    check_bias(never_the_first, 1, 1000, "1 never came among 10000 numbers");
    check_bias(counter, 1, 1000, "they are more even than chance: chi-square is 0.0");
    check_bias(sum_of_two, 1, 1000, "never came");
    check_bias(sum_of_two, 0, 1001, "came most often");
    check_bias(wide_modulo, LLONG_MIN, (1LL << 62) - 1, "(10000 numbers, 1000 bins)");
    check_bias(half_the_range, LLONG_MIN, LLONG_MAX, "came most often");
    check_bias(constant, 6, 9, "5 is out of the range");
}

static void test_too_few_numbers_tell_nothing(void **state)
{
    (void)state;
    struct sample none = {.name = "s"};
    char *bias = sample_bias(&none, 1, 6);
    assert_string_equal(bias, "0 numbers are too few to tell");
    free(bias);
}

static void test_samples_are_kept_by_name(void **state)
{
    (void)state;
    struct samples *samples = allocate(1, sizeof *samples);
    for (long long i = 0; i < 100; i++) {
        sample_add(samples, "a", i);
        sample_add(samples, i % 2 ? "b" : "c", i);
    }
    struct sample a = sample_find(samples, "a");
    struct sample b = sample_find(samples, "b");
    assert_int_equal(a.count, 100);
    assert_int_equal(a.numbers[99], 99);
    assert_int_equal(b.count, 50);
    assert_int_equal(b.numbers[0], 1);
    assert_int_equal(sample_find(samples, "d").count, 0);
    samples_free(samples);
    samples_free(NULL);
}

static void test_samples_agree_when_one_begins_the_other(void **state)
{
    (void)state;
    long long numbers[] = {1, 2, 3};
    long long others[] = {1, 2, 4};
    struct sample all = {"all", numbers, 3};
    struct sample part = {"part", numbers, 2};
    struct sample other = {"other", others, 3};
    struct sample none = {.name = "none"};
    assert_true(samples_agree(&all, &part));
    assert_true(samples_agree(&part, &other));
    assert_false(samples_agree(&all, &other));
    assert_true(samples_agree(&all, &none));
}

static void check_quantile(size_t degrees, double deviate, double table, double tolerance)
{
    double quantile = chi_square_quantile(degrees, deviate);
    if (fabs(quantile - table) > tolerance * table)
        fail_msg("%zu degrees of freedom: %f instead of %f", degrees, quantile, table);
}

static void test_quantiles_of_chi_square_are_those_of_the_table(void **state)
{
    (void)state;
    check_quantile(1, 3.719016, 15.137, 0.08);
    check_quantile(5, 3.719016, 25.745, 0.025);
    check_quantile(10, 3.719016, 35.564, 0.015);
    check_quantile(99, 3.719016, 160.056, 0.001);
    check_quantile(999, 3.719016, 1173.850, 0.0001);
    check_quantile(999, 0, 998.333, 0.0001);
    check_quantile(99, -4.753424, 45.834, 0.01);
    check_quantile(999, -4.753424, 800.731, 0.001);
    assert_true(chi_square_quantile(1, -4.753424) == 0);
}

static void test_a_number_that_comes_twice_is_found(void **state)
{
    (void)state;
    long long numbers[] = {5, 3, 9, 3, 9};
    struct sample sample = {"s", numbers, 5};
    assert_int_equal(sample_repeated(&sample), 1);
    sample.count = 3;
    assert_int_equal(sample_repeated(&sample), 3);
    sample.count = 0;
    assert_int_equal(sample_repeated(&sample), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform_numbers_pass_whatever_the_range),
        cmocka_unit_test(test_numbers_that_are_not_uniform_are_told),
        cmocka_unit_test(test_too_few_numbers_tell_nothing),
        cmocka_unit_test(test_samples_are_kept_by_name),
        cmocka_unit_test(test_samples_agree_when_one_begins_the_other),
        cmocka_unit_test(test_quantiles_of_chi_square_are_those_of_the_table),
        cmocka_unit_test(test_a_number_that_comes_twice_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
