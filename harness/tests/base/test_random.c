// Chance that a seed repeats.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/text.h"

// The first numbers of splitmix64 for the seed 1234567, as the public reference implementations give them.
static void test_numbers_are_those_of_splitmix64(void **state)
{
    (void)state;
    static const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                        UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                        UINT64_C(16408922859458223821)};
    struct random random = {1234567};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(random_next(&random), expected[i]);
}

static void test_the_same_seed_and_number_repeat_the_bytes_and_others_do_not(void **state)
{
    (void)state;
    unsigned char bytes[4][13];
    const uint64_t seeds[4][2] = {{1, 5}, {1, 5}, {1, 6}, {2, 5}};
    for (size_t i = 0; i < 4; i++) {
        struct random random = random_for(seeds[i][0], seeds[i][1]);
        random_bytes(&random, bytes[i], sizeof bytes[i]);
    }
    assert_memory_equal(bytes[0], bytes[1], sizeof bytes[0]);
    assert_memory_not_equal(bytes[0], bytes[2], sizeof bytes[0]);
    assert_memory_not_equal(bytes[0], bytes[3], sizeof bytes[0]);
}

static void test_seeds_differ_and_can_be_typed(void **state)
{
    (void)state;
    uint64_t seeds[3] = {random_seed(), random_seed(), random_seed()};
    assert_true(seeds[0] != seeds[1] || seeds[1] != seeds[2]);
    for (size_t i = 0; i < 3; i++)
        assert_in_range(seeds[i], 0, UINT32_MAX);
}

static void test_a_text_has_one_hash(void **state)
{
    (void)state;
    // Vectors of the FNV reference: "", "a", "foobar".
    assert_int_equal(text_hash(""), UINT64_C(0xcbf29ce484222325));
    assert_int_equal(text_hash("a"), UINT64_C(0xaf63dc4c8601ec8c));
    assert_int_equal(text_hash("foobar"), UINT64_C(0x85944171f73967e8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_those_of_splitmix64),
        cmocka_unit_test(test_the_same_seed_and_number_repeat_the_bytes_and_others_do_not),
        cmocka_unit_test(test_seeds_differ_and_can_be_typed),
        cmocka_unit_test(test_a_text_has_one_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
