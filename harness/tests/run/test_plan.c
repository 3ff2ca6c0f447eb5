// Which cases run: words, patterns, suite files, requirements, levels, reruns.
#include "tests/suite/tree.h"

#include <errno.h>

#include "run/plan.h"

#define CASES                                                                                                          \
    "  - {id: greet/a, title: t, checks: doc-1-greets, transforms: [bytewise, split, coalesced], steps: [control],"    \
    "     autobahn: [1.1.1, 2.10]}\n"                                                                                  \
    "  - {id: greet/b/1, title: t, checks: doc-2-polite, time: slow, steps: [control], autobahn: [1.1.10]}\n"          \
    "  - {id: greet/b/2, title: t, checks: [doc-3-fast, doc-2-polite], transforms: split, steps: [control]}\n"
#define DIALER                                                                                                         \
    "suite: Dialing\nprogram: dialer\ncases:\n"                                                                        \
    "  - {id: dial/a, title: t, checks: doc-3-fast, steps: [accept, {expect: x}]}\n"

static void plan_begin(struct tree *tree)
{
    tree_of_cases(tree, CASES);
    catalog_free(&tree->catalog);
    tree_write(tree, "suites/dialer/dial.yaml", DIALER);
    tree_need(tree);
}

// The ids of the plan with blanks between them, `!` before those that are left out; or the message. To be freed.
static char *planned(const struct tree *tree, const struct selection *selection)
{
    struct plan plan;
    struct buffer out = {0};
    char *message;
    int result = plan_make(&tree->catalog, selection, &plan, &message);
    assert_true(result == (message ? -ENOENT : 0));
    for (size_t i = 0; !message && i < plan.count; i++)
        buffer_format(&out, "%s%s%s", i ? " " : "", plan.entries[i].deselected ? "!" : "", plan.entries[i].id);
    plan_free(&plan);
    if (!message)
        return buffer_take(&out);
    return message;
}

static void check_words(const struct tree *tree, const char *const *words, size_t count, const char *expected)
{
    struct selection selection = {.words = words, .word_count = count};
    char *text = planned(tree, &selection);
    assert_string_equal(text, expected);
    free(text);
}

#define ALL "greet/a greet/a+bytewise greet/a+split greet/a+coalesced greet/b/1 greet/b/2 greet/b/2+split dial/a"

static void test_words_choose_programs_ids_and_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *words[3];
        size_t count;
        const char *expected;
    } rows[] = {
        {{NULL}, 0, ALL},
        {{"dialer"}, 1, "dial/a"},
        {{"greeter"},
         1,
         "greet/a greet/a+bytewise greet/a+split greet/a+coalesced greet/b/1 greet/b/2 greet/b/2+split"},
        {{"greet/a"}, 1, "greet/a"},
        {{"greet/a+split"}, 1, "greet/a+split"},
        {{"greet/a*"}, 1, "greet/a greet/a+bytewise greet/a+split greet/a+coalesced"},
        {{"*+split"}, 1, "greet/a+split greet/b/2+split"},
        {{"greet/b/[12]"}, 1, "greet/b/1 greet/b/2"},
        {{"*"}, 1, ALL},
        {{"dial/a", "greet/b/1"}, 2, "greet/b/1 dial/a"},
        {{"greet/b/1", "greet/b/*", "greeter"},
         3,
         "greet/a greet/a+bytewise greet/a+split greet/a+coalesced greet/b/1 greet/b/2 greet/b/2+split"},
    };
    struct tree tree;
    plan_begin(&tree);
    for (size_t i = 0; i < COUNT(rows); i++)
        check_words(&tree, rows[i].words, rows[i].count, rows[i].expected);
    tree_end(&tree);
}

static void test_a_suite_file_is_a_word(void **state)
{
    (void)state;
    struct tree tree;
    plan_begin(&tree);
    char *file = format_text("%s/suites/greeter/../dialer/dial.yaml", tree.path);
    char *some = format_text("%s/suites/greeter/greet.yaml:greet/b/*", tree.path);
    char *none = format_text("%s/suites/greeter/greet.yaml:dial/*", tree.path);
    const char *words[] = {file, some};
    check_words(&tree, words, 2, "greet/b/1 greet/b/2 greet/b/2+split dial/a");
    char *expected = format_text("no program and no case is called `%s` (`sockspec list` shows them)", none);
    words[0] = none;
    check_words(&tree, words, 1, expected);
    free(file);
    free(some);
    free(none);
    free(expected);
    tree_end(&tree);
}

