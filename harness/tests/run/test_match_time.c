// Times as text: their forms, zones and skew, and dates that cannot be.
#include "support.h"

#include <time.h>

#define RFC3339 "{rfc3339-time: {skew: 2s}}"
#define GO "{go-time: {skew: 2s}}"
#define UNIX "{unix-seconds: {skew: 2s}}"

// Now, and `off` seconds later, as strftime(3) has it in a zone that is `zone` seconds east; to be freed.
static char *now_text(const char *format, long off, long zone)
{
    char text[100];
    time_t then = time(NULL) + off + zone;
    struct tm fields;
    gmtime_r(&then, &fields);
    assert_true(strftime(text, sizeof text, format, &fields) > 0);
    return duplicate(text);
}

static enum match_answer answer_for(const char *matcher, const char *format, long off, long zone)
{
    struct matching matching;
    char *text = now_text(format, off, zone);
    matching_begin(&matching, matcher);
    enum match_answer answer = matching_do(&matching, text, strlen(text), FIN);
    if (answer == MATCH_YES)
        assert_int_equal(matching.match.consumed, strlen(text));
    else
        assert_non_null(matching.match.detail);
    matching_end(&matching);
    free(text);
    return answer;
}

static void test_every_form_of_now_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *matcher, *format;
        long zone;
    } rows[] = {
        {RFC3339, "%Y-%m-%dT%H:%M:%SZ", 0},           {RFC3339, "%Y-%m-%dT%H:%M:%S+00:00", 0},
        {RFC3339, "%Y-%m-%dT%H:%M:%S-00:00", 0},      {RFC3339, "%Y-%m-%dT%H:%M:%S+05:30", 19800},
        {RFC3339, "%Y-%m-%dT%H:%M:%S-12:00", -43200}, {RFC3339, "%Y-%m-%dT%H:%M:%S+14:00", 50400},
        {RFC3339, "%Y-%m-%dT%H:%M:%S.5Z", 0},         {RFC3339, "%Y-%m-%dT%H:%M:%S.123456789012Z", 0},
        {GO, "%Y-%m-%d %H:%M:%S +0000 UTC", 0},       {GO, "%Y-%m-%d %H:%M:%S.999999999 +0000 UTC", 0},
        {GO, "%Y-%m-%d %H:%M:%S.1 +0530 IST", 19800}, {GO, "%Y-%m-%d %H:%M:%S -0300 -03", -10800},
        {GO, "%Y-%m-%d %H:%M:%S +0545 +0545", 20700}, {GO, "%Y-%m-%d %H:%M:%S.123 +0100 CET m=+0.000123", 3600},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (answer_for(rows[i].matcher, rows[i].format, 0, rows[i].zone) != MATCH_YES)
            fail_msg("%s", rows[i].format);
}

static void test_forms_that_are_not_the_one_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *matcher, *format;
    } rows[] = {
        {RFC3339, "%Y-%m-%d %H:%M:%SZ"},
        {RFC3339, "%Y-%m-%dT%H:%M:%S"},
        {RFC3339, "%Y-%m-%dT%H:%M:%S+0000"},
        {RFC3339, "%Y-%m-%dt%H:%M:%Sz"},
        {RFC3339, "%Y-%m-%dT%H:%MZ"},
        {RFC3339, "%Y-%m-%dT%H:%M:%S.Z"},
        {RFC3339, "%y-%m-%dT%H:%M:%SZ"},
        {GO, "%Y-%m-%dT%H:%M:%S +0000 UTC"},
        {GO, "%Y-%m-%d %H:%M:%S"},
        {GO, "%Y-%m-%d %H:%M:%S +0000"},
        {GO, "%Y-%m-%d %H:%M:%S +00:00 UTC"},
        {GO, "%Y-%m-%d %H:%M:%S.1234567890 +0000 UTC"},
        {GO, "%a %b %d %H:%M:%S UTC %Y"},
        {UNIX, "%Y"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = now_text(rows[i].format, 0, 0);
        check_no(rows[i].matcher, text, strlen(text), FIN, NULL);
        free(text);
    }
}

static void check_off(const char *matcher, const char *format, long zone)
{
    // One second inside of the bounds, so that the clock may tick meanwhile; whole seconds are cut off.
    assert_int_equal(answer_for(matcher, format, 1, zone), MATCH_YES);
    assert_int_equal(answer_for(matcher, format, -1, zone), MATCH_YES);
    assert_int_equal(answer_for(matcher, format, 5, zone), MATCH_NO);
    assert_int_equal(answer_for(matcher, format, -5, zone), MATCH_NO);
    assert_int_equal(answer_for(matcher, format, 3600, zone), MATCH_NO);
    assert_int_equal(answer_for(matcher, format, -86400, zone), MATCH_NO);
}

