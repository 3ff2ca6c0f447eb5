/* Texts are split in heap buffers of exactly their length. */
#include "lib/hostport.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_splits(const char *text, const char *host, unsigned port)
{
    size_t length = strlen(text);
    char *exact = malloc(length);
    assert_non_null(exact);
    memcpy(exact, text, length);
    struct hostport parts;
    if (hostport_split(exact, length, &parts) != 0)
        fail_msg("not split: %s", text);
    assert_int_equal(parts.host_length, strlen(host));
    assert_memory_equal(parts.host, host, strlen(host));
    assert_int_equal(parts.port, port);
    assert_true(parts.host >= exact && parts.host + parts.host_length <= exact + length);
    free(exact);
}

static void assert_fails(const char *text, int code)
{
    size_t length = strlen(text);
    char *exact = malloc(length ? length : 1);
    assert_non_null(exact);
    memcpy(exact, text, length);
    struct hostport parts = {.host = "untouched", .host_length = 9, .port = 7};
    int result = hostport_split(exact, length, &parts);
    if (result != code)
        fail_msg("%s: %d, not %d", text, result, code);
    assert_string_equal(parts.host, "untouched");
    assert_int_equal(parts.port, 7);
    free(exact);
}

static void test_split_takes_names_and_literals(void **state)
{
    (void)state;
    assert_splits("localhost:1200", "localhost", 1200);
    assert_splits("127.0.0.1:1", "127.0.0.1", 1);
    assert_splits("a.example:65535", "a.example", 65535);
    assert_splits("[::1]:80", "::1", 80);
    assert_splits("[2001:db8::192.0.2.1]:443", "2001:db8::192.0.2.1", 443);
    assert_splits("[fe80::1%eth0]:80", "fe80::1%eth0", 80);
    assert_splits(":80", "", 80);
    assert_splits("host:0080", "host", 80);
}

static void test_split_misses_a_port(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "localhost", "localhost:", ":", "[::1]", "[::1]:", "127.0.0.1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_fails(texts[i], -EDESTADDRREQ);
}

static void test_split_refuses_ports_that_do_not_exist(void **state)
{
    (void)state;
    static const char *const texts[] = {"a:0",     "a:65536",     "a:00",
                                        "[::1]:0", "[::1]:65536", "a:99999999999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_fails(texts[i], -ERANGE);
}

static void test_split_refuses_malformed_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "::1:80",   "::1",        "a:b:1",     "a:http", "a:+1",        "a:-1",         "a: 1",
        "a:1 ",     "a:0x50",     "a:1.5",     "a b:1",  "a\n:1",       "a\x7f:1",      "[::1",
        "[::1:80",  "[::1]80",    "[::1]x:80", "[]:80",  "[a]:80",      "[1.2.3.4]:80", "[::1%]:80",
        "[::g]:80", "[[::1]]:80", "a]:80",     "a[b:80", "[::1]:80:80", "[%eth0]:80",   "[::1%a b]:80",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_fails(texts[i], -EINVAL);
}

static void test_every_failure_has_its_reason(void **state)
{
    (void)state;
    assert_string_equal(hostport_reason(-EDESTADDRREQ), "missing port");
    assert_string_equal(hostport_reason(-ERANGE), "port not in 1 to 65535");
    assert_string_equal(hostport_reason(-EINVAL), "not host:port or [IPv6]:port");
}

static void test_parse_port_takes_1_to_65535(void **state)
{
    (void)state;
    uint16_t port = 9;
    assert_int_equal(hostport_parse_port("1", 1, &port), 0);
    assert_int_equal(port, 1);
    assert_int_equal(hostport_parse_port("65535", 5, &port), 0);
    assert_int_equal(port, 65535);
    assert_int_equal(hostport_parse_port("655350", 5, &port), 0);
    assert_int_equal(hostport_parse_port("655350", 6, &port), -ERANGE);
    assert_int_equal(hostport_parse_port("", 0, &port), -EDESTADDRREQ);
    assert_int_equal(hostport_parse_port("0", 1, &port), -ERANGE);
    assert_int_equal(hostport_parse_port("80a", 3, &port), -EINVAL);
    assert_int_equal(hostport_parse_port("99999a", 6, &port), -EINVAL);
    assert_int_equal(port, 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_takes_names_and_literals),
        cmocka_unit_test(test_split_misses_a_port),
        cmocka_unit_test(test_split_refuses_ports_that_do_not_exist),
        cmocka_unit_test(test_split_refuses_malformed_texts),
        cmocka_unit_test(test_every_failure_has_its_reason),
        cmocka_unit_test(test_parse_port_takes_1_to_65535),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