static void test_a_word_that_fits_nothing_gets_the_nearest_name(void **state)
{
    (void)state;
    static const struct {
        const char *words[2], *expected;
    } rows[] = {
        {{"greter"}, "no program and no case is called `greter`, did you mean `greeter`?"},
        {{"greet/b/3"}, "no program and no case is called `greet/b/3`, did you mean `greet/b/1`?"},
        {{"elsewhere"}, "no program and no case is called `elsewhere` (`sockspec list` shows them)"},
        {{"greet/z*"}, "no program and no case is called `greet/z*`, did you mean `greet/a`?"},
    };
    struct tree tree;
    plan_begin(&tree);
    for (size_t i = 0; i < COUNT(rows); i++)
        check_words(&tree, rows[i].words, 1, rows[i].expected);
    const char *two[] = {"greeter", "dailer"};
    check_words(&tree, two, 2, "no program and no case is called `dailer`, did you mean `dialer`?");
    tree_end(&tree);
}

static void test_requirements_levels_and_numbers_select(void **state)
{
    (void)state;
    static const struct {
        struct selection selection;
        const char *expected;
    } rows[] = {
        {{.requirement = "doc-2-polite"}, "greet/b/1 greet/b/2 greet/b/2+split"},
        {{.requirement = "doc-[23]*"}, "greet/b/1 greet/b/2 greet/b/2+split dial/a"},
        {{.requirement = "rfc*"}, "no case fits what was asked for"},
        {{.has_level = true, .level = LEVEL_MUST}, "greet/a greet/a+bytewise greet/a+split greet/a+coalesced"},
        {{.has_level = true, .level = LEVEL_SHOULD}, "greet/b/1 greet/b/2 greet/b/2+split"},
        {{.has_level = true, .level = LEVEL_MAY}, "dial/a"},
        {{.autobahn = "1.1.1"}, "greet/a greet/a+bytewise greet/a+split greet/a+coalesced"},
        {{.autobahn = "2.*"}, "greet/a greet/a+bytewise greet/a+split greet/a+coalesced"},
        {{.autobahn = "1.1.?0"}, "greet/b/1"},
        {{.autobahn = "*"}, "greet/a greet/a+bytewise greet/a+split greet/a+coalesced greet/b/1"},
        {{.autobahn = "*", .requirement = "doc-2*"}, "greet/b/1"},
        {{.autobahn = "2.1"}, "no case fits what was asked for"},
        {{.requirement = "doc-3*", .has_level = true, .level = LEVEL_SHOULD}, "greet/b/2 greet/b/2+split"},
        {{.requirement = "doc-1*", .has_level = true, .level = LEVEL_MAY}, "no case fits what was asked for"},
    };
    struct tree tree;
    plan_begin(&tree);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = planned(&tree, &rows[i].selection);
        assert_string_equal(text, rows[i].expected);
        free(text);
    }
    const char *words[] = {"dialer"};
    struct selection selection = {.words = words, .word_count = 1, .has_level = true, .level = LEVEL_MUST};
    char *text = planned(&tree, &selection);
    assert_string_equal(text, "no case fits what was asked for");
    free(text);
    tree_end(&tree);
}

static void test_slow_cases_are_planned_but_left_out(void **state)
{
    (void)state;
    struct tree tree;
    plan_begin(&tree);
    struct selection selection = {.requirement = "doc-2*", .skip_slow = true};
    char *text = planned(&tree, &selection);
    assert_string_equal(text, "!greet/b/1 greet/b/2 greet/b/2+split");
    free(text);
    tree_end(&tree);
}

static void test_transforms_have_suffixes(void **state)
{
    (void)state;
    assert_string_equal(transform_suffix(TRANSFORM_NONE), "");
    assert_string_equal(transform_suffix(TRANSFORM_BYTEWISE), "+bytewise");
    assert_string_equal(transform_suffix(TRANSFORM_SPLIT), "+split");
    assert_string_equal(transform_suffix(TRANSFORM_COALESCED), "+coalesced");
}

static void test_an_empty_catalog_has_no_plan(void **state)
{
    (void)state;
    struct tree tree = {0};
    struct selection selection = {0};
    char *text = planned(&tree, &selection);
    assert_string_equal(text, "no case fits what was asked for");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_choose_programs_ids_and_patterns),
        cmocka_unit_test(test_a_suite_file_is_a_word),
        cmocka_unit_test(test_a_word_that_fits_nothing_gets_the_nearest_name),
        cmocka_unit_test(test_requirements_levels_and_numbers_select),
        cmocka_unit_test(test_slow_cases_are_planned_but_left_out),
        cmocka_unit_test(test_transforms_have_suffixes),
        cmocka_unit_test(test_an_empty_catalog_has_no_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
