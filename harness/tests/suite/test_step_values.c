// Steps about the program itself: signals, exits, resources, repetition.
#include "support.h"

#include <signal.h>

#include "suite/step.h"

struct read_step {
    struct document document;
    struct step *step;
    bool good;
};

// Reads one step of a case with the connection `main`.
static void step_open(struct read_step *read, const char *text)
{
    char *list = format_text("[{%s}]", text);
    struct connection_names names = {{"main"}, 1};
    const yaml_node_t *root = document_root(&read->document, list);
    size_t count;
    read->good = steps_read(&read->document.reader, root, &names, &read->step, &count);
    assert_int_equal(read->good, read->document.problems.count == 0);
    free(list);
}

static void check_problem(const char *text, const char *expected)
{
    struct read_step read;
    step_open(&read, text);
    if (read.good)
        fail_msg("accepted: %s", text);
    assert_problems(&read.document, expected);
    document_close(&read.document);
}

static void test_signals_go_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int number;
    } rows[] = {{"TERM", SIGTERM}, {"INT", SIGINT},   {"KILL", SIGKILL}, {"HUP", SIGHUP},
                {"USR1", SIGUSR1}, {"PIPE", SIGPIPE}, {"STOP", SIGSTOP}, {"CONT", SIGCONT}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_step read;
        char *text = format_text("signal: %s", rows[i].name);
        step_open(&read, text);
        assert_true(read.good);
        assert_int_equal(read.step->signal, rows[i].number);
        document_close(&read.document);
        free(text);
    }
    check_problem("signal: SIGTERM", "1:11: `SIGTERM` is not a signal (TERM, INT, KILL, HUP, USR1, PIPE, STOP, CONT)");
    check_problem("signal: 15", "1:11: `15` is not a signal (TERM, INT, KILL, HUP, USR1, PIPE, STOP, CONT)");
}

static void test_a_restart_is_by_a_signal_that_ends(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "restart: KILL");
    assert_int_equal(read.step->signal, SIGKILL);
    document_close(&read.document);
    check_problem("restart: STOP", "1:12: `STOP` is not a signal to restart by (TERM, KILL)");
}

static void test_exits_are_codes_or_nonzero(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "expect-exit: 255");
    assert_int_equal(read.step->exit_count, 1);
    assert_int_equal(read.step->exits[0].code, 255);
    document_close(&read.document);

    step_open(&read, "expect-exit: {code: nonzero, within: 3s}");
    assert_true(read.good && read.step->exits[0].nonzero);
    assert_int_equal(read.step->within_ms, 3000);
    document_close(&read.document);

    step_open(&read, "expect-exit: {any: [1, {code: nonzero, grade: info, why: w}]}");
    assert_true(read.good);
    assert_int_equal(read.step->exit_count, 2);
    assert_int_equal(read.step->exits[0].code, 1);
    assert_int_equal(read.step->exits[1].grade, GRADE_INFO);
    assert_string_equal(read.step->exits[1].why, "w");
    document_close(&read.document);
}

static void test_exits_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    check_problem("expect-exit: 256", "1:16: 256 is not in the range 0 to 255");
    check_problem("expect-exit: zero", "1:16: `zero` is not an integer");
    check_problem("expect-exit: {within: 1s}", "1:16: expect-exit needs `code`");
    check_problem("expect-exit: {any: 1}", "1:22: any must be a list, not a plain value");
    check_problem("expect-exit: []", "1:16: `expect-exit` needs an alternative");
    check_problem("expect-exit: {any: [{code: 1, grade: nonstrict}]}", "1:40: a grade other than pass needs a `why`");
    check_problem("expect-exit: {any: [1], code: 2}", "1:33: `any` and `code` exclude each other");
}

static void test_growth_is_bounded_by_what_is_named(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "expect-resources: {since: s, descriptors: 0, memory: 512KiB}");
    assert_true(read.good);
    assert_string_equal(read.step->on, "s");
    assert_int_equal(read.step->growth.descriptors, 0);
    assert_int_equal(read.step->growth.threads, -1);
    assert_int_equal(read.step->growth.zombies, -1);
    assert_int_equal(read.step->growth.memory_kib, 512);
    document_close(&read.document);

    step_open(&read, "expect-resources: {since: s, memory: 2MiB, within: slow}");
    assert_int_equal(read.step->growth.memory_kib, 2048);
    assert_int_equal(read.step->patience, PATIENCE_SLOW);
    document_close(&read.document);
}

