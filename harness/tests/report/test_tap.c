#include "support.h"

static char *tap(const char *lines)
{
    return report_live(REPORT_TAP, NULL, lines);
}

static void test_pass_is_one_line(void **state)
{
    (void)state;
    assert_report(tap(RUN(1) CASE("greet/a", "pass", EVERYTHING) SUMMARY), "TAP version 14\n"
                                                                           "1..1\n"
                                                                           "ok 1 - greet/a: It greets\n");
}

static void test_fail_has_diagnostics(void **state)
{
    (void)state;
    assert_report(tap(RUN(1) CASE("greet/a", "fail", EVERYTHING) SUMMARY), "TAP version 14\n"
                                                                           "1..1\n"
                                                                           "not ok 1 - greet/a: It greets\n"
                                                                           "  ---\n"
                                                                           "  verdict: \"fail\"\n"
                                                                           "  requirements:\n"
                                                                           "    - id: \"greet-2-hello\"\n"
                                                                           "      level: \"MUST\"\n"
                                                                           "      section: \"2\"\n"
                                                                           "      text: \"It says hello.\"\n"
                                                                           "  expected: \"hello\"\n"
                                                                           "  actual: \"nothing\"\n"
                                                                           "  why: \"shy\"\n"
                                                                           "  file: \"suites/g.yaml\"\n"
                                                                           "  line: 12\n"
                                                                           "  step: \"expect\"\n"
                                                                           "  step_line: 17\n"
                                                                           "  transcript:\n"
                                                                           "    - \"+0.1 a > 00\"\n"
                                                                           "    - \"+0.2 a < FIN\"\n"
                                                                           "  stderr: \"oops\\nbye\\n\"\n"
                                                                           "  rerun: \"sockspec run x\"\n"
                                                                           "  ...\n");
}

static void test_every_verdict(void **state)
{
    (void)state;
    assert_report(tap(RUN(9) CASE("a", "pass", "") CASE("b", "nonstrict", "") CASE("c", "fail", "")
                          CASE("d", "info", "") CASE("e", "unsupported", ", 'why': 'no IPv6'") CASE("f", "skip", "")
                              CASE("g", "unresolved", "") CASE("h", "xfail", ", 'why': 'issue #7'")
                                  CASE("i", "xpass", "") CASE("j", "novel", "") SUMMARY),
                  "TAP version 14\n"
                  "1..9\n"
                  "ok 1 - a: It greets\n"
                  "ok 2 - b: It greets\n  ---\n  verdict: \"nonstrict\"\n  ...\n"
                  "not ok 3 - c: It greets\n  ---\n  verdict: \"fail\"\n  ...\n"
                  "ok 4 - d: It greets\n  ---\n  verdict: \"info\"\n  ...\n"
                  "ok 5 - e: It greets # SKIP no IPv6\n"
                  "ok 6 - f: It greets # SKIP deselected\n"
                  "not ok 7 - g: It greets\n  ---\n  verdict: \"unresolved\"\n  ...\n"
                  "not ok 8 - h: It greets # TODO issue \\#7\n"
                  "  ---\n  verdict: \"xfail\"\n  why: \"issue #7\"\n  ...\n"
                  "not ok 9 - i: It greets\n  ---\n  verdict: \"xpass\"\n  ...\n"
                  "not ok 10 - j: It greets\n  ---\n  verdict: \"novel\"\n  ...\n");
}

static void test_nonstrict_is_not_ok_when_strict(void **state)
{
    (void)state;
    char *text = tap("{'event': 'run', 'cases': 1, 'strict': true}\n" CASE("a", "nonstrict", "") SUMMARY);
    assert_holds(text, "\nnot ok 1 - a: It greets\n");
    free(text);
}

static void test_run_cut_short_bails_out(void **state)
{
    (void)state;
    assert_report(tap(RUN(2) CASE("a", "pass", "")), "TAP version 14\n1..2\nok 1 - a: It greets\n"
                                                     "Bail out! The run was cut short after 1 case.\n");
    assert_report(tap(""), "TAP version 14\nBail out! The run was cut short after 0 cases.\n");
}

static void test_no_case_bails_out(void **state)
{
    (void)state;
    assert_report(tap(RUN(0) SUMMARY), "TAP version 14\nBail out! No case ran.\n");
}

static void test_plan_stands_last_without_a_run_event(void **state)
{
    (void)state;
    assert_report(tap(CASE("a", "pass", "") SUMMARY), "TAP version 14\nok 1 - a: It greets\n1..1\n");
}

static void test_directives_in_titles_are_escaped(void **state)
{
    (void)state;
    assert_report(tap("{'event': 'case', 'id': 'a', 'verdict': 'pass', 'title': 'C:\\\\ # SKIP \\n1..0'}\n" SUMMARY),
                  "TAP version 14\nok 1 - a: C:\\\\ \\# SKIP \\\\x0a1..0\n1..1\n");
}

static void test_hostile_values_stay_in_their_scalar(void **state)
{
    (void)state;
    char *text = tap(CASE(
        "a", "fail", ", 'actual': '\\u0000\\u001b[2J\\n  ...\\nok 2\\u0085\\u2028\\\\ \\\"x\\\" ]]> # \\ud83d\\ude00'")
                         SUMMARY);
    assert_holds(text, "\n  actual: \"\\x00\\x1b[2J\\n  ...\\nok 2\\U00000085\\U00002028\\\\ \\\"x\\\" ]]> # "
                       "\U0001f600\"\n  ...\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pass_is_one_line),
        cmocka_unit_test(test_fail_has_diagnostics),
        cmocka_unit_test(test_every_verdict),
        cmocka_unit_test(test_nonstrict_is_not_ok_when_strict),
        cmocka_unit_test(test_run_cut_short_bails_out),
        cmocka_unit_test(test_no_case_bails_out),
        cmocka_unit_test(test_plan_stands_last_without_a_run_event),
        cmocka_unit_test(test_directives_in_titles_are_escaped),
        cmocka_unit_test(test_hostile_values_stay_in_their_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
