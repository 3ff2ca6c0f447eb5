#include "model/line_model.h"

#include <string.h>

#define IN(state) (1u << LINE_##state)
#define RULES(table) .rules = (table), .rule_count = sizeof(table) / sizeof *(table)
#define END "{end: fin}"
#define TIME_LINE "{regex: '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\\.[0-9]+)?(?:Z|[+-][0-9:]{5})\\n'}"
#define RANDOM_LINE "{integer: {min: 1, max: 1000, then: \"\\n\"}}"
#define SIX_LINE "{integer: {min: 1, max: 6, then: \"\\n\"}}"
#define ERROR_LINE "{regex: 'error: [^\\n]+\\n'}"
#define COUNT_LINE "{regex: 'Client number: (N)\\n'}"

// clang-format off
static const struct line_rule counter[] = {
    // letter       state        next         send                expect
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "tcp-counter-server-16-concurrent"},
    {"line",        IN(READY),  LINE_READY,   "\"x\\n\"",         COUNT_LINE, NULL, "tcp-counter-server-16-answer"},
    {"empty",       IN(READY),  LINE_READY,   "\"\\n\"",          COUNT_LINE, NULL, "tcp-counter-server-16-line"},
    {"half",        IN(READY),  LINE_HALF,    "\"STO\"",          NULL, NULL, "tcp-counter-server-16-line"},
    {"rest",        IN(HALF),   LINE_READY,   "\"x\\n\"",         COUNT_LINE, NULL, "tcp-counter-server-16-near-stop"},
    {"two",         IN(READY),  LINE_READY,   "\"1\\n2\\n\"",     "{regex: '(?:Client number: (N)\\n){2}'}", NULL, "tcp-counter-server-16-line"},
    {"stop",        IN(READY),  LINE_ENDED,   "\"STOP\\n\"",      END, NULL, "tcp-counter-server-16-stop"},
    {"rest-stop",   IN(HALF),   LINE_ENDED,   "\"P\\n\"",         END, NULL, "tcp-counter-server-16-stop"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, NULL, "tcp-counter-server-16-stop-alone"},
};

static const struct line_rule daytime_session[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "daytime-session-5.4-others-undisturbed"},
    {"timestamp",   IN(READY),  LINE_READY,   "\"timestamp\"",    "{unix-seconds: {skew: 2s}}", NULL, "daytime-session-5-timestamp"},
    {"timestamp-s", IN(READY),  LINE_READY,   "\"timestamps\"",   "{go-time: {skew: 2s}}", NULL, "daytime-session-5-daytime"},
    {"timestam",    IN(READY),  LINE_READY,   "\"timestam\"",     "{go-time: {skew: 2s}}", NULL, "daytime-session-5-daytime"},
    {"empty-line",  IN(READY),  LINE_READY,   "\"\\n\"",          "{go-time: {skew: 2s}}", NULL, "daytime-session-5-many-requests"},
    {"nul",         IN(READY),  LINE_READY,   "{hex: \"00\"}",    "{go-time: {skew: 2s}}", NULL, "daytime-session-5-daytime"},
    {"128-bytes",   IN(READY),  LINE_READY,   "{fill: t, length: 128}", "{go-time: {skew: 2s}}", NULL, "daytime-session-5-one-read"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, NULL, "daytime-session-5.4-client-closes"},
};

static const struct line_rule random_lines[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "tcp-random-server-21-concurrent"},
    {"line",        IN(READY),  LINE_READY,   "\"x\\n\"",         RANDOM_LINE, NULL, "tcp-random-server-21-answer"},
    {"empty",       IN(READY),  LINE_READY,   "\"\\n\"",          RANDOM_LINE, NULL, "tcp-random-server-21-every-line"},
    {"two",         IN(READY),  LINE_READY,   "\"a\\nb\\n\"",     "{regex: '(?:[1-9][0-9]{0,3}\\n){2}'}", NULL, "tcp-random-server-21-every-line"},
    {"half",        IN(READY),  LINE_HALF,    "\"ha\"",           NULL, NULL, "tcp-random-server-21-whole-lines"},
    {"more",        IN(HALF),   LINE_HALF,    "\"l\"",            NULL, NULL, "tcp-random-server-21-whole-lines"},
    {"rest",        IN(HALF),   LINE_READY,   "\"f\\n\"",         RANDOM_LINE, NULL, "tcp-random-server-21-cut-line"},
    {"rest-half",   IN(HALF),   LINE_HALF,    "\"f\\nha\"",       RANDOM_LINE, NULL, "tcp-random-server-21-cut-line"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, NULL, "tcp-random-server-21-every-line"},
};