static void test_samples_are_judged_by_name(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "expect-uniform: {sample: a, min: -5, max: 5}");
    assert_true(read.good);
    assert_int_equal(read.step->samples.count, 1);
    assert_string_equal(read.step->samples.names[0], "a");
    assert_int_equal(read.step->samples.minimum, -5);
    assert_int_equal(read.step->samples.maximum, 5);
    document_close(&read.document);
    step_open(&read, "expect-different: [a, b, c]");
    assert_true(read.good);
    assert_int_equal(read.step->samples.count, 3);
    assert_string_equal(read.step->samples.names[2], "c");
    document_close(&read.document);
    check_problem("expect-uniform: {sample: a, min: 1}", "1:19: expect-uniform needs `max`");
    check_problem("expect-uniform: {sample: a, min: 2, max: 1}",
                  "1:44: 1 is not in the range 2 to 9223372036854775807");
    step_open(&read, "expect-same: [a, b]");
    assert_true(read.good);
    assert_int_equal(read.step->word, STEP_EXPECT_SAME);
    assert_int_equal(read.step->samples.count, 2);
    document_close(&read.document);
    step_open(&read, "expect-distinct: a");
    assert_true(read.good);
    assert_int_equal(read.step->word, STEP_EXPECT_DISTINCT);
    assert_int_equal(read.step->samples.count, 1);
    assert_string_equal(read.step->samples.names[0], "a");
    document_close(&read.document);
    check_problem("expect-distinct: [a, b]", "1:20: expected a plain value, not a list");
    check_problem("expect-same: [a]", "1:16: `expect-same` compares two samples or more");
    check_problem("expect-different: [a]", "1:21: `expect-different` compares two samples or more");
    check_problem("expect-different: a", "1:21: expect-different must be a list, not a plain value");
}

static void test_what_is_at_a_path_has_a_name(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "expect-path: absent");
    assert_true(read.good);
    assert_int_equal(read.step->state, STATE_ABSENT);
    document_close(&read.document);
    step_open(&read, "expect-path: directory");
    assert_int_equal(read.step->state, STATE_DIRECTORY);
    document_close(&read.document);
    check_problem("expect-path: gone", "1:16: `gone` is not what can be at the path (absent, socket, file, directory)");
}

static void test_sizes_need_a_unit_and_a_bound(void **state)
{
    (void)state;
    static const char *const wrong[] = {"12",
                                        "MiB",
                                        "12 MiB",
                                        "12mib",
                                        "-5MiB",
                                        "1.5MiB",
                                        "12MiBs",
                                        "99999999999999999999KiB",
                                        "9223372036854775807MiB"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *text = format_text("expect-resources: {since: s, memory: %s}", wrong[i]);
        char *expected = format_text("1:40: `%s` is not a size such as 512KiB or 2MiB", wrong[i]);
        check_problem(text, expected);
        free(text);
        free(expected);
    }
    check_problem("expect-resources: {threads: 0}", "1:21: expect-resources needs `since`");
    check_problem("expect-resources: {since: s, threads: -1}", "1:41: -1 is not in the range 0 to 2147483647");
    check_problem("expect-resources: {since: s}",
                  "1:21: expect-resources bounds nothing: descriptors, threads, zombies or memory");
}

static void test_a_repeat_holds_steps(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read,
              "repeat: {times: 3, steps: [{connect: x}, {repeat: {times: 2, steps: [{send: {text: a, on: x}}]}}]}");
    assert_true(read.good);
    assert_int_equal(read.step->count, 3);
    assert_int_equal(read.step->step_count, 2);
    assert_int_equal(read.step->steps[1].step_count, 1);
    document_close(&read.document);
    step_open(&read, "repeat: {times: 3, thorough: 1000, steps: [{send: x}]}");
    assert_true(read.good);
    assert_int_equal(read.step->count, 3);
    assert_int_equal(read.step->thorough, 1000);
    document_close(&read.document);
    check_problem("repeat: {times: 3, thorough: 2, steps: []}", "1:32: 2 is not in the range 3 to 1000000");
    check_problem("repeat: {times: 0, steps: []}", "1:19: 0 is not in the range 1 to 1000000");
    check_problem("repeat: {times: 2}", "1:11: repeat needs `steps`");
    check_problem("repeat: {steps: []}", "1:11: repeat needs `times`");
    check_problem("repeat: {times: 2, steps: [{pause: x}]}", "1:38: `x` is not a duration such as 500ms, 2s or 2m");
}

static void test_what_is_sent_may_be_cut(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "send: {fill: x, length: 9, segment: 4}");
    assert_true(read.good);
    assert_int_equal(read.step->segment, 4);
    document_close(&read.document);
    check_problem("send: {text: x, segment: 0}", "1:28: 0 is not in the range 1 to 1073741824");
}

static void test_standard_input_takes_plain_bytes(void **state)
{
    (void)state;
    struct read_step read;
    step_open(&read, "stdin: {hex: \"00ff\"}");
    assert_true(read.good);
    assert_int_equal(read.step->payload.length, 2);
    document_close(&read.document);
    check_problem("stdin: {frame: ping}", "1:10: standard input takes plain bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signals_go_by_name),
        cmocka_unit_test(test_a_restart_is_by_a_signal_that_ends),
        cmocka_unit_test(test_exits_are_codes_or_nonzero),
        cmocka_unit_test(test_exits_that_make_no_sense_are_refused),
        cmocka_unit_test(test_growth_is_bounded_by_what_is_named),
        cmocka_unit_test(test_samples_are_judged_by_name),
        cmocka_unit_test(test_what_is_at_a_path_has_a_name),
        cmocka_unit_test(test_sizes_need_a_unit_and_a_bound),
        cmocka_unit_test(test_a_repeat_holds_steps),
        cmocka_unit_test(test_what_is_sent_may_be_cut),
        cmocka_unit_test(test_standard_input_takes_plain_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
