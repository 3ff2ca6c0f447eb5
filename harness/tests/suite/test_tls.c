// What cases and steps say of TLS.
#include "tree.h"

#define HEAD "  - id: greet/a\n    title: t\n    checks: doc-1-greets\n"
#define SECURE_PROGRAMS                                                                                                \
    PROGRAMS "  keeper:\n"                                                                                             \
             "    role: server\n"                                                                                      \
             "    transport: tcp\n"                                                                                    \
             "    options: {cert: [-c, \"{value}\"], key: [-k, \"{value}\"], quiet: -q}\n"

static void tree_of(struct tree *tree, const char *program, const char *cases)
{
    tree_make(tree);
    tree_write(tree, "programs.yaml", SECURE_PROGRAMS);
    char *path = format_text("suites/%s/greet.yaml", program);
    char *text = format_text("suite: Greetings\nprogram: %s\ncases:\n%s", program, cases);
    tree_write(tree, path, text);
    free(path);
    free(text);
    tree_load(tree);
}

static void check_mistake(const char *program, const char *cases, const char *expected)
{
    struct tree tree;
    tree_of(&tree, program, cases);
    char *placed = format_text("suites/%s/greet.yaml:%s", program, expected);
    assert_tree_problems(&tree, placed);
    free(placed);
    tree_end(&tree);
}

static void test_a_server_is_told_its_certificate_by_options(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        const char *expected;
    } rows[] = {
        {"{}", "cert={cert} key={key} "},
        {"{quiet: on}", "cert={cert} key={key} quiet=on "},
        {"{key: \"{other-key}\"}", "cert={cert} key={other-key} "},
        {"{key: \"{cert}.no\", cert: /x}", "key={cert}.no cert=/x "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tree tree;
        struct buffer told = {0};
        char *text =
            format_text(HEAD "    tls: yes\n    options: %s\n    steps: [connect, {expect: hello}]\n", rows[i].options);
        tree_of(&tree, "keeper", text);
        assert_tree_problems(&tree, "");
        const struct test_case *test = catalog_case(&tree.catalog, "greet/a");
        assert_int_equal(test->certificate, CERTIFICATE_TRUSTED);
        for (size_t k = 0; k < test->option_count; k++)
            buffer_format(&told, "%s=%s ", test->options[k].name, test->options[k].value);
        assert_string_equal(buffer_string(&told), rows[i].expected);
        buffer_free(&told);
        free(text);
        tree_end(&tree);
    }
}

static void test_a_client_may_meet_any_certificate(void **state)
{
    (void)state;
    for (size_t kind = CERTIFICATE_NONE; kind < CERTIFICATE_KINDS; kind++) {
        struct tree tree;
        char *text = format_text(HEAD "    tls: %s\n    steps: [accept, {expect: hello}]\n", certificate_names[kind]);
        tree_of(&tree, "dialer", text);
        assert_tree_problems(&tree, "");
        assert_int_equal(catalog_case(&tree.catalog, "greet/a")->certificate, kind);
        assert_int_equal(catalog_case(&tree.catalog, "greet/a")->option_count, 0);
        free(text);
        tree_end(&tree);
    }
}

static void test_a_capability_of_its_own_stands_for_tls(void **state)
{
    (void)state;
    static const struct {
        const char *tls;
        bool known;
    } rows[] = {{"yes", true}, {"no", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tree tree;
        char *text = format_text(HEAD "    tls: %s\n    steps: [accept, {expect: hello}]\n", rows[i].tls);
        tree_of(&tree, "dialer", text);
        bool known = false;
        const struct program *dialer = catalog_program(&tree.catalog, "dialer");
        for (const char **name = catalog_capabilities(&tree.catalog, &tree.catalog.arena, dialer); *name; name++)
            known |= strcmp(*name, tls_capability) == 0;
        assert_int_equal(known, rows[i].known);
        free(text);
        tree_end(&tree);
    }
}

static void test_steps_say_how(void **state)
{
    (void)state;
    struct tree tree;
    tree_of(&tree, "keeper",
            HEAD "    tls: yes\n    steps:\n"
                 "      - connect: {as: a, tls: {version: \"1.2\", record: 3, segment: 16384, server-name: x.y}}\n"
                 "      - expect: {text: x, on: a}\n"
                 "      - connect: {as: b, tls: no}\n"
                 "      - connect: {as: c, tls: \"1.3\"}\n"
                 "      - cut: a\n"
                 "      - expect-end: {end: cut, on: a}\n");
    assert_tree_problems(&tree, "");
    const struct step *steps = catalog_case(&tree.catalog, "greet/a")->script.steps;
    assert_int_equal(steps[0].tls.use, TLS_ON);
    assert_int_equal(steps[0].tls.version, TLS_VERSION_1_2);
    assert_int_equal(steps[0].tls.record, 3);
    assert_int_equal(steps[0].tls.segment, 16384);
    assert_string_equal(steps[0].tls.server_name, "x.y");
    assert_false(steps[1].tls.given);
    assert_int_equal(steps[2].tls.use, TLS_OFF);
    assert_int_equal(steps[3].tls.version, TLS_VERSION_1_3);
    assert_int_equal(steps[4].word, STEP_CUT);
    tree_end(&tree);
}

static void test_mistakes_are_placed(void **state)
{
    (void)state;
    static const struct {
        const char *program, *rest, *expected;
    } rows[] = {
        {"greeter", "    tls: yes\n    steps: [connect, {expect: x}]\n",
         "7:10: `greeter` has no options `cert` and `key` to be told its certificate by"},
        {"keeper", "    tls: expired\n    steps: [connect, {expect: x}]\n",
         "7:10: it is clients that judge certificates: a case of a server has `tls: yes`"},
        {"asker", "    tls: yes\n    steps: [{expect: x}]\n", "7:10: only a program on TCP can have `tls`"},
        {"dialer", "    arguments: [\"{ca}\"]\n    steps: [accept, {expect: x}]\n",
         "4:5: {cert}, {key}, {ca} and {other-key} need a case with `tls`"},
        {"dialer", "    steps: [{accept: {as: a, tls: no}}, {expect: x}]\n",
         "7:14: `tls` in a step needs TLS: the case has no `tls`"},
        {"dialer", "    steps: [accept, {expect: x}, {repeat: {times: 2, steps: [cut]}}]\n",
         "7:62: `cut` needs TLS: the case has no `tls`"},
        {"dialer", "    tls: yes\n    steps: [accept, {accept: {as: main, tls: {record: 16385}}}]\n",
         "8:55: 16385 is not in the range 1 to 16384"},
        {"keeper", "    tls: yes\n    steps: [connect, {connect: {as: main, tls: {refused: yes}}}]\n",
         "8:58: only `accept` can be `refused`: it is clients that verify certificates"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = format_text(HEAD "%s", rows[i].rest);
        check_mistake(rows[i].program, text, rows[i].expected);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_server_is_told_its_certificate_by_options),
        cmocka_unit_test(test_a_client_may_meet_any_certificate),
        cmocka_unit_test(test_a_capability_of_its_own_stands_for_tls),
        cmocka_unit_test(test_steps_say_how),
        cmocka_unit_test(test_mistakes_are_placed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
