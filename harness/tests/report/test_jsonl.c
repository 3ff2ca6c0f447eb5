#include "support.h"

#include <errno.h>

static void test_events_are_kept_as_they_are(void **state)
{
    (void)state;
    assert_report(report_live(REPORT_JSONL, NULL,
                              "{'event': 'run',  'time_scale': 0.1, 'n': [1, 2]}\n"
                              "{'event': 'of the future', 'z': 1, 'a': 2}\n"),
                  "{\"event\":\"run\",\"time_scale\":0.1,\"n\":[1,2]}\n"
                  "{\"event\":\"of the future\",\"z\":1,\"a\":2}\n");
}

static void test_values_never_break_the_line(void **state)
{
    (void)state;
    char *text = report_live(REPORT_JSONL, NULL, CASE("a", "fail", ", 'actual': 'x\\n\\u0000\\u001by'"));
    assert_holds(text, "\"actual\":\"x\\n\\u0000\\u001By\"}\n");
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
}

static void test_each_event_is_in_the_file_at_once(void **state)
{
    (void)state;
    char *path = temporary_path();
    struct reporter *reporter;
    assert_int_equal(reporter_open(REPORT_JSONL, path, NULL, &reporter), 0);
    feed(reporter, "{'event': 'run'}\n");
    assert_report(file_text(path), "{\"event\":\"run\"}\n");
    feed(reporter, "{'event': 'summary'}\n");
    assert_report(file_text(path), "{\"event\":\"run\"}\n{\"event\":\"summary\"}\n");
    assert_int_equal(reporter_close(reporter), 0);
    unlink(path);
    free(path);
}

static void test_string_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    char *path = temporary_path();
    struct reporter *reporter;
    json_t *event = json_pack("{s:s}", "event", "case");
    json_object_set_new(event, "actual", json_stringn_nocheck("\xff", 1));
    assert_int_equal(reporter_open(REPORT_JSONL, path, NULL, &reporter), 0);
    feed(reporter, "{'event': 'run'}\n");
    assert_int_equal(reporter_event(reporter, event), -EILSEQ);
    assert_int_equal(reporter_close(reporter), -EILSEQ);
    assert_report(file_text(path), "{\"event\":\"run\"}\n");
    json_decref(event);
    unlink(path);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_kept_as_they_are),
        cmocka_unit_test(test_values_never_break_the_line),
        cmocka_unit_test(test_each_event_is_in_the_file_at_once),
        cmocka_unit_test(test_string_that_is_not_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
