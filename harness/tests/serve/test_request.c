// What clients ask `sockspec serve` for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/request.h"

static void test_each_request_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        enum serve_word word;
        size_t number;
        const char *agent;
    } rows[] = {
        {"/getCaseCount", SERVE_COUNT, 0, ""},
        {"/getCaseCount?agent=a", SERVE_COUNT, 0, "a"},
        {"/getCaseInfo?case=7", SERVE_INFO, 7, ""},
        {"/runCase?case=1&agent=ws", SERVE_RUN, 1, "ws"},
        {"/runCase?agent=ws&case=300", SERVE_RUN, 300, "ws"},
        {"/runCase?case=2&agent=My%20client%2f1+x", SERVE_RUN, 2, "My client/1 x"},
        {"/runCase?case=2&agent=%C3%A4&tail=x", SERVE_RUN, 2, "\xc3\xa4"},
        {"/getCaseStatus?case=3&agent=a", SERVE_STATUS, 3, "a"},
        {"/updateReports?agent=a", SERVE_UPDATE, 0, "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct serve_request request;
        assert_null(serve_request_parse(rows[i].target, 300, &request));
        assert_int_equal(request.word, rows[i].word);
        assert_int_equal(request.number, rows[i].number);
        assert_string_equal(request.agent, rows[i].agent);
    }
}

static void test_what_is_wrong_is_said(void **state)
{
    (void)state;
    static const char unknown[] = "not one of /getCaseCount, /getCaseInfo, /runCase, /getCaseStatus, /updateReports";
    static const char number[] = "`case` is not a number from 1";
    static const char name[] = "the agent's name is too long or badly encoded";
    static const struct {
        const char *target;
        const char *wrong;
    } rows[] = {
        {"/", unknown},
        {"", unknown},
        {"/getCaseCounts", unknown},
        {"/getcasecount", unknown},
        {"/runCase", "it needs `case=N`"},
        {"/runCase?case=1", "it needs `agent=NAME`"},
        {"/runCase?case=1&agent=", "it needs `agent=NAME`"},
        {"/updateReports", "it needs `agent=NAME`"},
        {"/runCase?case=0&agent=a", number},
        {"/runCase?case=-1&agent=a", number},
        {"/runCase?case=1x&agent=a", number},
        {"/runCase?case=&agent=a", number},
        {"/runCase?case=99999999999999999999999&agent=a", "there are not so many cases"},
        {"/runCase?case=18446744073709551616&agent=a", "there are not so many cases"},
        {"/runCase?case=301&agent=a", "there are not so many cases"},
        {"/runCase?case=1&agent=%", name},
        {"/runCase?case=1&agent=%4", name},
        {"/runCase?case=1&agent=%4x", name},
        {"/runCase?case=1&agent=%00", name},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct serve_request request;
        const char *wrong = serve_request_parse(rows[i].target, 300, &request);
        assert_non_null(wrong);
        assert_string_equal(wrong, rows[i].wrong);
    }
}

static void test_the_longest_name_fits_and_a_longer_one_does_not(void **state)
{
    (void)state;
    struct serve_request request;
    char target[64 + AGENT_MOST] = "/updateReports?agent=";
    size_t begin = 21;
    for (size_t i = 0; i < AGENT_MOST; i++)
        target[begin + i] = 'n';
    assert_null(serve_request_parse(target, 1, &request));
    assert_string_equal(request.agent, target + begin);
    target[begin + AGENT_MOST] = 'n';
    assert_non_null(serve_request_parse(target, 1, &request));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_request_is_understood),
        cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_the_longest_name_fits_and_a_longer_one_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
