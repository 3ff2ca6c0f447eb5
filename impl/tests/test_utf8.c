/*
 * Every text is fed whole, byte by byte and at every cut, from heap buffers of exactly its size.
 */
#include "lib/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is left of a text after `cut` bytes and the rest were fed apart: -1 refused, 0 cut within a character,
 * 1 whole. */
static int feed_in_two(const unsigned char *bytes, size_t size, size_t cut)
{
    struct utf8 utf8 = utf8_begin();
    unsigned char *first = malloc(cut);
    unsigned char *second = malloc(size - cut);
    memcpy(first, bytes, cut);
    memcpy(second, bytes + cut, size - cut);
    bool good = utf8_feed(&utf8, first, cut);
    bool still_good = utf8_feed(&utf8, second, size - cut);
    assert_true(good || !still_good);
    free(first);
    free(second);
    return !still_good ? -1 : utf8_may_end(&utf8);
}

static int feed_bytewise(const unsigned char *bytes, size_t size)
{
    struct utf8 utf8 = utf8_begin();
    bool good = true;
    for (size_t i = 0; i < size; i++) {
        unsigned char *byte = malloc(1);
        *byte = bytes[i];
        good = utf8_feed(&utf8, byte, 1);
        free(byte);
    }
    return !good ? -1 : utf8_may_end(&utf8);
}

static void check(const char *text, int expected)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = strlen(text);
    for (size_t cut = 0; cut <= size; cut++)
        assert_int_equal(feed_in_two(bytes, size, cut), expected);
    assert_int_equal(feed_bytewise(bytes, size), expected);

    /* The same behind and before runs of ASCII that take the fast way. */
    for (size_t before = 0; before <= 17; before++) {
        unsigned char padded[64];
        memset(padded, 'a', sizeof padded);
        memcpy(padded + before, bytes, size);
        assert_int_equal(feed_in_two(padded, before + size, before), expected);
        assert_int_equal(feed_in_two(padded, before + size, 0), expected);
        assert_int_equal(feed_in_two(padded, sizeof padded, before), expected == 1 ? 1 : -1);
    }
}

static void test_utf8_takes_the_first_and_last_of_each_length(void **state)
{
    (void)state;
    const char *const texts[] = {
        "",
        "\x01",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xe1\x80\x80",
        "\xec\xbf\xbf",
        "\xed\x80\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf1\x80\x80\x80",
        "\xf3\xbf\xbf\xbf",
        "\xf4\x80\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "\xef\xbb\xbf",
        "\xef\xbf\xbe",
        "h\xc3\xa4\xe2\x82\xac\xf0\x9d\x84\x9e!",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], 1);
}

static void test_utf8_refuses_what_rfc_3629_forbids(void **state)
{
    (void)state;
    const char *const texts[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc0\xaf",
        "\xc1\xbf", /* no beginning, overlong in two */
        "\xe0\x80\x80",
        "\xe0\x9f\xbf", /* overlong in three */
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", /* overlong in four */
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xed\xa0\x80\xed\xb0\x80", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf4\xbf\xbf\xbf",
        "\xf5\x80\x80\x80", /* above U+10FFFF */
        "\xf8\x88\x80\x80\x80",
        "\xfc\x84\x80\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc2\x41",
        "\xc2\xc2\x80",
        "\xe1\x80\x41",
        "\xe1\xc0\x80",
        "\xf1\x80\x80\x41",
        "f\xfcr",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], -1);
}

static void test_utf8_waits_for_the_rest_of_a_character(void **state)
{
    (void)state;
    const char *const texts[] = {"\xc2", "\xdf",     "\xe0",         "\xe0\xa0", "\xe1\x80",    "\xed\x9f",
                                 "\xf0", "\xf0\x90", "\xf0\x90\x80", "\xf4",     "\xf4\x8f\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], 0);
}

static void test_utf8_refuses_at_the_first_byte_that_shows_it(void **state)
{
    (void)state;
    const char *const texts[] = {"\xe0\x9f", "\xed\xa0", "\xf0\x8f", "\xf4\x90", "\xc0", "\xf5"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], -1);
}

static void test_utf8_takes_nul_as_a_character(void **state)
{
    (void)state;
    assert_int_equal(feed_in_two((const unsigned char *)"a\0b", 3, 1), 1);
}

/* The encoding of a code point by the bit table of RFC 3629 section 3. */
static size_t encode(unsigned long point, unsigned char bytes[4])
{
    static const unsigned char lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; point >>= 6)
        bytes[i] = (unsigned char)(0x80 | (point & 0x3f));
    bytes[0] = (unsigned char)(lead[size] | point);
    return size;
}

static void test_utf8_takes_every_code_point_but_surrogates(void **state)
{
    (void)state;
    for (unsigned long point = 0; point < 0x1fffff; point++) {
        unsigned char bytes[4];
        size_t size = encode(point, bytes);
        struct utf8 utf8 = utf8_begin();
        bool good = utf8_feed(&utf8, bytes, size) && utf8_may_end(&utf8);
        assert_int_equal(good, point <= 0x10ffff && (point < 0xd800 || point > 0xdfff));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8_takes_the_first_and_last_of_each_length),
        cmocka_unit_test(test_utf8_refuses_what_rfc_3629_forbids),
        cmocka_unit_test(test_utf8_waits_for_the_rest_of_a_character),
        cmocka_unit_test(test_utf8_refuses_at_the_first_byte_that_shows_it),
        cmocka_unit_test(test_utf8_takes_nul_as_a_character),
        cmocka_unit_test(test_utf8_takes_every_code_point_but_surrogates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
