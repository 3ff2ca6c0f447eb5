// A covering array has every combination that it promises, in not many more rows than it needs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/covering.h"

// Each tuple looked for by itself, so that nothing of what made the array is trusted.
static size_t count_missing_triples(const struct covering *covering, const unsigned char *levels, size_t factors)
{
    size_t missing = 0;
    for (size_t a = 0; a < factors; a++)
        for (size_t b = a + 1; b < factors; b++)
            for (size_t c = b + 1; c < factors; c++)
                for (unsigned tuple = 0; tuple < (unsigned)levels[a] * levels[b] * levels[c]; tuple++) {
                    size_t row = 0;
                    while (row < covering->count && (covering->rows[row].levels[a] != tuple % levels[a] ||
                                                     covering->rows[row].levels[b] != tuple / levels[a] % levels[b] ||
                                                     covering->rows[row].levels[c] != tuple / levels[a] / levels[b]))
                        row++;
                    missing += row == covering->count;
                }
    return missing;
}

static void test_every_triple_is_in_a_row(void **state)
{
    static const unsigned char levels[] = {5, 4, 4, 3, 3, 2, 2, 1, 6};
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        struct covering covering;
        covering_make(levels, sizeof levels, 3, seed, &covering);
        assert_int_equal(count_missing_triples(&covering, levels, sizeof levels), 0);
        assert_int_equal(covering_covered(&covering, levels, sizeof levels, 3),
                         covering_tuples(levels, sizeof levels, 3));
        for (size_t i = 0; i < covering.count; i++)
            for (size_t k = 0; k < COVERING_FACTORS_MAX; k++)
                assert_true(covering.rows[i].levels[k] < (k < sizeof levels ? levels[k] : 1));
        covering_free(&covering);
    }
}

static void test_a_row_less_is_noticed(void **state)
{
    static const unsigned char levels[] = {3, 3, 3, 3};
    struct covering covering;
    (void)state;
    covering_make(levels, 4, 3, 1, &covering);
    // The last row was needed when it was made.
    covering.count--;
    assert_true(count_missing_triples(&covering, levels, 4) > 0);
    assert_true(covering_covered(&covering, levels, 4, 3) < covering_tuples(levels, 4, 3));
    covering_free(&covering);
}

static void test_tuples_are_counted(void **state)
{
    static const unsigned char levels[] = {2, 3, 4, 5};
    (void)state;
    assert_int_equal(covering_tuples(levels, 4, 1), 2 + 3 + 4 + 5);
    assert_int_equal(covering_tuples(levels, 4, 2), 6 + 8 + 10 + 12 + 15 + 20);
    assert_int_equal(covering_tuples(levels, 4, 3), 24 + 30 + 40 + 60);
}

// The least number of rows that there can be, and the sizes that are known: by the tables of covering array numbers
// CAN(t, k, v) that Colbourn keeps; CAN(3, 5, 2) = 10 is by Katona, CAN(2, 4, 3) = 9 an orthogonal array.
static void test_arrays_are_not_much_larger_than_the_best_known(void **state)
{
    static const struct {
        size_t strength, factors;
        unsigned char levels;
        size_t best, most;
    } rows[] = {
        {1, 9, 4, 4, 4},  {2, 3, 2, 4, 5},   {2, 4, 3, 9, 12},  {2, 13, 3, 15, 22}, {3, 3, 4, 64, 64},
        {3, 4, 2, 8, 10}, {3, 5, 2, 10, 15}, {3, 6, 3, 33, 52}, {3, 11, 2, 12, 24}, {3, 6, 4, 64, 125},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char levels[COVERING_FACTORS_MAX];
        struct covering covering;
        memset(levels, rows[i].levels, sizeof levels);
        covering_make(levels, rows[i].factors, rows[i].strength, 7, &covering);
        if (covering.count < rows[i].best || covering.count > rows[i].most)
            fail_msg("CA(%zu, %zu, %u) has %zu rows, not from %zu to %zu", rows[i].strength, rows[i].factors,
                     rows[i].levels, covering.count, rows[i].best, rows[i].most);
        covering_free(&covering);
    }
}

static void test_a_seed_repeats_an_array(void **state)
{
    static const unsigned char levels[] = {4, 4, 3, 3, 2};
    struct covering one;
    struct covering same;
    struct covering other;
    (void)state;
    covering_make(levels, 5, 3, 11, &one);
    covering_make(levels, 5, 3, 11, &same);
    covering_make(levels, 5, 3, 12, &other);
    assert_int_equal(one.count, same.count);
    assert_memory_equal(one.rows, same.rows, one.count * sizeof *one.rows);
    assert_true(one.count != other.count || memcmp(one.rows, other.rows, one.count * sizeof *one.rows) != 0);
    for (size_t k = 0; k < COVERING_FACTORS_MAX; k++)
        assert_int_equal(one.rows[0].levels[k], 0);
    covering_free(&one);
    covering_free(&same);
    covering_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_triple_is_in_a_row),
        cmocka_unit_test(test_a_row_less_is_noticed),
        cmocka_unit_test(test_tuples_are_counted),
        cmocka_unit_test(test_arrays_are_not_much_larger_than_the_best_known),
        cmocka_unit_test(test_a_seed_repeats_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
