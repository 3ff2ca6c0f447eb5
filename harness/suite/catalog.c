#include "suite/catalog.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "suite/load.h"

const struct program *catalog_program(const struct catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->program_count; i++)
        if (strcmp(catalog->programs[i].name, name) == 0)
            return &catalog->programs[i];
    return NULL;
}

struct requirement *catalog_requirement(const struct catalog *catalog, const char *id)
{
    size_t position = index_find(&catalog->requirement_ids, id);
    return position == INDEX_NONE ? NULL : &catalog->requirements[position];
}

const struct test_case *catalog_case(const struct catalog *catalog, const char *id)
{
    size_t position = index_find(&catalog->case_ids, id);
    return position == INDEX_NONE ? NULL : catalog->cases[position];
}

typedef void load_function(struct catalog *catalog, struct reader *reader);

static void load_file(struct catalog *catalog, const char *path, load_function *load)
{
    struct reader reader;
    if (reader_open(&reader, path, &catalog->arena, &catalog->problems) == 0)
        load(catalog, &reader);
    reader_close(&reader);
}

// Loads all files that match a pattern below the data directory, in the order of their names. Returns whether there
// are any.
static bool load_all(struct catalog *catalog, const char *pattern, load_function *load)
{
    char *full = format_text("%s/%s", catalog->data, pattern);
    glob_t found;
    bool any = glob(full, 0, NULL, &found) == 0;
    if (any) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            load_file(catalog, found.gl_pathv[i], load);
        globfree(&found);
    }
    free(full);
    return any;
}

static int result_of(const struct catalog *catalog, size_t problems_before)
{
    return catalog->problems.count == problems_before ? 0 : -EBADMSG;
}

// Whether a word of a selection is a program's name, or a pattern of case ids that begins with it.
static bool word_is_about(const char *word, const char *program)
{
    size_t length = strlen(program);
    return strncmp(word, program, length) == 0 && (word[length] == '\0' || word[length] == '/');
}

// True when any of the words may be about cases of the program.
static bool program_wanted(const struct catalog *catalog, size_t program, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool about_any = false;
        for (size_t k = 0; k < catalog->program_count; k++)
            about_any |= word_is_about(words[i], catalog->programs[k].name);
        if (!about_any || word_is_about(words[i], catalog->programs[program].name))
            return true;
    }
    return count == 0;
}

// The suites of each program, in the order in which programs.yaml names them.
static void load_suites(struct catalog *catalog, const char *const *words, size_t count)
{
    for (size_t i = 0; i < catalog->program_count; i++) {
        if (!program_wanted(catalog, i, words, count))
            continue;
        char *pattern = format_text("suites/%s/*.yaml", catalog->programs[i].name);
        load_all(catalog, pattern, load_suite);
        free(pattern);
    }
}

int catalog_load_for(struct catalog *catalog, const char *data, const char *const *words, size_t count)
{
    *catalog = (struct catalog){0};
    catalog->data = arena_text(&catalog->arena, data);
    if (!load_all(catalog, "requirements/*.yaml", load_requirements) ||
        !load_all(catalog, "programs.yaml", load_programs)) {
        problem_add(&catalog->problems, data, 0, 0, "no conformance data here (requirements/*.yaml, programs.yaml)");
        return -EBADMSG;
    }
    load_suites(catalog, words, count);
    return result_of(catalog, 0);
}

int catalog_load(struct catalog *catalog, const char *data)
{
    return catalog_load_for(catalog, data, NULL, 0);
}

void catalog_be_thorough(struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->case_count; i++) {
        catalog->cases[i]->transforms |= catalog->cases[i]->thorough_transforms;
        steps_be_thorough(catalog->cases[i]->script.steps, catalog->cases[i]->script.count);
    }
}

void catalog_free(struct catalog *catalog)
{
    arena_free(&catalog->arena);
    problems_free(&catalog->problems);
    free(catalog->requirements);
    free(catalog->programs);
    free(catalog->cases);
    index_free(&catalog->requirement_ids);
    index_free(&catalog->case_ids);
    *catalog = (struct catalog){0};
}

const char **catalog_capabilities(const struct catalog *catalog, struct arena *arena, const struct program *program)
{
    size_t room = program->option_count + 2;
    for (size_t i = 0; i < catalog->case_count; i++)
        room += catalog->cases[i]->program == program ? catalog->cases[i]->need_count : 0;
    const char **names = arena_allocate(arena, room, sizeof(char *));
    size_t count = 0;
    bool any_case = false;
    bool any_tls = false;
    for (size_t i = 0; i < catalog->case_count; i++) {
        const struct test_case *test = catalog->cases[i];
        any_case |= test->program == program;
        any_tls |= test->program == program && test->certificate != CERTIFICATE_NONE;
        for (size_t k = 0; test->program == program && k < test->need_count; k++)
            names[count++] = test->needs[k];
    }
    for (size_t i = 0; any_case && i < program->option_count; i++)
        names[count++] = program->options[i].name;
    if (any_tls)
        names[count] = tls_capability;
    return names;
}

bool suite_word(struct arena *arena, const char *word, const char **path, const char **pattern)
{
    static const char ending[] = ".yaml";
    const char *behind = word;
    do {
        const char *found = strstr(behind, ending);
        if (!found)
            return false;
        behind = found + sizeof ending - 1;
    } while (*behind != '\0' && *behind != ':');
    *path = arena_bytes(arena, word, (size_t)(behind - word));
    *pattern = *behind ? behind + 1 : "*";
    return true;
}

bool same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

int catalog_need_suite(struct catalog *catalog, const char *path)
{
    size_t before = catalog->problems.count;
    for (size_t i = 0; i < catalog->case_count; i++)
        if (same_file(catalog->cases[i]->suite->path, path))
            return 0;
    load_file(catalog, path, load_suite);
    return result_of(catalog, before);
}

int catalog_load_profile(struct catalog *catalog, const char *path, struct profile *profile)
{
    size_t before = catalog->problems.count;
    struct reader reader;
    *profile = (struct profile){0};
    if (reader_open(&reader, path, &catalog->arena, &catalog->problems) == 0)
        load_profile(catalog, &reader, profile);
    reader_close(&reader);
    return result_of(catalog, before);
}
