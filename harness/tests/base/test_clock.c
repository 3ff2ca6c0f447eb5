#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void test_durations_have_a_unit_or_are_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"0", 0},
        {"0ms", 0},
        {"500ms", 500},
        {"2s", 2000},
        {"2m", 120000},
        {"7", 7000},
        {"007s", 7000},
        {"2147483647ms", INT_MAX},
        {"2147483647m", INT64_C(2147483647) * 60000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = -1;
        assert_int_equal(duration_parse(rows[i].text, &ms), 0);
        assert_true(ms == rows[i].ms);
    }
}

static void test_what_is_no_duration_is_refused_and_writes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "s",    "ms",   "-1s", "+1s",        " 1s",
                                        "1 s", "1.5s", "1h",   "1S",  "1sec",       "1msx",
                                        "1s ", "0x1s", "1mss", "1e3", "2147483648", "99999999999999999999s"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = -1;
        if (duration_parse(texts[i], &ms) != -EINVAL)
            fail_msg("\"%s\" is taken for a duration", texts[i]);
        assert_true(ms == -1);
    }
}

static void test_time_does_not_go_back(void **state)
{
    (void)state;
    int64_t before = clock_now();
    assert_true(before > 0);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_now();
        assert_true(now >= before);
        before = now;
    }
}

static void test_a_poll_timeout_is_rounded_up(void **state)
{
    (void)state;
    assert_in_range(clock_poll_ms(clock_now() + 3600 * 1000 * NANOSECONDS_PER_MS), 3590 * 1000, 3600 * 1000);
    int64_t deadline = clock_now() + 1000 * NANOSECONDS_PER_MS;
    int ms = clock_poll_ms(deadline);
    assert_true(ms * NANOSECONDS_PER_MS >= deadline - clock_now());
    assert_true(ms <= 1000);
}

static void test_a_poll_timeout_fits_an_int_for_any_deadline(void **state)
{
    (void)state;
    assert_int_equal(clock_poll_ms(INT64_MIN), 0);
    assert_int_equal(clock_poll_ms(-1), 0);
    assert_int_equal(clock_poll_ms(0), 0);
    assert_int_equal(clock_poll_ms(clock_now()), 0);
    assert_int_equal(clock_poll_ms(INT64_MAX), INT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_have_a_unit_or_are_seconds),
        cmocka_unit_test(test_what_is_no_duration_is_refused_and_writes_nothing),
        cmocka_unit_test(test_time_does_not_go_back),
        cmocka_unit_test(test_a_poll_timeout_is_rounded_up),
        cmocka_unit_test(test_a_poll_timeout_fits_an_int_for_any_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
