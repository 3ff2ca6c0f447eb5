// Comma-separated lists over one field or several.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "ws/handshake.h"

// Whether `token` is in the Connection fields of a response with these fields.
static bool has_token(const char *fields, const char *token)
{
    struct buffer text = {0};
    buffer_format(&text, "HTTP/1.1 101 \r\n%s\r\n", fields);
    struct http_head head;
    const char *fault;
    assert_int_equal(http_response_decode(text.data, text.length, &head, &fault), text.length);
    bool found = http_field_has_token(&head, "Connection", token);
    http_head_free(&head);
    buffer_free(&text);
    return found;
}

static void test_an_element_is_found_anywhere_in_any_letter_case(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "Connection: Upgrade\r\n",
        "connection: uPGRADE\r\n",
        "Connection: keep-alive, Upgrade\r\n",
        "Connection: Upgrade,keep-alive\r\n",
        "Connection:a\t ,\t Upgrade \t,b\r\n",
        "Connection: ,, Upgrade ,,\r\n",
        "Connection: keep-alive\r\nHost: a\r\nCONNECTION: Upgrade\r\n",
        "Connection:\r\nConnection: x, upgrade\r\n",
        "Connection: a=\"x\\\", y\", upgrade\r\n",
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (!has_token(lists[i], "Upgrade"))
            fail_msg("not found in %s", lists[i]);
    }
}

static void test_what_is_not_an_element_is_not_found(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "",
        "Connection:\r\n",
        "Connection: ,\r\n",
        "Connection: Upgrades\r\n",
        "Connection: Upgrad\r\n",
        "Connection: no Upgrade\r\n",
        "Connection: Upgrade; q=1\r\n",
        "Connection: Up, grade\r\n",
        "Connection: Up\r\nConnection: grade\r\n",
        "Connection: a=\"x, upgrade, y\"\r\n",
        "Connection: \"\\\", upgrade\"\r\n",
        "Connection: \"unfinished, upgrade\r\n",
        "Upgrade: Upgrade\r\n",
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (has_token(lists[i], "Upgrade"))
            fail_msg("found in %s", lists[i]);
    }
}

static void test_an_empty_element_is_no_token(void **state)
{
    (void)state;
    assert_false(has_token("Connection:\r\nConnection: a,,b\r\n", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_element_is_found_anywhere_in_any_letter_case),
        cmocka_unit_test(test_what_is_not_an_element_is_not_found),
        cmocka_unit_test(test_an_empty_element_is_no_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
