// Files of any kind, the data as a whole, expectations, and suites of one's own.
#include "tree.h"

#include <errno.h>

#include "suite/expectations.h"

#define CASE(id, requirement)                                                                                          \
    "  - {id: " id ", title: t, checks: " requirement ", transforms: bytewise, steps: [connect, {expect: x}]}\n"
#define CASES CASE("greet/a", "doc-1-greets") CASE("greet/b/1", "doc-2-polite") CASE("greet/b/2", "doc-3-fast")

static void check_file(const char *name, const char *text, const char *expected)
{
    struct tree tree;
    tree_of_cases(&tree, CASES);
    tree_write(&tree, name, text);
    char *path = format_text("%s/%s", tree.path, name);
    assert_int_equal(catalog_validate(&tree.catalog, path), *expected ? -EBADMSG : 0);
    assert_tree_problems(&tree, expected);
    assert_int_equal(tree.catalog.case_count, 3);
    assert_int_equal(tree.catalog.requirement_count, 3);
    free(path);
    tree_end(&tree);
}

static void test_files_are_known_by_their_keys(void **state)
{
    (void)state;
    check_file("requirements/doc.yaml", REQUIREMENTS, "");
    check_file("programs.yaml", PROGRAMS, "");
    check_file("suites/greeter/greet.yaml", "suite: S\nprogram: greeter\ncases:\n" CASES, "");
    check_file("mine.yaml", "name: n\nprograms: {echo: {command: echo}}\n", "");
    check_file("known.yaml", "expectations: [{case: greet/a, verdict: fail, why: w}]\n", "");
}

static void test_mistakes_are_those_of_the_kind(void **state)
{
    (void)state;
    check_file("r.yaml", "source: s\nrequirements: [{id: s-1}]\n",
               "r.yaml:2:16: a requirement needs `level`\nr.yaml:2:16: a requirement needs `section`\n"
               "r.yaml:2:16: a requirement needs `text`");
    check_file("p.yaml", "programs: {p: {}}\n", "p.yaml:1:15: a program needs `role`");
    check_file("s.yaml", "program: greeter\ncases: []\n", "s.yaml:1:1: a suite needs `suite`");
    check_file("f.yaml", "name: n\nprograms: {echo: {}}\n", "f.yaml:2:18: a program of a profile needs `command`");
    check_file("e.yaml", "expectations: [{}]\n",
               "e.yaml:1:16: an expectation needs `case`\ne.yaml:1:16: an expectation needs `verdict`\n"
               "e.yaml:1:16: an expectation needs `why`");
    static const char other[] = ": not a file of sockspec: it has none of the keys suite, requirements, programs, "
                                "expectations, faults";
    char *expected = format_text("x.yaml:1:1%s", other);
    check_file("x.yaml", "a: 1\n", expected);
    check_file("x.yaml", "[suite]\n", expected);
    check_file("x.yaml", "word\n", expected);
    free(expected);
    check_file("x.yaml", "", "x.yaml:1:1: the file is empty");
}

static void test_validating_a_suite_counts_no_cases_twice(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree, CASES);
    char *path = format_text("%s/suites/greeter/greet.yaml", tree.path);
    assert_int_equal(catalog_validate(&tree.catalog, path), 0);
    assert_int_equal(catalog_requirement(&tree.catalog, "doc-1-greets")->case_count, 1);
    free(path);
    tree_end(&tree);
}

static void check_whole(const char *requirement, const char *ids, const char *expected)
{
    struct tree tree;
    tree_of_cases(&tree, CASES);
    catalog_free(&tree.catalog);
    char *text = format_text("%s%s", REQUIREMENTS, requirement);
    tree_write(&tree, "requirements/doc.yaml", text);
    free(text);
    if (ids)
        tree_write(&tree, "case-ids.txt", ids);
    tree_load(&tree);
    assert_int_equal(tree.result, 0);
    assert_int_equal(catalog_check_whole(&tree.catalog), *expected ? -EBADMSG : 0);
    assert_tree_problems(&tree, expected);
    tree_end(&tree);
}

static void test_published_ids_are_permanent(void **state)
{
    (void)state;
    check_whole("", "greet/a\ngreet/b/1\ngreet/b/2\n", "");
    check_whole("", "", "");
    check_whole("", "# a comment\n\ngreet/a\ngreet/old # retired: asked the same as greet/a\n", "");
    check_whole("", "greet/a\ngreet/gone\ngreet/b/1",
                "case-ids.txt:2:1: the case `greet/gone` was published and is gone: ids are permanent (or write "
                "`# retired: why`)");
    check_whole("", "greet/a\r\ngreet/b/1\r\n", "");
    check_whole("", NULL, "case-ids.txt: cannot read: No such file or directory");
}

static void test_a_requirement_has_cases_or_a_reason(void **state)
{
    (void)state;
    check_whole("  - {id: doc-4, level: MUST, section: a, text: t, untested: cannot be seen}\n", "", "");
    check_whole("  - {id: doc-4, level: MUST, section: a, text: t}\n", "",
                "requirements/doc.yaml:7:1: `doc-4` has no case and no reason to be `untested`");
    struct tree tree;
    tree_of_cases(&tree, CASES);
    catalog_free(&tree.catalog);
    tree_write(&tree, "case-ids.txt", "");
    tree_write(&tree, "requirements/doc.yaml",
               "source: doc\nrequirements:\n  - {id: doc-1-greets, level: MUST, section: a, text: t, untested: no}\n"
               "  - {id: doc-2-polite, level: MUST, section: a, text: t}\n"
               "  - {id: doc-3-fast, level: MUST, section: a, text: t}\n");
    tree_load(&tree);
    assert_int_equal(catalog_check_whole(&tree.catalog), -EBADMSG);
    assert_tree_problems(&tree, "requirements/doc.yaml:3:1: `doc-1-greets` is marked untested, but 1 case checks it");
    tree_end(&tree);
}

