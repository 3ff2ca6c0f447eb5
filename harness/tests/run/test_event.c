// Results as events: their members, and text of any bytes.
#include "support.h"

#include "run/event.h"

static struct requirement requirements[] = {
    {.id = "doc-1", .level = LEVEL_MUST, .section = "1", .text = "It greets."},
    {.id = "doc-2", .level = LEVEL_MAY, .section = "2", .text = "It is \"fast\"."},
};
static const struct program program = {.name = "greeter"};
static const struct suite suite = {.title = "Greetings", .path = "suites/greeter/a.yaml", .program = &program};
static const struct test_case test = {
    .id = "greet/a",
    .title = "It greets \u2026",
    .suite = &suite,
    .program = &program,
    .line = 12,
    .checks = (struct requirement *[]){&requirements[0], &requirements[1]},
    .check_count = 2,
    .level = LEVEL_MUST,
};
static const struct plan_entry entry = {.test = &test, .transform = TRANSFORM_SPLIT, .id = "greet/a+split"};
static const struct step step = {.name = "expect", .file = "suites/greeter/a.yaml", .line = 17};
static const struct step of_the_control = {.name = "send", .file = "programs.yaml", .line = 3};

static void assert_text(const json_t *event, const char *key, const char *expected)
{
    const char *text = json_string_value(json_object_get(event, key));
    if (!text)
        fail_msg("no %s", key);
    assert_string_equal(text, expected);
}

static void test_a_pass_has_the_members_of_every_case(void **state)
{
    (void)state;
    struct result result = {.seconds = 0.0123456789};
    transcript_begin(&result.transcript);
    transcript_note(&result.transcript, "a", "not told");
    json_t *event = case_event(&entry, &result, "sockspec run x");
    assert_text(event, "event", "case");
    assert_text(event, "id", "greet/a+split");
    assert_text(event, "suite", "Greetings");
    assert_text(event, "program", "greeter");
    assert_text(event, "title", "It greets \u2026");
    assert_text(event, "verdict", "pass");
    assert_text(event, "level", "MUST");
    assert_text(event, "file", "suites/greeter/a.yaml");
    assert_int_equal(json_integer_value(json_object_get(event, "line")), 12);
    assert_true(json_real_value(json_object_get(event, "seconds")) == 0.012346);
    const json_t *checks = json_object_get(event, "checks");
    assert_int_equal(json_array_size(checks), 2);
    assert_text(json_array_get(checks, 1), "id", "doc-2");
    assert_text(json_array_get(checks, 1), "level", "MAY");
    assert_text(json_array_get(checks, 1), "section", "2");
    assert_text(json_array_get(checks, 1), "text", "It is \"fast\".");
    assert_int_equal(json_object_size(event), 11);
    json_decref(event);
    result_free(&result);
}

static void test_a_failure_tells_what_is_known(void **state)
{
    (void)state;
    struct result result = {0};
    transcript_begin(&result.transcript);
    transcript_note(&result.transcript, "a", "connected");
    transcript_bytes(&result.transcript, "a", DIRECTION_IN, "\xff", 1);
    result_decide(&result, VERDICT_FAIL, &step, duplicate("this"), duplicate("that"), duplicate("so"));
    result.errors = duplicate("oops\n");
    json_t *event = case_event(&entry, &result, "sockspec run x");
    assert_text(event, "verdict", "fail");
    assert_text(event, "step", "expect");
    assert_int_equal(json_integer_value(json_object_get(event, "step_line")), 17);
    assert_text(event, "expected", "this");
    assert_text(event, "actual", "that");
    assert_text(event, "why", "so");
    assert_text(event, "stderr", "oops\n");
    assert_text(event, "rerun", "sockspec run x");
    const json_t *lines = json_object_get(event, "transcript");
    assert_int_equal(json_array_size(lines), 2);
    assert_holds(json_string_value(json_array_get(lines, 0)), " a - connected");
    assert_holds(json_string_value(json_array_get(lines, 1)), " a < \"\\xff\"");
    json_decref(event);
    result_free(&result);
}

static void test_a_step_of_another_file_tells_which(void **state)
{
    (void)state;
    struct result result = {0};
    result_decide(&result, VERDICT_FAIL, &step, NULL, NULL, NULL);
    json_t *event = case_event(&entry, &result, NULL);
    assert_null(json_object_get(event, "step_file"));
    json_decref(event);
    result_free(&result);
    result_decide(&result, VERDICT_UNRESOLVED, &of_the_control, NULL, NULL, NULL);
    event = case_event(&entry, &result, NULL);
    assert_text(event, "step_file", "programs.yaml");
    assert_int_equal(json_integer_value(json_object_get(event, "step_line")), 3);
    json_decref(event);
    result_free(&result);
}

static void test_what_is_not_known_is_left_out(void **state)
{
    (void)state;
    struct result result = {0};
    result_decide(&result, VERDICT_SKIP, NULL, NULL, NULL, duplicate("slow"));
    json_t *event = case_event(&entry, &result, NULL);
    assert_text(event, "verdict", "skip");
    assert_text(event, "why", "slow");
    static const char *const absent[] = {"step", "step_line", "expected", "actual", "stderr", "rerun", "transcript"};
    for (size_t i = 0; i < COUNT(absent); i++)
        assert_null(json_object_get(event, absent[i]));
    json_decref(event);
    result_free(&result);
}

static void test_every_verdict_has_its_name(void **state)
{
    (void)state;
    for (enum verdict verdict = VERDICT_PASS; verdict < VERDICT_UNKNOWN; verdict++) {
        struct result result = {.verdict = verdict};
        json_t *event = case_event(&entry, &result, NULL);
        assert_text(event, "verdict", verdict_table[verdict].name);
        assert_int_equal(verdict_of(json_string_value(json_object_get(event, "verdict"))), verdict);
        json_decref(event);
        result_free(&result);
    }
}

// A program may print anything; a path may be anything; JSON is UTF-8.
static void test_bytes_that_are_not_utf8_become_question_marks(void **state)
{
    (void)state;
    struct suite odd = {.title = "S", .path = "su\xffites/a.yaml", .program = &program};
    struct test_case odd_test = test;
    odd_test.suite = &odd;
    struct plan_entry odd_entry = {.test = &odd_test, .id = "greet/a"};
    struct result result = {.errors = duplicate("a\xc3(\x80\u00e4\n")};
    result_decide(&result, VERDICT_FAIL, NULL, duplicate("\u00e4"), duplicate("\xed\xa0\x80"), NULL);
    json_t *event = case_event(&odd_entry, &result, "run \xfe");
    assert_non_null(event);
    assert_text(event, "stderr", "a?(???\n");
    assert_text(event, "expected", "\u00e4");
    assert_text(event, "actual", "???");
    assert_text(event, "rerun", "run ?");
    assert_text(event, "file", "su?ites/a.yaml");
    char *line = json_dumps(event, 0);
    assert_non_null(line);
    free(line);
    json_decref(event);
    result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pass_has_the_members_of_every_case),
        cmocka_unit_test(test_a_failure_tells_what_is_known),
        cmocka_unit_test(test_a_step_of_another_file_tells_which),
        cmocka_unit_test(test_what_is_not_known_is_left_out),
        cmocka_unit_test(test_every_verdict_has_its_name),
        cmocka_unit_test(test_bytes_that_are_not_utf8_become_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
