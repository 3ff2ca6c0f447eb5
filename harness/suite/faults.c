#include "suite/faults.h"

#include <errno.h>
#include <fnmatch.h>
#include <libgen.h>
#include <string.h>

static bool read_name(struct catalog *catalog, struct reader *reader, const yaml_node_t *node, const char *what,
                      const struct program **program)
{
    const char *name;
    if (!read_string(reader, node, &name))
        return false;
    *program = catalog_program(catalog, name);
    if (!*program)
        reader_problem(reader, node, "%s: unknown program `%s`", what, name);
    return *program != NULL;
}

// What is wrong: a requirement of the tree, or that there is none.
static bool read_requirement(struct catalog *catalog, struct reader *reader, const yaml_node_t *node,
                             struct fault *fault)
{
    const yaml_node_t *named = map_get(reader, node, "requirement");
    const char *id;
    if (!map_string(reader, node, "legal", &fault->legal))
        return false;
    if ((named != NULL) == (fault->legal != NULL)) {
        reader_problem(reader, node, "a fault has either the `requirement` that it breaks or says why it is `legal`");
        return false;
    }
    if (!named)
        return true;
    if (!read_string(reader, named, &id))
        return false;
    fault->requirement = catalog_requirement(catalog, id);
    if (!fault->requirement)
        reader_problem(reader, named, "unknown requirement `%s`", id);
    return fault->requirement != NULL;
}

static bool read_fault(struct catalog *catalog, struct reader *reader, const yaml_node_t *key, const yaml_node_t *node,
                       struct fault *fault)
{
    // What the tests of the suites say of a fault, and an audit finds out by itself.
    static const char *const told[] = {"fails", "fails-at-least", "nonstrict", "passes", NULL};
    static const char *const keys[] = {"requirement", "legal", "known",          "lenient",   "run",    "slow", "waits",
                                       "explore",     "fails", "fails-at-least", "nonstrict", "passes", NULL};
    const char **patterns;
    size_t count;
    fault->line = node_line(key);
    if (!read_string(reader, key, &fault->name) || !map_check(reader, node, "a fault", keys, NULL) ||
        !read_requirement(catalog, reader, node, fault) || !map_string(reader, node, "known", &fault->known) ||
        !map_string(reader, node, "lenient", &fault->lenient) ||
        !map_strings(reader, node, "run", &fault->run, &count) ||
        !map_string(reader, node, "explore", &fault->explore) || !map_boolean(reader, node, "slow", &fault->slow) ||
        !map_boolean(reader, node, "waits", &fault->waits))
        return false;
    for (size_t i = 0; told[i]; i++)
        if (!map_strings(reader, node, told[i], &patterns, &count))
            return false;
    return true;
}

static bool read_faults(struct catalog *catalog, struct reader *reader, const yaml_node_t *node,
                        struct fault_list *list)
{
    if (!node_is_map(node)) {
        reader_problem(reader, node, "`faults` must be a map from names to faults");
        return false;
    }
    bool good = true;
    list->faults = arena_allocate(reader->arena, map_size(node) + 1, sizeof *list->faults);
    for (size_t i = 0; i < map_size(node); i++)
        if (read_fault(catalog, reader, map_key(reader, node, i), map_value(reader, node, i),
                       &list->faults[list->count]))
            list->count++;
        else
            good = false;
    return good;
}

static bool read_excuses(struct reader *reader, const yaml_node_t *node, struct fault_list *list)
{
    if (!node)
        return true;
    if (!node_is_map(node)) {
        reader_problem(reader, node, "`catches-nothing` must be a map from patterns of cases to reasons");
        return false;
    }
    list->excuses = arena_allocate(reader->arena, map_size(node) + 1, sizeof *list->excuses);
    list->excuse_count = map_size(node);
    for (size_t i = 0; i < map_size(node); i++)
        if (!read_string(reader, map_key(reader, node, i), &list->excuses[i].pattern) ||
            !read_string(reader, map_value(reader, node, i), &list->excuses[i].why))
            return false;
    return true;
}

static bool read_command(struct reader *reader, const yaml_node_t *node, struct fault_list *list)
{
    size_t count;
    bool named = false;
    bool told = list->program->role == ROLE_COMMAND;
    if (!read_strings(reader, node, "command", &list->command, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        named |= strstr(list->command[i], "{fault}") != NULL;
        told |= has_late_name(list->command[i]);
    }
    if (!named || !told)
        reader_problem(reader, node, "the command must hold %s", named ? "a placeholder such as {port}" : "{fault}");
    return named && told;
}

bool faults_read(struct catalog *catalog, struct reader *reader, struct fault_list *list)
{
    static const char *const keys[] = {"program", "command", "faults", "null-peers", "errors", "catches-nothing", NULL};
    static const char what[] = "a catalogue of faults";
    const yaml_node_t *root = reader_root(reader);
    size_t count;
    if (!map_check(reader, root, what, keys, NULL))
        return false;
    const yaml_node_t *program = map_need(reader, root, what, "program");
    const yaml_node_t *command = map_need(reader, root, what, "command");
    const yaml_node_t *faults = map_need(reader, root, what, "faults");
    list->path = arena_text(&catalog->arena, reader->path);
    list->directory = arena_text(&catalog->arena, dirname(arena_text(&catalog->arena, reader->path)));
    return program && command && faults && read_name(catalog, reader, program, "faults", &list->program) &&
           read_command(reader, command, list) && map_strings(reader, root, "null-peers", &list->null_peers, &count) &&
           map_strings(reader, root, "errors", &list->errors, &count) &&
           read_excuses(reader, map_get(reader, root, "catches-nothing"), list) &&
           read_faults(catalog, reader, faults, list);
}

int faults_load(struct catalog *catalog, const char *path, struct fault_list *list)
{
    struct reader reader;
    int result = reader_open(&reader, path, &catalog->arena, &catalog->problems);
    if (result == 0 && !faults_read(catalog, &reader, list))
        result = -EBADMSG;
    reader_close(&reader);
    return result;
}

bool fits_patterns(const char *const *patterns, const struct program *program, const char *id)
{
    size_t prefix = strlen(program->name);
    if (strncmp(id, program->name, prefix) != 0 || id[prefix] != '/')
        return false;
    for (; patterns && *patterns; patterns++)
        if (fnmatch(*patterns, id + prefix + 1, 0) == 0)
            return true;
    return false;
}
