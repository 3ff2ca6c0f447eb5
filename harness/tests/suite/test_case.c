// Cases: their keys, what `matrix` and `rows` make of them, and their ids.
#include "tree.h"

#define STEPS "    checks: doc-1-greets\n    steps: [connect, {expect: hello}]\n"

static void test_a_case_has_all_that_was_written(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree, "  - id: greet/plain/all\n    title: It greets.\n"
                         "    checks: [doc-3-fast, doc-1-greets]\n    arguments: [\"{port}\", -x]\n"
                         "    options: {timeout: 2s}\n    needs: [ipv6]\n    listen: ipv6\n    fresh: yes\n"
                         "    time: slow\n    transforms: [bytewise, coalesced]\n    liveness: no\n"
                         "    source: own\n    autobahn: [1.1.1, \" 1.1.2  2.10\", \"\"]\n    note: a note\n"
                         "    steps: [connect, {expect: hello}]\n");
    assert_tree_problems(&tree, "");
    const struct test_case *test = catalog_case(&tree.catalog, "greet/plain/all");
    assert_string_equal(test->title, "It greets.");
    assert_string_equal(test->suite->title, "Greetings");
    assert_string_equal(test->program->name, "greeter");
    assert_int_equal(test->line, 4);
    assert_int_equal(test->check_count, 2);
    assert_int_equal(test->level, LEVEL_MUST);
    assert_string_equal(test->arguments[0], "{port}");
    assert_string_equal(test->options[0].name, "timeout");
    assert_string_equal(test->options[0].value, "2s");
    assert_string_equal(test->needs[0], "ipv6");
    assert_true(test->listen_ipv6 && test->fresh && test->slow && !test->liveness);
    assert_int_equal(test->transforms, TRANSFORM_BYTEWISE | TRANSFORM_COALESCED);
    assert_int_equal(test->autobahn_count, 3);
    assert_string_equal(test->autobahn[1], "1.1.2");
    assert_string_equal(test->autobahn[2], "2.10");
    assert_int_equal(test->source_count, 1);
    assert_string_equal(test->note, "a note");
    assert_int_equal(test->script.count, 2);
    assert_int_equal(catalog_requirement(&tree.catalog, "doc-3-fast")->case_count, 1);
    tree_end(&tree);
}

static void test_what_is_no_number_of_autobahn_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"1", "1.", ".1", "1..1", "1.1.1.1", "1.a", "a.1", "1.1,2.2", "1.1.", "-1.1"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct tree tree;
        char *text = format_text("  - id: greet/a\n    title: t\n    autobahn: [1.1, \"%s\"]\n" STEPS, bad[i]);
        tree_of_cases(&tree, text);
        assert_int_equal(tree.catalog.problems.count, 1);
        assert_holds(tree.catalog.problems.items[0].text, "is no case number of the Autobahn Testsuite");
        tree_end(&tree);
        free(text);
    }
}

static void test_a_thorough_run_repeats_more(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree, "  - id: greet/a\n    title: t\n    checks: doc-1-greets\n"
                         "    transforms: [split]\n    thorough-transforms: [bytewise, split]\n    steps:\n"
                         "      - connect\n      - repeat:\n          times: 2\n          thorough: 30\n"
                         "          steps: [{send: x}, {repeat: {times: 3, thorough: 40, steps: [{expect: x}]}}]\n"
                         "      - repeat: {times: 4, steps: [{send: x}]}\n      - expect: x\n");
    assert_tree_problems(&tree, "");
    const struct step *steps = catalog_case(&tree.catalog, "greet/a")->script.steps;
    assert_int_equal(steps[1].count, 2);
    assert_int_equal(catalog_case(&tree.catalog, "greet/a")->transforms, TRANSFORM_SPLIT);
    catalog_be_thorough(&tree.catalog);
    assert_int_equal(catalog_case(&tree.catalog, "greet/a")->transforms, TRANSFORM_SPLIT | TRANSFORM_BYTEWISE);
    assert_int_equal(steps[1].count, 30);
    assert_int_equal(steps[1].steps[1].count, 40);
    assert_int_equal(steps[2].count, 4);
    tree_end(&tree);
}

