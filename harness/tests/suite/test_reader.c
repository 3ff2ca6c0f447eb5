// Maps, lists and scalars, and what is said about those that are wrong.
#include "support.h"

static void test_unknown_keys_are_named_with_the_nearest(void **state)
{
    (void)state;
    static const char *const keys[] = {"send", "expect", NULL};
    static const char *const more[] = {"within", NULL};
    struct document document;
    const yaml_node_t *root = document_root(&document, "send: 1\nexpct: 2\nwithin: 3\nzzz: 4\n");
    assert_false(map_check(&document.reader, root, "a step", keys, more));
    assert_problems(&document, "2:1: unknown key `expct` in a step, did you mean `expect`?\n"
                               "4:1: unknown key `zzz` in a step; it can have: send, expect, within");
    assert_false(map_check(&document.reader, root, "a step", keys, NULL));
    document_close(&document);
}

static void test_what_is_quoted_stays_in_its_line(void **state)
{
    (void)state;
    static const char *const keys[] = {"send", NULL};
    struct document document;
    const yaml_node_t *root = document_root(&document, "\"\\e[31m\\n\\x7fx\": 1\n");
    assert_false(map_check(&document.reader, root, "a step", keys, NULL));
    assert_problems(&document, "1:1: unknown key `\\x1b[31m\\n\\x7fx` in a step; it can have: send");
    document_close(&document);
}

static void test_a_map_must_be_one_and_a_list_too(void **state)
{
    (void)state;
    static const char *const keys[] = {"a", NULL};
    struct document document;
    const yaml_node_t *root = document_root(&document, "a:\n  - {a: 1}\n  - x\n  - []\n");
    const yaml_node_t *list = map_get(&document.reader, root, "a");
    assert_true(list_check(&document.reader, list, "things"));
    assert_true(map_check(&document.reader, list_item(&document.reader, list, 0), "a thing", keys, NULL));
    assert_false(map_check(&document.reader, list_item(&document.reader, list, 1), "a thing", keys, NULL));
    assert_false(map_check(&document.reader, list_item(&document.reader, list, 2), "a thing", keys, NULL));
    assert_false(list_check(&document.reader, list_item(&document.reader, list, 0), "things"));
    assert_false(list_check(&document.reader, list_item(&document.reader, list, 1), "things"));
    assert_problems(&document, "3:5: a thing must be a map, not a plain value\n"
                               "4:5: a thing must be a map, not a list\n"
                               "2:5: things must be a list, not a map\n"
                               "3:5: things must be a list, not a plain value");
    document_close(&document);
}

static void test_a_missing_key_is_reported_at_the_map(void **state)
{
    (void)state;
    struct document document;
    const yaml_node_t *root = document_root(&document, "\n  a: 1\n");
    assert_non_null(map_need(&document.reader, root, "a case", "a"));
    assert_null(map_need(&document.reader, root, "a case", "id"));
    assert_null(map_get(&document.reader, root, "other"));
    assert_problems(&document, "2:3: a case needs `id`");
    document_close(&document);
}

static void test_only_plain_nothing_is_null(void **state)
{
    (void)state;
    struct document document;
    const yaml_node_t *root = document_root(&document, "[~, null, '', \"~\", 'null', [], {}, no]");
    static const bool expected[] = {true, true, false, false, false, false, false, false};
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_int_equal(node_is_null(list_item(&document.reader, root, i)), expected[i]);
    document_close(&document);
    root = document_root(&document, "a:\nb: |\n");
    assert_true(node_is_null(map_get(&document.reader, root, "a")));
    assert_false(node_is_null(map_get(&document.reader, root, "b")));
    document_close(&document);
}

// Reads the one value of `text` in every way and says which succeeded.
struct scalar {
    bool text, string, integer, boolean, duration;
    long long number;
    bool yes;
    int64_t milliseconds;
};

