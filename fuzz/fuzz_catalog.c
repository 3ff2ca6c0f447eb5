// Reaches the readers of all files that people write, by catalog_validate_file of harness/suite/validate.c: suites with
// cases (load_suite.c, load_case.c and steps below it), programs, requirements, profiles and expectations, on top of the
// reader of YAML (document.c, reader.c, template.c).
//
// The input is a file. What it may refer to, three programs, two requirements and a case, is below.
//
// Oracles:
// - every problem has a place in the file and one line of printable text;
// - a suite, profile or file of expectations without a problem is loaded whole: each case has what a run needs (an id
//   of a path's form, a title, requirements, steps), so has each program of a profile (a command that learns the
//   port), and each expectation (a verdict and a reason);
// - the catalog is as it was before, so that the same file is judged again in the same words;
// - a comment and blank lines at the end change no problem.
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz.h"
#include "suite/catalog.h"
#include "suite/expectations.h"
#include "suite/load.h"

enum { FILE_MAX = 1 << 20 };

static const char programs[] =
    "programs:\n"
    "  ws-echo-server: {role: server, transport: tcp, lifetime: many, options: {read-timeout: [--read-timeout, "
    "'{value}']}}\n"
    "  tcp-head: {role: client, transport: tcp, arguments: ['{address}']}\n"
    "  ip-parse: {role: command}\n";

static const char requirements[] = "source: rfc6455\n"
                                   "requirements:\n"
                                   "  - {id: rfc6455-a, level: MUST, section: '5.5', text: one}\n"
                                   "  - {id: rfc6455-b, level: SHOULD, section: '7', text: two}\n";

static const char suite[] =
    "suite: Base\n"
    "program: ws-echo-server\n"
    "cases:\n"
    "  - {id: ws-echo-server/base, title: Base, checks: [rfc6455-a], steps: [open: {}, close: 1000]}\n";

static void load(struct catalog *catalog, const char *text, void (*loader)(struct catalog *, struct reader *))
{
    struct reader reader;
    FILE *file = fmemopen((void *)(size_t)text, strlen(text), "r");
    require(file && reader_take(&reader, file, "base", &catalog->arena, &catalog->problems) == 0);
    loader(catalog, &reader);
    reader_close(&reader);
    fclose(file);
    problems_print(&catalog->problems, stderr);
    require(catalog->problems.count == 0);
}

static const struct catalog *base_catalog(void)
{
    static struct catalog catalog;
    if (catalog.program_count == 0) {
        catalog.data = "conformance";
        load(&catalog, programs, load_programs);
        load(&catalog, requirements, load_requirements);
        load(&catalog, suite, load_suite);
        require(catalog.program_count == 3 && catalog.requirement_count == 2 && catalog.case_count == 1);
    }
    return &catalog;
}

static void check_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        unsigned line, column;
        require(sscanf(problems->items[i].place, "input:%u:%u", &line, &column) == 2 && line > 0 && column > 0);
        require(*problems->items[i].text);
        for (const char *at = problems->items[i].text; *at; at++)
            require((unsigned char)*at >= 0x20 && *at != 0x7f);
    }
}

static void check_case(const struct test_case *test)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._/";
    require(strchr(test->id, '/') && strspn(test->id, letters) == strlen(test->id));
    require(*test->title && test->check_count > 0 && test->script.count > 0 && test->line > 0);
    for (size_t i = 0; i < test->check_count; i++)
        require(test->checks[i]->level <= test->level);
}

static void check_suite(struct catalog *catalog, struct reader *reader)
{
    size_t before = catalog->case_count;
    require(before == 1); // what grow() has room for depends on it
    struct test_case **copy = allocate(4, sizeof *copy);
    copy[0] = catalog->cases[0];
    catalog->cases = copy;
    catalog->case_ids = (struct index){0};
    load_suite(catalog, reader);
    for (size_t i = before; i < catalog->case_count; i++) {
        check_case(catalog->cases[i]);
        for (size_t k = 0; k < catalog->cases[i]->check_count; k++)
            catalog->cases[i]->checks[k]->case_count--;
    }
    index_free(&catalog->case_ids);
    free(catalog->cases);
}

