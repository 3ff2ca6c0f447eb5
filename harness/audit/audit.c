#include "audit/audit.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "run/engine.h"
#include "run/launch.h"
#include "run/target.h"

#define WAITING_SCALE 0.3 // of deadlines that most cases will reach
#define NULL_SCALE 0.05
#define NULL_JOBS 32

// A run of the plan against one peer.
struct round {
    struct audit *audit;
    enum verdict *verdicts; // by entry
};

static void note(void *context, const struct plan_entry *entry, struct result *result)
{
    struct round *round = context;
    // A peer that did not start, as on a machine too busy, has shown nothing.
    round->verdicts[entry - round->audit->plan.entries] = result->not_ready ? VERDICT_SKIP : result->verdict;
}

// The words with {fault} replaced, in the arena.
static const char **command_of(struct arena *arena, const char *const *words, const char *fault)
{
    static const char placeholder[] = "{fault}";
    size_t count = 0;
    while (words[count])
        count++;
    const char **command = arena_allocate(arena, count + 1, sizeof *command);
    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(words[i], placeholder);
        if (!at) {
            command[i] = words[i];
            continue;
        }
        char *word = format_text("%.*s%s%s", (int)(at - words[i]), words[i], fault, at + sizeof placeholder - 1);
        command[i] = arena_text(arena, word);
        free(word);
    }
    return command;
}

static int run_round(const struct audit_settings *settings, struct audit *audit, struct arena *arena,
                     const char *const *command, const char *directory, double time_scale, size_t jobs,
                     enum verdict *verdicts)
{
    struct profile profile;
    const char *message;
    struct round round = {audit, verdicts};
    int result = launch_from_command(arena, audit->list->program, command, NULL, 0, &profile, &message);
    if (result < 0)
        return result;
    profile.path = audit->list->path;
    profile.launches[0].directory = directory;
    launch_resolve(arena, &profile);
    struct target target = {.profile = &profile};
    struct engine_settings engine = {
        .catalog = settings->catalog,
        .target = &target,
        .sandbox = settings->sandbox,
        .workers = jobs,
        .time_scale = time_scale,
        .keep_going = true, // what is wrong with the control need not be wrong with all cases
        .stop = settings->stop,
        .publish = note,
        .context = &round,
    };
    for (size_t i = 0; i < audit->plan.count; i++)
        verdicts[i] = VERDICT_SKIP;
    return engine_run(&engine, &audit->plan);
}

// --- faults ---

static bool is_bad(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_NONSTRICT || verdict == VERDICT_INFO;
}

// Whether an audit puts a fault before a case, or before what is there besides when nothing has caught it yet.
static bool is_wanted(const struct audit_settings *settings, const struct audit *audit, const struct fault *fault,
                      size_t entry, bool about)
{
    bool everything = !fault || !fault->requirement || !settings->gaps;
    if (settings->quick)
        return about;
    return everything || (fault->run && fault->run[0] && about) ||
           (audit->plan.entries[entry].transform == TRANSFORM_NONE && audit_catches(audit, entry) == 0);
}

// Leaves out of the plan what a fault is not put before. `rest`: takes what was left out instead.
static void select_cases(const struct audit_settings *settings, struct audit *audit, const struct fault *fault,
                         bool rest)
{
    for (size_t i = 0; i < audit->plan.count; i++) {
        struct plan_entry *entry = &audit->plan.entries[i];
        bool about = fault && fault->run && fault->run[0]
                         ? fits_patterns((const char *const *)fault->run, audit->list->program, entry->id)
                         : true;
        bool slow = entry->test->slow && !settings->slow && !(fault && fault->slow && about);
        entry->deselected = slow || is_wanted(settings, audit, fault, i, about) == rest;
    }
}

// A fault of a MUST is caught by a fail, one of a SHOULD by a nonstrict, one of a MAY by an info, or by what is heavier.
static bool is_heavy_enough(const struct fault *fault, enum verdict verdict)
{
    static const enum verdict lightest[] = {
        [LEVEL_MAY] = VERDICT_INFO, [LEVEL_SHOULD] = VERDICT_NONSTRICT, [LEVEL_MUST] = VERDICT_FAIL};
    if (!fault->requirement)
        return false;
    switch (fault->lenient ? VERDICT_NONSTRICT : lightest[fault->requirement->level]) {
    case VERDICT_INFO:
        return is_bad(verdict);
    case VERDICT_NONSTRICT:
        return verdict == VERDICT_NONSTRICT || verdict == VERDICT_FAIL;
    default:
        return verdict == VERDICT_FAIL;
    }
}

static void judge_fault(struct audit *audit, size_t number, const enum verdict *verdicts)
{
    struct audited_fault *audited = &audit->faults[number];
    for (size_t i = 0; i < audit->plan.count; i++) {
        audit->asked[i] |= verdicts[i] != VERDICT_SKIP && verdicts[i] != VERDICT_UNSUPPORTED;
        audited->unresolved += verdicts[i] == VERDICT_UNRESOLVED;
        if (!is_bad(verdicts[i]) || is_bad(audit->right[i]))
            continue;
        audit->caught[number * audit->plan.count + i] = 1;
        if (audited->caught_by++ == 0)
            audited->first = i;
        audited->failed_by += verdicts[i] == VERDICT_FAIL;
        audited->caught |= is_heavy_enough(audited->fault, verdicts[i]);
    }
    // A program that does not work at all is seen by the positive control.
    audited->caught |= audited->unresolved > 0 && audited->fault->requirement;
}

