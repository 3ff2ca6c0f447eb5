#include <string.h>

#include "base/memory.h"
#include "suite/load.h"

const char *level_name(enum level level)
{
    static const char *const names[] = {"MAY", "SHOULD", "MUST"};
    return names[level];
}

static bool read_level(struct reader *reader, const yaml_node_t *node, enum level *level)
{
    static const char *const names[] = {"MAY", "SHOULD", "MUST", NULL};
    size_t index;
    if (!read_word(reader, node, "a level", names, &index))
        return false;
    *level = (enum level)index;
    return true;
}

static bool read_id(struct catalog *catalog, struct reader *reader, const yaml_node_t *node, const char *source,
                    const char **id)
{
    if (!read_string(reader, node, id))
        return false;
    size_t prefix = strlen(source);
    if (strncmp(*id, source, prefix) != 0 || (*id)[prefix] != '-') {
        reader_problem(reader, node, "the id `%s` must begin with its source: `%s-`", *id, source);
        return false;
    }
    const struct requirement *other = catalog_requirement(catalog, *id);
    if (other)
        reader_problem(reader, node, "the id `%s` stands at %s:%zu already", *id, other->file, other->line);
    return !other;
}

static void read_requirement(struct catalog *catalog, struct reader *reader, const yaml_node_t *node,
                             const char *source)
{
    static const char *const keys[] = {"id", "level", "section", "text", "role", "untested", NULL};
    const char *what = "a requirement";
    struct requirement requirement = {.source = source, .file = reader->path, .line = node_line(node)};
    if (!map_check(reader, node, what, keys, NULL))
        return;
    const yaml_node_t *id = map_need(reader, node, what, "id");
    const yaml_node_t *level = map_need(reader, node, what, "level");
    const yaml_node_t *section = map_need(reader, node, what, "section");
    const yaml_node_t *text = map_need(reader, node, what, "text");
    if (!id || !level || !section || !text || !read_id(catalog, reader, id, source, &requirement.id) ||
        !read_level(reader, level, &requirement.level) || !read_string(reader, section, &requirement.section) ||
        !read_string(reader, text, &requirement.text) || !map_string(reader, node, "role", &requirement.role) ||
        !map_string(reader, node, "untested", &requirement.untested))
        return;
    catalog->requirements = grow(catalog->requirements, catalog->requirement_count, sizeof *catalog->requirements);
    index_add(&catalog->requirement_ids, requirement.id, catalog->requirement_count);
    catalog->requirements[catalog->requirement_count++] = requirement;
}

void load_requirements(struct catalog *catalog, struct reader *reader)
{
    static const char *const keys[] = {"source", "title", "requirements", NULL};
    const yaml_node_t *root = reader_root(reader);
    const char *title;
    const char *name;
    if (!map_check(reader, root, "a file of requirements", keys, NULL))
        return;
    const yaml_node_t *source = map_need(reader, root, "a file of requirements", "source");
    const yaml_node_t *list = map_need(reader, root, "a file of requirements", "requirements");
    if (!source || !list || !read_string(reader, source, &name) || !map_string(reader, root, "title", &title) ||
        !list_check(reader, list, "requirements"))
        return;
    for (size_t i = 0; i < list_size(list); i++)
        read_requirement(catalog, reader, list_item(reader, list, i), name);
}