static const struct line_rule range_lines[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "tcp-random-range-server-22-concurrent"},
    {"range",       IN(READY),  LINE_READY,   "\"1 6\\n\"",       SIX_LINE, NULL, "tcp-random-range-server-22-answer"},
    {"negative",    IN(READY),  LINE_READY,   "\"-3 -3\\n\"",     "\"-3\\n\"", NULL, "tcp-random-range-server-22-negative"},
    {"blanks",      IN(READY),  LINE_READY,   "\"4   4\\n\"",     "\"4\\n\"", NULL, "tcp-random-range-server-22-blanks"},
    {"two",         IN(READY),  LINE_READY,   "\"1 1\\n2 2\\n\"", "\"1\\n2\\n\"", NULL, "tcp-random-range-server-22-answer"},
    {"reversed",    IN(READY),  LINE_READY,   "\"6 1\\n\"",       ERROR_LINE, NULL, "tcp-random-range-server-22-order"},
    {"words",       IN(READY),  LINE_READY,   "\"a b\\n\"",       ERROR_LINE, NULL, "tcp-random-range-server-22-error"},
    {"one-number",  IN(READY),  LINE_READY,   "\"1\\n\"",         ERROR_LINE, NULL, "tcp-random-range-server-22-error"},
    {"empty",       IN(READY),  LINE_READY,   "\"\\n\"",          ERROR_LINE, NULL, "tcp-random-range-server-22-error"},
    {"overflow",    IN(READY),  LINE_READY,   "\"0 9223372036854775808\\n\"", ERROR_LINE, NULL, "tcp-random-range-server-22-overflow"},
    {"half",        IN(READY),  LINE_HALF,    "\"1\"",            NULL, NULL, "tcp-random-range-server-22-whole-lines"},
    {"rest",        IN(HALF),   LINE_READY,   "\" 1\\n\"",        "{regex: '1?1\\n'}", NULL, "tcp-random-range-server-22-cut-line"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, NULL, "tcp-random-range-server-22-goes-on"},
};

static const struct line_rule tcp_echo[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "tcp-echo-server-13-echo"},
    {"line",        IN(READY),  LINE_READY,   "\"x\\n\"",         "\"x\\n\"", NULL, "tcp-echo-server-13-echo"},
    {"byte",        IN(READY),  LINE_HALF,    "\"x\"",            "\"x\"", NULL, "tcp-echo-server-13-echo"},
    {"nul",         IN(READY),  LINE_READY,   "{hex: \"000a\"}",  "{hex: \"000a\"}", NULL, "tcp-echo-server-13-echo"},
    {"large",       IN(READY),  LINE_HALF,    "{fill: 0xfe, length: 5000}", "{fill: 0xfe, length: 5000}", NULL, "tcp-echo-server-13-echo"},
    {"near-stop",   IN(READY),  LINE_READY,   "\"STOPS\\n\"",     "\"STOPS\\n\"", NULL, "tcp-echo-server-13-near-stop"},
    {"lower-stop",  IN(READY),  LINE_READY,   "\"stop\\n\"",      "\"stop\\n\"", NULL, "tcp-echo-server-13-near-stop"},
    {"rest",        IN(HALF),   LINE_READY,   "\"y\\n\"",         "\"y\\n\"", NULL, "tcp-echo-server-13-echo"},
    {"stop",        IN(READY),  LINE_ENDED,   "\"STOP\\n\"",      END, "expect-exit: 0", "tcp-echo-server-13-stop-line"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, "expect-exit: 0", "tcp-echo-server-13-end"},
};

static const struct line_rule tcp_time[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "tcp-time-server-12-answer"},
    {"line",        IN(READY),  LINE_READY,   "\"x\\n\"",         TIME_LINE, "expect-stdout: \"-> x\\n\"", "tcp-time-server-12-answer"},
    {"half",        IN(READY),  LINE_HALF,    "\"STO\"",          NULL, NULL, "tcp-time-server-12-line"},
    {"rest",        IN(HALF),   LINE_READY,   "\"x\\n\"",         TIME_LINE, "expect-stdout: \"-> STOx\\n\"", "tcp-time-server-12-near-stop"},
    {"two",         IN(READY),  LINE_READY,   "\"1\\n2\\n\"",     "{regex: '(?:[0-9T:.Z+-]+\\n){2}'}", "expect-stdout: \"-> 1\\n-> 2\\n\"", "tcp-time-server-12-line"},
    {"near-stop",   IN(READY),  LINE_READY,   "\"STOPS\\n\"",     TIME_LINE, "expect-stdout: \"-> STOPS\\n\"", "tcp-time-server-12-near-stop"},
    {"stop",        IN(READY),  LINE_ENDED,   "\"STOP\\n\"",      END, "expect-stdout: \"Exiting TCP server!\\n\"", "tcp-time-server-12-stop"},
    {"rest-stop",   IN(HALF),   LINE_ENDED,   "\"P\\n\"",         END, "expect-stdout: \"Exiting TCP server!\\n\"", "tcp-time-server-12-stop"},
};