static void test_what_is_left_out_has_a_default(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree,
                  "  - id: greet/a\n    title: t\n    checks: doc-2-polite\n    steps: [connect, {expect: x}]\n");
    assert_tree_problems(&tree, "");
    const struct test_case *test = catalog_case(&tree.catalog, "greet/a");
    assert_null(test->arguments);
    assert_null(test->note);
    assert_int_equal(test->option_count + test->need_count + test->source_count + test->autobahn_count, 0);
    assert_false(test->listen_ipv6 || test->fresh || test->slow);
    assert_true(test->liveness);
    assert_int_equal(test->transforms, TRANSFORM_NONE);
    assert_int_equal(test->level, LEVEL_SHOULD);
    tree_end(&tree);
}

static void test_a_case_may_override_the_defaults_of_its_suite(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_write(
        &tree, "suites/greeter/a.yaml",
        "suite: S\nprogram: greeter\ndefaults: {transforms: [split], needs: ipv6, fresh: yes, note: all}\ncases:\n"
        "  - id: a/one\n    title: t\n" STEPS
        "  - id: a/two\n    title: t\n    transforms: []\n    fresh: no\n    note: own\n" STEPS);
    tree_need(&tree);
    const struct test_case *one = catalog_case(&tree.catalog, "a/one");
    const struct test_case *two = catalog_case(&tree.catalog, "a/two");
    assert_int_equal(one->transforms, TRANSFORM_SPLIT);
    assert_true(one->fresh);
    assert_string_equal(one->note, "all");
    assert_int_equal(two->transforms, TRANSFORM_NONE);
    assert_false(two->fresh);
    assert_int_equal(two->need_count, 1);
    assert_string_equal(two->note, "own");
    tree_end(&tree);
}

static void test_defaults_hold_no_identity(void **state)
{
    (void)state;
    static const char *const keys[] = {"id", "title", "checks", "matrix", "rows", "steps"};
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct tree tree;
        char *text = format_text("suite: S\nprogram: greeter\ndefaults: {%s: x}\ncases: []\n", keys[i]);
        tree_make(&tree);
        tree_write(&tree, "suites/greeter/a.yaml", text);
        tree_load(&tree);
        assert_int_equal(tree.catalog.problems.count, 1);
        assert_holds(tree.catalog.problems.items[0].text, "in defaults");
        tree_end(&tree);
        free(text);
    }
}

static void test_matrix_and_rows_multiply(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree,
                  "  - id: greet/{size}/{kind}-{n}\n    title: of {kind} with {payload}\n"
                  "    matrix: {size: [small, large], n: [1, 2, 3]}\n"
                  "    rows:\n      - {kind: a, payload: \"x{y}\"}\n      - {kind: b, payload: \"\\0\"}\n" STEPS);
    // A title cannot hold NUL.
    assert_tree_problems(&tree, "suites/greeter/greet.yaml:5:12: a NUL byte cannot stand here");
    assert_int_equal(tree.catalog.case_count, 6);
    tree_end(&tree);

    tree_of_cases(&tree, "  - id: greet/{size}/{kind}-{n}\n    title: of {kind}\n"
                         "    matrix: {size: [small, large], n: [1, 2, 3]}\n"
                         "    rows:\n      - {kind: a, payload: \"x{y}\"}\n      - {kind: b, payload: \"\\0\"}\n"
                         "    checks: doc-1-greets\n    steps: [connect, {send: \"{payload}\"}, {expect: hello}]\n");
    assert_tree_problems(&tree, "");
    assert_int_equal(tree.catalog.case_count, 12);
    assert_string_equal(tree.catalog.cases[0]->id, "greet/small/a-1");
    assert_string_equal(tree.catalog.cases[1]->id, "greet/small/a-2");
    assert_string_equal(tree.catalog.cases[3]->id, "greet/large/a-1");
    assert_string_equal(tree.catalog.cases[11]->id, "greet/large/b-3");
    assert_string_equal(tree.catalog.cases[11]->title, "of b");
    assert_int_equal(tree.catalog.cases[0]->script.steps[1].payload.length, 4); // a value is not expanded again
    assert_int_equal(tree.catalog.cases[11]->script.steps[1].payload.length, 1);
    assert_int_equal(catalog_requirement(&tree.catalog, "doc-1-greets")->case_count, 12);
    tree_end(&tree);
}

