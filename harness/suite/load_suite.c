// A suite file: its head, and its cases multiplied by `matrix` and `rows`.
#include <string.h>

#include "base/memory.h"
#include "suite/load.h"

#define MAXIMUM_VARIABLES 32
#define MAXIMUM_COMBINATIONS 10000

struct expansion {
    struct catalog *catalog;
    struct reader *reader;
    const struct suite *suite;
    const yaml_node_t *defaults;
    const yaml_node_t *node; // the case
    struct variable items[MAXIMUM_VARIABLES];
    size_t count;
};

// A name that template_find() finds between braces.
static bool name_is_legal(const char *name)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return *name >= 'a' && *name <= 'z' && name[strspn(name, legal)] == '\0';
}

static bool add_variable(struct expansion *in, const yaml_node_t *key, const yaml_node_t *value)
{
    struct variable variable;
    in->reader->variables = NULL; // values are taken as they stand
    if (!read_string(in->reader, key, &variable.name) || !read_text(in->reader, value, &variable.value))
        return false;
    if (!name_is_legal(variable.name)) {
        reader_problem(in->reader, key,
                       "`%s` is not the name of a variable: lower-case letters, digits, `-` and `_`, a letter first",
                       variable.name);
        return false;
    }
    for (size_t i = 0; i < in->count; i++) {
        if (strcmp(in->items[i].name, variable.name) == 0) {
            reader_problem(in->reader, key, "the variable `%s` stands in `matrix` and in `rows`", variable.name);
            return false;
        }
    }
    if (in->count == MAXIMUM_VARIABLES) {
        reader_problem(in->reader, key, "more than %d variables", MAXIMUM_VARIABLES);
        return false;
    }
    in->items[in->count++] = variable;
    return true;
}

// Makes the case with the variables chosen so far and every combination of the matrix from its member `index` on.
// Stops at the first problem, which the other combinations would only repeat.
static bool expand_matrix(struct expansion *in, const yaml_node_t *matrix, size_t index)
{
    if (!matrix || index == map_size(matrix)) {
        struct variables variables = {in->items, in->count};
        size_t problems = in->catalog->problems.count;
        in->reader->variables = &variables;
        load_case(in->catalog, in->reader, in->suite, in->defaults, in->node);
        in->reader->variables = NULL;
        return in->catalog->problems.count == problems;
    }
    const yaml_node_t *values = map_value(in->reader, matrix, index);
    if (!list_check(in->reader, values, "a variable of `matrix`"))
        return false;
    if (list_size(values) == 0) {
        reader_problem(in->reader, values, "a variable of `matrix` needs a value");
        return false;
    }
    for (size_t i = 0; i < list_size(values); i++) {
        size_t count = in->count;
        if (!add_variable(in, map_key(in->reader, matrix, index), list_item(in->reader, values, i)) ||
            !expand_matrix(in, matrix, index + 1))
            return false;
        in->count = count;
    }
    return true;
}

// Bounds what a few lines of a matrix multiply to.
static bool check_combinations(struct expansion *in, const yaml_node_t *matrix)
{
    size_t product = 1;
    for (size_t i = 0; matrix && i < map_size(matrix); i++) {
        const yaml_node_t *values = map_value(in->reader, matrix, i);
        product *= node_is_list(values) && list_size(values) ? list_size(values) : 1;
        if (product > MAXIMUM_COMBINATIONS) {
            reader_problem(in->reader, matrix, "`matrix` makes more than %d cases", MAXIMUM_COMBINATIONS);
            return false;
        }
    }
    return true;
}

static bool expand_row(struct expansion *in, const yaml_node_t *row, const yaml_node_t *first,
                       const yaml_node_t *matrix)
{
    if (!node_is_map(row)) {
        reader_problem(in->reader, row, "a row must be a map");
        return false;
    }
    in->count = 0;
    for (size_t i = 0; i < map_size(row); i++) {
        const yaml_node_t *key = map_key(in->reader, row, i);
        if (!map_get(in->reader, first, (const char *)key->data.scalar.value)) {
            reader_problem(in->reader, key, "the first row has no `%s`; all rows have the same keys",
                           (const char *)key->data.scalar.value);
            return false;
        }
        if (!add_variable(in, key, map_value(in->reader, row, i)))
            return false;
    }
    if (map_size(row) != map_size(first)) {
        reader_problem(in->reader, row, "this row has %zu keys, the first has %zu", map_size(row), map_size(first));
        return false;
    }
    return expand_matrix(in, matrix, 0);
}

static void expand_case(struct expansion *in)
{
    if (!node_is_map(in->node)) {
        reader_problem(in->reader, in->node, "a case must be a map");
        return;
    }
    const yaml_node_t *matrix = map_get(in->reader, in->node, "matrix");
    const yaml_node_t *rows = map_get(in->reader, in->node, "rows");
    if (matrix && !node_is_map(matrix)) {
        reader_problem(in->reader, matrix, "`matrix` must be a map from names to lists");
        return;
    }
    if (!check_combinations(in, matrix))
        return;
    if (!rows) {
        expand_matrix(in, matrix, 0);
        return;
    }
    if (!list_check(in->reader, rows, "rows"))
        return;
    if (list_size(rows) == 0)
        reader_problem(in->reader, rows, "`rows` needs a row");
    for (size_t i = 0; i < list_size(rows); i++)
        if (!expand_row(in, list_item(in->reader, rows, i), list_item(in->reader, rows, 0), matrix))
            return;
}

static bool read_head(struct catalog *catalog, struct reader *reader, const yaml_node_t *root, struct suite *suite)
{
    const yaml_node_t *title = map_need(reader, root, "a suite", "suite");
    const yaml_node_t *program = map_need(reader, root, "a suite", "program");
    const char *name;
    suite->path = reader->path;
    if (!title || !program || !read_string(reader, title, &suite->title) || !read_string(reader, program, &name))
        return false;
    suite->program = catalog_program(catalog, name);
    if (suite->program)
        return true;
    const char **names = arena_allocate(reader->arena, catalog->program_count + 1, sizeof *names);
    for (size_t i = 0; i < catalog->program_count; i++)
        names[i] = catalog->programs[i].name;
    reader_problem(reader, program, "unknown program `%s`%s", name, reader_hint(reader, name, names));
    return false;
}

void load_suite(struct catalog *catalog, struct reader *reader)
{
    static const char *const keys[] = {"suite", "program", "defaults", "cases", NULL};
    const yaml_node_t *root = reader_root(reader);
    struct suite *suite = arena_allocate(reader->arena, 1, sizeof *suite);
    if (!map_check(reader, root, "a suite", keys, NULL) || !read_head(catalog, reader, root, suite))
        return;
    const yaml_node_t *defaults = map_get(reader, root, "defaults");
    const yaml_node_t *cases = map_need(reader, root, "a suite", "cases");
    if (!cases || !list_check(reader, cases, "cases") ||
        (defaults && !map_check(reader, defaults, "defaults", default_keys, NULL)))
        return;
    for (size_t i = 0; i < list_size(cases); i++) {
        struct expansion expansion = {
            .catalog = catalog,
            .reader = reader,
            .suite = suite,
            .defaults = defaults,
            .node = list_item(reader, cases, i),
        };
        expand_case(&expansion);
    }
}
