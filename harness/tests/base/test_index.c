#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/index.h"

static void test_nothing_is_found_in_an_empty_index(void **state)
{
    (void)state;
    struct index index = {0};
    assert_int_equal(index_find(&index, "a"), INDEX_NONE);
    assert_int_equal(index_find(&index, ""), INDEX_NONE);
    index_free(&index);
}

static void test_what_was_added_is_found_where_it_is(void **state)
{
    (void)state;
    struct index index = {0};
    index_add(&index, "", 7);
    index_add(&index, "a", 0);
    index_add(&index, "ab", SIZE_MAX - 1);
    assert_int_equal(index_find(&index, ""), 7);
    assert_int_equal(index_find(&index, "a"), 0);
    assert_int_equal(index_find(&index, "ab"), SIZE_MAX - 1);
    assert_int_equal(index_find(&index, "b"), INDEX_NONE);
    assert_int_equal(index_find(&index, "abc"), INDEX_NONE);
    index_free(&index);
}

// Names enough that slots collide and the table grows many times.
static void test_many_names_keep_their_places(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    static char names[COUNT][16];
    struct index index = {0};
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "case/%zu", i);
        index_add(&index, names[i], i);
    }
    assert_int_equal(index.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        char same[16];
        snprintf(same, sizeof same, "case/%zu", i);
        assert_int_equal(index_find(&index, same), i);
    }
    assert_int_equal(index_find(&index, "case/10000"), INDEX_NONE);
    index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_found_in_an_empty_index),
        cmocka_unit_test(test_what_was_added_is_found_where_it_is),
        cmocka_unit_test(test_many_names_keep_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
