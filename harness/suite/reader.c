#include "suite/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "suite/template.h"

size_t node_line(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}

size_t node_column(const yaml_node_t *node)
{
    return node->start_mark.column + 1;
}

bool node_is_map(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE;
}

bool node_is_list(const yaml_node_t *node)
{
    return node->type == YAML_SEQUENCE_NODE;
}

bool node_is_scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE;
}

static const char *raw(const yaml_node_t *scalar)
{
    return (const char *)scalar->data.scalar.value;
}

bool node_is_null(const yaml_node_t *node)
{
    if (!node_is_scalar(node) || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    return !*raw(node) || strcmp(raw(node), "~") == 0 || strcmp(raw(node), "null") == 0;
}

void reader_problem(struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
    struct buffer text = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&text, format, arguments);
    va_end(arguments);
    problem_add(reader->problems, reader->path, node_line(node), node_column(node), "%s", buffer_string(&text));
    buffer_free(&text);
}

static const char *node_kind(const yaml_node_t *node)
{
    if (node_is_map(node))
        return "a map";
    return node_is_list(node) ? "a list" : "a plain value";
}

// --- maps ---

size_t map_size(const yaml_node_t *map)
{
    return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start);
}

const yaml_node_t *map_key(struct reader *reader, const yaml_node_t *map, size_t index)
{
    return yaml_document_get_node(&reader->document, map->data.mapping.pairs.start[index].key);
}

const yaml_node_t *map_value(struct reader *reader, const yaml_node_t *map, size_t index)
{
    return yaml_document_get_node(&reader->document, map->data.mapping.pairs.start[index].value);
}

const yaml_node_t *map_get(struct reader *reader, const yaml_node_t *map, const char *key)
{
    for (size_t i = 0; i < map_size(map); i++)
        if (strcmp(raw(map_key(reader, map, i)), key) == 0)
            return map_value(reader, map, i);
    return NULL;
}

const yaml_node_t *map_need(struct reader *reader, const yaml_node_t *map, const char *what, const char *key)
{
    const yaml_node_t *value = map_get(reader, map, key);
    if (!value)
        reader_problem(reader, map, "%s needs `%s`", what, key);
    return value;
}

static size_t count_words(const char *const *words)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    return count;
}

