#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

static void test_an_empty_buffer_reads_as_an_empty_string(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    assert_string_equal(buffer_string(&buffer), "");
    buffer_append(&buffer, NULL, 0);
    buffer_consume(&buffer, 0);
    buffer_text(&buffer, "");
    buffer_format(&buffer, "%s", "");
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer_string(&buffer), "");
    buffer_free(&buffer);
}

static void test_a_nul_follows_at_every_length(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    for (size_t length = 1; length <= 1000; length++) {
        buffer_append(&buffer, "x", 1);
        assert_int_equal(buffer.length, length);
        assert_true(buffer.capacity > length);
        assert_int_equal(strlen(buffer_string(&buffer)), length);
    }
    buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.length + buffer.capacity, 0);
}

static void test_extend_returns_the_place_to_fill(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_text(&buffer, "head ");
    memset(buffer_extend(&buffer, 300), 'y', 300);
    buffer_text(&buffer, " tail");
    assert_int_equal(buffer.length, 310);
    assert_memory_equal(buffer.data, "head yyy", 8);
    assert_string_equal(buffer_string(&buffer) + 302, "yyy tail");
    buffer_free(&buffer);
}

static void test_bytes_may_hold_nul(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_append(&buffer, "a\0b", 3);
    assert_int_equal(buffer.length, 3);
    assert_memory_equal(buffer.data, "a\0b\0", 4);
    buffer_free(&buffer);
}

static void test_format_appends_text_of_any_length(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_format(&buffer, "%d|", -5);
    buffer_format(&buffer, "%*s|", 500, "right");
    assert_int_equal(buffer.length, 504);
    assert_memory_equal(buffer.data, "-5|   ", 6);
    assert_string_equal(buffer_string(&buffer) + 498, "right|");
    buffer_free(&buffer);
}

static void test_consume_drops_from_the_start(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_text(&buffer, "one two");
    buffer_consume(&buffer, 4);
    assert_int_equal(buffer.length, 3);
    assert_string_equal(buffer_string(&buffer), "two");
    buffer_consume(&buffer, 3);
    assert_int_equal(buffer.length, 0);
    assert_string_equal(buffer_string(&buffer), "");
    buffer_text(&buffer, "three");
    assert_string_equal(buffer_string(&buffer), "three");
    buffer_free(&buffer);
}

static void test_shorten_drops_from_the_end(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    buffer_shorten(&buffer, 0);
    assert_string_equal(buffer_string(&buffer), "");
    buffer_text(&buffer, "one two");
    buffer_shorten(&buffer, 7);
    assert_string_equal(buffer_string(&buffer), "one two");
    buffer_shorten(&buffer, 3);
    assert_int_equal(buffer.length, 3);
    assert_string_equal(buffer_string(&buffer), "one");
    buffer_shorten(&buffer, 0);
    assert_string_equal(buffer_string(&buffer), "");
    buffer_free(&buffer);
}

static void test_take_hands_over_and_empties(void **state)
{
    (void)state;
    struct buffer buffer = {0};
    char *text = buffer_take(&buffer);
    assert_string_equal(text, "");
    free(text);
    buffer_text(&buffer, "mine");
    text = buffer_take(&buffer);
    assert_string_equal(text, "mine");
    assert_null(buffer.data);
    assert_int_equal(buffer.length, 0);
    free(text);
}

static void check_escaped(const void *data, size_t length, size_t limit, const char *text)
{
    struct buffer buffer = {0};
    buffer_escaped(&buffer, data, length, limit);
    assert_string_equal(buffer_string(&buffer), text);
    buffer_free(&buffer);
}

static void test_escaped_output_is_printable(void **state)
{
    (void)state;
    check_escaped("", 0, 10, "");
    check_escaped("a b~", 4, 10, "a b~");
    check_escaped("\r\n\t\0\\\"", 6, 10, "\\r\\n\\t\\0\\\\\\\"");
    check_escaped("\x01\x1f\x7f\x80\xff", 5, 10, "\\x01\\x1f\\x7f\\x80\\xff");
    for (unsigned value = 0; value < 256; value++) {
        unsigned char byte = (unsigned char)value;
        struct buffer buffer = {0};
        buffer_escaped(&buffer, &byte, 1, 1);
        for (size_t i = 0; i < buffer.length; i++)
            assert_in_range(buffer.data[i], 0x20, 0x7e);
        buffer_free(&buffer);
    }
}

static void test_escaped_output_counts_what_it_leaves_out(void **state)
{
    (void)state;
    check_escaped("abcd", 4, 4, "abcd");
    check_escaped("abcd", 4, 3, "abc\u2026 (4 bytes in all)");
    check_escaped("\n\n", 2, 1, "\\n\u2026 (2 bytes in all)");
    check_escaped("abcd", 4, 0, "\u2026 (4 bytes in all)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_buffer_reads_as_an_empty_string),
        cmocka_unit_test(test_a_nul_follows_at_every_length),
        cmocka_unit_test(test_extend_returns_the_place_to_fill),
        cmocka_unit_test(test_bytes_may_hold_nul),
        cmocka_unit_test(test_format_appends_text_of_any_length),
        cmocka_unit_test(test_consume_drops_from_the_start),
        cmocka_unit_test(test_shorten_drops_from_the_end),
        cmocka_unit_test(test_take_hands_over_and_empties),
        cmocka_unit_test(test_escaped_output_is_printable),
        cmocka_unit_test(test_escaped_output_counts_what_it_leaves_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