static struct scalar read_all(const char *text, char **problems)
{
    struct scalar scalar = {0};
    struct document document;
    const yaml_node_t *node = list_item(&document.reader, document_root(&document, text), 0);
    struct text bytes;
    const char *string;
    scalar.text = read_text(&document.reader, node, &bytes);
    scalar.string = read_string(&document.reader, node, &string);
    scalar.integer = read_integer(&document.reader, node, -5, 100, &scalar.number);
    scalar.boolean = read_boolean(&document.reader, node, &scalar.yes);
    scalar.duration = read_duration(&document.reader, node, &scalar.milliseconds);
    *problems = problems_text(&document.problems, document.path);
    document_close(&document);
    return scalar;
}

static void test_scalars_are_read_by_type(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool string, integer, boolean, duration;
    } rows[] = {
        {"[word]", true, false, false, false},
        {"[7]", true, true, false, true},
        {"[\"7\"]", true, true, false, true},
        {"[-5]", true, true, false, false},
        {"[-6]", true, false, false, false},
        {"[100]", true, true, false, true},
        {"[101]", true, false, false, true},
        {"[0x10]", true, true, false, false},
        {"[1.5]", true, false, false, false},
        {"[7 ]", true, true, false, true},
        {"['7 ']", true, false, false, false},
        {"[yes]", true, false, true, false},
        {"[\"no\"]", true, false, true, false},
        {"[true]", true, false, true, false},
        {"[false]", true, false, true, false},
        {"[Yes]", true, false, false, false},
        {"[500ms]", true, false, false, true},
        {"[2 m]", true, false, false, false},
        {"[99999999999999999999]", true, false, false, false},
        {"[\"\"]", true, false, false, false},
        {"[\"a\\0\"]", false, false, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *problems;
        struct scalar scalar = read_all(rows[i].text, &problems);
        if (!scalar.text || scalar.string != rows[i].string || scalar.integer != rows[i].integer ||
            scalar.boolean != rows[i].boolean || scalar.duration != rows[i].duration)
            fail_msg("%s: %d %d %d %d %d", rows[i].text, scalar.text, scalar.string, scalar.integer, scalar.boolean,
                     scalar.duration);
        free(problems);
    }
}

static void test_each_type_says_what_it_wants(void **state)
{
    (void)state;
    char *problems;
    read_all("[word]", &problems);
    assert_string_equal(problems, "1:2: `word` is not an integer\n"
                                  "1:2: `word` is neither yes nor no\n"
                                  "1:2: `word` is not a duration such as 500ms, 2s or 2m");
    free(problems);
    read_all("[101]", &problems);
    assert_holds(problems, "1:2: 101 is not in the range -5 to 100\n");
    free(problems);
    read_all("[\"\\0\"]", &problems);
    assert_holds(problems, "1:2: a NUL byte cannot stand here\n");
    free(problems);
    read_all("[{a: b}]", &problems);
    assert_holds(problems, "1:2: expected a plain value, not a map\n");
    free(problems);
}

static void test_values_are_what_was_written(void **state)
{
    (void)state;
    char *problems;
    assert_int_equal(read_all("[0x1f]", &problems).number, 31);
    free(problems);
    assert_int_equal(read_all("[2m]", &problems).milliseconds, 120000);
    free(problems);
    assert_true(read_all("[true]", &problems).yes);
    free(problems);
    assert_false(read_all("[no]", &problems).yes);
    free(problems);
}

static void test_a_text_may_hold_nul(void **state)
{
    (void)state;
    struct document document;
    struct text text;
    const yaml_node_t *root = document_root(&document, "\"a\\0b\\xff\"");
    assert_true(read_text(&document.reader, root, &text));
    assert_int_equal(text.length, 5); // \xff is a code point: two bytes of UTF-8
    assert_memory_equal(text.data, "a\0b\xc3\xbf\0", 6);
    document_close(&document);
}

