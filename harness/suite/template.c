#include "suite/template.h"

#include <string.h>

#include "base/buffer.h"

static bool name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool template_find(const char *text, size_t length, size_t from, size_t *start, size_t *name_length)
{
    for (size_t i = from; i < length; i++) {
        if (text[i] != '{' || i + 1 == length || !(text[i + 1] >= 'a' && text[i + 1] <= 'z'))
            continue;
        size_t end = i + 1;
        while (end < length && name_byte(text[end]))
            end++;
        if (end == length || text[end] != '}')
            continue;
        *start = i + 1;
        *name_length = end - i - 1;
        return true;
    }
    return false;
}

static const struct variable *find_variable(const struct variables *variables, const char *name, size_t length)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct variable *variable = &variables->items[i];
        if (strlen(variable->name) == length && memcmp(variable->name, name, length) == 0)
            return variable;
    }
    return NULL;
}

static void report_unknown_name(struct reader *reader, const yaml_node_t *node, const char *name, size_t length)
{
    size_t known = reader->variables->count;
    size_t late = 0;
    while (reader->late_names && reader->late_names[late])
        late++;
    const char **names = arena_allocate(reader->arena, known + late + 1, sizeof *names);
    for (size_t i = 0; i < known; i++)
        names[i] = reader->variables->items[i].name;
    for (size_t i = 0; i < late; i++)
        names[known + i] = reader->late_names[i];
    const char *word = arena_bytes(reader->arena, name, length);
    reader_problem(reader, node, "`{%s}` is not a variable of this case%s (a literal brace is `{{`)", word,
                   reader_hint(reader, word, names));
}

// Appends a piece of text without variables, in which `{{` stands for a brace.
static void append_literal(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        buffer_append(out, &text[i], 1);
        if (text[i] == '{' && i + 1 < length && text[i + 1] == '{')
            i++;
    }
}

// Where the next variable begins, `{{name}}` aside: the braces of that are literal.
static bool next_variable(struct text written, size_t from, size_t *start, size_t *length)
{
    while (template_find(written.data, written.length, from, start, length)) {
        size_t braces = 0;
        while (*start - 1 - braces > from && written.data[*start - 2 - braces] == '{')
            braces++;
        if (braces % 2 == 0)
            return true;
        from = *start + *length;
    }
    return false;
}

bool template_expand(struct reader *reader, const yaml_node_t *node, struct text written, struct text *expanded)
{
    if (!reader->variables) {
        *expanded = (struct text){arena_bytes(reader->arena, written.data, written.length), written.length};
        return true;
    }
    struct buffer out = {0};
    bool good = true;
    size_t done = 0;
    size_t start;
    size_t length;
    while (next_variable(written, done, &start, &length)) {
        append_literal(&out, written.data + done, start - 1 - done);
        const struct variable *variable = find_variable(reader->variables, written.data + start, length);
        done = start + length + 1;
        if (variable) {
            buffer_append(&out, variable->value.data, variable->value.length);
        } else if (template_is_name(written.data + start, length, reader->late_names)) {
            buffer_append(&out, written.data + start - 1, length + 2);
        } else {
            report_unknown_name(reader, node, written.data + start, length);
            good = false;
        }
    }
    append_literal(&out, written.data + done, written.length - done);
    *expanded = (struct text){arena_bytes(reader->arena, out.data, out.length), out.length};
    buffer_free(&out);
    return good;
}

bool template_is_name(const char *name, size_t length, const char *const *names)
{
    for (; names && *names; names++)
        if (strlen(*names) == length && memcmp(*names, name, length) == 0)
            return true;
    return false;
}

bool template_mentions(const char *text, const char *const *names)
{
    size_t start;
    size_t length;
    for (size_t from = 0; template_find(text, strlen(text), from, &start, &length); from = start)
        if (template_is_name(text + start, length, names))
            return true;
    return false;
}
