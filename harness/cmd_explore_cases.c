// `sockspec explore` where sequences or handshakes are played as cases.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd.h"
#include "cmd_cases.h"
#include "probe/case_explore.h"

#define NOT_ALL "not all of them have been played"

struct taking {
    struct case_findings findings;
    size_t letters;
};

static const char *take(void *context, const json_t *line)
{
    struct taking *taking = context;
    return case_finding_read(&taking->findings, taking->letters, line);
}

static void print_rest(const struct case_tally *tally)
{
    if (tally->earlier)
        printf(", %" PRIu64 " played by an earlier run", tally->earlier);
    if (tally->left_out)
        printf(", %" PRIu64 " left out behind a deviation", tally->left_out);
    uint64_t known = tally->played + tally->earlier + tally->left_out;
    if (known < tally->all)
        printf(", %" PRIu64 " not played", tally->all - known);
    printf("\n");
    fflush(stdout);
}

static void print_end(const struct case_player *player, const struct case_findings *findings, const char *what,
                      int64_t start)
{
    double seconds = (double)(clock_now() - start) / 1e9;
    cases_end_progress();
    printf("%" PRIu64 " %s in %.1f s, %.0f a second\n", player->played, what, seconds,
           (double)player->played / seconds);
    if (findings->weak)
        printf("%" PRIu64 " were answered weaker than best\n", findings->weak);
}

static void print_deviations(size_t count)
{
    printf("%zu deviation%s\n", count, count == 1 ? "" : "s");
}

// --- sequences ---

static void told_sequences(const struct case_tally *tally)
{
    cases_end_progress();
    printf("depth %zu: %" PRIu64 " sequences in %.1f s", tally->level, tally->played, tally->seconds);
    print_rest(tally);
}

int cases_explore(struct target_session *session, const struct explore_options *options, const struct case_model *model)
{
    const char *program = options->target.program;
    struct explore_progress progress = {0};
    struct explore_state state = {0};
    struct taking taking = {.letters = model->letters};
    struct case_player player = cases_player(session, &options->target, model, &progress);
    struct explore_head head = {program, "sequences", model->letters, options->depth, options->shard, options->shards,
                                0};
    struct case_share share = {options->depth, options->shard, options->shards, &state};
    int64_t start = clock_now();
    int status = explore_open(&state, options, &head, take, &taking);
    if (status == 0) {
        case_explore(&player, &share, &taking.findings, told_sequences);
        print_end(&player, &taking.findings, "sequences", start);
        print_deviations(taking.findings.count);
        cases_print(model, &options->target, &taking.findings, "explore", options->out, NULL);
        status = cases_status(&player, &taking.findings);
    }
    case_findings_free(&taking.findings);
    return explore_close(&state, options, status);
}

int cases_merge(const struct explore_options *options, const struct explore_head *head)
{
    struct case_model model;
    struct explore_state state = {0};
    struct target_options target = options->target;
    case_model_find(head->program, &model);
    struct taking taking = {.letters = model.letters};
    struct explore_head any = {.program = head->program, .what = head->what, .letters = model.letters};
    bool complete = true;
    int status = explore_read_all(&state, options, &any, take, &taking);
    for (size_t level = 1; level <= state.depth && status == 0; level++) {
        uint64_t all = case_count(&model, level);
        printf("depth %zu: %" PRIu64 " of %" PRIu64 " sequences\n", level, state.sequences[level], all);
        complete &= state.sequences[level] == all;
    }
    target.program = head->program;
    if (status == 0) {
        case_findings_settle(&model, &taking.findings, true);
        print_deviations(taking.findings.count);
        cases_print(&model, &target, &taking.findings, "explore", options->out, NULL);
        status = taking.findings.count ? EXIT_FAILED : EXIT_AS_EXPECTED;
    }
    if (status == 0 && !complete)
        status = (usage_error(NOT_ALL), EXIT_HARNESS);
    case_findings_free(&taking.findings);
    explore_state_close(&state);
    return status;
}

// --- handshakes ---

static const char *const parts[] = {NULL, "legal", "with a level that is not"};

static void told_handshakes(const struct case_tally *tally)
{
    cases_end_progress();
    printf("%s: %" PRIu64 " handshakes in %.1f s", parts[tally->level], tally->played, tally->seconds);
    print_rest(tally);
}

// What is not plain in a handshake.
static void explain(const struct case_model *model, const struct case_path *path)
{
    const struct handshake_table *table = model->context;
    for (size_t i = 0; i < path->length; i++) {
        const struct handshake_level *level = &table->factors[i].levels[path->letters[i]];
        struct buffer text = {0};
        if (path->letters[i] == 0)
            continue;
        buffer_text(&text, level->name);
        if (level->text && level->text[0]) {
            buffer_text(&text, ", \"");
            buffer_escaped(&text, level->text, strlen(level->text), 200);
            buffer_text(&text, "\"");
        }
        printf("  %-12s %s (%s, %s)\n", table->factors[i].name, buffer_string(&text), level->section,
               level->requirement);
        buffer_free(&text);
    }
}

