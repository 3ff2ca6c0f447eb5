#include "probe/case_play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "model/shrink.h"
#include "model/ws_case.h"

#define BATCH 1000 // sequences that are run together

struct batch {
    struct case_player *player;
    const struct case_path *paths;
    size_t count;
    size_t next;
    bool *failed; // by path
    struct case_findings *findings;
};

static void add_finding(struct case_findings *findings, const struct case_path *path, const struct result *result)
{
    findings->items = grow(findings->items, findings->count, sizeof *findings->items);
    findings->items[findings->count++] = (struct case_finding){
        .path = *path,
        .expected = duplicate(result->expected ? result->expected : "what is best"),
        .actual = duplicate(result->actual ? result->actual
                            : result->why  ? result->why
                                           : "something else"),
    };
}

void case_findings_free(struct case_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].expected);
        free(findings->items[i].actual);
    }
    free(findings->items);
    *findings = (struct case_findings){0};
}

// --- a batch ---

static void publish(void *context, const struct plan_entry *entry, struct result *result)
{
    struct batch *batch = context;
    struct case_player *player = batch->player;
    size_t index = batch->next++;
    (void)entry;
    if (result->not_ready && !player->error) {
        player->error = duplicate(result->why ? result->why : "the program never became ready");
        player->not_ready = true;
    }
    if (result->verdict == VERDICT_SKIP || result->not_ready)
        return;
    player->played++;
    batch->findings->weak += result->verdict == VERDICT_NONSTRICT;
    batch->failed[index] = verdict_spoils(result->verdict, player->strict);
    if (batch->failed[index])
        add_finding(batch->findings, &batch->paths[index], result);
}

// Writes the cases to a file, which is loaded and goes. Returns its path, or NULL; to be freed.
static char *load_cases(struct batch *batch)
{
    struct case_player *player = batch->player;
    struct buffer text = {0};
    char *path = duplicate("/tmp/sockspec-XXXXXX.yaml");
    int fd = mkstemps(path, 5);
    ws_case_write_suite(&text, "Sequences", player->program);
    for (size_t i = 0; i < batch->count; i++) {
        char *id = format_text("sequence/%llu-%zu", (unsigned long long)player->batches, i);
        player->model->write(player->model->context, batch->paths[i].letters, batch->paths[i].length, id, &text);
        free(id);
    }
    player->batches++;
    bool written = fd >= 0 && write(fd, text.data, text.length) == (ssize_t)text.length;
    if (fd >= 0)
        close(fd);
    if (!written)
        player->error = format_text("cannot write %s: %s", path, strerror(errno));
    else if (catalog_need_suite(player->catalog, path) < 0)
        player->error = duplicate("the model wrote a case that cannot be read");
    unlink(path);
    buffer_free(&text);
    return path;
}

static void run_batch(struct batch *batch)
{
    struct case_player *player = batch->player;
    struct plan plan = {0};
    size_t before = player->catalog->case_count;
    char *path = load_cases(batch);
    struct engine_settings settings = {
        .catalog = player->catalog,
        .target = player->target,
        .sandbox = player->sandbox,
        .workers = player->jobs,
        .time_scale = player->time_scale,
        .keep_going = true,
        .stop = player->stop,
        .publish = publish,
        .context = batch,
    };
    plan.count = player->catalog->case_count - before;
    plan.entries = allocate(plan.count + 1, sizeof *plan.entries);
    for (size_t i = 0; i < plan.count; i++)
        plan.entries[i] = (struct plan_entry){.test = player->catalog->cases[before + i],
                                              .id = duplicate(player->catalog->cases[before + i]->id)};
    if (!player->error && engine_run(&settings, &plan) < 0)
        player->error = duplicate("cannot start a worker");
    plan_free(&plan);
    free(path);
}

// Plays paths; `failed` tells which did.
static void play(struct case_player *player, const struct case_path *paths, size_t count, bool *failed,
                 struct case_findings *findings)
{
    for (size_t start = 0; start < count && !player->error && !*player->stop; start += BATCH) {
        size_t size = count - start < BATCH ? count - start : BATCH;
        struct batch batch = {player, paths + start, size, 0, failed + start, findings};
        run_batch(&batch);
    }
}

// --- all ---

