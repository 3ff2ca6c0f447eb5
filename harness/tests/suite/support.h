// YAML from text as if from a file, with the problems as one text whose places begin with the line: a test can say
// all that must be found wrong in a document, and where.
#ifndef SOCKSPEC_TESTS_SUITE_SUPPORT_H
#define SOCKSPEC_TESTS_SUITE_SUPPORT_H

// cmocka.h wants these before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "suite/reader.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Reads itself by address: must not be copied while it is open.
struct document {
    struct arena arena;
    struct problems problems;
    struct reader reader;
    char path[40];
    int result; // of reader_open()
};

static inline void document_open_bytes(struct document *document, const void *bytes, size_t length)
{
    *document = (struct document){.path = "/tmp/sockspec-suite-XXXXXX"};
    int descriptor = mkstemp(document->path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), (ssize_t)length);
    close(descriptor);
    document->result = reader_open(&document->reader, document->path, &document->arena, &document->problems);
    unlink(document->path);
}

static inline void document_open(struct document *document, const char *text)
{
    document_open_bytes(document, text, strlen(text));
}

// The root of a document that must be without problems.
static inline const yaml_node_t *document_root(struct document *document, const char *text)
{
    document_open(document, text);
    if (document->result != 0)
        fail_msg("cannot open: %s\n%s", document->problems.items[0].text, text);
    return reader_root(&document->reader);
}

static inline void document_close(struct document *document)
{
    reader_close(&document->reader);
    problems_free(&document->problems);
    arena_free(&document->arena);
}

// Each problem as "LINE:COLUMN: text", one a line; ": text" where there is no line. `path` is left out of the places.
static inline char *problems_text(const struct problems *problems, const char *path)
{
    struct buffer out = {0};
    for (size_t i = 0; i < problems->count; i++) {
        const char *place = problems->items[i].place;
        size_t length = strlen(path);
        if (strncmp(place, path, length) == 0)
            place += length + (place[length] == ':' || place[length] == '/');
        buffer_format(&out, "%s%s: %s", i ? "\n" : "", place, problems->items[i].text);
    }
    return buffer_take(&out);
}

static inline void assert_problems_at(const struct problems *problems, const char *path, const char *expected)
{
    char *text = problems_text(problems, path);
    assert_string_equal(text, expected);
    free(text);
}

static inline void assert_problems(const struct document *document, const char *expected)
{
    assert_problems_at(&document->problems, document->path, expected);
}

static inline void assert_no_problems(const struct document *document)
{
    assert_problems(document, "");
}

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no\n%s\nin\n%s", part, text);
}

#endif