static bool has_word(const char *const *words, const char *word)
{
    for (; words && *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

const char *reader_hint(struct reader *reader, const char *word, const char *const *candidates)
{
    const char *nearest = nearest_word(word, candidates, count_words(candidates));
    if (!nearest)
        return "";
    struct buffer hint = {0};
    buffer_format(&hint, ", did you mean `%s`?", nearest);
    const char *text = arena_text(reader->arena, buffer_string(&hint));
    buffer_free(&hint);
    return text;
}

// The hint for an unknown key: the nearest one, or all of them when none is near.
static void report_unknown_key(struct reader *reader, const yaml_node_t *key, const char *what, const char *const *keys,
                               const char *const *more)
{
    size_t own = count_words(keys);
    size_t others = count_words(more);
    const char **all = arena_allocate(reader->arena, own + others + 1, sizeof *all);
    for (size_t i = 0; i < own; i++)
        all[i] = keys[i];
    for (size_t i = 0; i < others; i++)
        all[own + i] = more[i];

    const char *hint = reader_hint(reader, raw(key), all);
    if (*hint) {
        reader_problem(reader, key, "unknown key `%s` in %s%s", raw(key), what, hint);
        return;
    }
    struct buffer list = {0};
    for (size_t i = 0; i < own + others; i++)
        buffer_format(&list, "%s%s", i ? ", " : "", all[i]);
    reader_problem(reader, key, "unknown key `%s` in %s; it can have: %s", raw(key), what, buffer_string(&list));
    buffer_free(&list);
}

bool map_check(struct reader *reader, const yaml_node_t *node, const char *what, const char *const *keys,
               const char *const *more)
{
    if (!node_is_map(node)) {
        reader_problem(reader, node, "%s must be a map, not %s", what, node_kind(node));
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < map_size(node); i++) {
        const yaml_node_t *key = map_key(reader, node, i);
        if (has_word(keys, raw(key)) || has_word(more, raw(key)))
            continue;
        report_unknown_key(reader, key, what, keys, more);
        good = false;
    }
    return good;
}

// --- lists ---

size_t list_size(const yaml_node_t *list)
{
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

const yaml_node_t *list_item(struct reader *reader, const yaml_node_t *list, size_t index)
{
    return yaml_document_get_node(&reader->document, list->data.sequence.items.start[index]);
}

bool list_check(struct reader *reader, const yaml_node_t *node, const char *what)
{
    if (node_is_list(node))
        return true;
    reader_problem(reader, node, "%s must be a list, not %s", what, node_kind(node));
    return false;
}

// --- scalars ---

bool read_text(struct reader *reader, const yaml_node_t *node, struct text *text)
{
    if (!node_is_scalar(node)) {
        reader_problem(reader, node, "expected a plain value, not %s", node_kind(node));
        return false;
    }
    struct text written = {(char *)node->data.scalar.value, node->data.scalar.length};
    return template_expand(reader, node, written, text);
}

bool read_string(struct reader *reader, const yaml_node_t *node, const char **string)
{
    struct text text;
    if (!read_text(reader, node, &text))
        return false;
    if (strlen(text.data) != text.length) {
        reader_problem(reader, node, "a NUL byte cannot stand here");
        return false;
    }
    *string = text.data;
    return true;
}

bool read_integer(struct reader *reader, const yaml_node_t *node, long long minimum, long long maximum,
                  long long *value)
{
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    if (parse_integer(string, value) < 0) {
        reader_problem(reader, node, "`%s` is not an integer", string);
        return false;
    }
    if (*value < minimum || *value > maximum) {
        reader_problem(reader, node, "%lld is not in the range %lld to %lld", *value, minimum, maximum);
        return false;
    }
    return true;
}

bool read_boolean(struct reader *reader, const yaml_node_t *node, bool *value)
{
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    bool yes = strcmp(string, "yes") == 0 || strcmp(string, "true") == 0;
    bool no = strcmp(string, "no") == 0 || strcmp(string, "false") == 0;
    if (!yes && !no) {
        reader_problem(reader, node, "`%s` is neither yes nor no", string);
        return false;
    }
    *value = yes;
    return true;
}

bool read_duration(struct reader *reader, const yaml_node_t *node, int64_t *milliseconds)
{
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    if (duration_parse(string, milliseconds) < 0) {
        reader_problem(reader, node, "`%s` is not a duration such as 500ms, 2s or 2m", string);
        return false;
    }
    return true;
}

bool read_word(struct reader *reader, const yaml_node_t *node, const char *what, const char *const *words,
               size_t *index)
{
    const char *string;
    if (!read_string(reader, node, &string))
        return false;
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], string) == 0) {
            *index = i;
            return true;
        }
    }
    struct buffer list = {0};
    for (size_t i = 0; words[i]; i++)
        buffer_format(&list, "%s%s", i ? ", " : "", words[i]);
    reader_problem(reader, node, "`%s` is not %s (%s)%s", string, what, buffer_string(&list),
                   reader_hint(reader, string, words));
    buffer_free(&list);
    return false;
}

bool read_strings(struct reader *reader, const yaml_node_t *node, const char *what, const char ***strings,
                  size_t *count)
{
    bool single = node_is_scalar(node);
    if (!single && !list_check(reader, node, what))
        return false;
    *count = single ? 1 : list_size(node);
    *strings = arena_allocate(reader->arena, *count + 1, sizeof **strings);
    bool good = true;
    for (size_t i = 0; i < *count; i++)
        good &= read_string(reader, single ? node : list_item(reader, node, i), &(*strings)[i]);
    return good;
}

// --- optional members ---

bool map_string(struct reader *reader, const yaml_node_t *map, const char *key, const char **string)
{
    const yaml_node_t *value = map_get(reader, map, key);
    return !value || read_string(reader, value, string);
}

bool map_boolean(struct reader *reader, const yaml_node_t *map, const char *key, bool *value)
{
    const yaml_node_t *node = map_get(reader, map, key);
    return !node || read_boolean(reader, node, value);
}

bool map_strings(struct reader *reader, const yaml_node_t *map, const char *key, const char ***strings, size_t *count)
{
    const yaml_node_t *value = map_get(reader, map, key);
    return !value || read_strings(reader, value, key, strings, count);
}