static void test_variables_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *variables, *expected;
    } rows[] = {
        {"    matrix: [a]\n", ":5:13: `matrix` must be a map from names to lists"},
        {"    matrix: {a: x}\n", ":5:17: a variable of `matrix` must be a list, not a plain value"},
        {"    matrix: {a: []}\n", ":5:17: a variable of `matrix` needs a value"},
        {"    matrix: {a: [0,1,2,3,4,5,6,7,8,9,0], b: [0,1,2,3,4,5,6,7,8,9], c: [0,1,2,3,4,5,6,7,8,9],"
         " d: [0,1,2,3,4,5,6,7,8,9]}\n",
         ":5:13: `matrix` makes more than 10000 cases"},
        {"    matrix: {a: [[x]]}\n", ":5:18: expected a plain value, not a list"},
        {"    rows: {a: x}\n", ":5:11: rows must be a list, not a map"},
        {"    rows: []\n", ":5:11: `rows` needs a row"},
        {"    rows: [x]\n", ":5:12: a row must be a map"},
        {"    rows: [{a: 1}, {b: 1}]\n", ":5:21: the first row has no `b`; all rows have the same keys"},
        {"    rows: [{a: 1, b: 2}, {a: 1}]\n", ":5:26: this row has 1 keys, the first has 2"},
        {"    rows: [{a: 1}]\n    matrix: {a: [1]}\n", ":6:14: the variable `a` stands in `matrix` and in `rows`"},
        {"    matrix: {Name: [1]}\n",
         ":5:14: `Name` is not the name of a variable: lower-case letters, digits, `-` and `_`, a letter first"},
        {"    rows: [{2nd: x}]\n",
         ":5:13: `2nd` is not the name of a variable: lower-case letters, digits, `-` and `_`, a letter first"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = format_text("  - id: greet/x\n%s    title: t\n" STEPS, rows[i].variables);
        char *expected = format_text("suites/greeter/greet.yaml%s", rows[i].expected);
        check_cases_problem(text, expected);
        free(text);
        free(expected);
    }
}

static void test_ids_are_legal_and_unique(void **state)
{
    (void)state;
    static const char *const wrong[] = {"greet", "Greet/x", "greet/x y", "greet/x+bytewise", "greet/\u00e4"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *text = format_text("  - id: \"%s\"\n    title: t\n" STEPS, wrong[i]);
        char *expected =
            format_text("suites/greeter/greet.yaml:4:9: `%s` is not an id: program/topic/name of lower-case "
                        "letters, digits, `-`, `.` and `_`",
                        wrong[i]);
        check_cases_problem(text, expected);
        free(text);
        free(expected);
    }
    struct tree tree;
    tree_of_cases(&tree, "  - id: greet/x\n    title: t\n" STEPS "  - id: greet/x\n    title: t\n" STEPS
                         "  - id: greet/y\n    title: t\n    matrix: {v: [1, 2, 3]}\n" STEPS);
    char *expected = format_text("suites/greeter/greet.yaml:8:9: the id `greet/x` stands at "
                                 "%s/suites/greeter/greet.yaml:4 already\n"
                                 "suites/greeter/greet.yaml:12:9: the id `greet/y` stands at "
                                 "%s/suites/greeter/greet.yaml:12 already (put each variable into the id)",
                                 tree.path, tree.path);
    assert_tree_problems(&tree, expected);
    free(expected);
    tree_end(&tree);
}

