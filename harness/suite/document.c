// Opening a YAML file: reading, parsing, and what must hold of any file before its content is looked at.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "suite/reader.h"

#define MAXIMUM_DEPTH 64
#define MAXIMUM_NODES 1000000

static bool check_node(struct reader *reader, const yaml_node_t *node, size_t depth, size_t *visited);

static bool check_key(struct reader *reader, const yaml_node_t *map, size_t index)
{
    const yaml_node_t *key = map_key(reader, map, index);
    if (!node_is_scalar(key)) {
        reader_problem(reader, key, "a key must be a plain word");
        return false;
    }
    const char *name = (const char *)key->data.scalar.value;
    if (strlen(name) != key->data.scalar.length) {
        reader_problem(reader, key, "a NUL byte cannot stand in a key");
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp((const char *)map_key(reader, map, i)->data.scalar.value, name) == 0) {
            reader_problem(reader, key, "the key `%s` stands here twice", name);
            return false;
        }
    }
    return true;
}

static bool check_map(struct reader *reader, const yaml_node_t *map, size_t depth, size_t *visited)
{
    for (size_t i = 0; i < map_size(map); i++)
        if (!check_key(reader, map, i) || !check_node(reader, map_value(reader, map, i), depth + 1, visited))
            return false;
    return true;
}

// Aliases can make a document refer to itself, or multiply without end, so depth and nodes are bounded.
static bool check_node(struct reader *reader, const yaml_node_t *node, size_t depth, size_t *visited)
{
    if (depth > MAXIMUM_DEPTH) {
        reader_problem(reader, node, "nested more than %d levels deep", MAXIMUM_DEPTH);
        return false;
    }
    if (++*visited > MAXIMUM_NODES) {
        reader_problem(reader, node, "aliases make this more than %d values", MAXIMUM_NODES);
        return false;
    }
    if (node_is_map(node))
        return check_map(reader, node, depth, visited);
    if (!node_is_list(node))
        return true;
    for (size_t i = 0; i < list_size(node); i++)
        if (!check_node(reader, list_item(reader, node, i), depth + 1, visited))
            return false;
    return true;
}

// The place of a byte in a file; columns count characters, as libyaml's do.
static void find_place(FILE *file, size_t offset, size_t *line, size_t *column)
{
    *line = *column = 0;
    rewind(file);
    for (int byte; offset > 0 && (byte = fgetc(file)) != EOF; offset--) {
        if (byte == '\n') {
            ++*line;
            *column = 0;
        } else if ((byte & 0xc0) != 0x80) {
            ++*column;
        }
    }
}

static int report_syntax(struct reader *reader, const yaml_parser_t *parser, FILE *file)
{
    const char *what = parser->problem ? parser->problem : "not YAML";
    size_t line = parser->problem_mark.line;
    size_t column = parser->problem_mark.column;
    // Of bytes that are no text libyaml tells the offset alone.
    if (parser->error == YAML_READER_ERROR)
        find_place(file, parser->problem_offset, &line, &column);
    problem_add(reader->problems, reader->path, line + 1, column + 1, "%s%s%s", what, parser->context ? " " : "",
                parser->context ? parser->context : "");
    return -EBADMSG;
}

static int parse_stream(struct reader *reader, yaml_parser_t *parser, FILE *file)
{
    size_t visited = 0;
    if (!yaml_parser_load(parser, &reader->document))
        return report_syntax(reader, parser, file);
    const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (!root) {
        problem_add(reader->problems, reader->path, 1, 1, "the file is empty");
        return -EBADMSG;
    }
    if (!check_node(reader, root, 0, &visited))
        return -EBADMSG;

    yaml_document_t second;
    if (!yaml_parser_load(parser, &second))
        return report_syntax(reader, parser, file);
    bool more = yaml_document_get_root_node(&second) != NULL;
    size_t line = second.start_mark.line + 1;
    yaml_document_delete(&second);
    if (more) {
        problem_add(reader->problems, reader->path, line, 1, "a second document; a file holds one");
        return -EBADMSG;
    }
    return 0;
}

int reader_take(struct reader *reader, FILE *file, const char *path, struct arena *arena, struct problems *problems)
{
    *reader = (struct reader){.path = arena_text(arena, path), .arena = arena, .problems = problems};
    yaml_parser_t parser;
    int result = -ENOMEM;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_file(&parser, file);
        result = parse_stream(reader, &parser, file);
        yaml_parser_delete(&parser);
    }
    return result;
}

int reader_open(struct reader *reader, const char *path, struct arena *arena, struct problems *problems)
{
    *reader = (struct reader){.path = arena_text(arena, path), .arena = arena, .problems = problems};
    // A directory can be opened, but not read.
    FILE *file = fopen(path, "r");
    if (!file || (ungetc(fgetc(file), file) == EOF && ferror(file))) {
        int error = errno;
        if (file)
            fclose(file);
        problem_add(problems, path, 0, 0, "cannot read: %s", strerror(error));
        return -error;
    }
    int result = reader_take(reader, file, path, arena, problems);
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
