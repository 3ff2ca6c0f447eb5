#include "probe/case_explore.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define UNITS 1024     // of a level: a path belongs to one by its letters alone, so that all shards agree
#define FIRST_BATCH 64 // what is plainly wrong is found before much is played

struct node {
    struct case_path path;
    unsigned unit;
    bool dead; // it failed, or what it begins with did
};

struct tree_level {
    struct node *nodes;
    size_t count;
    uint64_t unit_sizes[UNITS];
};

struct exploring {
    struct case_player *player;
    const struct case_share *share;
    struct case_findings *findings;
    bool broken[CASE_KEYS]; // the rules that are known to be
};

// --- the tree ---

static unsigned unit_of(const struct case_path *path)
{
    uint32_t hash = 2166136261u; // FNV-1a
    for (size_t i = 0; i < path->length; i++)
        hash = (hash ^ path->letters[i]) * 16777619u;
    return (hash ^ hash >> 16) % UNITS;
}

static unsigned key_of(const struct case_model *model, const struct case_path *path)
{
    return model->key(model->context, path->letters, path->length);
}

static void add_node(struct tree_level *level, const struct case_path *path, bool dead)
{
    level->nodes = grow(level->nodes, level->count, sizeof *level->nodes);
    level->nodes[level->count++] = (struct node){*path, unit_of(path), dead};
    level->unit_sizes[unit_of(path)]++;
}

// Makes of the paths of a level those that are one letter longer.
static void lengthen(const struct case_model *model, struct tree_level *level)
{
    struct tree_level next = {0};
    for (size_t i = 0; i < level->count; i++) {
        struct case_path path = level->nodes[i].path;
        if (path.length && !model->goes_on(model->context, path.letters, path.length))
            continue;
        path.length++;
        for (size_t letter = 0; letter < model->letters; letter++) {
            path.letters[path.length - 1] = (unsigned char)letter;
            if (model->fits(model->context, path.letters, path.length))
                add_node(&next, &path, level->nodes[i].dead);
        }
    }
    free(level->nodes);
    *level = next;
}

static struct tree_level root(void)
{
    struct case_path empty = {.length = 0};
    struct tree_level level = {0};
    add_node(&level, &empty, false);
    return level;
}

uint64_t case_count(const struct case_model *model, size_t length)
{
    struct tree_level level = root();
    for (size_t i = 0; i < length; i++)
        lengthen(model, &level);
    free(level.nodes);
    return level.count;
}

// --- a level ---

static int order_of_nodes(const void *a, const void *b)
{
    const struct node *first = *(struct node *const *)a;
    const struct node *second = *(struct node *const *)b;
    if (first->unit != second->unit)
        return first->unit < second->unit ? -1 : 1;
    return first < second ? -1 : 1;
}

// What is to be played, unit by unit.
static struct node **my_nodes(const struct exploring *exploring, struct tree_level *level, size_t *count,
                              struct case_tally *tally)
{
    const struct case_share *share = exploring->share;
    struct node **nodes = allocate(level->count + 1, sizeof(struct node *));
    for (size_t i = 0; i < level->count; i++) {
        struct node *node = &level->nodes[i];
        if (node->unit % share->shards != share->shard)
            continue;
        tally->all++;
        if (explore_state_is_done(share->state, tally->level, node->unit))
            tally->earlier++;
        else
            nodes[(*count)++] = node;
    }
    qsort(nodes, *count, sizeof *nodes, order_of_nodes);
    return nodes;
}

static void write_units(const struct exploring *exploring, struct tree_level *level, size_t length,
                        struct node *const *nodes, size_t count, size_t old_findings)
{
    struct explore_state *state = exploring->share->state;
    for (size_t i = old_findings; i < exploring->findings->count; i++)
        explore_state_finding(state, case_finding_line(&exploring->findings->items[i]));
    for (size_t i = 0; i < count; i++)
        if (i + 1 == count || nodes[i + 1]->unit != nodes[i]->unit)
            explore_state_unit(state, length, nodes[i]->unit, level->unit_sizes[nodes[i]->unit]);
}

