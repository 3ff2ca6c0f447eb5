// What must hold of any YAML file before its content is looked at.
#include "support.h"

#include <errno.h>

static void check_problem(const char *text, const char *expected)
{
    struct document document;
    document_open(&document, text);
    assert_int_equal(document.result, -EBADMSG);
    assert_problems(&document, expected);
    document_close(&document);
}

static void check_good(const char *text)
{
    struct document document;
    document_open(&document, text);
    assert_int_equal(document.result, 0);
    assert_no_problems(&document);
    document_close(&document);
}

static void test_files_without_content_are_refused(void **state)
{
    (void)state;
    check_problem("", "1:1: the file is empty");
    check_problem("\n\n", "1:1: the file is empty");
    check_problem("# nothing but a comment\n", "1:1: the file is empty");
}

static void test_any_single_document_is_taken(void **state)
{
    (void)state;
    check_good("a: 1\n");
    check_good("--- {a: 1}\n...\n");
    check_good("plain");
    check_good("- one\n- two\n");
    check_good("\xef\xbb\xbf"
               "a: 1\n");
    check_good("a: 1\r\nb: 2\r\n");
}

static void test_a_second_document_is_refused_at_its_line(void **state)
{
    (void)state;
    check_problem("a: 1\n---\nb: 2\n", "2:1: a second document; a file holds one");
    check_problem("a: 1\n\n\n---\n", "4:1: a second document; a file holds one");
    check_problem("a: 1\n--- {b: [}\n", "2:10: did not find expected node content while parsing a flow node");
}

static void test_duplicate_keys_are_refused_at_the_second(void **state)
{
    (void)state;
    check_problem("a: 1\nb: 2\na: 3\n", "3:1: the key `a` stands here twice");
    check_problem("x:\n  - {a: 1, \"a\": 1}\n", "2:12: the key `a` stands here twice");
    check_problem("same: &x 1\nm: {a: *x, a: *x}\n", "2:12: the key `a` stands here twice");
    check_problem("{a: {}, a: {}}", "1:9: the key `a` stands here twice");
    check_good("a: {b: 1}\nc: {b: 1}\n");
}

static void test_keys_must_be_words(void **state)
{
    (void)state;
    check_problem("? [a]\n: 1\n", "1:3: a key must be a plain word");
    check_problem("b: 1\n? {a: 1}\n: 1\n", "2:3: a key must be a plain word");
    check_problem("x: 1\n\"a\\0b\": 1\n", "2:1: a NUL byte cannot stand in a key");
}

static char *nested(size_t depth)
{
    struct buffer text = {0};
    for (size_t i = 0; i < depth; i++)
        buffer_text(&text, "[");
    for (size_t i = 0; i < depth; i++)
        buffer_text(&text, "]");
    return buffer_take(&text);
}

static void test_nesting_has_a_bound(void **state)
{
    (void)state;
    char *text = nested(65);
    check_good(text);
    free(text);
    text = nested(66);
    check_problem(text, "1:66: nested more than 64 levels deep");
    free(text);
    text = nested(900);
    check_problem(text, "1:66: nested more than 64 levels deep");
    free(text);
}

static void test_aliases_that_hold_themselves_are_refused(void **state)
{
    (void)state;
    check_problem("a: &x [*x]\n", "1:4: nested more than 64 levels deep");
    check_problem("a: &x [*x, *x]\n", "1:4: nested more than 64 levels deep");
    check_problem("a: &x {b: *x}\n", "1:4: nested more than 64 levels deep");
    check_problem("&x [1, 2, {a: *x}]", "1:5: nested more than 64 levels deep");
    check_good("a: &x [1]\nb: *x\n");
}

