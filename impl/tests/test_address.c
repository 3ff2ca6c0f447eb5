/* Texts are parsed from heap buffers of exactly their length, so that AddressSanitizer sees any byte read
 * beyond. */
#include "lib/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int parse_bytes(const char *text, size_t length, struct address *address)
{
    char *exact = malloc(length ? length : 1);
    assert_non_null(exact);
    memcpy(exact, text, length);
    int result = address_parse(exact, length, address);
    free(exact);
    return result;
}

static int parse(const char *text, struct address *address)
{
    return parse_bytes(text, strlen(text), address);
}

/* Formats into a heap buffer of exactly the promised room. */
static void assert_formats(const struct address *address, const char *expected)
{
    char *text = malloc(ADDRESS_TEXT_SIZE);
    assert_non_null(text);
    assert_int_equal(address_format(address, text), strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void assert_canonical(const char *text, const char *expected)
{
    struct address address;
    assert_int_equal(parse(text, &address), 0);
    assert_formats(&address, expected);
}

static void assert_invalid(const char *text)
{
    struct address address = {.bytes = {1, 2, 3}}, before = address;
    if (parse(text, &address) != -EINVAL)
        fail_msg("taken for an address: %s", text);
    assert_memory_equal(&address, &before, sizeof address);
}

static void test_ipv4_is_four_decimal_numbers(void **state)
{
    (void)state;
    struct address address;
    assert_int_equal(parse("192.0.2.235", &address), 0);
    assert_false(address.ipv6);
    assert_memory_equal(address.bytes, ((uint8_t[16]){192, 0, 2, 235}), 16);
    assert_canonical("0.0.0.0", "0.0.0.0");
    assert_canonical("255.255.255.255", "255.255.255.255");
    assert_canonical("1.10.100.9", "1.10.100.9");
}

static void test_ipv4_refuses_everything_else(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",          ".",         "1",         "1.2",       "1.2.3",    "1.2.3.",    "1.2.3.4.",         ".1.2.3.4",
        "1..2.3",    "1.2.3.4.5", "256.0.0.0", "1.2.3.256", "01.2.3.4", "1.2.3.04",  "00.0.0.0",         "1.2.3.000",
        "0x1.2.3.4", "1.2.3.a",   "+1.2.3.4",  "-1.2.3.4",  " 1.2.3.4", "1.2.3.4 ",  "1.2.3.4\n",        "1.2.3.4/8",
        "1,2,3,4",   "1.2.3.4%0", "16909060",  "1.2.772",   "1. 2.3.4", "999.1.1.1", "4294967297.0.0.1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_invalid(texts[i]);
}

/* RFC 4291 2.2, forms 1 to 3. */
static void test_ipv6_takes_all_three_forms(void **state)
{
    (void)state;
    struct address address;
    assert_int_equal(parse("ABCD:EF01:2345:6789:abcd:ef01:2345:6789", &address), 0);
    assert_true(address.ipv6);
    assert_memory_equal(
        address.bytes,
        ((uint8_t[16]){0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 1, 0x23, 0x45, 0x67, 0x89}), 16);
    assert_canonical("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a");
    assert_canonical("FF01:0:0:0:0:0:0:101", "ff01::101");
    assert_canonical("0:0:0:0:0:0:0:1", "::1");
    assert_canonical("0:0:0:0:0:0:0:0", "::");
    assert_canonical("::", "::");
    assert_canonical("1::", "1::");
    assert_canonical("0:0:0:0:0:0:13.1.68.3", "::d01:4403");
    assert_canonical("0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38");
    assert_canonical("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304");
    assert_canonical("1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304");
    assert_canonical("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
    assert_canonical("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0");
}

static void test_ipv6_refuses_everything_else(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ":",
        ":::",
        "1",
        "1:",
        ":1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:",
        ":1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "1::2::3",
        "::1::",
        ":::1",
        "1:::2",
        "12345::",
        "00001::",
        "::g",
        "::-1",
        "::+1",
        "::0x1",
        ":: 1",
        " ::1",
        "::1 ",
        "::1\n",
        "::1%eth0",
        "fe80::1%1",
        "[::1]",
        "::1/128",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.256",
        "::01.2.3.4",
        "::1.2.3.4:5",
        "1.2.3.4::",
        "1.2.3.4::1",
        "::.1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6::1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "::a.2.3.4",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_invalid(texts[i]);
}

static void test_bytes_beyond_text_are_refused(void **state)
{
    (void)state;
    struct address address;
    assert_int_equal(parse_bytes("1.2.3.4\0", 8, &address), -EINVAL);
    assert_int_equal(parse_bytes("::1\0", 4, &address), -EINVAL);
    assert_int_equal(parse_bytes("\0::1", 4, &address), -EINVAL);
    assert_int_equal(parse_bytes("1.2.3.4\xc3\xa9", 9, &address), -EINVAL);
    char long_text[10000];
    static const char fills[] = "1.:a\xff";
    for (size_t i = 0; i < sizeof fills; i++) {
        memset(long_text, fills[i], sizeof long_text);
        assert_int_equal(parse_bytes(long_text, sizeof long_text, &address), -EINVAL);
    }
}

static void test_a_cut_text_is_read_no_further(void **state)
{
    (void)state;
    static const char text[] = "2001:db8::255.255.255.255";
    for (size_t length = 0; length <= strlen(text); length++) {
        struct address address;
        bool in_group = length >= strlen("2001:db8::") && length <= strlen("2001:db8::255");
        bool in_last_octet = length > strlen("2001:db8::255.255.255.");
        assert_int_equal(parse_bytes(text, length, &address), in_group || in_last_octet ? 0 : -EINVAL);
    }
}

/* RFC 5952 section 4, one vector for each of its rules, and contract 1.3. */
static void test_ipv6_is_written_by_rfc_5952(void **state)
{
    (void)state;
    assert_canonical("2001:0db8:0000:0001:0001:0001:0001:0001", "2001:db8:0:1:1:1:1:1");
    assert_canonical("2001:db8:0:0:0:0:2:1", "2001:db8::2:1");
    assert_canonical("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
    assert_canonical("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
    assert_canonical("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
    assert_canonical("2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:000F", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:f");
    assert_canonical("2002:c0e8:82e7:0:0:0:c0e8:82e7", "2002:c0e8:82e7::c0e8:82e7");
    assert_canonical("0:0:1:0:0:1:0:0", "::1:0:0:1:0:0");
    assert_canonical("1:0:0:1:0:0:0:0", "1:0:0:1::");
    assert_canonical("0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1");
    assert_canonical("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_canonical("10:100:1000:f:ff:fff:ffff:1", "10:100:1000:f:ff:fff:ffff:1");
}

static void test_mapped_addresses_are_unmapped_and_no_others(void **state)
{
    (void)state;
    static const char *const mapped[] = {"::ffff:1.2.3.4", "::FFFF:0102:0304", "0:0:0:0:0:ffff:102:304"};
    for (size_t i = 0; i < sizeof mapped / sizeof mapped[0]; i++) {
        struct address address;
        assert_int_equal(parse(mapped[i], &address), 0);
        assert_formats(&address, "::ffff:1.2.3.4");
        address_unmap(&address);
        assert_false(address.ipv6);
        assert_formats(&address, "1.2.3.4");
        address_unmap(&address);
        assert_formats(&address, "1.2.3.4");
    }
    static const char *const others[] = {"::102:304", "::fffe:102:304", "::ffff:0:102:304", "1::ffff:102:304"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct address address;
        assert_int_equal(parse(others[i], &address), 0);
        address_unmap(&address);
        assert_formats(&address, others[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4_is_four_decimal_numbers),
        cmocka_unit_test(test_ipv4_refuses_everything_else),
        cmocka_unit_test(test_ipv6_takes_all_three_forms),
        cmocka_unit_test(test_ipv6_refuses_everything_else),
        cmocka_unit_test(test_bytes_beyond_text_are_refused),
        cmocka_unit_test(test_a_cut_text_is_read_no_further),
        cmocka_unit_test(test_ipv6_is_written_by_rfc_5952),
        cmocka_unit_test(test_mapped_addresses_are_unmapped_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
