#include "suite/problem.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"

// What a file holds may be quoted in a problem, control characters and all: they must not reach a terminal.
static char *one_line(const struct buffer *text)
{
    struct buffer line = {0};
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] < 0x20 || text->data[i] == 0x7f)
            buffer_escaped(&line, &text->data[i], 1, 1);
        else
            buffer_append(&line, &text->data[i], 1);
    }
    return buffer_take(&line);
}

void problem_add(struct problems *problems, const char *file, size_t line, size_t column, const char *format, ...)
{
    struct buffer text = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&text, format, arguments);
    va_end(arguments);

    problems->items = grow(problems->items, problems->count, sizeof *problems->items);
    problems->items[problems->count++] = (struct problem){
        .place = line ? format_text("%s:%zu:%zu", file, line, column) : duplicate(file),
        .text = one_line(&text),
    };
    buffer_free(&text);
}

void problems_print(const struct problems *problems, FILE *out)
{
    for (size_t i = 0; i < problems->count; i++)
        fprintf(out, "%s: %s\n", problems->items[i].place, problems->items[i].text);
}

void problems_free(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].place);
        free(problems->items[i].text);
    }
    free(problems->items);
    *problems = (struct problems){0};
}
