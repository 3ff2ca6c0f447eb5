#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

static void test_allocated_memory_is_zero(void **state)
{
    (void)state;
    unsigned char *memory = allocate(1000, 3);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(memory[i], 0);
    free(memory);
}

static void test_nothing_is_something_to_free(void **state)
{
    (void)state;
    void *memory = allocate(0, 8);
    assert_non_null(memory);
    memory = reallocate(memory, 0, 8);
    assert_non_null(memory);
    free(memory);
}

static void test_an_array_grows_one_by_one_and_keeps_its_elements(void **state)
{
    (void)state;
    int *numbers = NULL;
    for (size_t count = 0; count < 3000; count++) {
        numbers = grow(numbers, count, sizeof *numbers);
        numbers[count] = (int)count;
    }
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(numbers[i], i);
    free(numbers);
}

static void test_copies_are_equal_and_end_with_nul(void **state)
{
    (void)state;
    char *text = duplicate("text");
    assert_string_equal(text, "text");
    free(text);
    text = duplicate_bytes("a\0b", 3);
    assert_memory_equal(text, "a\0b\0", 4);
    free(text);
    text = duplicate_bytes(NULL, 0);
    assert_string_equal(text, "");
    free(text);
}

static void test_formatted_text_may_be_empty_or_long(void **state)
{
    (void)state;
    char *text = format_text("%s", "");
    assert_string_equal(text, "");
    free(text);
    text = format_text("%05d%*s", 42, 5000, "!");
    assert_int_equal(strlen(text), 5005);
    assert_memory_equal(text, "00042 ", 6);
    free(text);
}

static void test_more_than_fits_ends_the_process_with_status_4(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(STDERR_FILENO);
        free(reallocate(NULL, SIZE_MAX / 2, 3));
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocated_memory_is_zero),
        cmocka_unit_test(test_nothing_is_something_to_free),
        cmocka_unit_test(test_an_array_grows_one_by_one_and_keeps_its_elements),
        cmocka_unit_test(test_copies_are_equal_and_end_with_nul),
        cmocka_unit_test(test_formatted_text_may_be_empty_or_long),
        cmocka_unit_test(test_more_than_fits_ends_the_process_with_status_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
