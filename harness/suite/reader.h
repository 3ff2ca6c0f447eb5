// Reading YAML files that people write: maps with known keys, scalars of known types, every mistake reported where it
// stands. On top of libyaml's document tree, which knows the place of each node.
//
// A reader walks one file. Whatever it returns lives in its arena. Functions that fail have added a problem.
#ifndef SOCKSPEC_SUITE_READER_H
#define SOCKSPEC_SUITE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <yaml.h>

#include "base/arena.h"
#include "suite/problem.h"

// Bytes of a scalar after variables have been replaced; a NUL follows.
struct text {
    char *data;
    size_t length;
};

struct variable {
    const char *name;
    struct text value;
};

// What `{name}` in a scalar stands for.
struct variables {
    struct variable *items;
    size_t count;
};

struct reader {
    const char *path;
    yaml_document_t document;
    struct arena *arena;
    struct problems *problems;
    const struct variables *variables; // NULL: braces mean nothing (outside cases)
    const char *const *late_names;     // names that are left as they are, for the time of the run; NULL at the end
};

// Parses a file and checks that it is one document, without duplicate keys. Returns 0, or -EBADMSG or the errno of
// reading, with a problem added. Close with reader_close() in both cases.
int reader_open(struct reader *reader, const char *path, struct arena *arena, struct problems *problems);
void reader_close(struct reader *reader);

// As reader_open(), from a file that is open and can be rewound; it stays the caller's. `path` names it in problems.
int reader_take(struct reader *reader, FILE *file, const char *path, struct arena *arena, struct problems *problems);

const yaml_node_t *reader_root(struct reader *reader);

// Adds a problem at a node.
void reader_problem(struct reader *reader, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

size_t node_line(const yaml_node_t *node);
size_t node_column(const yaml_node_t *node);
bool node_is_map(const yaml_node_t *node);
bool node_is_list(const yaml_node_t *node);
bool node_is_scalar(const yaml_node_t *node);
bool node_is_null(const yaml_node_t *node); // an empty plain scalar, `~` or `null`

// Maps. `what` names the map in messages: "a case", "a step".
size_t map_size(const yaml_node_t *map);
const yaml_node_t *map_key(struct reader *reader, const yaml_node_t *map, size_t index);
const yaml_node_t *map_value(struct reader *reader, const yaml_node_t *map, size_t index);
const yaml_node_t *map_get(struct reader *reader, const yaml_node_t *map, const char *key); // or NULL

// Checks that `node` is a map whose keys are all in `keys` or `more` (each NULL at the end, `more` may be NULL). Names
// the nearest valid key otherwise.
bool map_check(struct reader *reader, const yaml_node_t *node, const char *what, const char *const *keys,
               const char *const *more);

// As map_get, with a problem when the key is missing.
const yaml_node_t *map_need(struct reader *reader, const yaml_node_t *map, const char *what, const char *key);

// Lists.
size_t list_size(const yaml_node_t *list);
const yaml_node_t *list_item(struct reader *reader, const yaml_node_t *list, size_t index);
bool list_check(struct reader *reader, const yaml_node_t *node, const char *what);

// Scalars.
bool read_text(struct reader *reader, const yaml_node_t *node, struct text *text);
bool read_string(struct reader *reader, const yaml_node_t *node, const char **string); // without NUL bytes
bool read_integer(struct reader *reader, const yaml_node_t *node, long long minimum, long long maximum,
                  long long *value);
bool read_boolean(struct reader *reader, const yaml_node_t *node, bool *value); // yes, no, true, false
bool read_duration(struct reader *reader, const yaml_node_t *node, int64_t *milliseconds);

// A scalar that is one of `words`; the index goes to `index`. `what` as in "a level".
bool read_word(struct reader *reader, const yaml_node_t *node, const char *what, const char *const *words,
               size_t *index);

// A list of strings, or one scalar in place of a list of one; NULL at the end.
bool read_strings(struct reader *reader, const yaml_node_t *node, const char *what, const char ***strings,
                  size_t *count);

// Optional members: true when the key is absent (the target keeps its value) or could be read.
bool map_string(struct reader *reader, const yaml_node_t *map, const char *key, const char **string);
bool map_boolean(struct reader *reader, const yaml_node_t *map, const char *key, bool *value);
bool map_strings(struct reader *reader, const yaml_node_t *map, const char *key, const char ***strings, size_t *count);

// ", did you mean `x`?" or "", in the arena.
const char *reader_hint(struct reader *reader, const char *word, const char *const *candidates);

#endif
