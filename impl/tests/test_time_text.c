#include "lib/time_text.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void use_zone(const char *zone)
{
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

typedef size_t time_writer(const struct timespec *when, char *text);

static void assert_writes(time_writer *write, time_t seconds, long nanoseconds, const char *expected)
{
    struct timespec when = {.tv_sec = seconds, .tv_nsec = nanoseconds};
    char *text = malloc(TIME_TEXT_SIZE);
    assert_non_null(text);
    size_t length = write(&when, text);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    free(text);
}

static void test_go_form_in_utc(void **state)
{
    (void)state;
    use_zone("UTC0");
    assert_writes(time_text_go, 0, 0, "1970-01-01 00:00:00 +0000 UTC");
    assert_writes(time_text_go, 1136239445, 999999999, "2006-01-02 22:04:05.999999999 +0000 UTC");
}

static void test_go_form_drops_trailing_zeros_of_the_fraction(void **state)
{
    (void)state;
    use_zone("UTC0");
    assert_writes(time_text_go, 0, 1, "1970-01-01 00:00:00.000000001 +0000 UTC");
    assert_writes(time_text_go, 0, 120000000, "1970-01-01 00:00:00.12 +0000 UTC");
    assert_writes(time_text_go, 0, 100, "1970-01-01 00:00:00.0000001 +0000 UTC");
}

static void test_offsets_keep_their_sign_and_minutes(void **state)
{
    (void)state;
    use_zone("MST7");
    assert_writes(time_text_go, 1136239445, 0, "2006-01-02 15:04:05 -0700 MST");
    assert_writes(time_text_rfc3339, 1136239445, 0, "2006-01-02T15:04:05-07:00");
    use_zone("IST-5:30");
    assert_writes(time_text_go, 0, 0, "1970-01-01 05:30:00 +0530 IST");
    assert_writes(time_text_rfc3339, 0, 0, "1970-01-01T05:30:00+05:30");
    use_zone("NST3:30");
    assert_writes(time_text_go, 0, 0, "1969-12-31 20:30:00 -0330 NST");
    assert_writes(time_text_rfc3339, 0, 0, "1969-12-31T20:30:00-03:30");
    use_zone("<-00>0:30");
    assert_writes(time_text_rfc3339, 0, 0, "1969-12-31T23:30:00-00:30");
}

static void test_rfc3339_says_z_at_offset_zero(void **state)
{
    (void)state;
    use_zone("UTC0");
    assert_writes(time_text_rfc3339, 1136239445, 999999999, "2006-01-02T22:04:05Z");
}

static void test_unix_is_seconds(void **state)
{
    (void)state;
    assert_writes(time_text_unix, 1136239445, 999999999, "1136239445");
    assert_writes(time_text_unix, 0, 0, "0");
    assert_writes(time_text_unix, -1, 0, "-1");
}

static void test_impossible_times_stay_within_the_buffer(void **state)
{
    (void)state;
    use_zone("UTC0");
    static const int64_t seconds[] = {INT64_MAX, INT64_MIN, 253402300800, 67767976233532799};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct timespec when = {.tv_sec = seconds[i], .tv_nsec = 999999999};
        char text[TIME_TEXT_SIZE];
        assert_true(time_text_go(&when, text) < TIME_TEXT_SIZE);
        assert_true(time_text_rfc3339(&when, text) < TIME_TEXT_SIZE);
        assert_true(time_text_unix(&when, text) < TIME_TEXT_SIZE);
    }
}

static void test_now_is_now(void **state)
{
    (void)state;
    time_t before = time(NULL);
    struct timespec now = time_text_now();
    assert_true(now.tv_sec >= before - 1 && now.tv_sec <= before + 10);
    assert_true(now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
}

static void *write_many(void *argument)
{
    struct timespec when = {.tv_sec = 1136239445};
    size_t *wrong = argument;
    for (int i = 0; i < 1000; i++) {
        char text[TIME_TEXT_SIZE];
        time_text_go(&when, text);
        *wrong += strcmp(text, "2006-01-02 15:04:05 -0700 MST") != 0;
    }
    return NULL;
}

static void test_threads_write_times_at_once(void **state)
{
    (void)state;
    use_zone("MST7");
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    size_t wrong[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &wrong[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_go_form_in_utc),
        cmocka_unit_test(test_go_form_drops_trailing_zeros_of_the_fraction),
        cmocka_unit_test(test_offsets_keep_their_sign_and_minutes),
        cmocka_unit_test(test_rfc3339_says_z_at_offset_zero),
        cmocka_unit_test(test_unix_is_seconds),
        cmocka_unit_test(test_impossible_times_stay_within_the_buffer),
        cmocka_unit_test(test_now_is_now),
        cmocka_unit_test(test_threads_write_times_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
