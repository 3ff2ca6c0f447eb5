#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/shrink.h"

struct culprits {
    const size_t *needed;
    size_t count;
    size_t attempts;
};

static bool has_all(void *context, const size_t *kept, size_t count)
{
    struct culprits *culprits = context;
    size_t found = 0;
    culprits->attempts++;
    for (size_t i = 0; i < count && found < culprits->count; i++)
        found += kept[i] == culprits->needed[found];
    return found == culprits->count;
}

static void check(const size_t *needed, size_t needed_count, size_t count, size_t most_attempts)
{
    size_t kept[1000];
    struct culprits culprits = {needed, needed_count, 0};
    for (size_t i = 0; i < count; i++)
        kept[i] = i;
    assert_int_equal(shrink_list(kept, count, has_all, &culprits), needed_count);
    for (size_t i = 0; i < needed_count; i++)
        assert_int_equal(kept[i], needed[i]);
    assert_true(culprits.attempts <= most_attempts);
}

static void test_one_culprit_is_found_in_few_attempts(void **state)
{
    (void)state;
    for (size_t i = 0; i < 1000; i += 37)
        check(&i, 1, 1000, 40);
}

static void test_culprits_that_need_each_other_are_kept_in_order(void **state)
{
    static const size_t far[] = {0, 999};
    static const size_t some[] = {3, 4, 500, 501, 998};
    (void)state;
    check(far, 2, 1000, 100);
    check(some, 5, 1000, 250);
}

static void test_all_may_be_needed_or_none(void **state)
{
    static const size_t all[] = {0, 1, 2, 3, 4};
    (void)state;
    check(all, 5, 5, 50);
    check(all, 0, 5, 50);
    check(all, 0, 0, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_culprit_is_found_in_few_attempts),
        cmocka_unit_test(test_culprits_that_need_each_other_are_kept_in_order),
        cmocka_unit_test(test_all_may_be_needed_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