// Ten levels of ten references each would take years to walk.
static void test_aliases_cannot_multiply_without_bound(void **state)
{
    (void)state;
    struct buffer text = {0};
    buffer_text(&text, "a: &a [1]\n");
    for (char name = 'b'; name <= 'k'; name++) {
        buffer_format(&text, "%c: &%c [", name, name);
        for (int i = 0; i < 10; i++)
            buffer_format(&text, "%s*%c", i ? ", " : "", name - 1);
        buffer_text(&text, "]\n");
    }
    struct document document;
    document_open(&document, buffer_string(&text));
    assert_int_equal(document.result, -EBADMSG);
    assert_int_equal(document.problems.count, 1);
    assert_holds(document.problems.items[0].text, "aliases make this more than");
    document_close(&document);
    buffer_free(&text);
}

static void test_mistakes_of_syntax_have_their_place(void **state)
{
    (void)state;
    check_problem("a: [1, 2\nb: 3\n", "2:2: did not find expected ',' or ']' while parsing a flow sequence");
    check_problem("a:\n\t- 1\n", "2:1: found character that cannot start any token while scanning for the next token");
    check_problem("a: 'open\n", "2:1: found unexpected end of stream while scanning a quoted scalar");
    check_problem("a: \"\\q\"\n", "1:5: found unknown escape character while parsing a quoted scalar");
    check_problem("a: *nowhere\n", "1:4: found undefined alias");
}

static void test_bytes_that_are_not_utf8_have_their_place(void **state)
{
    (void)state;
    check_problem("a: 1\nb: x\xffy\n", "2:5: invalid leading UTF-8 octet");
    check_problem("a: \xc3(\n", "1:5: invalid trailing UTF-8 octet");
    check_problem("a: 1\n\n\nb: \x01\n", "4:4: control characters are not allowed");
    check_problem("\xff\xff\xff", "1:1: invalid leading UTF-8 octet");
}

static void test_a_nul_byte_in_the_file_is_refused(void **state)
{
    (void)state;
    struct document document;
    document_open_bytes(&document, "a: b\n\0c: d\n", 11);
    assert_int_equal(document.result, -EBADMSG);
    document_close(&document);
}

static void test_what_cannot_be_read_has_its_reason(void **state)
{
    (void)state;
    struct reader reader;
    struct arena arena = {0};
    struct problems problems = {0};
    assert_int_equal(reader_open(&reader, "/nowhere/x.yaml", &arena, &problems), -ENOENT);
    reader_close(&reader);
    assert_problems_at(&problems, "/nowhere", "x.yaml: cannot read: No such file or directory");
    problems_free(&problems);

    assert_int_equal(reader_open(&reader, "/tmp", &arena, &problems), -EISDIR);
    reader_close(&reader);
    assert_problems_at(&problems, "/", "tmp: cannot read: Is a directory");
    problems_free(&problems);
    arena_free(&arena);
}

static void test_a_large_file_is_read_whole(void **state)
{
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < 40000; i++)
        buffer_format(&text, "- {name: item-%d, value: \"some text of this item\"}\n", i);
    struct document document;
    const yaml_node_t *root = document_root(&document, buffer_string(&text));
    assert_int_equal(list_size(root), 40000);
    const yaml_node_t *last = list_item(&document.reader, root, 39999);
    assert_int_equal(node_line(last), 40000);
    assert_int_equal(node_column(last), 3);
    document_close(&document);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_without_content_are_refused),
        cmocka_unit_test(test_any_single_document_is_taken),
        cmocka_unit_test(test_a_second_document_is_refused_at_its_line),
        cmocka_unit_test(test_duplicate_keys_are_refused_at_the_second),
        cmocka_unit_test(test_keys_must_be_words),
        cmocka_unit_test(test_nesting_has_a_bound),
        cmocka_unit_test(test_aliases_that_hold_themselves_are_refused),
        cmocka_unit_test(test_aliases_cannot_multiply_without_bound),
        cmocka_unit_test(test_mistakes_of_syntax_have_their_place),
        cmocka_unit_test(test_bytes_that_are_not_utf8_have_their_place),
        cmocka_unit_test(test_a_nul_byte_in_the_file_is_refused),
        cmocka_unit_test(test_what_cannot_be_read_has_its_reason),
        cmocka_unit_test(test_a_large_file_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
