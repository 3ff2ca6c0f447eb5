#include "support.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

static xmlDoc *junit(const char *lines)
{
    char *text = report_live(REPORT_JUNIT, NULL, lines);
    xmlDoc *document = xmlReadMemory(text, (int)strlen(text), "report", NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS);
    if (!document)
        fail_msg("not well-formed:\n%s", text);
    free(text);
    return document;
}

static void assert_attribute(xmlNode *node, const char *name, const char *expected)
{
    xmlChar *value = xmlGetProp(node, BAD_CAST name);
    assert_non_null(value);
    assert_string_equal((char *)value, expected);
    xmlFree(value);
}

static void assert_content_holds(xmlNode *node, const char *part)
{
    xmlChar *content = xmlNodeGetContent(node);
    assert_holds((char *)content, part);
    xmlFree(content);
}

// The first element of that name below `node`, in document order, whose attribute `name` is as given when
// that is not NULL.
static xmlNode *element(xmlNode *node, const char *kind, const char *name)
{
    for (xmlNode *child = node->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE)
            continue;
        xmlChar *value = xmlGetProp(child, BAD_CAST "name");
        bool named = !name || (value && strcmp((char *)value, name) == 0);
        xmlFree(value);
        if (named && strcmp((const char *)child->name, kind) == 0)
            return child;
        xmlNode *below = element(child, kind, name);
        if (below)
            return below;
    }
    return NULL;
}

static xmlNode *need(xmlNode *node, const char *kind, const char *name)
{
    xmlNode *found = element(node, kind, name);
    if (!found)
        fail_msg("no %s %s", kind, name ? name : "");
    return found;
}

static void test_golden(void **state)
{
    (void)state;
    assert_report(
        report_live(REPORT_JUNIT, NULL,
                    "{'event': 'run', 'time': '2026-01-31T12:00:00Z', 'cases': 2, 'workers': 2, 'time_scale': "
                    "0.5, 'strict': false}\n" CASE("greet/a", "pass", CHECKS ", 'seconds': 0.25")
                        CASE("greet/b", "fail", EVERYTHING ", 'seconds': 0.5") SUMMARY),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"sockspec\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"3.250\">\n"
        " <testsuite name=\"Greetings\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0.750\" "
        "timestamp=\"2026-01-31T12:00:00\" hostname=\"localhost\" id=\"0\" package=\"greeter\">\n"
        "  <properties>\n"
        "   <property name=\"workers\" value=\"2\"/>\n"
        "   <property name=\"time_scale\" value=\"0.5\"/>\n"
        "   <property name=\"strict\" value=\"false\"/>\n"
        "  </properties>\n"
        "  <testcase classname=\"greeter.Greetings\" name=\"greet/a\" file=\"suites/g.yaml\" line=\"12\" "
        "status=\"pass\" time=\"0.250\"/>\n"
        "  <testcase classname=\"greeter.Greetings\" name=\"greet/b\" file=\"suites/g.yaml\" line=\"12\" "
        "status=\"fail\" time=\"0.500\">\n"
        "   <failure type=\"fail\" message=\"nothing\">\n"
        "  title        It greets\n"
        "  requirement  greet-2-hello (MUST, section 2) It says hello.\n"
        "  expected     hello\n"
        "  actual       nothing\n"
        "  why          shy\n"
        "  where        suites/g.yaml:17 (expect)\n"
        "  rerun        sockspec run x\n"
        "</failure>\n"
        "   <system-out>+0.1 a &gt; 00\n+0.2 a &lt; FIN\n</system-out>\n"
        "   <system-err>oops\nbye\n</system-err>\n"
        "  </testcase>\n"
        " </testsuite>\n"
        "</testsuites>\n");
}