static void print_plan(const struct handshake_table *table, const struct handshake_plan *plan, uint64_t seed)
{
    size_t legal = 0;
    size_t other = 0;
    for (size_t i = 0; i < table->count; i++) {
        legal += table->factors[i].legal;
        other += table->factors[i].count - table->factors[i].legal;
    }
    printf("seed %" PRIu64 "\n", seed);
    printf("%zu factors of %zu legal levels and %zu that are not\n", table->count, legal, other);
    printf("%zu handshakes have the %" PRIu64 " triples of legal levels, %zu the %" PRIu64 " with one that is not\n",
           plan->legal, plan->legal_triples, plan->rows.count - plan->legal, plan->other_triples);
}

int handshake_explore_program(struct target_session *session, const struct explore_options *options)
{
    const struct handshake_table *table = handshake_table_for(options->target.program);
    struct explore_progress progress = {.levels = parts};
    struct explore_state state = {0};
    struct handshake_plan plan;
    struct case_model model;
    if (!table)
        return usage_error("--handshake: there is no table for %s, only for ws-echo-server and ws-client",
                           options->target.program);
    handshake_case_model(table, &model);
    struct taking taking = {.letters = model.letters};
    struct case_player player = cases_player(session, &options->target, &model, &progress);
    struct explore_head head = {table->program, "handshake",     model.letters, 2,
                                options->shard, options->shards, options->seed};
    struct case_share share = {2, options->shard, options->shards, &state};
    int status = explore_open(&state, options, &head, take, &taking);
    if (status == 0) {
        handshake_plan_make(table, options->seed, &plan);
        print_plan(table, &plan, options->seed);
        int64_t start = clock_now();
        handshake_explore(&player, &plan, &share, &taking.findings, told_handshakes);
        print_end(&player, &taking.findings, "handshakes", start);
        print_deviations(taking.findings.count);
        cases_print(&model, &options->target, &taking.findings, "handshake", options->out, explain);
        status = cases_status(&player, &taking.findings);
        handshake_plan_free(&plan);
    }
    case_findings_free(&taking.findings);
    return explore_close(&state, options, status);
}

int handshake_merge(const struct explore_options *options, const struct explore_head *head)
{
    const struct handshake_table *table = handshake_table_for(head->program);
    struct explore_state state = {0};
    struct target_options target = options->target;
    struct handshake_plan plan;
    struct case_model model;
    if (!table)
        return usage_error("%s:1: there is no table for %s", options->words[0], head->program);
    handshake_case_model(table, &model);
    struct taking taking = {.letters = model.letters};
    struct explore_head any = {
        .program = head->program, .what = head->what, .letters = model.letters, .seed = head->seed};
    int status = explore_read_all(&state, options, &any, take, &taking);
    handshake_plan_make(table, head->seed, &plan);
    uint64_t all[] = {0, plan.legal, plan.rows.count - plan.legal};
    target.program = head->program;
    if (status == 0) {
        for (size_t level = 1; level <= 2; level++)
            printf("%s: %" PRIu64 " of %" PRIu64 " handshakes\n", parts[level], state.sequences[level], all[level]);
        handshake_findings_settle(&taking.findings);
        print_deviations(taking.findings.count);
        cases_print(&model, &target, &taking.findings, "handshake", options->out, explain);
        status = taking.findings.count ? EXIT_FAILED : EXIT_AS_EXPECTED;
    }
    if (status == 0 && (state.sequences[1] != all[1] || state.sequences[2] != all[2]))
        status = (usage_error(NOT_ALL), EXIT_HARNESS);
    handshake_plan_free(&plan);
    case_findings_free(&taking.findings);
    explore_state_close(&state);
    return status;
}

static void print_level(const char *program, const struct handshake_factor *factor, const struct handshake_level *level)
{
    struct buffer text = {0};
    if (level->text)
        buffer_escaped(&text, level->text, strlen(level->text), 200);
    else
        buffer_text(&text, "(left out)");
    printf("%s\t%s\t%s\t%s\t", program, factor->name, level->name, buffer_string(&text));
    if (!level->refused)
        printf("opened");
    else
        printf("refused%s%s", level->refused[0] ? " with " : "", level->refused);
    if (level->opened)
        printf(", or opened (%s)", level->opened);
    printf("\t%s\t%s\n", level->section, level->requirement);
    buffer_free(&text);
}

void handshake_print_tables(void)
{
    for (size_t t = 0; t < handshake_table_count; t++)
        for (size_t i = 0; i < handshake_tables[t].count; i++)
            for (size_t k = 0; k < handshake_tables[t].factors[i].count; k++)
                print_level(handshake_tables[t].program, &handshake_tables[t].factors[i],
                            &handshake_tables[t].factors[i].levels[k]);
}
