#include "support.h"

#define HEADER(cases) "sockspec 0.1.0: " cases ", 2 workers, profile mine\n"

static char *terminal(const struct terminal_options *options, const char *lines)
{
    return report_live(REPORT_TERMINAL, options, lines);
}

static void test_passes_are_counted_only(void **state)
{
    (void)state;
    assert_report(terminal(NULL, RUN(2) CASE("greet/a", "pass", EVERYTHING) CASE("greet/b", "pass", "") SUMMARY),
                  HEADER("2 cases") "2 cases: 2 pass in 3.2 s\n");
}

static void test_fail_is_shown_in_full(void **state)
{
    (void)state;
    assert_report(terminal(NULL, RUN(1) CASE("greet/a", "fail", EVERYTHING) SUMMARY),
                  HEADER("1 case") "FAIL        greet/a: It greets\n"
                                   "  requirement  greet-2-hello (MUST, section 2) It says hello.\n"
                                   "  expected     hello\n"
                                   "  actual       nothing\n"
                                   "  why          shy\n"
                                   "  where        suites/g.yaml:17 (expect)\n"
                                   "  transcript\n"
                                   "    +0.1 a > 00\n"
                                   "    +0.2 a < FIN\n"
                                   "  stderr\n"
                                   "    oops\n"
                                   "    bye\n"
                                   "  rerun        sockspec run x\n"
                                   "\n"
                                   "1 case: 1 fail in 3.2 s\n");
}

static void test_every_verdict(void **state)
{
    (void)state;
    assert_report(terminal(NULL,
                           RUN(10) CASE("a", "pass", "") CASE("b", "nonstrict", CHECKS ", 'why': 'shy', 'actual': 'x'")
                               CASE("c", "fail", "") CASE("d", "info", CHECKS ", 'actual': '3 threads'")
                                   CASE("e", "unsupported", ", 'why': 'no IPv6'") CASE("f", "skip", "")
                                       CASE("g", "unresolved", ", 'attempts': 2") CASE("h", "xfail", "")
                                           CASE("i", "xpass", "") CASE("j", "novel", "") SUMMARY),
                  HEADER("10 cases") "NONSTRICT   b: It greets\n"
                                     "  requirement  greet-2-hello (MUST, section 2)\n"
                                     "  why          shy\n"
                                     "FAIL        c: It greets\n\n"
                                     "INFO        d: It greets\n"
                                     "  requirement  greet-2-hello (MUST, section 2)\n"
                                     "  actual       3 threads\n"
                                     "UNSUPPORTED e: It greets \u2014 no IPv6\n"
                                     "UNRESOLVED  g: It greets (2 attempts)\n\n"
                                     "XPASS       i: It greets\n\n"
                                     "NOVEL       j: It greets\n\n"
                                     "10 cases: 1 pass, 1 nonstrict, 1 fail, 1 unresolved, 1 xfail, 1 xpass, 1 info, "
                                     "1 unsupported, 1 skip, 1 unknown in 3.2 s\n");
}

static void test_nonstrict_is_shown_in_full_when_strict(void **state)
{
    (void)state;
    assert_report(terminal(NULL, "{'event': 'run', 'cases': 1, 'workers': 1, 'time_scale': 2, 'sandbox': 'none', "
                                 "'strict': true}\n" CASE("a", "nonstrict", EVERYTHING) SUMMARY),
                  "sockspec: 1 case, 1 worker, sandbox: none, time scale 2, strict\n"
                  "NONSTRICT   a: It greets\n"
                  "  requirement  greet-2-hello (MUST, section 2) It says hello.\n"
                  "  expected     hello\n"
                  "  actual       nothing\n"
                  "  why          shy\n"
                  "  where        suites/g.yaml:17 (expect)\n"
                  "  transcript\n    +0.1 a > 00\n    +0.2 a < FIN\n"
                  "  stderr\n    oops\n    bye\n"
                  "  rerun        sockspec run x\n"
                  "\n"
                  "1 case: 1 nonstrict in 3.2 s\n");
}

static void test_verbose_shows_every_case_and_the_slowest(void **state)
{
    struct terminal_options verbose = {.verbose = true};
    (void)state;
    char *text = terminal(&verbose, RUN(7) CASE("a", "pass", ", 'seconds': 0.1") CASE("b", "skip", ", 'seconds': 0")
                                        CASE("c", "pass", ", 'seconds': 0.7") CASE("d", "pass", ", 'seconds': 0.3")
                                            CASE("e", "pass", ", 'seconds': 0.2") CASE("f", "xfail", ", 'why': 'known'")
                                                CASE("g", "pass", ", 'seconds': 0.9") SUMMARY);
    assert_holds(text, "PASS        a: It greets (0.100 s)\nSKIP        b: It greets (0.000 s)\n");
    assert_holds(text, "XFAIL       f: It greets \u2014 known (0.000 s)\n");
    assert_holds(text,
                 "slowest\n     0.900 s  g\n     0.700 s  c\n     0.300 s  d\n     0.200 s  e\n     0.100 s  a\n\n"
                 "7 cases: 5 pass, 1 xfail, 1 skip in 3.2 s\n");
    free(text);
}

#define OF(program, suite, verdict)                                                                                    \
    "{'event': 'case', 'id': 'x', 'program': '" program "', 'suite': '" suite "', 'verdict': '" verdict "'}"           \
    "\n"

static void test_table_by_suite_for_one_program(void **state)
{
    (void)state;
    char *text = terminal(NULL, OF("p", "Gr\u00fc\u00dfe", "pass") OF("p", "B", "skip") OF("p", "B", "pass") SUMMARY);
    assert_holds(text, "suite  cases   pass   fail   skip\n"
                       "Gr\u00fc\u00dfe      1      1      .      .\n"
                       "B          2      1      .      1\n"
                       "\n"
                       "3 cases");
    free(text);
}

