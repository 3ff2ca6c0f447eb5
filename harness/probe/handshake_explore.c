#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "model/shrink.h"
#include "probe/case_explore.h"

#define FIRST_BATCH 32 // what is plainly wrong is found before much is played
#define BATCH 256

struct exploring {
    struct case_player *player;
    const struct case_share *share;
    const struct handshake_plan *plan;
    struct case_findings *findings; // the reduced ones
    size_t factors;
};

// --- what is known ---

static size_t weight(const struct case_path *path)
{
    size_t count = 0;
    for (size_t i = 0; i < path->length; i++)
        count += path->letters[i] != 0;
    return count;
}

// Whether a handshake has what another one is known to fail by: the same level where that is but one; where it takes
// several parts, any levels of theirs but the plain ones, which most likely fail for the same reason.
static bool contains(const struct case_path *path, const struct case_path *other)
{
    bool exactly = weight(other) < 2;
    for (size_t i = 0; i < other->length; i++)
        if (other->letters[i] && (exactly ? path->letters[i] != other->letters[i] : !path->letters[i]))
            return false;
    return true;
}

static bool is_known(const struct case_findings *findings, const struct case_path *path)
{
    for (size_t i = 0; i < findings->count; i++)
        if (contains(path, &findings->items[i].path))
            return true;
    return false;
}

static int order_of_findings(const void *a, const void *b)
{
    const struct case_path *first = &((const struct case_finding *)a)->path;
    const struct case_path *second = &((const struct case_finding *)b)->path;
    if (weight(first) != weight(second))
        return weight(first) < weight(second) ? -1 : 1;
    return -memcmp(first->letters, second->letters, first->length);
}

void handshake_findings_settle(struct case_findings *findings)
{
    struct case_findings kept = {.weak = findings->weak};
    if (findings->count)
        qsort(findings->items, findings->count, sizeof *findings->items, order_of_findings);
    for (size_t i = 0; i < findings->count; i++) {
        struct case_finding *finding = &findings->items[i];
        if (is_known(&kept, &finding->path)) {
            free(finding->expected);
            free(finding->actual);
            continue;
        }
        kept.items = grow(kept.items, kept.count, sizeof *kept.items);
        kept.items[kept.count++] = *finding;
    }
    free(findings->items);
    *findings = kept;
}

// --- reducing ---

static void move_findings(struct case_findings *to, struct case_findings *from)
{
    for (size_t i = 0; i < from->count; i++) {
        to->items = grow(to->items, to->count, sizeof *to->items);
        to->items[to->count++] = from->items[i];
    }
    free(from->items);
    *from = (struct case_findings){0};
}

struct reduction {
    struct case_player *player;
    const struct case_path *whole;
    struct case_findings least; // of what failed last
};

static bool still_fails(void *context, const size_t *kept, size_t count)
{
    struct reduction *reduction = context;
    struct case_path path = {.length = reduction->whole->length};
    struct case_findings findings = {0};
    bool failed = false;
    for (size_t i = 0; i < count; i++)
        path.letters[kept[i]] = reduction->whole->letters[kept[i]];
    case_play(reduction->player, &path, 1, &failed, &findings);
    if (failed) {
        case_findings_free(&reduction->least);
        reduction->least = findings;
    } else {
        case_findings_free(&findings);
    }
    return failed;
}

// The plain handshake where that fails; else the single levels that do, with all others plain; else the pairs. All are
// played with one start of the program. False when none fails.
static bool find_small(struct case_player *player, const struct case_path *whole, size_t most,
                       struct case_findings *found)
{
    enum { PAIRS_MAX = CASE_PATH_MAX * (CASE_PATH_MAX + 1) / 2 };
    struct case_path paths[PAIRS_MAX];
    bool failed[PAIRS_MAX] = {0};
    size_t count = 0;
    for (size_t i = 0; i < whole->length; i++)
        for (size_t k = i; k < whole->length; k++) {
            if (!whole->letters[i] || !whole->letters[k] || (i == k) != (most == 1))
                continue;
            paths[count] = (struct case_path){.length = whole->length};
            paths[count].letters[i] = whole->letters[i];
            paths[count++].letters[k] = whole->letters[k];
        }
    if (most == 1)
        paths[count++] = (struct case_path){.length = whole->length};
    case_play(player, paths, count, failed, found);
    found->weak = 0;
    return found->count > 0;
}

