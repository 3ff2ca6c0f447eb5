// Opening a YAML file: reading, parsing, and what must hold of any file before its content is looked at.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "suite/reader.h"

#define MAXIMUM_DEPTH 64

static bool check_node(struct reader *reader, const yaml_node_t *node, size_t depth);

static bool check_map(struct reader *reader, const yaml_node_t *map, size_t depth)
{
    for (size_t i = 0; i < map_size(map); i++) {
        const yaml_node_t *key = map_key(reader, map, i);
        if (!node_is_scalar(key)) {
            reader_problem(reader, key, "a key must be a plain word");
            return false;
        }
        const char *name = (const char *)key->data.scalar.value;
        if (map_get(reader, map, name) != map_value(reader, map, i)) {
            reader_problem(reader, key, "the key `%s` stands here twice", name);
            return false;
        }
        if (!check_node(reader, map_value(reader, map, i), depth + 1))
            return false;
    }
    return true;
}

// Aliases can make a document refer to itself, so depth is bounded.
static bool check_node(struct reader *reader, const yaml_node_t *node, size_t depth)
{
    if (depth > MAXIMUM_DEPTH) {
        reader_problem(reader, node, "nested more than %d levels deep", MAXIMUM_DEPTH);
        return false;
    }
    if (node_is_map(node))
        return check_map(reader, node, depth);
    if (!node_is_list(node))
        return true;
    for (size_t i = 0; i < list_size(node); i++)
        if (!check_node(reader, list_item(reader, node, i), depth + 1))
            return false;
    return true;
}

static int parse_stream(struct reader *reader, yaml_parser_t *parser)
{
    if (!yaml_parser_load(parser, &reader->document)) {
        const char *what = parser->problem ? parser->problem : "not YAML";
        problem_add(reader->problems, reader->path, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                    "%s%s%s", what, parser->context ? " " : "", parser->context ? parser->context : "");
        return -EBADMSG;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (!root) {
        problem_add(reader->problems, reader->path, 1, 1, "the file is empty");
        return -EBADMSG;
    }
    if (!check_node(reader, root, 0))
        return -EBADMSG;

    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) {
        problem_add(reader->problems, reader->path, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                    "%s", parser->problem ? parser->problem : "not YAML");
        return -EBADMSG;
    }
    bool more = yaml_document_get_root_node(&second) != NULL;
    size_t line = second.start_mark.line + 1;
    yaml_document_delete(&second);
    if (more) {
        problem_add(reader->problems, reader->path, line, 1, "a second document; a file holds one");
        return -EBADMSG;
    }
    return 0;
}

int reader_open(struct reader *reader, const char *path, struct arena *arena, struct problems *problems)
{
    *reader = (struct reader){.arena = arena, .problems = problems};
    reader->path = arena_text(arena, path);

    FILE *file = fopen(path, "r");
    if (!file) {
        int error = errno;
        problem_add(problems, path, 0, 0, "cannot read: %s", strerror(error));
        return -error;
    }
    yaml_parser_t parser;
    int result = -ENOMEM;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_file(&parser, file);
        result = parse_stream(reader, &parser);
        yaml_parser_delete(&parser);
    }
    fclose(file);
    return result;
}

void reader_close(struct reader *reader)
{
    yaml_document_delete(&reader->document);
}

const yaml_node_t *reader_root(struct reader *reader)
{
    return yaml_document_get_root_node(&reader->document);
}