static int put_before(const struct audit_settings *settings, struct audit *audit, struct arena *arena, size_t number,
                      bool rest, enum verdict *verdicts)
{
    const struct fault *fault = audit->faults[number].fault;
    double scale = fault->waits ? settings->time_scale * WAITING_SCALE : settings->time_scale;
    select_cases(settings, audit, fault, rest);
    int result = run_round(settings, audit, arena, command_of(arena, audit->list->command, fault->name),
                           audit->list->directory, scale, settings->jobs, verdicts);
    if (result == 0 && !*settings->stop)
        judge_fault(audit, number, verdicts);
    return result;
}

static int audit_fault(const struct audit_settings *settings, struct audit *audit, struct arena *arena, size_t number,
                       enum verdict *verdicts)
{
    struct audited_fault *audited = &audit->faults[number];
    int64_t start = clock_now();
    int result = put_before(settings, audit, arena, number, false, verdicts);
    if (result == 0 && settings->gaps && audited->fault->requirement && !audited->caught && !*settings->stop)
        result = put_before(settings, audit, arena, number, true, verdicts);
    audited->left_out = *settings->stop;
    audited->seconds = (double)(clock_now() - start) / 1e9;
    return result;
}

static int audit_faults(const struct audit_settings *settings, struct audit *audit, struct arena *arena,
                        enum verdict *verdicts)
{
    int result = 0;
    for (size_t i = 0; i < audit->list->count; i++) {
        struct audited_fault *audited = &audit->faults[i];
        audited->fault = &audit->list->faults[i];
        audited->left_out =
            *settings->stop || (settings->fault && fnmatch(settings->fault, audited->fault->name, 0) != 0);
        if (audited->left_out || result < 0)
            continue;
        settings->progress(settings->context, audit->list, audited->fault->name, i + 1, audit->list->count);
        result = audit_fault(settings, audit, arena, i, verdicts);
    }
    return result;
}

// --- null peers ---

static int audit_null_peer(const struct audit_settings *settings, struct audit *audit, struct arena *arena,
                           const char *kind, bool errors_pass, enum verdict *verdicts)
{
    const struct program *program = audit->list->program;
    const char *const words[] = {"null-peer", kind, "{arguments}", NULL};
    struct null_peer *peer = &audit->null_peers[audit->null_peer_count++];
    peer->kind = kind;
    settings->progress(settings->context, audit->list, kind, 0, 0);
    for (size_t i = 0; i < audit->plan.count; i++) {
        const struct test_case *test = audit->plan.entries[i].test;
        audit->plan.entries[i].deselected = test->slow || test->level != LEVEL_MUST;
    }
    int result = run_round(settings, audit, arena, words, NULL, NULL_SCALE, NULL_JOBS, verdicts);
    for (size_t i = 0; i < audit->plan.count && result == 0; i++) {
        bool excused =
            errors_pass && fits_patterns((const char *const *)audit->list->errors, program, audit->plan.entries[i].id);
        if ((verdicts[i] != VERDICT_PASS && verdicts[i] != VERDICT_NONSTRICT && verdicts[i] != VERDICT_INFO) || excused)
            continue;
        if (peer->passed++ == 0)
            peer->first = i;
    }
    return result;
}

static int audit_null_peers(const struct audit_settings *settings, struct audit *audit, struct arena *arena,
                            enum verdict *verdicts)
{
    size_t count = 0;
    int result = 0;
    while (audit->list->null_peers && audit->list->null_peers[count])
        count++;
    audit->null_peers = allocate(count + 1, sizeof *audit->null_peers);
    for (size_t i = 0; i < count && result == 0 && !*settings->stop; i++)
        result = audit_null_peer(settings, audit, arena, audit->list->null_peers[i], false, verdicts);
    if (result == 0 && audit->list->errors && audit->list->errors[0] && !*settings->stop)
        result = audit_null_peer(settings, audit, arena, "always-fails", true, verdicts);
    return result;
}

// --- all of it ---

int audit_run(const struct audit_settings *settings, const struct fault_list *list, struct audit *audit)
{
    struct selection selection = {.words = &list->program->name, .word_count = 1};
    struct arena arena = {0};
    char *message;
    *audit = (struct audit){.list = list};
    if (plan_make(settings->catalog, &selection, &audit->plan, &message) < 0) {
        free(message);
        return -ENOENT;
    }
    size_t count = audit->plan.count;
    enum verdict *verdicts = allocate(count, sizeof *verdicts);
    audit->right = allocate(count, sizeof *audit->right);
    audit->caught = allocate(count * (list->count + 1), 1);
    audit->asked = allocate(count, 1);
    audit->faults = allocate(list->count + 1, sizeof *audit->faults);
    settings->progress(settings->context, list, "the right one", 0, list->count);
    select_cases(settings, audit, NULL, false);
    int result = run_round(settings, audit, &arena, command_of(&arena, list->command, "none"), list->directory,
                           settings->time_scale, settings->jobs, audit->right);
    if (result == 0)
        result = audit_faults(settings, audit, &arena, verdicts);
    if (result == 0 && !settings->fault)
        result = audit_null_peers(settings, audit, &arena, verdicts);
    free(verdicts);
    arena_free(&arena);
    return result;
}

void audit_free(struct audit *audit)
{
    plan_free(&audit->plan);
    free(audit->right);
    free(audit->caught);
    free(audit->asked);
    free(audit->faults);
    free(audit->null_peers);
    *audit = (struct audit){0};
}
