#include "suite/problem.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"

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
        .text = buffer_take(&text),
    };
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
