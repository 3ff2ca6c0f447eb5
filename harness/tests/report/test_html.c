#include "support.h"

#include <libxml/parser.h>

// The page, which is well-formed XML too.
static char *page(const char *lines)
{
    char *text = report_live(REPORT_HTML, NULL, lines);
    assert_memory_equal(text, "<!DOCTYPE html>\n", 16);
    xmlDoc *document = xmlReadMemory(text, (int)strlen(text), "report", NULL, XML_PARSE_NONET);
    if (!document)
        fail_msg("not well-formed:\n%s", text);
    xmlFreeDoc(document);
    return text;
}

static void test_a_case_that_passed_is_a_line(void **state)
{
    (void)state;
    char *text = page(RUN(1) CASE("greet/a", "pass", EVERYTHING) SUMMARY);
    assert_holds(text, "<tr class=\"passed\" id=\"greet/a\"><td><code>greet/a</code><br/>It greets</td>"
                       "<td class=\"pass\">pass</td></tr>");
    assert_holds(text, "<summary>Greetings: 1 passed</summary>");
    assert_lacks(text, "<details class=\"suite\" open");
    assert_holds(text, "<td class=\"number\">3.2</td>");
    free(text);
}

static void test_a_case_that_failed_opens_to_its_story(void **state)
{
    (void)state;
    char *text = page(RUN(2) CASE("greet/a", "pass", EVERYTHING) CASE("greet/b", "fail", EVERYTHING) SUMMARY);
    assert_holds(text,
                 "<details class=\"suite\" open=\"open\"><summary>Greetings: 1 of 2 did not simply pass</summary>");
    assert_holds(text, "<tr id=\"greet/b\"><td><code>greet/b</code><br/>It greets</td><td class=\"fail\"><details>"
                       "<summary>fail</summary><pre>");
    static const char *const parts[] = {"It says hello.", "hello", "nothing",       "shy",
                                        "+0.1 a &gt; 00", "oops",  "sockspec run x"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_holds(strstr(text, "id=\"greet/b\""), parts[i]);
    free(text);
}

static void test_runs_stand_side_by_side(void **state)
{
    (void)state;
    char *text =
        page(RUN(2) CASE("greet/a", "pass", CHECKS) CASE("greet/b", "info", CHECKS) SUMMARY
             "{'event': 'run', 'profile': 'theirs', 'cases': 1}\n" CASE("greet/a", "unresolved", CHECKS) SUMMARY);
    assert_holds(text, "<th>case</th><th>mine</th><th>theirs</th>");
    assert_holds(text, "<td class=\"pass\">pass</td><td class=\"unresolved\"><details>");
    assert_holds(text, "</details></td><td class=\"absent\">–</td></tr>");
    free(text);
}

static void test_nonstrict_opens_the_suite_when_strict(void **state)
{
    (void)state;
    char *lax = page(RUN(1) CASE("greet/a", "nonstrict", CHECKS) SUMMARY);
    char *strict = page("{'event': 'run', 'strict': true}\n" CASE("greet/a", "nonstrict", CHECKS) SUMMARY);
    assert_lacks(lax, " open=");
    assert_holds(strict, " open=");
    free(lax);
    free(strict);
}

static void test_hostile_values_stay_text(void **state)
{
    (void)state;
    char *text = page("{'event': 'run', 'profile': '<script>x</script>'}\n" CASE(
        "greet/a", "fail",
        ", 'actual': '</pre><script>\\u0000\\u0007\\ufffe\\u2028', 'transcript': ['<b>', '\\u001b[0m']"));
    assert_lacks(text, "<script>");
    assert_lacks(text, "<b>");
    assert_lacks(text, "\x1b");
    assert_holds(text, "&lt;/pre&gt;&lt;script&gt;");
    free(text);
}

static void test_a_run_cut_short_says_so(void **state)
{
    (void)state;
    char *text = page(RUN(5) CASE("greet/a", "pass", CHECKS));
    assert_holds(text, "<td class=\"fail\">cut short: 1 of 5 cases</td>");
    free(text);
    text = page("");
    assert_holds(text, "<p class=\"fail\">No case ran.</p>");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_case_that_passed_is_a_line),
        cmocka_unit_test(test_a_case_that_failed_opens_to_its_story),
        cmocka_unit_test(test_runs_stand_side_by_side),
        cmocka_unit_test(test_nonstrict_opens_the_suite_when_strict),
        cmocka_unit_test(test_hostile_values_stay_text),
        cmocka_unit_test(test_a_run_cut_short_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