static void test_table_by_program_for_several(void **state)
{
    struct terminal_options verbose = {.verbose = true};
    static const char *const lines = OF("p", "A", "pass") OF("p", "B", "pass") OF("server", "A", "nonstrict") SUMMARY;
    (void)state;
    char *text = terminal(NULL, lines);
    assert_holds(text, "program  cases   pass  nonstrict   fail\n"
                       "p            2      2          .      .\n"
                       "server       1      .          1      .\n");
    free(text);
    text = terminal(&verbose, lines);
    assert_holds(text, "suite      cases   pass  nonstrict   fail\n"
                       "p: A           1      1          .      .\n"
                       "p: B           1      1          .      .\n"
                       "server: A      1      .          1      .\n");
    free(text);
}

static void test_long_transcript_and_stderr_are_cut_at_the_front(void **state)
{
    struct buffer lines = {0};
    (void)state;
    buffer_text(&lines, "{'event': 'case', 'id': 'a', 'verdict': 'fail', 'transcript': ['t0'");
    for (int i = 1; i < 31; i++)
        buffer_format(&lines, ", 't%d'", i);
    buffer_text(&lines, "], 'stderr': '");
    for (int i = 0; i < 25; i++)
        buffer_format(&lines, "e%d\\n", i);
    buffer_text(&lines, "'}\n" SUMMARY);
    char *text = terminal(NULL, buffer_string(&lines));
    assert_holds(text, "  transcript   (1 earlier line left out)\n    t1\n");
    assert_holds(text, "    t30\n  stderr       (5 earlier lines left out)\n    e5\n");
    assert_holds(text, "    e24\n\n");
    free(text);
    buffer_free(&lines);
}

static void test_hostile_values_move_no_cursor(void **state)
{
    struct terminal_options verbose = {.verbose = true};
    (void)state;
    char *text = terminal(&verbose, "{'event': 'run', 'profile': '\\u001b[2J', 'sandbox': '\\r'}\n"
                                    "{'event': 'case', 'id': '\\u001b]0;x\\u0007', 'program': '\\r\\n', 'suite': "
                                    "'\\u009b', 'title': '\\u001b', 'verdict': '\\u001bfail', 'checks': [{'id': "
                                    "'\\u001b', 'text': '\\u0008'}], 'file': '\\u001b', 'line': 1, 'step': '\\u001b', "
                                    "'expected': '\\u001b[A\\n\\u0000', 'actual': '\\u202e', 'why': '\\u001b', "
                                    "'transcript': ['\\u001b\\n'], 'stderr': '\\u001b[A\\r\\n', 'rerun': '\\u001b'}\n"
                                    "{'event': 'case', 'program': 'p'}\n" SUMMARY);
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 && *c != '\n')
            fail_msg("a control character 0x%02x in\n%s", (unsigned)*c, text);
    assert_lacks(text, "\xc2\x9b");
    assert_lacks(text, "\u202e");
    assert_holds(text, "  expected     \\x1b[A\n               \\x00\n");
    free(text);
}

static void test_color_marks_verdicts(void **state)
{
    struct terminal_options color = {.color = true};
    (void)state;
    assert_report(terminal(&color, CASE("a", "fail", "") CASE("b", "unsupported", "") SUMMARY),
                  "\033[1;31mFAIL\033[0m        a: It greets\n\n"
                  "\033[2mUNSUPPORTED\033[0m b: It greets\n"
                  "2 cases: \033[1;31m1 fail\033[0m, \033[2m1 unsupported\033[0m in 3.2 s\n");
}

static void test_progress_line_is_wiped_before_anything_else(void **state)
{
    struct terminal_options progress = {.progress = true};
    (void)state;
    char *text = terminal(&progress, RUN(2) CASE("a", "pass", "") CASE("b", "fail", "") SUMMARY);
    assert_holds(text, "profile mine\n0/2 cases, 0 failed, ");
    assert_holds(text, " s\r");
    assert_holds(text, " \rFAIL        b: It greets\n\n2/2 cases, 1 failed, ");
    assert_holds(text, " \r2 cases: 1 pass, 1 fail in 3.2 s\n");
    free(text);
}

static void test_run_cut_short_says_so(void **state)
{
    (void)state;
    assert_report(terminal(NULL, RUN(812) CASE("a", "pass", "")),
                  HEADER("812 cases") "The run was cut short: 1 of 812 cases: 1 pass\n");
    assert_report(terminal(NULL, CASE("a", "pass", "")), "The run was cut short: 1 case: 1 pass\n");
    assert_report(terminal(NULL, ""), "The run was cut short: 0 cases\n");
}

static void test_no_case_says_so(void **state)
{
    (void)state;
    assert_report(terminal(NULL, RUN(0) SUMMARY), HEADER("0 cases") "No case ran\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes_are_counted_only),
        cmocka_unit_test(test_fail_is_shown_in_full),
        cmocka_unit_test(test_every_verdict),
        cmocka_unit_test(test_nonstrict_is_shown_in_full_when_strict),
        cmocka_unit_test(test_verbose_shows_every_case_and_the_slowest),
        cmocka_unit_test(test_table_by_suite_for_one_program),
        cmocka_unit_test(test_table_by_program_for_several),
        cmocka_unit_test(test_long_transcript_and_stderr_are_cut_at_the_front),
        cmocka_unit_test(test_hostile_values_move_no_cursor),
        cmocka_unit_test(test_color_marks_verdicts),
        cmocka_unit_test(test_progress_line_is_wiped_before_anything_else),
        cmocka_unit_test(test_run_cut_short_says_so),
        cmocka_unit_test(test_no_case_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
