#include "support.h"

#include <errno.h>

#define HOSTILE                                                                                                        \
    RUN(3)                                                                                                             \
    CASE("a", "fail", EVERYTHING ", 'seconds': 0.0125")                                                                \
    CASE("b", "nonstrict", ", 'actual': '\\u0000\\u001b]]>&<\\ufffe', 'seconds': 0.1, 'stderr': '# \\u0007'")          \
    CASE("c", "skip", ", 'why': '#\\\\'") SUMMARY

struct replayed {
    int status;
    int closed;
    char message[200];
    char *report;
};

static struct replayed replay(enum report_format format, const char *lines)
{
    struct replayed replayed = {0};
    char *text = with_double_quotes(lines);
    char *path = temporary_path();
    struct reporter *reporter;
    FILE *input = tmpfile();
    assert_non_null(input);
    fputs(text, input);
    rewind(input);
    assert_int_equal(reporter_open(format, path, NULL, &reporter), 0);
    replayed.status = events_replay(input, "run.jsonl", reporter, replayed.message, sizeof replayed.message);
    replayed.closed = reporter_close(reporter);
    replayed.report = file_text(path);
    fclose(input);
    unlink(path);
    free(path);
    free(text);
    return replayed;
}

static void assert_refused(const char *lines, const char *message)
{
    struct replayed replayed = replay(REPORT_JSONL, lines);
    assert_int_equal(replayed.status, -EBADMSG);
    assert_string_equal(replayed.message, message);
    free(replayed.report);
}

static void test_replay_gives_what_live_gave(void **state)
{
    static const enum report_format formats[] = {REPORT_TERMINAL, REPORT_JSONL, REPORT_TAP, REPORT_JUNIT};
    (void)state;
    char *file = report_live(REPORT_JSONL, NULL, HOSTILE);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        struct replayed replayed = replay(formats[i], file);
        assert_int_equal(replayed.status, 0);
        assert_int_equal(replayed.closed, 0);
        assert_string_equal(replayed.message, "");
        assert_report(report_live(formats[i], NULL, HOSTILE), replayed.report);
        free(replayed.report);
    }
    free(file);
}

static void test_blank_lines_and_a_missing_last_line_feed_are_fine(void **state)
{
    (void)state;
    struct replayed replayed = replay(REPORT_JSONL, "\n{'event': 'run'}\n \t\r\n\n{'event': 'summary'}");
    assert_int_equal(replayed.status, 0);
    assert_report(replayed.report, "{\"event\":\"run\"}\n{\"event\":\"summary\"}\n");
}

static void test_what_is_no_event_is_refused(void **state)
{
    (void)state;
    assert_refused("{'event': 'run'}\n\n[1]\n", "run.jsonl:3:1: not a JSON object; each line is one event");
    assert_refused("5\n", "run.jsonl:1:1: not a JSON object; each line is one event");
    assert_refused("{}\n", "run.jsonl:1:1: an object without an \"event\" member that says what it is");
    assert_refused("{'event': 5}\n", "run.jsonl:1:1: an object without an \"event\" member that says what it is");
}

static void test_malformed_json_is_refused_with_its_place(void **state)
{
    (void)state;
    struct replayed replayed = replay(REPORT_JSONL, "{'event': 'run'}\n{'event': nonsense}\n{'event': 'summary'}\n");
    assert_int_equal(replayed.status, -EBADMSG);
    assert_int_equal(strncmp(replayed.message, "run.jsonl:2:18: ", 16), 0);
    assert_report(replayed.report, "{\"event\":\"run\"}\n");
}

static void test_messages_hold_no_control_characters(void **state)
{
    (void)state;
    struct replayed replayed = replay(REPORT_JSONL, "{'event': \033[2J}\n");
    assert_int_equal(replayed.status, -EBADMSG);
    assert_null(strchr(replayed.message, '\033'));
    assert_null(strchr(replayed.message, '\n'));
    free(replayed.report);
}

static void test_truncated_last_line_is_reported_after_all_before_it(void **state)
{
    (void)state;
    struct replayed replayed = replay(REPORT_TAP, RUN(2) CASE("a", "pass", "") "{'event': 'case', 'id': 'b");
    assert_int_equal(replayed.status, -EBADMSG);
    assert_int_equal(strncmp(replayed.message, "run.jsonl:3:", 12), 0);
    assert_holds(replayed.message, " (the file ends within this line)");
    assert_holds(replayed.report, "1..2\nok 1 - a: It greets\nBail out! ");
    free(replayed.report);
}

static void test_read_and_write_errors_say_what_failed(void **state)
{
    (void)state;
    char message[200];
    struct reporter *reporter;
    FILE *directory = fopen("/", "re");
    assert_non_null(directory);
    assert_int_equal(reporter_open(REPORT_JSONL, "/dev/full", NULL, &reporter), 0);
    assert_int_equal(events_replay(directory, "/", reporter, message, sizeof message), -EISDIR);
    assert_string_equal(message, "read /: Is a directory");
    fclose(directory);

    char line[] = "{\"event\": \"run\"}\n";
    FILE *input = fmemopen(line, strlen(line), "r");
    assert_int_equal(events_replay(input, "x", reporter, message, sizeof message), -ENOSPC);
    assert_string_equal(message, "write the report: No space left on device");
    fclose(input);
    assert_int_equal(reporter_close(reporter), -ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_gives_what_live_gave),
        cmocka_unit_test(test_blank_lines_and_a_missing_last_line_feed_are_fine),
        cmocka_unit_test(test_what_is_no_event_is_refused),
        cmocka_unit_test(test_malformed_json_is_refused_with_its_place),
        cmocka_unit_test(test_messages_hold_no_control_characters),
        cmocka_unit_test(test_truncated_last_line_is_reported_after_all_before_it),
        cmocka_unit_test(test_read_and_write_errors_say_what_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
