// What must hold of a whole script: it checks something, and what the end of a connection satisfies comes after a
// proof that the program works.
#include "support.h"

#include "suite/step.h"

// Reads and checks a script; the problems as text, to be freed.
static char *check(const char *text)
{
    struct document document;
    struct connection_names names = {0};
    struct step *steps;
    size_t count;
    const yaml_node_t *root = document_root(&document, text);
    if (!steps_read(&document.reader, root, &names, &steps, &count))
        fail_msg("%s: %s", text, document.problems.items[0].text);
    bool good = steps_check(&document.reader, root, steps, count);
    assert_int_equal(good, document.problems.count == 0);
    char *problems = problems_text(&document.problems, document.path);
    document_close(&document);
    return problems;
}

static void test_scripts_with_a_proof_are_accepted(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "[connect, {expect: hello}, {expect-end: fin}]",
        "[connect, {control: main}, {expect-end: fin}]",
        "[control, connect, {expect-end: any}]",
        "[{connect: a}, {connect: b}, {control: a}, {expect-end: {end: fin, on: b}}]",
        "[connect, {expect: {any: [a, b]}}, {expect: {eof: yes}}]",
        "[connect, {expect: {any: [a, {end: fin, grade: fail, why: w}]}}, {expect-end: fin}]",
        "[connect, {expect: {text: all, until: end}}]",
        "[connect, {repeat: {times: 2, steps: [{expect: x}]}}, {expect-end: fin}]",
        "[connect, {repeat: {times: 2, steps: [{expect: x}, {expect-end: fin}]}}]",
        "[control]",
        "[{expect-exit: 0}]",
        "[{expect-stdout: \"\"}]",
        "[open, {close: 1000}]",
        "[{resources: a}, {expect-resources: {since: a, threads: 0}}]",
        "[connect, expect-keepalive]",
        "[control, connect, {flood: x}]",
    };
    for (size_t i = 0; i < COUNT(scripts); i++) {
        char *problems = check(scripts[i]);
        if (*problems)
            fail_msg("%s: %s", scripts[i], problems);
        free(problems);
    }
}

static void test_an_end_before_any_proof_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *name;
    } rows[] = {
        {"[connect, {expect-end: fin}]", "1:12: ", "main"},
        {"[connect, {expect: {eof: yes}}]", "1:12: ", "main"},
        {"[connect, {expect: {any: [hello, {end: fin}]}}]", "1:12: ", "main"},
        {"[connect, {send: x}, {expect-end: {end: any}}, {expect: y}]", "1:23: ", "main"},
        {"[connect, {expect-end: fin}, control]", "1:12: ", "main"},
        {"[{connect: a}, {connect: b}, {expect: {text: x, on: a}}, {expect-end: {end: fin, on: b}}]", "1:59: ", "b"},
        {"[connect, {expect: {any: [a, {end: fin, grade: info, why: w}]}}]", "1:12: ", "main"},
        {"[connect, {repeat: {times: 2, steps: [{expect-end: fin}]}}]", "1:40: ", "main"},
        {"[connect, {flood: x}]", "1:12: ", "main"},
        // What nothing satisfies proves nothing.
        {"[connect, {expect: \"\"}, {expect-end: fin}]", "1:26: ", "main"},
        {"[connect, {expect: {bytes: {min: 0, max: 5}}}, {expect-end: fin}]", "1:49: ", "main"},
        {"[connect, {expect: {regex: \"a*\", until: end}}]", "1:12: ", "main"},
        // A new connection has brought nothing yet.
        {"[connect, {expect: x}, close, connect, {expect-end: fin}]", "1:41: ", "main"},
        {"[accept, {expect: x}, accept, {expect-end: fin}]", "1:32: ", "main"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *problems = check(rows[i].text);
        char *expected = format_text("%sthe end of `%s` satisfies this step, but nothing has proved before that the "
                                     "program works: expect something on `%s` first, or do `control`",
                                     rows[i].place, rows[i].name, rows[i].name);
        if (strcmp(problems, expected) != 0)
            fail_msg("%s: %s", rows[i].text, problems);
        free(problems);
        free(expected);
    }
}

static void test_samples_are_collected_before_they_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *problems;
    } rows[] = {
        {"[connect, {repeat: {times: 20, steps: [{expect: {integer: {min: 1, max: 6, sample: a}}}]}}, "
         "{expect-uniform: {sample: a, min: 1, max: 6}}]",
         ""},
        {"[open, {expect: {message: text, payload: {integer: {min: 1, max: 6, sample: a}}}}, "
         "{expect: {any: [x, {integer: {min: 1, max: 6, sample: b}}]}}, {expect-different: [a, b]}]",
         ""},
        {"[{expect-stdout: {integer: {min: 1, max: 6, sample: a}}}, {expect-uniform: {sample: a, min: 1, max: 6}}]",
         ""},
        {"[connect, {expect: {integer: {min: 1, max: 6, sample: a}}}, {expect-different: [a, b]}]",
         "1:62: no step before collects the sample `b`: expect an integer with `sample: b`"},
        {"[connect, {expect: {integer: {min: 1, max: 6}}}, {expect-uniform: {sample: a, min: 1, max: 6}}]",
         "1:51: no step before collects the sample `a`: expect an integer with `sample: a`"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *problems = check(rows[i].text);
        if (strcmp(problems, rows[i].problems) != 0)
            fail_msg("%s: %s", rows[i].text, problems);
        free(problems);
    }
}

static void test_growth_needs_something_to_grow_from(void **state)
{
    (void)state;
    char *problems = check("[{resources: a}, {resources: a}, {expect-resources: {since: b, threads: 0}}]");
    assert_string_equal(problems,
                        "1:35: no step before takes `b`: put `resources: b` where it should be measured from");
    free(problems);
    problems = check("[{resources: a}, {resources: b}, {resources: c}, {resources: d}, {resources: e}, {resources: f}, "
                     "{resources: g}, {resources: h}, {resources: i}, control]");
    assert_string_equal(problems, "1:131: more than 8 names of `resources` in a case");
    free(problems);
}

static void test_a_script_that_expects_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "[]",
        "[connect, {send: x}, close]",
        "[connect, {repeat: {times: 9, steps: [{send: x}, {pause: 1ms}]}}]",
        "[{signal: TERM}, {stdin: eof}, {resources: a}]",
    };
    for (size_t i = 0; i < COUNT(scripts); i++) {
        char *problems = check(scripts[i]);
        assert_string_equal(problems, "1:1: the case checks nothing: it has no step that expects");
        free(problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts_with_a_proof_are_accepted),
        cmocka_unit_test(test_an_end_before_any_proof_is_refused),
        cmocka_unit_test(test_samples_are_collected_before_they_are_judged),
        cmocka_unit_test(test_growth_needs_something_to_grow_from),
        cmocka_unit_test(test_a_script_that_expects_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