static void test_keys_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *key, *expected;
    } rows[] = {
        {"tilte: x", ":7:5: unknown key `tilte` in a case, did you mean `title`?"},
        {"options: {timout: 1s}", ":7:15: `timout` is not an option of the program (timeout, quiet), did you mean "
                                  "`timeout`?"},
        {"options: [timeout]", ":7:14: `options` must be a map from names to values"},
        {"transforms: [bytwise]",
         ":7:18: `bytwise` is not a transform (bytewise, split, coalesced), did you mean `bytewise`?"},
        {"time: long", ":7:11: `long` is not a class of time (normal, slow)"},
        {"listen: ipv5", ":7:13: `ipv5` is not an address family (ipv4, ipv6), did you mean `ipv4`?"},
        {"path: file", ":7:11: only a program on a Unix socket has a `path`"},
        {"path: pipe", ":7:11: `pipe` is not what can be at a path (nothing, stale-socket, live-socket, file, "
                       "directory, missing-directory, too-long)"},
        {"fresh: maybe", ":7:12: `maybe` is neither yes nor no"},
        {"arguments: [\"{prot}\"]",
         ":7:17: `{prot}` is not a variable of this case, did you mean `port`? (a literal brace is `{{`)"},
        {"note: \"{port}\"", ":7:11: `{port}` is not a variable of this case (a literal brace is `{{`)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = format_text("  - id: greet/x\n    title: t\n    checks: doc-1-greets\n    %s\n"
                                 "    steps: [connect, {expect: x}]\n",
                                 rows[i].key);
        char *expected = format_text("suites/greeter/greet.yaml%s", rows[i].expected);
        check_cases_problem(text, expected);
        free(text);
        free(expected);
    }
}

static void test_what_a_case_needs_is_asked_for(void **state)
{
    (void)state;
    check_cases_problem("  - {id: a/b, checks: doc-1-greets, steps: [control]}\n",
                        "suites/greeter/greet.yaml:4:5: a case needs `title`");
    check_cases_problem("  - {title: t, checks: doc-1-greets, steps: [control]}\n",
                        "suites/greeter/greet.yaml:4:5: a case needs `id`");
    check_cases_problem("  - {id: a/b, title: t, steps: [control]}\n",
                        "suites/greeter/greet.yaml:4:5: a case needs `checks`");
    check_cases_problem("  - {id: a/b, title: t, checks: [], steps: [control]}\n",
                        "suites/greeter/greet.yaml:4:33: a case checks at least one requirement");
    check_cases_problem("  - {id: a/b, title: t, checks: [doc-1-greets, doc-1-greet], steps: [control]}\n",
                        "suites/greeter/greet.yaml:4:48: unknown requirement `doc-1-greet`, did you mean "
                        "`doc-1-greets`?");
    check_cases_problem("  - {id: a/b, title: t, checks: doc-1-greets}\n",
                        "suites/greeter/greet.yaml:4:5: a case needs `steps`");
    check_cases_problem("  - {id: a/b, title: t, checks: doc-1-greets, steps: [connect]}\n",
                        "suites/greeter/greet.yaml:4:54: the case checks nothing: it has no step that expects");
    check_cases_problem("  - nothing\n", "suites/greeter/greet.yaml:4:5: a case must be a map");
}

static void test_a_udp_endpoint_is_there_from_the_beginning(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "suites/asker/a.yaml",
               "suite: S\nprogram: asker\ncases:\n"
               "  - {id: ask/a, title: t, checks: doc-1-greets, steps: [{expect: question}, {send: answer}]}\n");
    tree_need(&tree);
    assert_string_equal(tree.catalog.cases[0]->script.steps[0].on, "main");
    tree_end(&tree);
}