static const struct line_rule unix_echo[] = {
    {"connect",     IN(ABSENT), LINE_READY,   NULL,               NULL, NULL, "unix-echo-server-17-concurrent"},
    {"byte",        IN(READY),  LINE_READY,   "\"x\"",            "\"x\"", NULL, "unix-echo-server-17-echo"},
    {"line",        IN(READY),  LINE_READY,   "\"line\\n\"",      "\"line\\n\"", NULL, "unix-echo-server-17-echo"},
    {"nul",         IN(READY),  LINE_READY,   "{hex: \"00ff\"}",  "{hex: \"00ff\"}", NULL, "unix-echo-server-17-echo"},
    {"large",       IN(READY),  LINE_READY,   "{fill: 0xfe, length: 5000}", "{fill: 0xfe, length: 5000}", NULL, "unix-echo-server-17-any-length"},
    {"stop",        IN(READY),  LINE_READY,   "\"STOP\\n\"",      "\"STOP\\n\"", NULL, "unix-echo-server-17-goes-on"},
    {"leave",       IN(READY),  LINE_ENDED,   NULL,               END, NULL, "unix-echo-server-17-goes-on"},
};

const struct line_model line_models[] = {
    {"tcp-counter-server",      3, true,  false, RULES(counter)},
    {"daytime-session",         2, false, true,  RULES(daytime_session)},
    {"tcp-random-server",       2, false, true,  RULES(random_lines)},
    {"tcp-random-range-server", 1, false, true,  RULES(range_lines)},
    {"tcp-echo-server",         1, false, false, RULES(tcp_echo)},
    {"tcp-time-server",         1, false, false, RULES(tcp_time)},
    {"unix-echo-server",        2, false, true,  RULES(unix_echo)},
};
// clang-format on
const size_t line_model_count = sizeof line_models / sizeof *line_models;

// --- where the connections are ---

enum { CONNECTIONS_MAX = 4 };

struct lines {
    const struct line_model *model;
    enum line_state states[CONNECTIONS_MAX];
    bool received[CONNECTIONS_MAX]; // something came on it
    size_t connected;
    size_t accepted; // at least
};

static const struct line_rule *rule_of(const struct line_model *model, unsigned letter)
{
    return &model->rules[letter / model->connections];
}

// Connections are the same: they come in order. What has said nothing proves nothing by hanging up.
static bool may_follow(const struct lines *lines, unsigned letter)
{
    size_t connection = letter % lines->model->connections;
    const struct line_rule *rule = rule_of(lines->model, letter);
    if (lines->states[connection] == LINE_ABSENT && connection != lines->connected)
        return false;
    if (rule->to == LINE_ENDED && !lines->received[connection] && !lines->model->shared)
        return false;
    return rule->from >> lines->states[connection] & 1;
}

static void follow(struct lines *lines, unsigned letter)
{
    size_t connection = letter % lines->model->connections;
    const struct line_rule *rule = rule_of(lines->model, letter);
    if (lines->states[connection] == LINE_ABSENT)
        lines->connected++;
    if (rule->expect && connection + 1 > lines->accepted)
        lines->accepted = connection + 1;
    lines->states[connection] = rule->to;
    lines->received[connection] |= rule->expect != NULL;
}

static struct lines walk(const struct line_model *model, const unsigned char *path, size_t length)
{
    struct lines lines = {.model = model};
    for (size_t i = 0; i < length; i++)
        follow(&lines, path[i]);
    return lines;
}

static bool fits(const void *context, const unsigned char *path, size_t length)
{
    struct lines lines = walk(context, path, length - 1);
    return may_follow(&lines, path[length - 1]);
}

static bool goes_on(const void *context, const unsigned char *path, size_t length)
{
    const struct line_model *model = context;
    struct lines lines = walk(model, path, length);
    for (unsigned letter = 0; letter < model->rule_count * model->connections; letter++)
        if (may_follow(&lines, letter))
            return true;
    return false;
}

static unsigned key(const void *context, const unsigned char *path, size_t length)
{
    const struct line_model *model = context;
    return path[length - 1] / (unsigned)model->connections;
}