static void test_every_verdict(void **state)
{
    static const struct {
        const char *verdict, *element;
    } expected[] = {{"pass", NULL},
                    {"nonstrict", NULL},
                    {"info", NULL},
                    {"fail", "failure"},
                    {"xpass", "failure"},
                    {"unresolved", "error"},
                    {"unsupported", "skipped"},
                    {"skip", "skipped"},
                    {"xfail", "skipped"},
                    {"novel", "error"}};
    (void)state;
    xmlDoc *document =
        junit(CASE("pass", "pass", "") CASE("nonstrict", "nonstrict", EVERYTHING) CASE("info", "info", "")
                  CASE("fail", "fail", "") CASE("xpass", "xpass", "") CASE("unresolved", "unresolved", "")
                      CASE("unsupported", "unsupported", ", 'why': 'no IPv6'") CASE("skip", "skip", "")
                          CASE("xfail", "xfail", "") CASE("novel", "novel", "") SUMMARY);
    xmlNode *root = xmlDocGetRootElement(document);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        xmlNode *testcase = need(root, "testcase", expected[i].verdict);
        assert_attribute(testcase, "status", expected[i].verdict);
        assert_int_equal(!!expected[i].element, element(testcase, "failure", NULL) ||
                                                    element(testcase, "error", NULL) ||
                                                    element(testcase, "skipped", NULL));
        if (expected[i].element)
            assert_attribute(need(testcase, expected[i].element, NULL), "type", expected[i].verdict);
    }
    xmlNode *suite = need(root, "testsuite", "Greetings");
    assert_attribute(suite, "tests", "10");
    assert_attribute(suite, "failures", "2");
    assert_attribute(suite, "errors", "2");
    assert_attribute(suite, "skipped", "3");
    assert_attribute(need(need(root, "testcase", "unsupported"), "skipped", NULL), "message", "no IPv6");
    assert_content_holds(need(need(root, "testcase", "nonstrict"), "system-out", NULL), "why          shy\n");
    xmlFreeDoc(document);
}

static void test_nonstrict_is_a_failure_when_strict(void **state)
{
    (void)state;
    xmlDoc *document = junit("{'event': 'run', 'strict': true}\n" CASE("a", "nonstrict", "") SUMMARY);
    assert_attribute(xmlDocGetRootElement(document), "failures", "1");
    need(xmlDocGetRootElement(document), "failure", NULL);
    xmlFreeDoc(document);
}

static void test_suites_are_told_apart_by_program(void **state)
{
    (void)state;
    xmlDoc *document = junit("{'event': 'case', 'id': 'a', 'program': 'p', 'suite': 'S', 'verdict': 'pass'}\n"
                             "{'event': 'case', 'id': 'b', 'program': 'q', 'suite': 'S', 'verdict': 'pass'}\n"
                             "{'event': 'case', 'id': 'c', 'program': 'p', 'suite': 'S', 'verdict': 'pass'}\n" SUMMARY);
    xmlNode *root = xmlDocGetRootElement(document);
    assert_int_equal(xmlChildElementCount(root), 2);
    assert_attribute(need(root, "testcase", "c"), "classname", "p.S");
    assert_attribute(xmlFirstElementChild(root), "tests", "2");
    assert_attribute(xmlLastElementChild(root), "package", "q");
    xmlFreeDoc(document);
}

static void test_hostile_values_leave_it_well_formed(void **state)
{
    (void)state;
    xmlDoc *document = junit(CASE("a", "fail",
                                  ", 'actual': '<\\u0000\\u001b[2J\\ufffe\\\"&]]>\\n\\ud83d\\ude00', 'transcript': "
                                  "[']]>\\u0008', '\\uffff'], 'stderr': ']]>\\u0001\\r\\n</system-err>', 'file': "
                                  "'\\u0002'") SUMMARY);
    xmlNode *root = xmlDocGetRootElement(document);
    assert_attribute(need(root, "failure", NULL), "message", "<\\x00\\x1b[2J\\ufffe\"&]]>\\x0a\U0001f600");
    assert_attribute(need(root, "testcase", "a"), "file", "\ufffd");
    assert_content_holds(need(root, "system-out", NULL), "]]>\\x08\n\\uffff\n");
    assert_content_holds(need(root, "system-err", NULL), "]]>\\x01\\x0d\n</system-err>\n");
    xmlFreeDoc(document);
}

static void test_run_cut_short_is_an_error_behind_the_cases(void **state)
{
    (void)state;
    xmlDoc *document = junit(RUN(5) CASE("a", "pass", ""));
    xmlNode *root = xmlDocGetRootElement(document);
    assert_attribute(root, "tests", "2");
    assert_attribute(root, "errors", "1");
    need(root, "testcase", "a");
    assert_attribute(need(need(root, "testcase", "sockspec/run"), "error", NULL), "message",
                     "the run was cut short after 1 of 5 cases");
    xmlFreeDoc(document);
}

static void test_no_case_is_an_error(void **state)
{
    (void)state;
    xmlDoc *document = junit(RUN(0) SUMMARY);
    assert_attribute(xmlDocGetRootElement(document), "errors", "1");
    assert_attribute(need(xmlDocGetRootElement(document), "error", NULL), "message", "no case ran");
    xmlFreeDoc(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_verdict),
        cmocka_unit_test(test_nonstrict_is_a_failure_when_strict),
        cmocka_unit_test(test_suites_are_told_apart_by_program),
        cmocka_unit_test(test_hostile_values_leave_it_well_formed),
        cmocka_unit_test(test_run_cut_short_is_an_error_behind_the_cases),
        cmocka_unit_test(test_no_case_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
