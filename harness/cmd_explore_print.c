#include "cmd_explore_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cmd.h"
#include "model/ws_case.h"

void print_levels(const struct ws_exploration *exploration, size_t depth)
{
    uint64_t all = 0;
    double seconds = 0;
    for (size_t i = 1; i <= depth; i++) {
        const struct ws_explore_level *level = &exploration->levels[i];
        if (level->all == 0)
            continue;
        printf("depth %zu: %" PRIu64 " sequences on %" PRIu64 " connections in %.1f s", i, level->sequences,
               level->connections, level->seconds);
        if (level->earlier)
            printf(", %" PRIu64 " played by an earlier run", level->earlier);
        if (level->pruned)
            printf(", %" PRIu64 " left out behind a deviation", level->pruned);
        uint64_t missing = level->all - level->sequences - level->pruned - level->earlier;
        if (missing)
            printf(", %" PRIu64 " not played", missing);
        printf("\n");
        all += level->sequences;
        seconds += level->seconds;
    }
    printf("%" PRIu64 " sequences in %.1f s, %.0f a second\n", all, seconds, seconds > 0 ? (double)all / seconds : 0);
}

// --- deviations ---

static void append_path(struct buffer *out, const struct ws_alphabet *alphabet, const struct ws_finding *finding,
                        const char *between)
{
    for (size_t i = 0; i < finding->length; i++)
        buffer_format(out, "%s%s", i ? between : "", alphabet->letters[finding->path[i]].name);
}

// What is wrong with frames of the program itself is one deviation, whatever they answer.
static const char *own_fault(const struct ws_finding *finding)
{
    return finding->grade == WS_GRADE_FAIL ? strstr(finding->actual, " frame: ") : NULL;
}

// Findings under the same rule are most likely one deviation.
static bool belong_together(const struct ws_finding *a, const struct ws_finding *b)
{
    const char *fault = own_fault(a);
    const char *other = own_fault(b);
    if (a->grade != b->grade)
        return false;
    if (fault || other)
        return fault && other && strcmp(fault, other) == 0;
    if (a->grade != WS_GRADE_FAIL && strcmp(a->actual, b->actual) != 0)
        return false;
    return ws_rule_for(a->state, a->symbol) == ws_rule_for(b->state, b->symbol);
}

static size_t first_of_its_kind(const struct ws_exploration *exploration, size_t index)
{
    size_t first = 0;
    while (!belong_together(&exploration->findings[first], &exploration->findings[index]))
        first++;
    return first;
}

static void print_finding(const struct ws_exploration *exploration, size_t index, const struct ws_alphabet *alphabet)
{
    static const char *const words[] = {"PASS", "INFO", "NONSTRICT", "FAIL"};
    const struct ws_finding *finding = &exploration->findings[index];
    const struct ws_rule *rule = ws_rule_for(finding->state, finding->symbol);
    struct buffer path = {0};
    append_path(&path, alphabet, finding, " ");
    printf("%-10s  %s: %s (RFC 6455 %s, %s)\n", words[finding->grade], ws_state_names[finding->state],
           ws_symbol_names[finding->symbol], rule->section, rule->requirement);
    printf("  sequence     %s\n", buffer_string(&path));
    if (finding->grade == WS_GRADE_FAIL)
        printf("  expected     %s\n", finding->expected);
    printf("  %-12s %s\n", finding->grade == WS_GRADE_FAIL ? "actual" : "why", finding->actual);
    buffer_shorten(&path, 0);
    for (size_t i = index + 1; i < exploration->finding_count; i++) {
        if (first_of_its_kind(exploration, i) != index)
            continue;
        buffer_text(&path, path.length ? "; " : "");
        append_path(&path, alphabet, &exploration->findings[i], " ");
    }
    if (path.length)
        printf("  also         %s\n", buffer_string(&path));
    buffer_free(&path);
}

static void write_case(struct buffer *out, const struct ws_alphabet *alphabet, const struct ws_finding *finding,
                       const char *program)
{
    struct ws_receiver receiver = {.server = alphabet->server, .limit = WS_PROBE_LIMIT};
    struct ws_move moves[WS_PATH_MOVES];
    struct ws_sequence sequence = ws_path_sequence(alphabet, finding->path, finding->length, &receiver, moves);
    struct buffer id = {0};
    struct buffer title = {0};
    buffer_text(&id, "explore/");
    append_path(&id, alphabet, finding, ".");
    buffer_text(&title, "The sequence is answered as RFC 6455 allows: ");
    append_path(&title, alphabet, finding, ", ");
    struct ws_case_terms terms = {
        .server = alphabet->server,
        .limit = WS_PROBE_LIMIT,
        .id = buffer_string(&id),
        .program = program,
        .title = buffer_string(&title),
    };
    ws_case_write(out, &sequence, &terms);
    buffer_free(&id);
    buffer_free(&title);
    ws_receiver_free(&receiver);
}