static void check_profile(struct catalog *catalog, struct reader *reader)
{
    struct profile profile = {0};
    load_profile(catalog, reader, &profile);
    const yaml_node_t *programs_node = map_get(reader, reader_root(reader), "programs");
    require(profile.name && profile.launch_count == map_size(programs_node));
    for (size_t i = 0; i < profile.launch_count; i++) {
        const struct launch *launch = &profile.launches[i];
        bool told = launch->port > 0 || launch->program->role == ROLE_COMMAND;
        require(launch->command[0] != NULL && launch->port <= 65535);
        for (size_t k = 0; launch->command[k]; k++)
            told |= has_late_name(launch->command[k]);
        for (size_t k = 0; launch->environment[k]; k++)
            require(strchr(launch->environment[k], '=') != NULL);
        require(told && launch->absent[launch->absent_count] == NULL);
    }
}

static void check_expectations(struct catalog *catalog, struct reader *reader)
{
    struct expectations expectations = {0};
    require(expectations_read(catalog, reader, &expectations));
    for (size_t i = 0; i < expectations.count; i++)
        require(*expectations.items[i].pattern && *expectations.items[i].verdict && expectations.items[i].why);
    free(expectations.items);
}

// Loads a file that has no problem once more, to look at what comes of it.
static void check_loaded(struct catalog catalog, FILE *file)
{
    static const struct {
        const char *key;
        void (*check)(struct catalog *catalog, struct reader *reader);
    } kinds[] = {{"suite", check_suite}, {"expectations", check_expectations}, {"name", check_profile}};
    struct reader reader;
    rewind(file);
    require(reader_take(&reader, file, "again", &catalog.arena, &catalog.problems) == 0);
    const yaml_node_t *root = reader_root(&reader);
    bool more = map_get(&reader, root, "requirements") || map_get(&reader, root, "cases");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!map_get(&reader, root, kinds[i].key) || (more && i > 0))
            continue;
        kinds[i].check(&catalog, &reader);
        require(catalog.problems.count == 0);
        break;
    }
    reader_close(&reader);
    arena_free(&catalog.arena);
}

// Judges a file; the problems are to be freed.
static struct problems judge(const char *bytes, size_t size)
{
    struct catalog catalog = *base_catalog();
    catalog.arena = (struct arena){0};
    catalog.problems = (struct problems){0};
    FILE *file = fmemopen((void *)(size_t)bytes, size, "r");
    require(file != NULL);
    int result = catalog_validate_file(&catalog, file, "input");
    require((result == 0) == (catalog.problems.count == 0));
    check_problems(&catalog.problems);
    if (result == 0)
        check_loaded((struct catalog){.data = catalog.data,
                                      .requirements = catalog.requirements,
                                      .requirement_count = catalog.requirement_count,
                                      .requirement_ids = catalog.requirement_ids,
                                      .programs = catalog.programs,
                                      .program_count = catalog.program_count,
                                      .cases = catalog.cases,
                                      .case_count = catalog.case_count,
                                      .case_ids = catalog.case_ids},
                     file);
    fclose(file);
    require(catalog.program_count == 3 && catalog.requirement_count == 2 && catalog.case_count == 1);
    require(catalog.requirements[0].case_count == 1 && catalog.requirements[1].case_count == 0);
    arena_free(&catalog.arena);
    return catalog.problems;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[FILE_MAX];
    static const char more[] = "\n\n# a comment\n";
    if (size == 0 || size + sizeof more > sizeof text)
        return 0;
    memcpy(text, data, size);
    struct problems problems = judge(text, size);
    // A line that the file ends within would become another one, or the end of a text.
    if (text[size - 1] == '\n' && problems.count == 0) {
        memcpy(text + size, more, sizeof more - 1);
        struct problems again = judge(text, size + sizeof more - 1);
        require(again.count == 0);
        problems_free(&again);
    }
    problems_free(&problems);
    return 0;
}