static void test_the_skew_bounds_how_far_it_may_be_off(void **state)
{
    (void)state;
    check_off(RFC3339, "%Y-%m-%dT%H:%M:%SZ", 0);
    check_off(RFC3339, "%Y-%m-%dT%H:%M:%S-07:00", -25200);
    check_off(GO, "%Y-%m-%d %H:%M:%S +0000 UTC", 0);
    check_off(GO, "%Y-%m-%d %H:%M:%S.5 +1245 +1245", 45900);
}

static void test_unix_seconds_are_ten_digits_near_now(void **state)
{
    (void)state;
    static const struct {
        long off;
        enum match_answer answer;
    } rows[] = {{0, MATCH_YES}, {1, MATCH_YES}, {-1, MATCH_YES}, {5, MATCH_NO}, {-5, MATCH_NO}, {100000, MATCH_NO}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct matching matching;
        char *text = format_text("%lld", (long long)time(NULL) + rows[i].off);
        matching_begin(&matching, UNIX);
        assert_int_equal(matching_do(&matching, text, strlen(text), FIN), rows[i].answer);
        assert_int_equal(matching_do(&matching, text, 9, OPEN), MATCH_MORE);
        assert_int_equal(matching_do(&matching, text, 9, FIN), MATCH_NO);
        matching_end(&matching);
        free(text);
    }
}

static void test_far_times_say_how_far(void **state)
{
    (void)state;
    struct matching matching;
    matching_begin(&matching, RFC3339);
    assert_int_equal(matching_do(&matching, BYTES("2001-02-03T04:05:06Z"), FIN), MATCH_NO);
    assert_holds(matching.match.detail, " s behind");
    assert_int_equal(matching_do(&matching, BYTES("9999-12-31T23:59:59Z"), FIN), MATCH_NO);
    assert_holds(matching.match.detail, " s ahead");
    matching_end(&matching);
}

static void test_impossible_times_are_called_so(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "2023-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2023-04-31T00:00:00Z",      "2023-00-10T00:00:00Z",
        "2023-13-01T00:00:00Z", "2023-01-00T00:00:00Z", "2023-01-32T00:00:00Z",      "2023-01-01T24:00:00Z",
        "2023-01-01T00:60:00Z", "2023-01-01T00:00:61Z", "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00+00:60",
        "1900-02-29T00:00:00Z",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        check_no(RFC3339, wrong[i], strlen(wrong[i]), FIN, "it is not a possible time");
        if (wrong[i][19] != 'Z')
            continue;
        char *text = format_text("%.10s %.8s +0000 UTC", wrong[i], wrong[i] + 11);
        check_no(GO, text, strlen(text), FIN, "it is not a possible time");
        free(text);
    }
    static const char *const possible[] = {"2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2016-12-31T23:59:60Z",
                                           "2023-12-31T23:59:59+23:59"};
    for (size_t i = 0; i < COUNT(possible); i++) {
        struct matching matching;
        matching_begin(&matching, RFC3339);
        assert_int_equal(matching_do(&matching, possible[i], strlen(possible[i]), FIN), MATCH_NO);
        assert_holds(matching.match.detail, " s behind");
        matching_end(&matching);
    }
}

static void test_a_time_that_comes_bytewise_needs_all_of_it(void **state)
{
    (void)state;
    struct matching matching;
    char *text = now_text("%Y-%m-%dT%H:%M:%S.25Z", 0, 0);
    matching_begin(&matching, RFC3339);
    for (size_t i = 0; i <= strlen(text); i++)
        assert_int_equal(matching_do(&matching, text, i, OPEN), i < strlen(text) ? MATCH_MORE : MATCH_YES);
    assert_false(matching.match.extendable);
    matching_end(&matching);
    free(text);

    // The name of a zone may still grow; with a bad time at hand, too.
    text = now_text("%Y-%m-%d %H:%M:%S +0000 UTC", 0, 0);
    matching_begin(&matching, GO);
    for (size_t i = 0; i < strlen(text); i++)
        assert_int_equal(matching_do(&matching, text, i, OPEN), MATCH_MORE);
    assert_int_equal(matching_do(&matching, text, strlen(text), OPEN), MATCH_YES);
    assert_true(matching.match.extendable);
    matching_end(&matching);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form_of_now_is_taken),
        cmocka_unit_test(test_forms_that_are_not_the_one_are_refused),
        cmocka_unit_test(test_the_skew_bounds_how_far_it_may_be_off),
        cmocka_unit_test(test_unix_seconds_are_ten_digits_near_now),
        cmocka_unit_test(test_far_times_say_how_far),
        cmocka_unit_test(test_impossible_times_are_called_so),
        cmocka_unit_test(test_a_time_that_comes_bytewise_needs_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
