// Requirements, programs and the tree as a whole.
#include "tree.h"

#include <errno.h>

static void test_a_small_tree_is_loaded(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_need(&tree);
    const struct catalog *catalog = &tree.catalog;
    assert_int_equal(catalog->requirement_count, 3);
    assert_int_equal(catalog->program_count, 4);
    assert_int_equal(catalog->case_count, 0);
    const struct requirement *polite = catalog_requirement(catalog, "doc-2-polite");
    assert_string_equal(polite->source, "doc");
    assert_int_equal(polite->level, LEVEL_SHOULD);
    assert_string_equal(level_name(polite->level), "SHOULD");
    assert_string_equal(polite->section, "2");
    assert_string_equal(polite->text, "It is polite.");
    assert_string_equal(polite->role, "server");
    assert_null(polite->untested);
    assert_int_equal(polite->line, 5);
    assert_null(catalog_requirement(catalog, "doc-2"));
    assert_null(catalog_program(catalog, "greet"));
    assert_null(catalog_case(catalog, "greet/x"));
    tree_end(&tree);
}

static void test_a_directory_without_data_is_said_to_be_one(void **state)
{
    (void)state;
    struct tree tree = {.path = "/tmp/sockspec-tree-XXXXXX"};
    assert_non_null(mkdtemp(tree.path));
    tree_load(&tree);
    assert_int_equal(tree.result, -EBADMSG);
    assert_tree_problems(&tree, ": no conformance data here (requirements/*.yaml, programs.yaml)");
    tree_end(&tree);
}

static void test_only_the_suites_that_words_are_about_are_loaded(void **state)
{
    (void)state;
    static const struct {
        const char *words[2];
        size_t greetings, echoes;
    } rows[] = {
        {{NULL}, 1, 1},
        {{"greeter"}, 1, 0},
        {{"echo/say/a"}, 0, 1},
        {{"echo/*"}, 0, 1},
        {{"greeter", "echo/say"}, 1, 1},
        {{"greet*"}, 1, 1},
        {{"greeters"}, 1, 1},
        {{"echo", "*"}, 1, 1},
        {{"elsewhere/own.yaml"}, 1, 1}, // its ids must be none of the tree's
        {{"echo", "elsewhere/own.yaml:own/*"}, 1, 1},
    };
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "suites/greeter/greet.yaml",
               "suite: Greetings\nprogram: greeter\ncases:\n"
               "  - {id: greeter/greet/a, title: t, checks: doc-1-greets, steps: [connect, {expect: hello}]}\n");
    tree_write(&tree, "suites/echo/say.yaml",
               "suite: Echoes\nprogram: echo\ncases:\n"
               "  - {id: echo/say/a, title: t, checks: doc-1-greets, steps: [{expect-exit: 0}]}\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t count = 0;
        while (count < 2 && rows[i].words[count])
            count++;
        assert_int_equal(catalog_load_for(&tree.catalog, tree.path, rows[i].words, count), 0);
        assert_tree_problems(&tree, "");
        assert_int_equal(catalog_case(&tree.catalog, "greeter/greet/a") != NULL, rows[i].greetings);
        assert_int_equal(catalog_case(&tree.catalog, "echo/say/a") != NULL, rows[i].echoes);
        catalog_free(&tree.catalog);
    }
    tree_end(&tree);
}

static void check_requirements(const char *text, const char *expected)
{
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "requirements/doc.yaml", text);
    tree_load(&tree);
    assert_int_equal(tree.result, -EBADMSG);
    assert_tree_problems(&tree, expected);
    tree_end(&tree);
}

static void test_requirements_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *member, *expected;
    } rows[] = {
        {"{id: other-1, level: MUST, section: a, text: t}",
         "requirements/doc.yaml:2:21: the id `other-1` must begin with its source: `doc-`"},
        {"{id: doc, level: MUST, section: a, text: t}",
         "requirements/doc.yaml:2:21: the id `doc` must begin with its source: `doc-`"},
        {"{id: document-1, level: MUST, section: a, text: t}",
         "requirements/doc.yaml:2:21: the id `document-1` must begin with its source: `doc-`"},
        {"{level: MUST, section: a, text: t}", "requirements/doc.yaml:2:16: a requirement needs `id`"},
        {"{id: doc-1, level: must, section: a, text: t}",
         "requirements/doc.yaml:2:35: `must` is not a level (MAY, SHOULD, MUST)"},
        {"{id: doc-1}", "requirements/doc.yaml:2:16: a requirement needs `level`\n"
                        "requirements/doc.yaml:2:16: a requirement needs `section`\n"
                        "requirements/doc.yaml:2:16: a requirement needs `text`"},
        {"{id: doc-1, level: MUST, section: a, text: t, txt: u}",
         "requirements/doc.yaml:2:62: unknown key `txt` in a requirement, did you mean `text`?"},
        {"doc-1", "requirements/doc.yaml:2:16: a requirement must be a map, not a plain value"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = format_text("source: doc\nrequirements: [%s]\n", rows[i].member);
        check_requirements(text, rows[i].expected);
        free(text);
    }
    check_requirements("source: doc\n", "requirements/doc.yaml:1:1: a file of requirements needs `requirements`");
    check_requirements("source: doc\nrequirements: {}\n",
                       "requirements/doc.yaml:2:15: requirements must be a list, not a map");
}

