#include "support.h"

#include "report/details.h"

static void assert_shown(const char *data, size_t length, size_t limit, const char *expected)
{
    struct buffer out = {0};
    text_append(&out, (struct text){data, length}, limit);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
}

#define assert_text(literal, expected) assert_shown(literal, sizeof literal - 1, SIZE_MAX, expected)

static void test_text_keeps_what_can_be_read(void **state)
{
    (void)state;
    assert_text("", "");
    assert_text("ping 'x' \\r \"y\"", "ping 'x' \\r \"y\"");
    assert_text("Gr\u00fc\u00dfe \u2026 \U0001f600", "Gr\u00fc\u00dfe \u2026 \U0001f600");
}

static void test_text_escapes_what_moves_the_cursor(void **state)
{
    (void)state;
    assert_text("a\033[31mb", "a\\x1b[31mb");
    assert_text("a\r\nb\0c\x7f", "a\\x0d\\x0ab\\x00c\\x7f");
    assert_text("a\tb", "a    b");
    assert_text("\xc2\x85|\xc2\x9b", "\\u0085|\\u009b");
}

static void test_text_escapes_what_reorders_text(void **state)
{
    (void)state;
    assert_text("\u202e|\u2066|\u200f|\u2028", "\\u202e|\\u2066|\\u200f|\\u2028");
}

static void test_text_escapes_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    assert_text("\xff|\xc0\xaf|\xe2\x82", "\\xff|\\xc0\\xaf|\\xe2\\x82");
    assert_text("\xed\xa0\x80|\xf4\x90\x80\x80", "\\xed\\xa0\\x80|\\xf4\\x90\\x80\\x80");
    assert_text("\xf0\x80\x80\x80", "\\xf0\\x80\\x80\\x80");
}

static void test_text_is_cut_between_code_points(void **state)
{
    (void)state;
    assert_shown("abcdef", 6, 3, "abc\u2026 (6 bytes in all)");
    assert_shown("abcdef", 6, 6, "abcdef");
    assert_shown("\u00fc\u00fc\u00fc", 6, 3, "\u00fc\u00fc\u2026 (6 bytes in all)");
}

static void test_code_point_of_every_length(void **state)
{
    static const struct {
        const char *data;
        size_t size;
        uint32_t code_point;
    } expected[] = {{"a", 1, 'a'}, {"\u00fc", 2, 0xfc}, {"\u20ac", 3, 0x20ac}, {"\U0001f600", 4, 0x1f600}};
    (void)state;
    uint32_t c;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(code_point_decode(expected[i].data, expected[i].size, &c), expected[i].size);
        assert_int_equal(c, expected[i].code_point);
        assert_int_equal(code_point_decode(expected[i].data, expected[i].size - 1, &c), 0);
    }
}

static void test_labelled_lines_are_aligned(void **state)
{
    struct buffer out = {0};
    (void)state;
    labelled_append(&out, "actual", (struct text){"one\ntwo\n", 8});
    labelled_append(&out, "why", (struct text){NULL, 0});
    assert_string_equal(buffer_string(&out), "  actual       one\n"
                                             "               two\n");
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_keeps_what_can_be_read),
        cmocka_unit_test(test_text_escapes_what_moves_the_cursor),
        cmocka_unit_test(test_text_escapes_what_reorders_text),
        cmocka_unit_test(test_text_escapes_bytes_that_are_not_utf8),
        cmocka_unit_test(test_text_is_cut_between_code_points),
        cmocka_unit_test(test_code_point_of_every_length),
        cmocka_unit_test(test_labelled_lines_are_aligned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
