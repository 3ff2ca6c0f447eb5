#include "suite/expectations.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool read_expectation(struct reader *reader, const yaml_node_t *node, struct expectation *expectation)
{
    static const char *const keys[] = {"case", "verdict", "why", NULL};
    static const char *const verdicts[] = {"fail", "nonstrict", "unresolved", "info", "varies", NULL};
    const char *what = "an expectation";
    size_t index;
    if (!map_check(reader, node, what, keys, NULL))
        return false;
    const yaml_node_t *pattern = map_need(reader, node, what, "case");
    const yaml_node_t *verdict = map_need(reader, node, what, "verdict");
    const yaml_node_t *why = map_need(reader, node, what, "why");
    if (!pattern || !verdict || !why || !read_string(reader, pattern, &expectation->pattern) ||
        !read_word(reader, verdict, "a verdict to expect", verdicts, &index) ||
        !read_string(reader, why, &expectation->why))
        return false;
    expectation->verdict = verdicts[index];
    return true;
}

// The ids of a case and of its reruns.
static bool fits_case(const struct test_case *test, const char *pattern)
{
    static const struct {
        unsigned transform;
        const char *suffix;
    } reruns[] = {
        {TRANSFORM_BYTEWISE, "+bytewise"},
        {TRANSFORM_SPLIT, "+split"},
        {TRANSFORM_COALESCED, "+coalesced"},
    };
    bool fits = fnmatch(pattern, test->id, 0) == 0;
    for (size_t i = 0; !fits && i < sizeof reruns / sizeof *reruns; i++) {
        if (!(test->transforms & reruns[i].transform))
            continue;
        char *id = format_text("%s%s", test->id, reruns[i].suffix);
        fits = fnmatch(pattern, id, 0) == 0;
        free(id);
    }
    return fits;
}

static bool fits_any_case(const struct catalog *catalog, const char *pattern)
{
    for (size_t i = 0; i < catalog->case_count; i++)
        if (fits_case(catalog->cases[i], pattern))
            return true;
    return false;
}

bool expectations_read(struct catalog *catalog, struct reader *reader, struct expectations *expectations)
{
    static const char *const keys[] = {"expectations", NULL};
    const yaml_node_t *root = reader_root(reader);
    if (!map_check(reader, root, "a file of expectations", keys, NULL))
        return false;
    const yaml_node_t *list = map_need(reader, root, "a file of expectations", "expectations");
    if (!list || !list_check(reader, list, "expectations"))
        return false;
    bool good = true;
    for (size_t i = 0; i < list_size(list); i++) {
        struct expectation expectation;
        const yaml_node_t *item = list_item(reader, list, i);
        if (!read_expectation(reader, item, &expectation)) {
            good = false;
            continue;
        }
        if (!fits_any_case(catalog, expectation.pattern)) {
            reader_problem(reader, item, "no case has an id like `%s`", expectation.pattern);
            good = false;
            continue;
        }
        expectations->items = grow(expectations->items, expectations->count, sizeof *expectations->items);
        expectations->items[expectations->count++] = expectation;
    }
    return good;
}

int expectations_load(struct catalog *catalog, const char *path, struct expectations *expectations)
{
    struct reader reader;
    int result = reader_open(&reader, path, &catalog->arena, &catalog->problems);
    if (result == 0 && !expectations_read(catalog, &reader, expectations))
        result = -EBADMSG;
    reader_close(&reader);
    return result;
}

const struct expectation *expectations_find(const struct expectations *expectations, const char *id)
{
    for (size_t i = 0; i < expectations->count; i++)
        if (fnmatch(expectations->items[i].pattern, id, 0) == 0)
            return &expectations->items[i];
    return NULL;
}
