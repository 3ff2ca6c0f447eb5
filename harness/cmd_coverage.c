// `sockspec coverage`: requirements against the cases that check them.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cmd.h"

static const char help[] =
    "usage: sockspec coverage [--data DIR] [SOURCE...]\n"
    "\n"
    "Prints how many requirements of each source have cases, and for a named SOURCE also how many of each section,\n"
    "and each requirement with its cases or the reason why it is untested. Exit status 1 when one has neither.\n";

struct row {
    size_t tested;
    size_t untested;
    size_t missing;
};

static bool wanted(const char *source, char **names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], source) == 0)
            return true;
    return count == 0;
}

// Of one section, or of all for NULL.
static struct row count_level(const struct catalog *catalog, const char *source, const char *section, enum level level)
{
    struct row row = {0};
    for (size_t i = 0; i < catalog->requirement_count; i++) {
        const struct requirement *requirement = &catalog->requirements[i];
        if (strcmp(requirement->source, source) != 0 || requirement->level != level ||
            (section && strcmp(requirement->section, section) != 0))
            continue;
        row.tested += requirement->case_count > 0;
        row.untested += requirement->case_count == 0 && requirement->untested;
        row.missing += requirement->case_count == 0 && !requirement->untested;
    }
    return row;
}

static void print_requirements(const struct catalog *catalog, const char *source)
{
    for (size_t i = 0; i < catalog->requirement_count; i++) {
        const struct requirement *requirement = &catalog->requirements[i];
        if (strcmp(requirement->source, source) != 0)
            continue;
        printf("%-46s %-6s", requirement->id, level_name(requirement->level));
        if (requirement->case_count)
            printf(" %zu case%s\n", requirement->case_count, requirement->case_count == 1 ? "" : "s");
        else if (requirement->untested)
            printf(" untested: %s\n", requirement->untested);
        else
            printf(" MISSING\n");
    }
}

static void print_row(const char *source, const struct row rows[])
{
    printf("%-24s", source);
    for (int level = LEVEL_MUST; level >= LEVEL_MAY; level--)
        printf(" %10zu/%4zu/%4zu", rows[level].tested, rows[level].untested, rows[level].missing);
    printf("\n");
}

// As numbers go: 4.2.1, 4.2.2, 4.10.
static int compare_sections(const void *a, const void *b)
{
    return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

// One line for each section of a source, in order.
static void print_sections(const struct catalog *catalog, const char *source)
{
    const char **sections = allocate(catalog->requirement_count, sizeof *sections);
    size_t count = 0;
    for (size_t i = 0; i < catalog->requirement_count; i++)
        if (strcmp(catalog->requirements[i].source, source) == 0)
            sections[count++] = catalog->requirements[i].section;
    qsort(sections, count, sizeof *sections, compare_sections);
    for (size_t i = 0; i < count; i++) {
        struct row rows[LEVEL_MUST + 1];
        if (i > 0 && strcmp(sections[i], sections[i - 1]) == 0)
            continue;
        for (int level = LEVEL_MUST; level >= LEVEL_MAY; level--)
            rows[level] = count_level(catalog, source, sections[i], (enum level)level);
        char *name = format_text("  section %s", sections[i]);
        print_row(name, rows);
        free(name);
    }
    free(sections);
}

// One line for each source, behind those of its sections if it is named, and one for all; returns how many requirements have neither a case nor a reason.
static size_t print_table(const struct catalog *catalog, char **names, int count)
{
    struct row totals[LEVEL_MUST + 1] = {0};
    size_t sources = 0;
    const char *last = "";
    printf("%-24s %20s %20s %20s\n", "", "MUST", "SHOULD", "MAY");
    printf("%-24s %20s %20s %20s\n", "source", "tested/untested/none", "tested/untested/none", "tested/untested/none");
    for (size_t i = 0; i < catalog->requirement_count; i++) {
        const char *source = catalog->requirements[i].source;
        if (strcmp(source, last) == 0 || !wanted(source, names, count))
            continue;
        last = source;
        sources++;
        struct row rows[LEVEL_MUST + 1];
        for (int level = LEVEL_MUST; level >= LEVEL_MAY; level--) {
            rows[level] = count_level(catalog, source, NULL, (enum level)level);
            totals[level].tested += rows[level].tested;
            totals[level].untested += rows[level].untested;
            totals[level].missing += rows[level].missing;
        }
        if (count > 0)
            print_sections(catalog, source);
        print_row(source, rows);
    }
    if (sources > 1)
        print_row("all", totals);
    return totals[LEVEL_MUST].missing + totals[LEVEL_SHOULD].missing + totals[LEVEL_MAY].missing;
}

static int check_names(const struct catalog *catalog, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        bool known = false;
        const char *sources[256];
        size_t source_count = 0;
        for (size_t k = 0; k < catalog->requirement_count; k++) {
            const char *source = catalog->requirements[k].source;
            known |= strcmp(source, names[i]) == 0;
            if (source_count < 256 && (source_count == 0 || strcmp(sources[source_count - 1], source) != 0))
                sources[source_count++] = source;
        }
        const char *nearest = nearest_word(names[i], sources, source_count);
        if (!known && nearest)
            return usage_error("no source of requirements is called `%s`, did you mean `%s`?", names[i], nearest);
        if (!known)
            return usage_error("no source of requirements is called `%s`", names[i]);
    }
    return EXIT_AS_EXPECTED;
}

int cmd_coverage(int argc, char **argv)
{
    const char *data = NULL;
    int parsed = parse_data_option(argc, argv, help, &data);
    if (parsed != 0)
        return parsed == HELP_PRINTED ? EXIT_AS_EXPECTED : parsed;
    struct catalog catalog;
    if (!load_or_complain(&catalog, data_directory(data)))
        return EXIT_USAGE;
    int count = argc - optind;
    int status = check_names(&catalog, argv + optind, count);
    if (status == EXIT_AS_EXPECTED) {
        for (int i = 0; i < count; i++) {
            print_requirements(&catalog, argv[optind + i]);
            printf("\n");
        }
        status = print_table(&catalog, argv + optind, count) ? EXIT_FAILED : EXIT_AS_EXPECTED;
    }
    catalog_free(&catalog);
    return status;
}
