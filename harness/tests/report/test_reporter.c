#include "support.h"

#include <errno.h>

static const enum report_format formats[] = {REPORT_TERMINAL, REPORT_JSONL, REPORT_TAP, REPORT_JUNIT};
#define FORMAT_COUNT (sizeof formats / sizeof *formats)

static void test_open_reports_what_cannot_be_created(void **state)
{
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct reporter *reporter;
        assert_int_equal(reporter_open(formats[i], "/nonexistent/report", NULL, &reporter), -ENOENT);
    }
}

static void test_write_errors_are_returned(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        struct reporter *reporter;
        json_t *event = json_pack("{s:s, s:i}", "event", "run", "cases", 1);
        assert_int_equal(reporter_open(formats[i], "/dev/full", NULL, &reporter), 0);
        int status = reporter_event(reporter, event);
        assert_int_equal(status, formats[i] == REPORT_JUNIT ? 0 : -ENOSPC);
        assert_int_equal(reporter_close(reporter), -ENOSPC);
        json_decref(event);
    }
}

static void test_odd_events_are_survived(void **state)
{
    static const char *const lines = "{'event': 'of the future'}\n"
                                     "{'event': 'case'}\n"
                                     "{'event': 'case', 'id': 7, 'verdict': [], 'checks': {}, 'line': 'x'}\n"
                                     "{'event': 'case', 'checks': [1, null, {}], 'transcript': [null, 2]}\n"
                                     "{'event': 'run', 'cases': 'many', 'workers': null}\n"
                                     "{'event': 'run', 'cases': -5}\n"
                                     "{'event': 'summary', 'seconds': 'long'}\n"
                                     "{'event': 'case', 'verdict': 'fail', 'stderr': '', 'actual': ''}\n";
    struct terminal_options verbose = {.verbose = true, .color = true, .progress = true};
    (void)state;
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        free(report_live(formats[i], &verbose, lines));
}

static void test_very_long_values(void **state)
{
    struct buffer lines = {0};
    (void)state;
    buffer_text(&lines, RUN(1) "{'event': 'case', 'id': 'long', 'verdict': 'fail', 'actual': '");
    memset(buffer_extend(&lines, 3000000), 'x', 3000000);
    buffer_text(&lines, "'}\n" SUMMARY);
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        char *text = report_live(formats[i], NULL, buffer_string(&lines));
        if (formats[i] == REPORT_TERMINAL) {
            assert_holds(text, "\u2026 (3000000 bytes in all)\n");
            assert_true(strlen(text) < 10000);
        } else {
            assert_true(strlen(text) > 3000000);
        }
        free(text);
    }
    buffer_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_reports_what_cannot_be_created),
        cmocka_unit_test(test_write_errors_are_returned),
        cmocka_unit_test(test_odd_events_are_survived),
        cmocka_unit_test(test_very_long_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
