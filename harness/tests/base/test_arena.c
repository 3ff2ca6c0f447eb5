#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void test_memory_is_zeroed_and_aligned_for_any_type(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t size = 1; size < 200; size++) {
        unsigned char *memory = arena_allocate(&arena, 3, size);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < 3 * size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xff, 3 * size);
    }
    arena_free(&arena);
}

static void test_pieces_do_not_overlap(void **state)
{
    (void)state;
    enum { PIECES = 3000 };
    struct arena arena = {0};
    unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = arena_allocate(&arena, i % 97 + 1, 1);
        memset(pieces[i], (int)(i % 251), i % 97 + 1);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < i % 97 + 1; k++)
            assert_int_equal(pieces[i][k], i % 251);
    arena_free(&arena);
}

static void test_a_piece_may_be_larger_than_a_block(void **state)
{
    (void)state;
    static const size_t sizes[] = {65535, 65536, 65537, 1000000};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *memory = arena_allocate(&arena, sizes[i], 1);
        memory[0] = 1;
        memory[sizes[i] - 1] = 1;
        char *small = arena_text(&arena, "behind");
        assert_string_equal(small, "behind");
    }
    arena_free(&arena);
}

static void test_nothing_is_a_piece_too(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_non_null(arena_allocate(&arena, 0, 8));
    assert_non_null(arena_allocate(&arena, 8, 0));
    assert_string_equal(arena_bytes(&arena, NULL, 0), "");
    assert_string_equal(arena_text(&arena, ""), "");
    arena_free(&arena);
}

static void test_copies_end_in_nul_and_may_hold_nul(void **state)
{
    (void)state;
    struct arena arena = {0};
    char source[] = {'a', '\0', 'b'}; // no NUL behind: a read of it would be one too many
    char *copy = arena_bytes(&arena, source, sizeof source);
    source[0] = 'x';
    assert_memory_equal(copy, "a\0b\0", 4);
    assert_string_equal(arena_text(&arena, "text"), "text");
    arena_free(&arena);
}

static void test_an_arena_can_be_freed_twice_and_used_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    arena_free(&arena);
    arena_text(&arena, "once");
    arena_free(&arena);
    assert_null(arena.blocks);
    assert_string_equal(arena_text(&arena, "again"), "again");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned_for_any_type),
        cmocka_unit_test(test_pieces_do_not_overlap),
        cmocka_unit_test(test_a_piece_may_be_larger_than_a_block),
        cmocka_unit_test(test_nothing_is_a_piece_too),
        cmocka_unit_test(test_copies_end_in_nul_and_may_hold_nul),
        cmocka_unit_test(test_an_arena_can_be_freed_twice_and_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