static void test_words_are_chosen_from_a_list(void **state)
{
    (void)state;
    static const char *const words[] = {"server", "client", NULL};
    struct document document;
    size_t index = 9;
    const yaml_node_t *root = document_root(&document, "[client, clinet, other]");
    assert_true(read_word(&document.reader, list_item(&document.reader, root, 0), "a role", words, &index));
    assert_int_equal(index, 1);
    assert_false(read_word(&document.reader, list_item(&document.reader, root, 1), "a role", words, &index));
    assert_false(read_word(&document.reader, list_item(&document.reader, root, 2), "a role", words, &index));
    assert_problems(&document, "1:10: `clinet` is not a role (server, client), did you mean `client`?\n"
                               "1:18: `other` is not a role (server, client)");
    document_close(&document);
}

static void test_a_scalar_stands_for_a_list_of_one(void **state)
{
    (void)state;
    struct document document;
    const char **strings;
    size_t count;
    const yaml_node_t *root = document_root(&document, "a: one\nb: [x, y]\nc: []\nd: {}\ne: [x, [], {}]\n");
    assert_true(map_strings(&document.reader, root, "a", &strings, &count));
    assert_int_equal(count, 1);
    assert_string_equal(strings[0], "one");
    assert_null(strings[1]);
    assert_true(map_strings(&document.reader, root, "b", &strings, &count));
    assert_int_equal(count, 2);
    assert_null(strings[2]);
    assert_true(map_strings(&document.reader, root, "c", &strings, &count));
    assert_int_equal(count, 0);
    assert_false(map_strings(&document.reader, root, "d", &strings, &count));
    assert_false(map_strings(&document.reader, root, "e", &strings, &count));
    assert_problems(&document, "4:4: d must be a list, not a map\n"
                               "5:8: expected a plain value, not a list\n"
                               "5:12: expected a plain value, not a map");
    document_close(&document);
}

static void test_absent_members_keep_their_defaults(void **state)
{
    (void)state;
    struct document document;
    const char *string = "default";
    bool flag = true;
    const char **strings = NULL;
    size_t count = 7;
    const yaml_node_t *root = document_root(&document, "{s: text, b: no}");
    assert_true(map_string(&document.reader, root, "absent", &string));
    assert_true(map_boolean(&document.reader, root, "absent", &flag));
    assert_true(map_strings(&document.reader, root, "absent", &strings, &count));
    assert_string_equal(string, "default");
    assert_true(flag);
    assert_null(strings);
    assert_int_equal(count, 7);
    assert_true(map_string(&document.reader, root, "s", &string));
    assert_true(map_boolean(&document.reader, root, "b", &flag));
    assert_string_equal(string, "text");
    assert_false(flag);
    assert_false(map_boolean(&document.reader, root, "s", &flag));
    assert_problems(&document, "1:5: `text` is neither yes nor no");
    document_close(&document);
}

static void test_problems_are_printed_one_a_line(void **state)
{
    (void)state;
    struct problems problems = {0};
    problem_add(&problems, "a.yaml", 3, 5, "%s is %d", "x", 7);
    problem_add(&problems, "b.yaml", 0, 0, "gone");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    problems_print(&problems, out);
    fclose(out);
    assert_string_equal(text, "a.yaml:3:5: x is 7\nb.yaml: gone\n");
    free(text);
    problems_free(&problems);
    assert_int_equal(problems.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_keys_are_named_with_the_nearest),
        cmocka_unit_test(test_what_is_quoted_stays_in_its_line),
        cmocka_unit_test(test_a_map_must_be_one_and_a_list_too),
        cmocka_unit_test(test_a_missing_key_is_reported_at_the_map),
        cmocka_unit_test(test_only_plain_nothing_is_null),
        cmocka_unit_test(test_scalars_are_read_by_type),
        cmocka_unit_test(test_each_type_says_what_it_wants),
        cmocka_unit_test(test_values_are_what_was_written),
        cmocka_unit_test(test_a_text_may_hold_nul),
        cmocka_unit_test(test_words_are_chosen_from_a_list),
        cmocka_unit_test(test_a_scalar_stands_for_a_list_of_one),
        cmocka_unit_test(test_absent_members_keep_their_defaults),
        cmocka_unit_test(test_problems_are_printed_one_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