static bool counts(const struct ws_finding *finding, bool strict)
{
    return finding->grade == WS_GRADE_FAIL || (strict && finding->grade == WS_GRADE_NONSTRICT);
}

// The case of the first failure to standard output, those of all findings into the file.
static void print_cases(const struct ws_exploration *exploration, const struct ws_alphabet *alphabet,
                        const struct target_options *target, const char *out)
{
    struct buffer first = {0};
    struct buffer all = {0};
    ws_case_write_suite(&all, "Found by playing all sequences", target->program);
    for (size_t i = 0; i < exploration->finding_count; i++) {
        const struct ws_finding *finding = &exploration->findings[i];
        if (finding->grade == WS_GRADE_INFO)
            continue;
        write_case(&all, alphabet, finding, target->program);
        if (first.length == 0 && counts(finding, target->strict)) {
            ws_case_write_suite(&first, "Found by playing all sequences", target->program);
            write_case(&first, alphabet, finding, target->program);
        }
    }
    if (first.length || out)
        target_print_cases(target, out, buffer_string(&first), buffer_string(&all));
    buffer_free(&first);
    buffer_free(&all);
}

int print_findings(struct ws_exploration *exploration, const struct ws_alphabet *alphabet,
                   const struct target_options *target, const char *out)
{
    size_t failures = 0;
    for (size_t i = 0; i < exploration->finding_count; i++)
        failures += counts(&exploration->findings[i], target->strict) && first_of_its_kind(exploration, i) == i;
    printf("%zu deviation%s\n", failures, failures == 1 ? "" : "s");
    for (size_t i = 0; i < exploration->finding_count; i++)
        if (first_of_its_kind(exploration, i) == i)
            print_finding(exploration, i, alphabet);
    if (exploration->finding_count)
        print_cases(exploration, alphabet, target, out);
    return failures ? EXIT_FAILED : EXIT_AS_EXPECTED;
}

// --- the model ---

void print_table(void)
{
    for (unsigned state = 0; state < WS_STATE_COUNT; state++)
        for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT; symbol++) {
            const struct ws_rule *rule = ws_rule_for(state, symbol);
            printf("%s\t%s\t%s\t%s\t%s\t%s\n", ws_state_names[state], ws_symbol_names[symbol],
                   ws_state_names[ws_next_state(state, rule)], ws_reply_names[rule->reply], rule->section,
                   rule->requirement);
        }
}

// One edge for all symbols that lead from a state to another with the same reply.
static void print_edges(enum ws_state from, enum ws_state to)
{
    for (unsigned reply = 0; reply < WS_REPLY_COUNT; reply++) {
        size_t edges = 0;
        for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT; symbol++) {
            const struct ws_rule *rule = ws_rule_for(from, symbol);
            if (rule->reply != reply || ws_next_state(from, rule) != to)
                continue;
            if (edges++ == 0)
                printf("  s%u -> s%u [label=\"", from, to);
            printf("%s (%s)\\l", ws_symbol_names[symbol], rule->section);
        }
        if (edges)
            printf("/ %s\\l\"];\n", ws_reply_names[reply]);
    }
}

void print_dot(void)
{
    puts(
        "// What RFC 6455 allows a receiver behind the opening handshake. Over the stroke what comes, behind it what it\n"
        "// answers.\n"
        "digraph websocket {\n"
        "  node [shape=box, style=rounded];");
    for (unsigned state = 0; state < WS_STATE_COUNT; state++)
        printf("  s%u [label=\"%s\"%s];\n", state, ws_state_names[state],
               ws_state_is_terminal(state) ? ", peripheries=2" : "");
    for (unsigned from = 0; from < WS_STATE_COUNT; from++)
        for (unsigned to = 0; to < WS_STATE_COUNT && !ws_state_is_terminal(from); to++)
            print_edges(from, to);
    puts("}");
}

void print_letters(void)
{
    static struct ws_alphabet alphabet;
    ws_alphabet_make(&alphabet, true);
    for (size_t i = 0; i < alphabet.count; i++) {
        struct buffer text = {0};
        ws_move_describe(&text, &alphabet.letters[i].move);
        printf("%-20s %s%s\n", alphabet.letters[i].name, buffer_string(&text),
               alphabet.letters[i].only_last ? " (at the end only)" : "");
        buffer_free(&text);
    }
}
