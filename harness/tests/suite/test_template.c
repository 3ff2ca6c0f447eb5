// The rules of braces.
#include "support.h"

#include "suite/template.h"

static struct variable variable_of(const char *name, const char *value)
{
    return (struct variable){name, {(char *)value, strlen(value)}};
}

static const char *const late[] = {"port", "refused-port", NULL};

// Expands with name=x, n-2="", request="{name}" and, if `with_late`, {port} and {refused-port} left to the run.
static bool expand(struct document *document, const char *written, bool with_late, struct text *text)
{
    struct variable items[] = {variable_of("name", "x"), variable_of("n-2_b", ""), variable_of("request", "{name}")};
    struct variables variables = {items, COUNT(items)};
    const yaml_node_t *root = document_root(document, "word");
    document->reader.variables = &variables;
    document->reader.late_names = with_late ? late : NULL;
    struct text input = {(char *)written, strlen(written)};
    bool good = template_expand(&document->reader, root, input, text);
    document->reader.variables = NULL;
    return good;
}

static void test_names_are_replaced_and_other_braces_stay(void **state)
{
    (void)state;
    static const struct {
        const char *written, *expected;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"{name}", "x"},
        {"a{name}b{name}", "axbx"},
        {"{name}{n-2_b}{name}", "xx"},
        {"{request}", "{name}"}, // a value is not expanded again
        {"{{", "{"},
        {"{{{{", "{{"},
        {"{", "{"},
        {"}", "}"},
        {"}}", "}}"},
        {"{}", "{}"},
        {"{{name}", "{name}"},
        {"{{name}}", "{name}}"},
        {"{{{name}", "{x"},
        {"{{{name}}}", "{x}}"},
        {"{{{{name}", "{{name}"},
        {"{name}{{name}{name}", "x{name}x"},
        {"{{name}{name}", "{name}x"},
        {"a{2}", "a{2}"},
        {"a{2,}b{{3}", "a{2,}b{3}"},
        {"{Name}", "{Name}"},
        {"{name", "{name"},
        {"{name {name}", "{name x"},
        {"{-name}", "{-name}"},
        {"{ name }", "{ name }"},
        {"\\{name}", "\\x"},
        {"{\"a\": {name}}", "{\"a\": x}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct document document;
        struct text text;
        assert_true(expand(&document, rows[i].written, false, &text));
        if (strcmp(text.data, rows[i].expected) != 0)
            fail_msg("%s became %s", rows[i].written, text.data);
        assert_int_equal(text.length, strlen(rows[i].expected));
        document_close(&document);
    }
}

static void test_late_names_are_left_as_they_are(void **state)
{
    (void)state;
    struct document document;
    struct text text;
    assert_true(expand(&document, "{port}:{name}:{refused-port}", true, &text));
    assert_string_equal(text.data, "{port}:x:{refused-port}");
    document_close(&document);
}

static void check_unknown(const char *written, bool with_late, const char *problem)
{
    struct document document;
    struct text text;
    assert_false(expand(&document, written, with_late, &text));
    assert_problems(&document, problem);
    document_close(&document);
}

static void test_unknown_names_are_problems_with_a_hint(void **state)
{
    (void)state;
    check_unknown("{nam}", false,
                  "1:1: `{nam}` is not a variable of this case, did you mean `name`? (a literal brace is `{{`)");
    check_unknown("{wholly-other}", false,
                  "1:1: `{wholly-other}` is not a variable of this case (a literal brace is `{{`)");
    check_unknown("{port}", false, "1:1: `{port}` is not a variable of this case (a literal brace is `{{`)");
    check_unknown("{pord}", true,
                  "1:1: `{pord}` is not a variable of this case, did you mean `port`? (a literal brace is `{{`)");
    check_unknown("{a}{name}{b}", false,
                  "1:1: `{a}` is not a variable of this case (a literal brace is `{{`)\n"
                  "1:1: `{b}` is not a variable of this case (a literal brace is `{{`)");
}

static void test_without_variables_braces_mean_nothing(void **state)
{
    (void)state;
    struct document document;
    const yaml_node_t *root = document_root(&document, "word");
    struct text text;
    assert_true(template_expand(&document.reader, root, (struct text){(char *)"{{x} {port}", 11}, &text));
    assert_string_equal(text.data, "{{x} {port}");
    document_close(&document);
}

static void test_nul_bytes_pass_through(void **state)
{
    (void)state;
    struct variable item = {"v", {(char *)"\0\1", 2}};
    struct variables variables = {&item, 1};
    struct document document;
    const yaml_node_t *root = document_root(&document, "word");
    struct text text;
    document.reader.variables = &variables;
    assert_true(template_expand(&document.reader, root, (struct text){(char *)"a\0{v}\0", 6}, &text));
    document.reader.variables = NULL;
    assert_int_equal(text.length, 5);
    assert_memory_equal(text.data, "a\0\0\1\0", 6);
    document_close(&document);
}

static void test_find_reads_no_further_than_the_text(void **state)
{
    (void)state;
    static const char whole[] = {'a', '{', 'b', 'c', '}'};
    for (size_t length = 0; length <= sizeof whole; length++) {
        char *exact = malloc(length ? length : 1);
        memcpy(exact, whole, length);
        size_t start = 0;
        size_t name_length = 0;
        assert_int_equal(template_find(exact, length, 0, &start, &name_length), length == sizeof whole);
        if (length == sizeof whole) {
            assert_int_equal(start, 2);
            assert_int_equal(name_length, 2);
            assert_false(template_find(exact, length, 2, &start, &name_length));
        }
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_replaced_and_other_braces_stay),
        cmocka_unit_test(test_late_names_are_left_as_they_are),
        cmocka_unit_test(test_unknown_names_are_problems_with_a_hint),
        cmocka_unit_test(test_without_variables_braces_mean_nothing),
        cmocka_unit_test(test_nul_bytes_pass_through),
        cmocka_unit_test(test_find_reads_no_further_than_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
