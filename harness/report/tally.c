#include "report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/details.h"

#define CASES_WIDTH 5

static bool row_is(const struct tally_row *row, const char *program, const char *suite)
{
    return strcmp(row->program, program) == 0 && (!suite || strcmp(row->suite, suite) == 0);
}

// The row of that name, made when there is none. Cases of a suite come one after another, so the search
// starts at the newest.
static struct tally_row *row_of(struct tally_row **rows, size_t *count, const char *program, const char *suite)
{
    for (size_t i = *count; i-- > 0;)
        if (row_is(&(*rows)[i], program, suite))
            return &(*rows)[i];
    *rows = grow(*rows, *count, sizeof **rows);
    struct tally_row *row = &(*rows)[(*count)++];
    *row = (struct tally_row){.program = duplicate(program), .suite = suite ? duplicate(suite) : NULL};
    return row;
}

static void row_add(struct tally_row *row, enum verdict verdict)
{
    row->cases++;
    row->counts[verdict]++;
}

void tally_add(struct tally *tally, const char *program, const char *suite, enum verdict verdict)
{
    row_add(&tally->total, verdict);
    row_add(row_of(&tally->programs, &tally->program_count, program, NULL), verdict);
    row_add(row_of(&tally->suites, &tally->suite_count, program, suite), verdict);
}

static size_t code_points(const struct buffer *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->length; i++)
        count += (text->data[i] & 0xc0) != 0x80;
    return count;
}

static void label_append(struct buffer *out, const struct tally_row *row, bool with_program)
{
    if (with_program || !row->suite)
        text_append(out, (struct text){row->program, strlen(row->program)}, SIZE_MAX);
    if (with_program && row->suite)
        buffer_text(out, ": ");
    if (row->suite)
        text_append(out, (struct text){row->suite, strlen(row->suite)}, SIZE_MAX);
}

static int column_width(enum verdict verdict)
{
    int width = (int)strlen(verdict_table[verdict].name);
    return width < CASES_WIDTH ? CASES_WIDTH : width;
}

static bool column_shown(const struct tally *tally, int verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_FAIL || tally->total.counts[verdict] > 0;
}

static void heading_append(struct buffer *out, const struct tally *tally, const char *name, size_t width)
{
    buffer_format(out, "%-*s  %*s", (int)width, name, CASES_WIDTH, "cases");
    for (int v = 0; v < VERDICT_COUNT; v++)
        if (column_shown(tally, v))
            buffer_format(out, "  %*s", column_width((enum verdict)v), verdict_table[v].name);
    buffer_text(out, "\n");
}

static void row_append(struct buffer *out, const struct tally *tally, const struct tally_row *row, size_t width,
                       bool with_program)
{
    struct buffer label = {0};
    label_append(&label, row, with_program);
    buffer_format(out, "%s%*s  %*zu", buffer_string(&label), (int)(width - code_points(&label)), "", CASES_WIDTH,
                  row->cases);
    buffer_free(&label);
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if (!column_shown(tally, v))
            continue;
        if (row->counts[v])
            buffer_format(out, "  %*zu", column_width((enum verdict)v), row->counts[v]);
        else
            buffer_format(out, "  %*s", column_width((enum verdict)v), ".");
    }
    buffer_text(out, "\n");
}

void tally_table_append(struct buffer *out, const struct tally *tally, bool every_suite)
{
    bool with_program = tally->program_count > 1;
    bool by_suite = every_suite || !with_program;
    const struct tally_row *rows = by_suite ? tally->suites : tally->programs;
    size_t count = by_suite ? tally->suite_count : tally->program_count;
    const char *name = by_suite ? "suite" : "program";
    size_t width = strlen(name);
    if (count < 2)
        return;

    for (size_t i = 0; i < count; i++) {
        struct buffer label = {0};
        label_append(&label, &rows[i], with_program);
        if (code_points(&label) > width)
            width = code_points(&label);
        buffer_free(&label);
    }
    heading_append(out, tally, name, width);
    for (size_t i = 0; i < count; i++)
        row_append(out, tally, &rows[i], width, with_program);
}

void tally_counts_append(struct buffer *out, const struct tally *tally, bool color)
{
    const char *separator = "";
    for (int v = 0; v < VERDICT_COUNT; v++) {
        size_t count = tally->total.counts[v];
        if (count == 0)
            continue;
        buffer_text(out, separator);
        if (color)
            buffer_format(out, "\033[%sm", verdict_table[v].color);
        buffer_format(out, "%zu %s%s", count, verdict_table[v].name, color ? "\033[0m" : "");
        separator = ", ";
    }
}

static void rows_free(struct tally_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(rows[i].program);
        free(rows[i].suite);
    }
    free(rows);
}

void tally_free(struct tally *tally)
{
    rows_free(tally->programs, tally->program_count);
    rows_free(tally->suites, tally->suite_count);
}