static void describe(const void *context, const unsigned char *path, size_t length, struct buffer *out)
{
    const struct line_model *model = context;
    for (size_t i = 0; i < length; i++) {
        buffer_text(out, i ? " " : "");
        if (model->connections > 1)
            buffer_format(out, "%c:", 'a' + (char)(path[i] % model->connections));
        buffer_text(out, rule_of(model, path[i])->letter);
    }
}

// --- the case ---

// The matcher, with what the counter may say for `(N)`: a connection that nobody has heard of may be accepted or not.
static void write_matcher(const struct lines *lines, const char *expect, struct buffer *out)
{
    const char *number = strstr(expect, "(N)");
    bool bare = expect[0] != '{';
    buffer_text(out, bare ? "{text: " : "{");
    if (!bare)
        expect++;
    if (number) {
        buffer_append(out, expect, (size_t)(number - expect));
        for (size_t n = lines->accepted; n <= lines->connected; n++)
            buffer_format(out, "%s%zu", n == lines->accepted ? "(?:" : "|", n);
        buffer_text(out, ")");
        expect = number + 3;
    }
    size_t length = strlen(expect);
    buffer_append(out, expect, bare ? length : length - 1);
}

static void write_letter(struct lines *lines, unsigned letter, struct buffer *out)
{
    const struct line_rule *rule = rule_of(lines->model, letter);
    size_t connection = letter % lines->model->connections;
    char name = (char)('a' + connection);
    bool leaves = rule->to == LINE_ENDED;
    if (lines->states[connection] == LINE_ABSENT)
        buffer_format(out, "      - connect: %c\n", name);
    else if (rule->send)
        buffer_format(out, "      - send: {concat: [%s], on: %c}\n", rule->send, name);
    else
        buffer_format(out, "      - shutdown: %c\n", name);
    follow(lines, letter);
    if (rule->expect) {
        buffer_text(out, "      - expect: ");
        write_matcher(lines, rule->expect, out);
        buffer_format(out, ", on: %c}\n", name);
    }
    if (leaves)
        buffer_format(out, "      - close: %c\n", name);
    if (rule->also)
        buffer_format(out, "      - %s\n", rule->also);
}

static void write_word(struct lines *lines, const char *word, size_t connection, struct buffer *out)
{
    const struct line_model *model = lines->model;
    for (size_t rule = 0; rule < model->rule_count; rule++) {
        unsigned letter = (unsigned)(rule * model->connections + connection);
        if (strcmp(model->rules[rule].letter, word) == 0 && may_follow(lines, letter))
            write_letter(lines, letter, out);
    }
}

// Half a line is completed, who has said nothing is asked, and who is still there leaves.
static void write_ends(struct lines *lines, struct buffer *out)
{
    for (size_t i = 0; i < lines->connected; i++) {
        write_word(lines, "rest", i, out);
        if (!lines->received[i] && !lines->model->shared)
            write_word(lines, "line", i, out);
        write_word(lines, "leave", i, out);
        if (lines->states[i] == LINE_READY)
            buffer_format(out, "      - close: %c\n", 'a' + (char)i);
    }
}

static void write_requirements(const struct line_model *model, const unsigned char *path, size_t length,
                               struct buffer *out)
{
    for (size_t i = 0; i < length; i++) {
        const char *requirement = rule_of(model, path[i])->requirement;
        bool known = false;
        for (size_t k = 0; k < i; k++)
            known |= strcmp(rule_of(model, path[k])->requirement, requirement) == 0;
        if (!known)
            buffer_format(out, "%s%s", i ? ", " : "", requirement);
    }
}

static void write(const void *context, const unsigned char *path, size_t length, const char *id, struct buffer *out)
{
    const struct line_model *model = context;
    struct lines lines = {.model = model};
    buffer_format(out, "  - id: %s/%s\n    title: \"The sequence is answered as the contract says: ", model->program,
                  id);
    describe(model, path, length, out);
    buffer_text(out, "\"\n    checks: [");
    write_requirements(model, path, length, out);
    buffer_format(out, "]\n%s    steps:\n%s", model->fresh ? "    fresh: yes\n" : "",
                  model->shared ? "      - control\n" : "");
    for (size_t i = 0; i < length; i++)
        write_letter(&lines, path[i], out);
    write_ends(&lines, out);
}

void line_case_model(const struct line_model *line, struct case_model *model)
{
    *model = (struct case_model){
        .context = line,
        .letters = line->rule_count * line->connections,
        .fits = fits,
        .goes_on = goes_on,
        .key = key,
        .write = write,
        .describe = describe,
    };
}
