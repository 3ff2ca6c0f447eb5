#include "lib/prompt.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "dialogue.h"

/* What was exchanged, one behind the other, and which exchange fails. */
struct exchanged {
    char text[200000];
    size_t length;
    int count;
    int failing;
};

static int exchange(void *context, const char *line, size_t length, struct failure *failure)
{
    struct exchanged *exchanged = context;
    assert_in_range(length, 1, sizeof exchanged->text - exchanged->length - 1);
    memcpy(exchanged->text + exchanged->length, line, length);
    exchanged->length += length;
    exchanged->text[exchanged->length] = '\0';
    if (++exchanged->count == exchanged->failing)
        return failure_set(failure, EPIPE, "write to nobody");
    fputs("ok\n", stdout);
    return 0;
}

/* Talks with that input; `output` gets what was printed. */
static int talk(const char *input, size_t length, struct exchanged *exchanged, char *output, size_t size,
                struct failure *failure)
{
    struct dialogue dialogue;
    dialogue_begin(&dialogue, input, length);
    int result = prompt_talk(exchange, exchanged, "bye", failure);
    dialogue_end(&dialogue, output, size);
    return result;
}

static void assert_talk(const char *input, const char *expected_lines, const char *expected_output)
{
    static struct exchanged exchanged;
    struct failure failure;
    char output[200];
    exchanged = (struct exchanged){.length = 0};
    assert_int_equal(talk(input, strlen(input), &exchanged, output, sizeof output, &failure), 0);
    assert_string_equal(exchanged.text, expected_lines);
    assert_string_equal(output, expected_output);
}

static void test_each_line_is_exchanged_until_stop(void **state)
{
    (void)state;
    assert_talk("one\n\nSTOP\nnever\n", "one\n\nSTOP\n", ">> ok\n>> ok\n>> ok\nbye\n");
}

static void test_the_end_of_the_input_ends_it_without_a_farewell(void **state)
{
    (void)state;
    assert_talk("", "", ">> ");
    assert_talk("one\n", "one\n", ">> ok\n>> ");
}

static void test_a_last_line_without_a_newline_gets_one(void **state)
{
    (void)state;
    assert_talk("one", "one\n", ">> ok\n>> ");
    assert_talk("STOP", "STOP\n", ">> ok\nbye\n");
}

static void test_lines_of_any_length_and_bytes_go_through(void **state)
{
    (void)state;
    enum { LENGTH = 150000 };
    static char input[LENGTH];
    static struct exchanged exchanged;
    struct failure failure;
    char output[200];
    /* Once with the newline, once without: at every length of the buffer that getline may have chosen. */
    for (size_t length = 100; length < 300; length++) {
        memset(input, 0, length);
        exchanged = (struct exchanged){.length = 0};
        assert_int_equal(talk(input, length, &exchanged, output, sizeof output, &failure), 0);
        assert_int_equal(exchanged.length, length + 1);
    }
    memset(input, 0xff, LENGTH);
    exchanged = (struct exchanged){.length = 0};
    assert_int_equal(talk(input, LENGTH, &exchanged, output, sizeof output, &failure), 0);
    assert_int_equal(exchanged.length, LENGTH + 1);
    assert_memory_equal(exchanged.text, input, LENGTH);
}

static void test_a_failed_exchange_ends_it(void **state)
{
    (void)state;
    static struct exchanged exchanged;
    struct failure failure;
    char output[200];
    exchanged = (struct exchanged){.failing = 2};
    assert_int_equal(talk("one\nSTOP\n", 9, &exchanged, output, sizeof output, &failure), -EPIPE);
    assert_string_equal(failure.text, "write to nobody: Broken pipe");
    assert_string_equal(output, ">> ok\n>> ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_exchanged_until_stop),
        cmocka_unit_test(test_the_end_of_the_input_ends_it_without_a_farewell),
        cmocka_unit_test(test_a_last_line_without_a_newline_gets_one),
        cmocka_unit_test(test_lines_of_any_length_and_bytes_go_through),
        cmocka_unit_test(test_a_failed_exchange_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