// Turns levels back to the plain ones as long as it fails.
static void reduce(struct exploring *exploring, struct case_finding *finding)
{
    struct case_findings found = {0};
    if (!find_small(exploring->player, &finding->path, 1, &found) &&
        !find_small(exploring->player, &finding->path, 2, &found)) {
        struct reduction reduction = {.player = exploring->player, .whole = &finding->path};
        size_t kept[CASE_PATH_MAX];
        size_t count = 0;
        for (size_t i = 0; i < finding->path.length; i++)
            if (finding->path.letters[i])
                kept[count++] = i;
        shrink_list(kept, count, still_fails, &reduction);
        found = reduction.least;
    }
    if (found.count) {
        free(finding->expected);
        free(finding->actual);
    } else {
        found.items = grow(found.items, 0, sizeof *found.items);
        found.items[found.count++] = *finding;
    }
    move_findings(exploring->findings, &found);
    handshake_findings_settle(exploring->findings);
}

// --- the handshakes ---

static struct case_path path_of(const struct exploring *exploring, size_t row)
{
    struct case_path path = {.length = exploring->factors};
    memcpy(path.letters, exploring->plan->rows.rows[row].levels, exploring->factors);
    return path;
}

static void reduce_all(struct exploring *exploring, struct case_findings *failures)
{
    struct case_player *player = exploring->player;
    for (size_t i = 0; i < failures->count; i++) {
        struct case_finding *failure = &failures->items[i];
        if (!is_known(exploring->findings, &failure->path) && !player->error && !*player->stop) {
            reduce(exploring, failure);
            continue;
        }
        free(failure->expected);
        free(failure->actual);
    }
    exploring->findings->weak += failures->weak;
    free(failures->items);
    *failures = (struct case_findings){0};
}

// Plays some rows that are not known to fail. False when the run is to stop.
static bool play_rows(struct exploring *exploring, const size_t *rows, size_t count, struct case_tally *tally)
{
    struct case_player *player = exploring->player;
    struct explore_state *state = exploring->share->state;
    struct case_findings failures = {0};
    struct case_path paths[BATCH];
    bool failed[BATCH] = {0};
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        struct case_path path = path_of(exploring, rows[i]);
        if (!is_known(exploring->findings, &path))
            paths[wanted++] = path;
    }
    uint64_t before = player->played;
    case_play(player, paths, wanted, failed, &failures);
    tally->played += player->played - before;
    bool news = failures.count > 0;
    reduce_all(exploring, &failures);
    if (player->error || *player->stop)
        return false;
    tally->left_out += count - wanted;
    for (size_t i = 0; i < exploring->findings->count && news; i++)
        explore_state_finding(state, case_finding_line(&exploring->findings->items[i]));
    for (size_t i = 0; i < count; i++)
        explore_state_unit(state, tally->level, rows[i], 1);
    return true;
}

static void play_part(struct exploring *exploring, size_t first, size_t end, struct case_tally *tally)
{
    const struct case_share *share = exploring->share;
    size_t *rows = allocate(end - first + 1, sizeof *rows);
    size_t count = 0;
    for (size_t row = first; row < end; row++) {
        if (row % share->shards != share->shard)
            continue;
        tally->all++;
        if (explore_state_is_done(share->state, tally->level, row))
            tally->earlier++;
        else
            rows[count++] = row;
    }
    for (size_t start = 0; start < count;) {
        size_t size = start == 0 ? FIRST_BATCH : BATCH;
        size_t batch = count - start < size ? count - start : size;
        if (!play_rows(exploring, rows + start, batch, tally))
            break;
        start += batch;
        if (exploring->player->progress)
            exploring->player->progress(exploring->player->context, tally->level, tally->earlier + start, tally->all);
    }
    free(rows);
}

void handshake_explore(struct case_player *player, const struct handshake_plan *plan, const struct case_share *share,
                       struct case_findings *findings, case_told *told)
{
    const struct handshake_table *table = player->model->context;
    struct exploring exploring = {player, share, plan, findings, table->count};
    for (size_t level = 1; level <= 2 && !player->error && !*player->stop; level++) {
        struct case_tally tally = {.level = level};
        int64_t start = clock_now();
        play_part(&exploring, level == 1 ? 0 : plan->legal, level == 1 ? plan->legal : plan->rows.count, &tally);
        tally.seconds = (double)(clock_now() - start) / 1e9;
        told(&tally);
    }
    handshake_findings_settle(findings);
}
