#include "lib/ws_extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Writes what a field's value is read as: "name(parameter=value,parameter)" for each extension, "!" for one
 * that is not legal. The value lies in a heap buffer of exactly its size. */
static void read_as(const char *value, const char *expected)
{
    char text[512] = "";
    size_t size = strlen(value);
    char *exact = malloc(size);
    memcpy(exact, value, size);
    struct span list = {exact, size};
    struct extension extension;
    while (extension_next(&list, &extension)) {
        struct extension_parameter parameter;
        if (!extension.legal) {
            strcat(text, "!");
            continue;
        }
        strncat(text, extension.name.bytes, extension.name.length);
        strcat(text, "(");
        while (extension_next_parameter(&extension, &parameter)) {
            strncat(text, parameter.name.bytes, parameter.name.length);
            strcat(text, parameter.has_value ? "=" : "");
            strcat(text, parameter.value);
            strcat(text, ",");
        }
        strcat(text, ")");
    }
    free(exact);
    assert_string_equal(text, expected);
}

static void test_extensions_are_read_with_their_parameters(void **state)
{
    (void)state;
    read_as("", "");
    read_as("a", "a()");
    read_as("a, b", "a()b()");
    read_as(",a,,b,", "a()b()");
    read_as("a;b", "a(b,)");
    read_as("a; b; c", "a(b,c,)");
    read_as("a;b=1,c;d=e;f", "a(b=1,)c(d=e,f,)");
    read_as("a\t;\tb = 1 ", "a(b=1,)");
}

static void test_quotes_and_escapes_are_taken_off_values(void **state)
{
    (void)state;
    read_as("a;b=\"10\"", "a(b=10,)");
    read_as("a;b=\"1\\0\"", "a(b=10,)");
    read_as("a;b=\"\\1\\0\"", "a(b=10,)");
}

static void test_long_values_are_legal_and_read_as_nothing(void **state)
{
    (void)state;
    read_as("a;b=1234567", "a(b=1234567,)");
    read_as("a;b=12345678;c", "a(b=,c,)");
}

static void test_what_the_grammar_does_not_have_is_not_legal(void **state)
{
    (void)state;
    static const char *const values[] = {
        ";",      "a;",         ";a",          "a;;b",    "a;b=",    "a;=b",        "a b",         "a;b c", "a;b=c d",
        "a=1",    "a;b=\"\"",   "a;b=\"",      "a;b=\"c", "a;b=c\"", "a;b=\"c d\"", "a;b=\"c;d\"", "\"a\"", "a;\"b\"",
        "a;b==c", "a;b=\"\\\"", "a;b=\"c\\\"", "a/b",     "a;b=c/d", "(a)",         "a;b=\x80",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        read_as(values[i], "!");
    read_as("a;b=\"c,d\"", "!!");
    read_as("a,b c,d", "a()!d()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extensions_are_read_with_their_parameters),
        cmocka_unit_test(test_quotes_and_escapes_are_taken_off_values),
        cmocka_unit_test(test_long_values_are_legal_and_read_as_nothing),
        cmocka_unit_test(test_what_the_grammar_does_not_have_is_not_legal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