struct path_list {
    struct case_path *paths;
    size_t count;
};

static void add_path(struct path_list *level, const struct case_path *path)
{
    level->paths = grow(level->paths, level->count, sizeof *level->paths);
    level->paths[level->count++] = *path;
}

// The paths one letter longer than those of a level; what tests a rule that is known to be broken is left out.
static struct path_list longer(const struct case_model *model, const struct path_list *level, const bool *broken,
                               uint64_t *left_out)
{
    struct path_list next = {0};
    for (size_t i = 0; i < level->count; i++) {
        struct case_path path = level->paths[i];
        if (path.length && !model->goes_on(model->context, path.letters, path.length))
            continue;
        path.length++;
        for (size_t letter = 0; letter < model->letters; letter++) {
            path.letters[path.length - 1] = (unsigned char)letter;
            if (!model->fits(model->context, path.letters, path.length))
                continue;
            if (broken[model->key(model->context, path.letters, path.length)])
                (*left_out)++;
            else
                add_path(&next, &path);
        }
    }
    return next;
}

// Plays a level a batch at a time, so that what one batch has found need not be played in the next.
static uint64_t play_level(struct case_player *player, struct path_list *level, bool *broken,
                           struct case_findings *findings, size_t depth)
{
    const struct case_model *model = player->model;
    bool *failed = allocate(level->count + 1, sizeof *failed);
    uint64_t left_out = 0;
    for (size_t start = 0; start < level->count && !player->error && !*player->stop;) {
        size_t end =
            start + (start == 0 ? 64 : BATCH) < level->count ? start + (start == 0 ? 64 : BATCH) : level->count;
        play(player, level->paths + start, end - start, failed + start, findings);
        for (size_t i = start; i < end; i++)
            if (failed[i])
                broken[model->key(model->context, level->paths[i].letters, level->paths[i].length)] = true;
        size_t kept = end;
        for (size_t i = end; i < level->count; i++) {
            if (broken[model->key(model->context, level->paths[i].letters, level->paths[i].length)])
                left_out++;
            else
                level->paths[kept++] = level->paths[i];
        }
        level->count = kept;
        start = end;
        if (player->progress)
            player->progress(player->context, depth, start, level->count);
    }
    size_t kept = 0;
    for (size_t i = 0; i < level->count; i++)
        if (!failed[i])
            level->paths[kept++] = level->paths[i];
    level->count = kept;
    free(failed);
    return left_out;
}

// Of several sequences that break a rule the first counts.
static void keep_the_first(const struct case_model *model, struct case_findings *findings)
{
    bool seen[CASE_KEYS] = {0};
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        struct case_finding *finding = &findings->items[i];
        unsigned key = model->key(model->context, finding->path.letters, finding->path.length);
        if (seen[key]) {
            free(finding->expected);
            free(finding->actual);
        } else {
            findings->items[kept++] = *finding;
        }
        seen[key] = true;
    }
    findings->count = kept;
}

void case_explore(struct case_player *player, size_t depth, struct case_findings *findings,
                  void (*told)(size_t length, uint64_t played, uint64_t left_out, double seconds))
{
    bool broken[CASE_KEYS] = {0};
    struct case_path empty = {.length = 0};
    struct path_list level = {0};
    add_path(&level, &empty);
    for (size_t length = 1; length <= depth && !player->error && !*player->stop; length++) {
        uint64_t left_out = 0;
        uint64_t before = player->played;
        int64_t start = clock_now();
        struct path_list next = longer(player->model, &level, broken, &left_out);
        free(level.paths);
        level = next;
        left_out += play_level(player, &level, broken, findings, length);
        told(length, player->played - before, left_out, (double)(clock_now() - start) / 1e9);
    }
    free(level.paths);
    keep_the_first(player->model, findings);
}

// --- random ones ---

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
        play(shrinking->player, &path, 1, &failed, &findings);
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
        struct case_path paths[BATCH];
        bool failed[BATCH] = {0};
        size_t count = cases - number < BATCH ? (size_t)(cases - number) : BATCH;
        // What fails soon is found soon.
        if (number == 0 && count > 100)
            count = 100;
        for (size_t i = 0; i < count; i++)
            paths[i] = random_path(player->model, seed, number + i);
        play(player, paths, count, failed, findings);
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
