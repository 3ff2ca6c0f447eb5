// UTF-8 against a decoder that is slow and plain: every sequence of one to three bytes, all of four by their
// bounds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exact.h"
#include "ws/frame.h"

// The code point at the start of `bytes` and its size by the definition of RFC 3629 section 3: bits
// collected, then checked for range. Returns false when there is none.
static bool decode_plainly(const unsigned char *bytes, size_t length, size_t *size)
{
    static const struct {
        unsigned char bits, of;
        uint32_t least;
    } forms[] = {{0x00, 0x80, 0}, {0xc0, 0xe0, 0x80}, {0xe0, 0xf0, 0x800}, {0xf0, 0xf8, 0x10000}};
    for (size_t form = 0; form < 4; form++) {
        if ((bytes[0] & forms[form].of) != forms[form].bits)
            continue;
        uint32_t point = bytes[0] & (unsigned char)~forms[form].of;
        *size = form + 1;
        if (length < *size)
            return false;
        for (size_t i = 1; i < *size; i++) {
            if ((bytes[i] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (bytes[i] & 0x3f);
        }
        return point >= forms[form].least && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    }
    return false;
}

static bool valid_plainly(const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        size_t size;
        if (!decode_plainly(bytes, length, &size))
            return false;
        bytes += size;
        length -= size;
    }
    return true;
}

static void check_as_plainly(const unsigned char *bytes, size_t length)
{
    if (ws_utf8_valid(bytes, length) == valid_plainly(bytes, length))
        return;
    for (size_t i = 0; i < length; i++)
        print_error("%02x ", bytes[i]);
    fail_msg("is %s", ws_utf8_valid(bytes, length) ? "not UTF-8" : "UTF-8");
}

static void test_every_sequence_of_up_to_three_bytes(void **state)
{
    (void)state;
    unsigned char *bytes = malloc(3);
    for (size_t length = 1; length <= 3; length++) {
        for (uint32_t number = 0; number < UINT32_C(1) << (8 * length); number++) {
            for (size_t i = 0; i < length; i++)
                bytes[3 - length + i] = (unsigned char)(number >> (8 * i));
            check_as_plainly(bytes + 3 - length, length);
        }
    }
    free(bytes);
}

static void test_sequences_of_four_bytes_at_every_bound(void **state)
{
    (void)state;
    static const unsigned char bounds[] = {0x00, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0,
                                           0xbe, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xff};
    for (unsigned lead = 0; lead < 256; lead++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t rest = 0; rest < 256; rest++) {
                unsigned char bytes[] = {(unsigned char)lead, (unsigned char)second, bounds[rest / 16],
                                         bounds[rest % 16]};
                check_as_plainly(bytes, 4);
            }
        }
    }
}

static bool valid_text(const char *text)
{
    unsigned char *bytes = exact_copy(text, strlen(text));
    bool valid = ws_utf8_valid(bytes, strlen(text));
    free(bytes);
    return valid;
}

static void test_bounds_of_the_grammar(void **state)
{
    (void)state;
    static const char *const valid[] = {
        "",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
    };
    static const char *const invalid[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80\x80",
        "\xfc\x84\x80\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80 edited",
    };
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_true(valid_text(valid[i]));
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        assert_false(valid_text(invalid[i]));
    assert_true(ws_utf8_valid(NULL, 0));
    assert_true(ws_utf8_valid((const unsigned char *)"\0", 1));
}

static void test_a_sequence_cut_short_is_invalid_anywhere_in_the_text(void **state)
{
    (void)state;
    static const char text[] = "a\xc2\xa2\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t starts[] = {0, 1, 3, 6, 10, 11};
    for (size_t length = 0; length < sizeof text; length++) {
        bool whole = false;
        for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
            whole |= starts[i] == length;
        unsigned char *bytes = exact_copy(text, length);
        assert_int_equal(ws_utf8_valid(bytes, length), whole);
        free(bytes);
    }
}

static void test_a_fault_is_not_forgotten_by_what_follows(void **state)
{
    (void)state;
    unsigned char bytes[200];
    for (size_t at = 0; at < sizeof bytes; at++) {
        memset(bytes, 'a', sizeof bytes);
        bytes[at] = 0xff;
        assert_false(ws_utf8_valid(bytes, sizeof bytes));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sequence_of_up_to_three_bytes),
        cmocka_unit_test(test_sequences_of_four_bytes_at_every_bound),
        cmocka_unit_test(test_bounds_of_the_grammar),
        cmocka_unit_test(test_a_sequence_cut_short_is_invalid_anywhere_in_the_text),
        cmocka_unit_test(test_a_fault_is_not_forgotten_by_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