static void test_an_id_is_unique_across_files(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "requirements/more.yaml",
               "source: doc\nrequirements:\n  - {id: doc-1-greets, level: MAY, section: a, text: t}\n");
    tree_load(&tree);
    char *expected = format_text("requirements/more.yaml:3:10: the id `doc-1-greets` stands at "
                                 "%s/requirements/doc.yaml:4 already",
                                 tree.path);
    assert_tree_problems(&tree, expected);
    free(expected);
    tree_end(&tree);
}

static void test_programs_have_their_kinds_and_defaults(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_need(&tree);
    const struct program *greeter = catalog_program(&tree.catalog, "greeter");
    assert_int_equal(greeter->role, ROLE_SERVER);
    assert_int_equal(greeter->transport, TRANSPORT_TCP);
    assert_true(greeter->serves_many);
    assert_false(greeter->strict_stdout || greeter->has_control);
    assert_string_equal(greeter->arguments[0], "{port}");
    assert_null(greeter->arguments[1]);
    assert_int_equal(greeter->option_count, 2);
    assert_string_equal(greeter->options[0].arguments[1], "{value}");
    assert_string_equal(greeter->options[1].arguments[0], "--quiet");
    const struct program *dialer = catalog_program(&tree.catalog, "dialer");
    assert_int_equal(dialer->role, ROLE_CLIENT);
    assert_true(dialer->strict_stdout && !dialer->serves_many);
    const struct program *echo = catalog_program(&tree.catalog, "echo");
    assert_int_equal(echo->transport, TRANSPORT_NONE);
    assert_true(echo->strict_stdout);
    assert_string_equal(echo->about, "Says it again");
    assert_null(echo->arguments[0]);
    tree_end(&tree);
}

static void check_program(const char *program, const char *expected)
{
    struct tree tree;
    tree_make(&tree);
    char *text = format_text("programs:\n  p: %s\n", program);
    tree_write(&tree, "programs.yaml", text);
    free(text);
    tree_load(&tree);
    assert_tree_problems(&tree, expected);
    tree_end(&tree);
}

static void test_programs_are_checked(void **state)
{
    (void)state;
    check_program("{}", "programs.yaml:2:6: a program needs `role`");
    check_program("{role: sever}",
                  "programs.yaml:2:13: `sever` is not a role (server, client, command), did you mean `server`?");
    check_program("{role: server}", "programs.yaml:2:6: a server or client needs a `transport`");
    check_program("{role: client, transport: none}", "programs.yaml:2:6: a server or client needs a `transport`");
    check_program("{role: server, transport: sctp}",
                  "programs.yaml:2:32: `sctp` is not a transport (none, tcp, udp, unix)");
    check_program("{role: command, lifetime: two}", "programs.yaml:2:32: `two` is not a lifetime (one, many)");
    check_program("{role: command, stdout: open}",
                  "programs.yaml:2:30: `open` is not a rule for stdout (free, strict)");
    check_program("{role: command, options: [a]}",
                  "programs.yaml:2:31: `options` must be a map from names to lists of arguments");
    check_program("{role: command, options: {a: {}}}", "programs.yaml:2:35: an option must be a list, not a map");
    check_program("{role: command, control: {opne: []}}",
                  "programs.yaml:2:32: unknown key `opne` in a control, did you mean `open`?");
    check_program("{role: server, transport: tcp, control: {open: [connect], check: [{expect: x, send: y}]}}",
                  "programs.yaml:2:72: a step is one word, or a map with one step word");
    check_program("[a]", "programs.yaml:2:6: a program must be a map, not a list");
}

static void test_a_control_works_on_the_connection_that_it_opens(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    tree_write(&tree, "programs.yaml",
               "programs:\n  p:\n    role: server\n    transport: tcp\n    control:\n      open: [connect]\n"
               "      check: [{send: a}, {expect: b}]\n      close: [{expect-end: fin}]\n");
    tree_need(&tree);
    const struct program *program = catalog_program(&tree.catalog, "p");
    assert_true(program->has_control);
    assert_int_equal(program->control_open.count, 1);
    assert_int_equal(program->control_check.count, 2);
    assert_int_equal(program->control_close.count, 1);
    assert_string_equal(program->control_close.steps[0].on, "main");
    tree_end(&tree);
    check_program("{role: server, transport: tcp, control: {check: [{send: a}]}}",
                  "programs.yaml:2:62: no connection was made before `send`");
}

static void test_late_names_are_known_wherever_they_stand(void **state)
{
    (void)state;
    assert_true(has_late_name("{port}"));
    assert_true(has_late_name("--listen=[::1]:{port}"));
    assert_true(has_late_name("{other}{address}"));
    assert_true(has_late_name("{ {url}"));
    assert_false(has_late_name("port"));
    assert_false(has_late_name("{ports}"));
    assert_false(has_late_name("{PORT}"));
    assert_false(has_late_name("{port"));
    assert_false(has_late_name(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_small_tree_is_loaded),
        cmocka_unit_test(test_a_directory_without_data_is_said_to_be_one),
        cmocka_unit_test(test_only_the_suites_that_words_are_about_are_loaded),
        cmocka_unit_test(test_requirements_are_checked),
        cmocka_unit_test(test_an_id_is_unique_across_files),
        cmocka_unit_test(test_programs_have_their_kinds_and_defaults),
        cmocka_unit_test(test_programs_are_checked),
        cmocka_unit_test(test_a_control_works_on_the_connection_that_it_opens),
        cmocka_unit_test(test_late_names_are_known_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
