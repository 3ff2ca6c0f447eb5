#include "probe/ws_reduce.h"

#include <stdlib.h>

#include "base/memory.h"
#include "model/ws_case.h"
#include "model/ws_shrink.h"

#define BUDGET 500
#define BRIEF_PATIENCE 0.1 // while it is tried what can be left out; the result is held against full patience

struct reduction {
    struct ws_probe probe;
    bool strict;
    int error;
    char *message;
};

static bool fails(void *context, const struct ws_sequence *sequence)
{
    struct reduction *reduction = context;
    if (reduction->error)
        return false;
    reduction->error = ws_probe_play(&reduction->probe, sequence, true, &reduction->message);
    enum ws_grade grade = reduction->probe.oracle.grade;
    return reduction->error == 0 && (grade == WS_GRADE_FAIL || (reduction->strict && grade == WS_GRADE_NONSTRICT));
}

static void blame_last_move(const struct ws_sequence *sequence, struct ws_reduced *reduced)
{
    struct ws_receiver receiver = {.server = true, .limit = WS_PROBE_LIMIT};
    for (size_t i = 0; i < sequence->count; i++) {
        reduced->state = receiver.state;
        reduced->symbol = ws_symbol_of(&receiver, &sequence->moves[i]);
        ws_receive_move(&receiver, &sequence->moves[i]);
    }
    ws_receiver_free(&receiver);
}

// Plays it with full patience and keeps what came of it.
static bool confirm(struct reduction *reduction, const struct ws_sequence *sequence, struct ws_reduced *reduced)
{
    struct ws_oracle *oracle = &reduction->probe.oracle;
    if (!fails(reduction, sequence))
        return false;
    ws_reduced_free(reduced);
    reduced->sequence = *sequence;
    reduced->repeats = true;
    reduced->expected = duplicate(oracle->expected ? oracle->expected : "what is best");
    reduced->actual = duplicate(oracle->actual ? oracle->actual : oracle->why);
    reduced->state = oracle->state;
    reduced->symbol = oracle->symbol;
    // What came before the answer to something that stands behind the sequence is about its last move.
    if (oracle->move >= sequence->count) {
        blame_last_move(sequence, reduced);
        free(reduced->expected);
        reduced->expected = duplicate(ws_reply_names[ws_rule_for(reduced->state, reduced->symbol)->reply]);
    }
    return true;
}

int ws_reduce(const struct host_settings *settings, const struct ws_sequence *sequence, bool strict,
              struct arena *arena, struct ws_reduced *reduced, char **message)
{
    struct reduction reduction = {.strict = strict};
    *reduced = (struct ws_reduced){.sequence = *sequence};
    ws_probe_begin(&reduction.probe, settings, -1);
    double patience = reduction.probe.patience_ms;
    if (confirm(&reduction, sequence, reduced)) {
        struct ws_shrinker shrinker = {.fails = fails, .context = &reduction, .arena = arena, .budget = BUDGET};
        reduction.probe.patience_ms = patience * BRIEF_PATIENCE;
        struct ws_sequence smaller = ws_shrink(&shrinker, sequence);
        reduced->attempts = shrinker.attempts;
        reduction.probe.patience_ms = patience;
        confirm(&reduction, &smaller, reduced);
    }
    ws_probe_end(&reduction.probe);
    *message = reduction.message;
    return reduction.error;
}

void ws_reduced_free(struct ws_reduced *reduced)
{
    free(reduced->expected);
    free(reduced->actual);
    reduced->expected = reduced->actual = NULL;
}

void ws_reduced_describe(const struct ws_reduced *reduced, struct buffer *out)
{
    for (size_t i = 0; i < reduced->sequence.count; i++) {
        buffer_text(out, i ? ", then a " : "  sent         a ");
        ws_move_describe(out, &reduced->sequence.moves[i]);
    }
    const struct ws_rule *rule = ws_rule_for(reduced->state, reduced->symbol);
    buffer_format(out, "\n  expected     %s\n  actual       %s\n", reduced->expected, reduced->actual);
    buffer_format(out, "  rule         %s: %s; %s (RFC 6455 %s, %s)\n", ws_state_names[reduced->state],
                  ws_symbol_names[reduced->symbol], ws_reply_names[rule->reply], rule->section, rule->requirement);
}

void ws_reduced_write(const struct ws_reduced *reduced, const char *program, const char *id, const char *title,
                      const char *note, struct buffer *out)
{
    struct ws_case_terms terms = {
        .server = true, .limit = WS_PROBE_LIMIT, .id = id, .program = program, .title = title, .note = note};
    ws_case_write_suite(out, "Found by playing sequences", program);
    ws_case_write(out, &reduced->sequence, &terms);
}
