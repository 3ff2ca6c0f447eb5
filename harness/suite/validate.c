// Checks of whole files by kind, and of the data as a whole.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "suite/expectations.h"
#include "suite/faults.h"
#include "suite/load.h"

static void validate_requirements(struct catalog *catalog, struct reader *reader)
{
    // On its own, so that a file of the tree does not collide with itself. Problems go where the reader was told.
    struct catalog alone = {0};
    (void)catalog;
    load_requirements(&alone, reader);
    free(alone.requirements);
    index_free(&alone.requirement_ids);
}

static void validate_programs(struct catalog *catalog, struct reader *reader)
{
    struct catalog alone = {0};
    (void)catalog;
    load_programs(&alone, reader);
    free(alone.programs);
}

// A suite is read against the tree's requirements and programs; the cases of the tree itself are left out, since the
// file may be one of them.
static void validate_suite(struct catalog *catalog, struct reader *reader)
{
    struct test_case **cases = catalog->cases;
    size_t count = catalog->case_count;
    struct index ids = catalog->case_ids;
    catalog->cases = NULL;
    catalog->case_count = 0;
    catalog->case_ids = (struct index){0};
    load_suite(catalog, reader);
    for (size_t i = 0; i < catalog->case_count; i++)
        for (size_t k = 0; k < catalog->cases[i]->check_count; k++)
            catalog->cases[i]->checks[k]->case_count--;
    free(catalog->cases);
    index_free(&catalog->case_ids);
    catalog->cases = cases;
    catalog->case_count = count;
    catalog->case_ids = ids;
}

static void validate_profile(struct catalog *catalog, struct reader *reader)
{
    struct profile profile = {0};
    load_profile(catalog, reader, &profile);
}

static void validate_expectations(struct catalog *catalog, struct reader *reader)
{
    struct expectations expectations = {0};
    expectations_read(catalog, reader, &expectations);
    free(expectations.items);
}

static void validate_faults(struct catalog *catalog, struct reader *reader)
{
    struct fault_list list = {0};
    faults_read(catalog, reader, &list);
}

static const struct {
    const char *key; // a key that only this kind of file has
    void (*validate)(struct catalog *catalog, struct reader *reader);
} kinds[] = {
    {"suite", validate_suite},
    {"cases", validate_suite},
    {"requirements", validate_requirements},
    {"expectations", validate_expectations},
    {"faults", validate_faults},
    {"name", validate_profile},
    {"programs", validate_programs},
};

static void validate_opened(struct catalog *catalog, struct reader *reader)
{
    const yaml_node_t *root = reader_root(reader);
    size_t kind = 0;
    size_t count = sizeof kinds / sizeof *kinds;
    while (kind < count && !(node_is_map(root) && map_get(reader, root, kinds[kind].key)))
        kind++;
    if (kind < count)
        kinds[kind].validate(catalog, reader);
    else
        reader_problem(
            reader, root,
            "not a file of sockspec: it has none of the keys suite, requirements, programs, expectations, faults");
}

int catalog_validate(struct catalog *catalog, const char *path)
{
    size_t before = catalog->problems.count;
    struct reader reader;
    if (reader_open(&reader, path, &catalog->arena, &catalog->problems) == 0)
        validate_opened(catalog, &reader);
    reader_close(&reader);
    return catalog->problems.count == before ? 0 : -EBADMSG;
}

int catalog_validate_file(struct catalog *catalog, FILE *file, const char *path)
{
    size_t before = catalog->problems.count;
    struct reader reader;
    if (reader_take(&reader, file, path, &catalog->arena, &catalog->problems) == 0)
        validate_opened(catalog, &reader);
    reader_close(&reader);
    return catalog->problems.count == before ? 0 : -EBADMSG;
}

static void check_requirements(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->requirement_count; i++) {
        const struct requirement *requirement = &catalog->requirements[i];
        if (requirement->case_count && requirement->untested)
            problem_add(&catalog->problems, requirement->file, requirement->line, 1,
                        "`%s` is marked untested, but %zu case%s", requirement->id, requirement->case_count,
                        requirement->case_count == 1 ? " checks it" : "s check it");
        if (!requirement->case_count && !requirement->untested)
            problem_add(&catalog->problems, requirement->file, requirement->line, 1,
                        "`%s` has no case and no reason to be `untested`", requirement->id);
    }
}

// The ids that were ever published are in case-ids.txt, one a line; `# retired: reason` may stand behind one.
static void check_ids(struct catalog *catalog)
{
    char *path = format_text("%s/case-ids.txt", catalog->data);
    FILE *file = fopen(path, "r");
    if (!file) {
        problem_add(&catalog->problems, path, 0, 0, "cannot read: %s", strerror(errno));
        free(path);
        return;
    }
    char *line = NULL;
    size_t size = 0;
    for (size_t number = 1; getline(&line, &size, file) >= 0; number++) {
        bool retired = strchr(line, '#') != NULL;
        line[strcspn(line, " #\r\n")] = '\0';
        if (*line && !retired && !catalog_case(catalog, line))
            problem_add(&catalog->problems, path, number, 1,
                        "the case `%s` was published and is gone: ids are permanent (or write `# retired: why`)", line);
    }
    free(line);
    fclose(file);
    free(path);
}

int catalog_check_whole(struct catalog *catalog)
{
    size_t before = catalog->problems.count;
    check_requirements(catalog);
    check_ids(catalog);
    return catalog->problems.count == before ? 0 : -EBADMSG;
}