// Plays nodes of whole units. False when the run is to stop.
static bool play_units(struct exploring *exploring, struct tree_level *level, struct node *const *nodes, size_t count,
                       struct case_tally *tally)
{
    struct case_player *player = exploring->player;
    struct case_path *paths = allocate(count, sizeof *paths);
    struct node **played = allocate(count, sizeof(struct node *));
    bool *failed = allocate(count, sizeof *failed);
    size_t wanted = 0;
    size_t old_findings = exploring->findings->count;
    for (size_t i = 0; i < count; i++) {
        nodes[i]->dead |= exploring->broken[key_of(player->model, &nodes[i]->path)];
        if (nodes[i]->dead)
            continue;
        paths[wanted] = nodes[i]->path;
        played[wanted++] = nodes[i];
    }
    case_play(player, paths, wanted, failed, exploring->findings);
    bool goes_on = !player->error && !*player->stop;
    for (size_t i = 0; i < wanted; i++)
        if (failed[i])
            played[i]->dead = exploring->broken[key_of(player->model, &paths[i])] = true;
    if (goes_on) {
        tally->left_out += count - wanted;
        write_units(exploring, level, tally->level, nodes, count, old_findings);
    }
    free(paths);
    free(played);
    free(failed);
    return goes_on;
}

// A batch at a time, so that what one has found need not be played in the next.
static void play_level(struct exploring *exploring, struct tree_level *level, struct case_tally *tally)
{
    struct case_player *player = exploring->player;
    size_t count = 0;
    struct node **nodes = my_nodes(exploring, level, &count, tally);
    for (size_t start = 0; start < count;) {
        size_t size = start == 0 ? FIRST_BATCH : CASE_BATCH;
        size_t end = start + size < count ? start + size : count;
        while (end < count && nodes[end]->unit == nodes[end - 1]->unit)
            end++;
        if (!play_units(exploring, level, nodes + start, end - start, tally))
            break;
        start = end;
        if (player->progress)
            player->progress(player->context, tally->level, tally->earlier + start, tally->all);
    }
    free(nodes);
}

static void note_broken(struct exploring *exploring)
{
    for (size_t i = 0; i < exploring->findings->count; i++)
        exploring->broken[key_of(exploring->player->model, &exploring->findings->items[i].path)] = true;
}

void case_explore(struct case_player *player, const struct case_share *share, struct case_findings *findings,
                  case_told *told)
{
    struct exploring exploring = {.player = player, .share = share, .findings = findings};
    struct tree_level level = root();
    note_broken(&exploring);
    for (size_t length = 1; length <= share->depth && !player->error && !*player->stop; length++) {
        struct case_tally tally = {.level = length};
        uint64_t before = player->played;
        int64_t start = clock_now();
        lengthen(player->model, &level);
        play_level(&exploring, &level, &tally);
        tally.played = player->played - before;
        tally.seconds = (double)(clock_now() - start) / 1e9;
        told(&tally);
    }
    free(level.nodes);
    case_findings_settle(player->model, findings, share->shards > 1);
}

// --- findings ---

static int order_of_findings(const void *a, const void *b)
{
    const struct case_path *first = &((const struct case_finding *)a)->path;
    const struct case_path *second = &((const struct case_finding *)b)->path;
    if (first->length != second->length)
        return first->length < second->length ? -1 : 1;
    return memcmp(first->letters, second->letters, first->length);
}

void case_findings_settle(const struct case_model *model, struct case_findings *findings, bool whole)
{
    bool seen[CASE_KEYS] = {0};
    size_t kept = 0;
    if (findings->count)
        qsort(findings->items, findings->count, sizeof *findings->items, order_of_findings);
    for (size_t i = 0; i < findings->count; i++) {
        struct case_finding *finding = &findings->items[i];
        struct case_path start = finding->path;
        bool known = seen[key_of(model, &start)];
        for (start.length--; whole && start.length > 0; start.length--)
            known |= seen[key_of(model, &start)];
        seen[key_of(model, &finding->path)] = true;
        if (known) {
            free(finding->expected);
            free(finding->actual);
        } else {
            findings->items[kept++] = *finding;
        }
    }
    findings->count = kept;
}