static void test_a_case_may_say_what_the_program_is_in_it(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree, "  - id: a/as-it-is\n    title: t\n" STEPS
                         "  - id: a/asks\n    title: t\n    checks: doc-1-greets\n    role: client\n"
                         "    transport: udp\n    steps: [{expect: question}, {send: answer}]\n"
                         "  - id: a/by-path\n    title: t\n    transport: unix\n    path: stale-socket\n" STEPS
                         "  - id: a/alone\n    title: t\n    checks: doc-1-greets\n    role: command\n"
                         "    steps: [{expect-exit: 0}]\n");
    assert_tree_problems(&tree, "");
    const struct test_case *test = catalog_case(&tree.catalog, "a/as-it-is");
    assert_int_equal(test->role, ROLE_SERVER);
    assert_int_equal(test->transport, TRANSPORT_TCP);
    test = catalog_case(&tree.catalog, "a/asks");
    assert_int_equal(test->role, ROLE_CLIENT);
    assert_int_equal(test->transport, TRANSPORT_UDP);
    assert_string_equal(test->script.steps[0].on, "main");
    test = catalog_case(&tree.catalog, "a/by-path");
    assert_int_equal(test->role, ROLE_SERVER);
    assert_int_equal(test->transport, TRANSPORT_UNIX);
    assert_int_equal(test->place, PLACE_STALE_SOCKET);
    assert_int_equal(catalog_case(&tree.catalog, "a/alone")->role, ROLE_COMMAND);
    tree_end(&tree);
}

static void test_a_role_needs_a_transport(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "suites/echo/a.yaml",
               "suite: S\nprogram: echo\ncases:\n"
               "  - {id: a/b, title: t, checks: doc-1-greets, role: server, steps: [connect, {expect: x}]}\n");
    tree_load(&tree);
    assert_tree_problems(&tree, "suites/echo/a.yaml:4:53: a server or client needs a `transport`");
    tree_end(&tree);
}

static void test_the_head_of_a_suite_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"suite: S\nprogram: greter\ncases: []\n", "2:10: unknown program `greter`, did you mean `greeter`?"},
        {"program: greeter\ncases: []\n", "1:1: a suite needs `suite`"},
        {"suite: S\nprogram: greeter\n", "1:1: a suite needs `cases`"},
        {"suite: S\nprogram: greeter\ncases: {}\n", "3:8: cases must be a list, not a map"},
        {"suite: S\nprogram: greeter\ncase: []\ncases: []\n",
         "3:1: unknown key `case` in a suite, did you mean `cases`?"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tree tree;
        tree_make(&tree);
        tree_write(&tree, "suites/greeter/a.yaml", rows[i].text);
        tree_load(&tree);
        char *expected = format_text("suites/greeter/a.yaml:%s", rows[i].expected);
        assert_tree_problems(&tree, expected);
        free(expected);
        tree_end(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_case_has_all_that_was_written),
        cmocka_unit_test(test_what_is_no_number_of_autobahn_is_refused),
        cmocka_unit_test(test_a_thorough_run_repeats_more),
        cmocka_unit_test(test_what_is_left_out_has_a_default),
        cmocka_unit_test(test_a_case_may_override_the_defaults_of_its_suite),
        cmocka_unit_test(test_defaults_hold_no_identity),
        cmocka_unit_test(test_matrix_and_rows_multiply),
        cmocka_unit_test(test_variables_are_checked),
        cmocka_unit_test(test_ids_are_legal_and_unique),
        cmocka_unit_test(test_keys_are_checked),
        cmocka_unit_test(test_what_a_case_needs_is_asked_for),
        cmocka_unit_test(test_a_udp_endpoint_is_there_from_the_beginning),
        cmocka_unit_test(test_a_case_may_say_what_the_program_is_in_it),
        cmocka_unit_test(test_a_role_needs_a_transport),
        cmocka_unit_test(test_the_head_of_a_suite_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
