#include "lib/ws_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_url(const char *text, bool secure, const char *peer, const char *host, const char *target)
{
    struct ws_url url;
    assert_null(ws_url_parse(text, &url));
    assert_int_equal(url.secure, secure);
    assert_string_equal(url.peer, peer);
    assert_string_equal(url.host, host);
    assert_string_equal(url.target, target);
}

static void test_parts_and_their_defaults(void **state)
{
    (void)state;
    assert_url("ws://example.com/chat", false, "example.com:80", "example.com", "/chat");
    assert_url("wss://example.com", true, "example.com:443", "example.com", "/");
    assert_url("WS://a:8080?q=/1", false, "a:8080", "a:8080", "/?q=/1");
    assert_url("ws://[::1]:9001/ws?a=b&c", false, "[::1]:9001", "[::1]:9001", "/ws?a=b&c");
    assert_url("wss://[::1]/", true, "[::1]:443", "[::1]", "/");
    assert_url("ws://127.0.0.1:1/a:b@c", false, "127.0.0.1:1", "127.0.0.1:1", "/a:b@c");
}

/* RFC 7230 section 5.4 allows to leave the scheme's own port out, and some servers compare Host with an
 * Origin that has none. */
static void test_the_schemes_own_port_is_left_out_of_host(void **state)
{
    (void)state;
    assert_url("ws://a:80/", false, "a:80", "a", "/");
    assert_url("wss://a:443/", true, "a:443", "a", "/");
    assert_url("ws://a:443/", false, "a:443", "a:443", "/");
    assert_url("wss://a:80/", true, "a:80", "a:80", "/");
}

static void assert_refused(const char *text, const char *expected)
{
    struct ws_url url;
    const char *reason = ws_url_parse(text, &url);
    assert_non_null(reason);
    assert_string_equal(reason, expected);
}

static void test_what_is_no_url_of_a_websocket_is_refused(void **state)
{
    (void)state;
    assert_refused("http://a/", "the scheme is not ws or wss");
    assert_refused("a:80", "the scheme is not ws or wss");
    assert_refused("ws://", "no host");
    assert_refused("ws:///path", "no host");
    assert_refused("ws://:443/", "no host");
    assert_refused("ws://a/\xc3\xb6", "a character that is not printable ASCII");
    assert_refused("ws://a/#part", "a fragment does not belong into it");
    assert_refused("ws://a#part", "a fragment does not belong into it");
    assert_refused("ws://user@a/", "a user does not belong into it");
    assert_refused("ws://a/b c", "a character that is not printable ASCII");
    assert_refused("ws://a/\r\nX: y", "a character that is not printable ASCII");
    struct ws_url url;
    assert_string_equal(ws_url_of("a/b:80", "/ws", &url), "a path does not belong into the host");
    assert_non_null(ws_url_parse("ws://a:0/", &url));
    assert_non_null(ws_url_parse("ws://a:65536/", &url));
    assert_non_null(ws_url_parse("ws://a:b/", &url));
    assert_non_null(ws_url_parse("ws://a:/", &url));
    assert_non_null(ws_url_parse("ws://::1/", &url));
}

/* "ws://a/aaa...": a target of that many bytes. */
static const char *parse_target_of(size_t length)
{
    static char text[2 * WS_URL_PART_MAX];
    struct ws_url url;
    memcpy(text, "ws://a/", 7);
    memset(text + 7, 'a', length - 1);
    text[7 + length - 1] = '\0';
    return ws_url_parse(text, &url);
}

static void test_what_is_too_long_is_refused(void **state)
{
    (void)state;
    assert_null(parse_target_of(WS_URL_PART_MAX - 1));
    assert_string_equal(parse_target_of(WS_URL_PART_MAX), "the path is too long");
    char text[2 * WS_URL_PART_MAX] = "ws://";
    memset(text + 5, 'a', WS_URL_PART_MAX);
    assert_refused(text, "the host is too long");
}

static void test_a_host_and_a_path_are_as_good(void **state)
{
    (void)state;
    struct ws_url url;
    assert_null(ws_url_of("a:80", "ws", &url));
    assert_string_equal(url.peer, "a:80");
    assert_string_equal(url.host, "a");
    assert_string_equal(url.target, "/ws");
    assert_null(ws_url_of(":1234", "/ws", &url));
    assert_string_equal(url.peer, "localhost:1234");
    assert_string_equal(url.host, "localhost:1234");
    assert_string_equal(ws_url_of("a", "/", &url), "missing port");
    assert_string_equal(ws_url_of("[::1]", "/", &url), "missing port");
    assert_non_null(ws_url_of("::1:80", "/", &url));
    assert_non_null(ws_url_of("a:80", "/ x", &url));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_and_their_defaults),
        cmocka_unit_test(test_the_schemes_own_port_is_left_out_of_host),
        cmocka_unit_test(test_what_is_no_url_of_a_websocket_is_refused),
        cmocka_unit_test(test_what_is_too_long_is_refused),
        cmocka_unit_test(test_a_host_and_a_path_are_as_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