static int load_expectations(struct tree *tree, const char *text, struct expectations *expectations)
{
    tree_write(tree, "known.yaml", text);
    char *path = format_text("%s/known.yaml", tree->path);
    int result = expectations_load(&tree->catalog, path, expectations);
    free(path);
    return result;
}

static void test_the_first_expectation_that_fits_counts(void **state)
{
    (void)state;
    struct tree tree;
    struct expectations expectations = {0};
    tree_of_cases(&tree, CASES);
    int result = load_expectations(&tree,
                                   "expectations:\n"
                                   "  - {case: greet/b/1, verdict: nonstrict, why: one}\n"
                                   "  - {case: \"greet/b/*\", verdict: fail, why: all}\n"
                                   "  - {case: greet/a+bytewise, verdict: unresolved, why: bytes}\n"
                                   "  - {case: \"greet/[xa]+*\", verdict: info, why: any}\n",
                                   &expectations);
    assert_tree_problems(&tree, "");
    assert_int_equal(result, 0);
    assert_string_equal(expectations_find(&expectations, "greet/b/1")->why, "one");
    assert_string_equal(expectations_find(&expectations, "greet/b/2")->verdict, "fail");
    assert_string_equal(expectations_find(&expectations, "greet/b/1+bytewise")->why, "all");
    assert_string_equal(expectations_find(&expectations, "greet/a+bytewise")->verdict, "unresolved");
    assert_null(expectations_find(&expectations, "greet/a"));
    free(expectations.items);
    tree_end(&tree);
}

static void test_an_expectation_fits_a_case(void **state)
{
    (void)state;
    static const struct {
        const char *members, *expected;
    } rows[] = {
        {"case: greet/c, verdict: fail, why: w", "no case has an id like `greet/c`"},
        {"case: greet/a+split, verdict: fail, why: w", "no case has an id like `greet/a+split`"},
        {"case: greet/a+bytewis, verdict: fail, why: w", "no case has an id like `greet/a+bytewis`"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tree tree;
        struct expectations expectations = {0};
        tree_of_cases(&tree, CASES);
        char *text = format_text("expectations: [{%s}]\n", rows[i].members);
        char *expected = format_text("known.yaml:1:16: %s", rows[i].expected);
        assert_int_equal(load_expectations(&tree, text, &expectations), -EBADMSG);
        assert_tree_problems(&tree, expected);
        assert_int_equal(expectations.count, 0);
        free(text);
        free(expected);
        tree_end(&tree);
    }
    check_file("e.yaml", "expectations: [{case: greet/a, verdict: pass, why: w}]\n",
               "e.yaml:1:41: `pass` is not a verdict to expect (fail, nonstrict, unresolved, info, varies)");
}

static void test_words_that_name_suite_files_are_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *word, *path, *pattern;
    } rows[] = {
        {"a.yaml", "a.yaml", "*"},
        {"x/a.yaml:greet/*", "x/a.yaml", "greet/*"},
        {"a.yaml:", "a.yaml", ""},
        {"greet/a", NULL, NULL},
        {"a.yamlx", NULL, NULL},
        {"", NULL, NULL},
        {"a.yaml.d/b.yaml", "a.yaml.d/b.yaml", "*"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *path = NULL;
        const char *pattern = NULL;
        assert_int_equal(suite_word(&arena, rows[i].word, &path, &pattern), rows[i].path != NULL);
        if (!rows[i].path)
            continue;
        assert_string_equal(path, rows[i].path);
        assert_string_equal(pattern, rows[i].pattern);
    }
    arena_free(&arena);
}

static void test_a_suite_is_loaded_once(void **state)
{
    (void)state;
    struct tree tree;
    tree_of_cases(&tree, CASES);
    char *same = format_text("%s/suites/../suites/greeter/greet.yaml", tree.path);
    char *own = format_text("%s/own.yaml", tree.path);
    tree_write(&tree, "own.yaml", "suite: S\nprogram: greeter\ncases:\n" CASE("own/a", "doc-1-greets"));
    assert_int_equal(catalog_need_suite(&tree.catalog, same), 0);
    assert_int_equal(tree.catalog.case_count, 3);
    assert_int_equal(catalog_need_suite(&tree.catalog, own), 0);
    assert_int_equal(catalog_need_suite(&tree.catalog, own), 0);
    assert_int_equal(tree.catalog.case_count, 4);
    assert_int_equal(catalog_need_suite(&tree.catalog, "/nowhere.yaml"), -EBADMSG);
    assert_true(same_file(own, own));
    assert_false(same_file(own, same));
    assert_false(same_file("/nowhere", "/nowhere"));
    free(same);
    free(own);
    tree_end(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_known_by_their_keys),
        cmocka_unit_test(test_mistakes_are_those_of_the_kind),
        cmocka_unit_test(test_validating_a_suite_counts_no_cases_twice),
        cmocka_unit_test(test_published_ids_are_permanent),
        cmocka_unit_test(test_a_requirement_has_cases_or_a_reason),
        cmocka_unit_test(test_the_first_expectation_that_fits_counts),
        cmocka_unit_test(test_an_expectation_fits_a_case),
        cmocka_unit_test(test_words_that_name_suite_files_are_taken_apart),
        cmocka_unit_test(test_a_suite_is_loaded_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
