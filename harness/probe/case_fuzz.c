#include "probe/case_fuzz.h"

#include "base/random.h"
#include "model/shrink.h"

static struct case_path random_path(const struct case_model *model, uint64_t seed, uint64_t number)
{
    struct random random = random_for(seed, number);
    struct case_path path = {0};
    size_t wanted = 2 + random_below(&random, CASE_PATH_MAX - 2);
    for (size_t tries = 0; path.length < wanted && tries < 1000; tries++) {
        path.letters[path.length] = (unsigned char)random_below(&random, model->letters);
        if ((path.length == 0 || model->goes_on(model->context, path.letters, path.length)) &&
            model->fits(model->context, path.letters, path.length + 1))
            path.length++;
    }
    return path;
}

struct shrinking {
    struct case_player *player;
    struct case_path whole;
    struct case_path least;
    struct case_findings findings; // of the least
};

// The letters that are kept, without those that do not fit any more.
static struct case_path kept_path(const struct shrinking *shrinking, const size_t *kept, size_t count)
{
    const struct case_model *model = shrinking->player->model;
    struct case_path path = {0};
    for (size_t i = 0; i < count; i++) {
        path.letters[path.length] = shrinking->whole.letters[kept[i]];
        if ((path.length == 0 || model->goes_on(model->context, path.letters, path.length)) &&
            model->fits(model->context, path.letters, path.length + 1))
            path.length++;
    }
    return path;
}

static bool still_fails(void *context, const size_t *kept, size_t count)
{
    struct shrinking *shrinking = context;
    struct case_findings findings = {0};
    bool failed = false;
    struct case_path path = kept_path(shrinking, kept, count);
    if (path.length)
        case_play(shrinking->player, &path, 1, &failed, &findings);
    if (!failed) {
        case_findings_free(&findings);
        return false;
    }
    case_findings_free(&shrinking->findings);
    shrinking->findings = findings;
    return true;
}

static void shrink(struct case_player *player, const struct case_path *path, struct case_findings *findings)
{
    size_t kept[CASE_PATH_MAX];
    struct shrinking shrinking = {.player = player, .whole = *path};
    for (size_t i = 0; i < path->length; i++)
        kept[i] = i;
    shrink_list(kept, path->length, still_fails, &shrinking);
    if (shrinking.findings.count == 0)
        return; // what failed once
    case_findings_free(findings);
    *findings = shrinking.findings;
}

uint64_t case_fuzz(struct case_player *player, uint64_t seed, uint64_t cases, struct case_findings *findings)
{
    uint64_t number = 0;
    while (number < cases && !player->error && !*player->stop) {
        struct case_path paths[CASE_BATCH];
        bool failed[CASE_BATCH] = {0};
        size_t count = cases - number < CASE_BATCH ? (size_t)(cases - number) : CASE_BATCH;
        // What fails soon is found soon.
        if (number == 0 && count > 100)
            count = 100;
        for (size_t i = 0; i < count; i++)
            paths[i] = random_path(player->model, seed, number + i);
        case_play(player, paths, count, failed, findings);
        for (size_t i = 0; i < count; i++) {
            if (!failed[i])
                continue;
            shrink(player, &paths[i], findings);
            return number + i;
        }
        number += count;
        if (player->progress)
            player->progress(player->context, 0, number, cases);
    }
    return cases;
}
