#include "lib/failure.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_set_names_action_object_and_reason(void **state)
{
    (void)state;
    struct failure failure;
    assert_int_equal(failure_set(&failure, EADDRINUSE, "bind %s:%d", "127.0.0.1", 1200), -EADDRINUSE);
    assert_string_equal(failure.text, "bind 127.0.0.1:1200: Address already in use");
}

static void test_explain_takes_the_reason_in_words(void **state)
{
    (void)state;
    struct failure failure;
    assert_int_equal(failure_explain(&failure, EINVAL, "missing port", "resolve %s", "a"), -EINVAL);
    assert_string_equal(failure.text, "resolve a: missing port");
}

static void test_text_stays_on_one_line_and_within_bounds(void **state)
{
    (void)state;
    struct failure failure;
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    failure_set(&failure, ECONNREFUSED, "connect a\nb\r\t\x7f\x1b");
    assert_string_equal(failure.text, "connect a?b????: Connection refused");
    failure_explain(&failure, EINVAL, long_text, "resolve %s", long_text);
    assert_true(memchr(failure.text, '\0', sizeof failure.text) != NULL);
    failure_set(&failure, ECONNREFUSED, "connect %s", long_text);
    assert_non_null(strstr(failure.text, ": Connection refused"));
}

static void test_report_is_one_line_on_stderr(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    int saved = dup(STDERR_FILENO);
    assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
    struct failure failure = {.text = "connect a:1: Connection refused"};
    int status = failure_report(&failure);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    assert_int_equal(status, 1);
    char line[128] = "";
    rewind(file);
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    assert_string_equal(line, "Fatal error: connect a:1: Connection refused\n");
}

static void test_status_is_0_only_when_all_went_well(void **state)
{
    (void)state;
    struct failure failure;
    assert_int_equal(failure_status(0, NULL), 0);
    assert_int_equal(failure_status(failure_set(&failure, EPIPE, "write"), &failure), 1);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_int_equal(dup2(fileno(full), STDOUT_FILENO), STDOUT_FILENO);
    putchar('x');
    int status = failure_status(0, NULL);
    assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
    close(saved);
    fclose(full);
    clearerr(stdout);
    assert_int_equal(status, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_names_action_object_and_reason),
        cmocka_unit_test(test_explain_takes_the_reason_in_words),
        cmocka_unit_test(test_text_stays_on_one_line_and_within_bounds),
        cmocka_unit_test(test_report_is_one_line_on_stderr),
        cmocka_unit_test(test_status_is_0_only_when_all_went_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
