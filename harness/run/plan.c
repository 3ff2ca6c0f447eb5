#include "run/plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const unsigned transforms[] = {TRANSFORM_NONE, TRANSFORM_BYTEWISE, TRANSFORM_SPLIT, TRANSFORM_COALESCED};

const char *transform_suffix(unsigned transform)
{
    switch (transform) {
    case TRANSFORM_BYTEWISE:
        return "+bytewise";
    case TRANSFORM_SPLIT:
        return "+split";
    case TRANSFORM_COALESCED:
        return "+coalesced";
    default:
        return "";
    }
}

// A word of the selection, taken apart once.
struct choice {
    const char *word;
    const char *suite; // a suite file, or NULL
    const char *pattern;
    bool used;
};

// A word is the name of a program, a suite file, or a pattern of case ids. An id alone does not choose the reruns of
// its case; a pattern that covers them does.
static bool choice_fits(const struct choice *choice, const struct plan_entry *entry)
{
    if (choice->suite && !same_file(choice->suite, entry->test->suite->path))
        return false;
    if (!choice->suite && strcmp(choice->word, entry->test->program->name) == 0)
        return true;
    return fnmatch(choice->pattern, entry->id, 0) == 0;
}

static bool requirement_fits(const struct selection *selection, const struct test_case *test)
{
    if (!selection->requirement)
        return true;
    for (size_t i = 0; i < test->check_count; i++)
        if (fnmatch(selection->requirement, test->checks[i]->id, 0) == 0)
            return true;
    return false;
}

static bool number_fits(const struct selection *selection, const struct test_case *test)
{
    if (!selection->autobahn)
        return true;
    for (size_t i = 0; i < test->autobahn_count; i++)
        if (fnmatch(selection->autobahn, test->autobahn[i], 0) == 0)
            return true;
    return false;
}

static void choose(const struct selection *selection, struct choice *choices, struct plan *plan,
                   struct plan_entry entry)
{
    bool fits = selection->word_count == 0;
    for (size_t i = 0; i < selection->word_count; i++) {
        if (!choice_fits(&choices[i], &entry))
            continue;
        choices[i].used = true;
        fits = true;
    }
    if (!fits || !requirement_fits(selection, entry.test) || !number_fits(selection, entry.test) ||
        (selection->has_level && entry.test->level != selection->level)) {
        free(entry.id);
        return;
    }
    entry.deselected = selection->skip_slow && entry.test->slow;
    plan->entries = grow(plan->entries, plan->count, sizeof *plan->entries);
    plan->entries[plan->count++] = entry;
}

// `nothing has this name`, with the nearest program or case.
static char *unknown_word(const struct catalog *catalog, const char *word)
{
    size_t count = catalog->program_count + catalog->case_count;
    const char **names = allocate(count, sizeof *names);
    for (size_t i = 0; i < catalog->program_count; i++)
        names[i] = catalog->programs[i].name;
    for (size_t i = 0; i < catalog->case_count; i++)
        names[catalog->program_count + i] = catalog->cases[i]->id;
    const char *nearest = nearest_word(word, names, count);
    free(names);
    if (nearest)
        return format_text("no program and no case is called `%s`, did you mean `%s`?", word, nearest);
    return format_text("no program and no case is called `%s` (`sockspec list` shows them)", word);
}

int plan_make(const struct catalog *catalog, const struct selection *selection, struct plan *plan, char **message)
{
    struct choice *choices = allocate(selection->word_count, sizeof *choices);
    struct arena arena = {0};
    *plan = (struct plan){0};
    *message = NULL;
    for (size_t i = 0; i < selection->word_count; i++) {
        choices[i] = (struct choice){.word = selection->words[i], .pattern = selection->words[i]};
        suite_word(&arena, choices[i].word, &choices[i].suite, &choices[i].pattern);
    }
    for (size_t i = 0; i < catalog->case_count; i++) {
        const struct test_case *test = catalog->cases[i];
        for (size_t k = 0; k < sizeof transforms / sizeof *transforms; k++) {
            if (transforms[k] != TRANSFORM_NONE && !(test->transforms & transforms[k]))
                continue;
            char *id = format_text("%s%s", test->id, transform_suffix(transforms[k]));
            choose(selection, choices, plan, (struct plan_entry){test, transforms[k], id, false});
        }
    }
    for (size_t i = 0; i < selection->word_count && !*message; i++)
        if (!choices[i].used)
            *message = unknown_word(catalog, selection->words[i]);
    if (!*message && plan->count == 0)
        *message = duplicate("no case fits what was asked for");
    free(choices);
    arena_free(&arena);
    return *message ? -ENOENT : 0;
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        free(plan->entries[i].id);
    free(plan->entries);
    *plan = (struct plan){0};
}
