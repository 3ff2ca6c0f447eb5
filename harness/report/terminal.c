// The report that a person reads while the run goes on: what did not pass as it happens, then a table and one
// line.
//
// Escape sequences are written for colour only; the progress line is rewritten by a carriage return and
// blanks, so it works on any terminal.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"
#include "report/tally.h"

#define SLOWEST 5
#define REDRAW_INTERVAL (50 * NANOSECONDS_PER_MS)
#define VERDICT_WIDTH 11

struct slow_case {
    char *id;
    double seconds;
};

struct terminal {
    struct tally tally;
    struct slow_case slowest[SLOWEST]; // slowest first; no id: not taken yet
    size_t failed;                     // cases that spoil the run
    struct slow_case longest;          // wait for an answer
    size_t waited;                     // cases with a long one
    size_t cut_short;                  // cases that left out rounds or cuts
    double seconds;                    // as the summary said
    int64_t started;
    int64_t drawn;         // when the progress line was
    size_t progress_width; // 0: none stands
};

static void terminal_open(struct report *report)
{
    struct terminal *terminal = allocate(1, sizeof *terminal);
    terminal->started = clock_now();
    report->state = terminal;
}

static void progress_clear(struct report *report)
{
    struct terminal *terminal = report->state;
    if (terminal->progress_width)
        buffer_format(&report->out, "\r%*s\r", (int)terminal->progress_width, "");
    terminal->progress_width = 0;
}

static void progress_draw(struct report *report)
{
    struct terminal *terminal = report->state;
    int64_t now = clock_now();
    bool stands = terminal->progress_width > 0;
    if (!report->terminal.progress || (stands && now - terminal->drawn < REDRAW_INTERVAL))
        return;
    progress_clear(report);
    terminal->drawn = now;

    size_t before = report->out.length;
    buffer_format(&report->out, "%lld", report->cases);
    if (report->planned >= 0)
        buffer_format(&report->out, "/%lld", report->planned);
    buffer_format(&report->out, " cases, %zu failed, %.1f s", terminal->failed,
                  (double)(now - terminal->started) / 1e9);
    terminal->progress_width = report->out.length - before;
}

static void member_append(struct buffer *out, const char *before, const json_t *event, const char *member)
{
    struct text text = event_text(event, member);
    if (!text.data)
        return;
    buffer_text(out, before);
    text_append(out, text, SIZE_MAX);
}

static void run_append(struct report *report, const json_t *event)
{
    struct buffer *out = &report->out;
    long long workers = event_integer(event, "workers");
    double time_scale = event_number(event, "time_scale");

    buffer_text(out, "sockspec");
    member_append(out, " ", event, "version");
    buffer_text(out, ":");
    if (report->planned >= 0)
        buffer_format(out, " %lld case%s,", report->planned, report->planned == 1 ? "" : "s");
    buffer_format(out, " %lld worker%s", workers, workers == 1 ? "" : "s");
    member_append(out, ", profile ", event, "profile");
    member_append(out, ", sandbox: ", event, "sandbox");
    if (time_scale > 0 && (time_scale < 1 || time_scale > 1))
        buffer_format(out, ", time scale %g", time_scale);
    if (report->strict)
        buffer_text(out, ", strict");
    if (json_object_get(event, "seed"))
        buffer_format(out, ", seed %lld", event_integer(event, "seed"));
    buffer_text(out, "\n");
}

static bool spoils_run(const struct report *report, const json_t *event)
{
    enum outcome outcome = verdict_outcome(event_string(event, "verdict", NULL), report->strict);
    return outcome == OUTCOME_BAD || outcome == OUTCOME_ERROR;
}

// How much to show: what spoils the run always in full, the rest by the table.
static enum detail detail_of(const struct report *report, const json_t *event)
{
    enum detail detail = verdict_table[verdict_of(event_string(event, "verdict", NULL))].detail;
    if (spoils_run(report, event))
        return DETAIL_FULL;
    if (!report->terminal.verbose)
        return detail;
    return detail == DETAIL_BRIEF ? DETAIL_FULL : DETAIL_LINE;
}

static void verdict_append(struct report *report, const json_t *event)
{
    struct buffer *out = &report->out;
    struct text name = event_text(event, "verdict");
    bool color = report->terminal.color;
    size_t before;

    if (color)
        buffer_format(out, "\033[%sm", verdict_table[verdict_of(name.data)].color);
    before = out->length;
    text_append(out, name, SIZE_MAX);
    for (size_t i = before; i < out->length; i++)
        out->data[i] = (unsigned char)toupper(out->data[i]);
    size_t width = out->length - before;
    buffer_text(out, color ? "\033[0m" : "");
    buffer_format(out, "%*s ", width < VERDICT_WIDTH ? (int)(VERDICT_WIDTH - width) : 0, "");
}

static void case_line_append(struct report *report, const json_t *event, enum detail detail)
{
    struct buffer *out = &report->out;
    long long attempts = event_integer(event, "attempts");
    verdict_append(report, event);
    member_append(out, "", event, "id");
    member_append(out, ": ", event, "title");
    if (detail == DETAIL_LINE)
        member_append(out, " \u2014 ", event, "why");
    if (attempts > 1)
        buffer_format(out, " (%lld attempts)", attempts);
    if (report->terminal.verbose)
        buffer_format(out, " (%.3f s)", event_number(event, "seconds"));
    buffer_text(out, "\n");
}

static void case_append(struct report *report, const json_t *event)
{
    struct buffer *out = &report->out;
    enum detail detail = detail_of(report, event);
    if (detail == DETAIL_NONE)
        return;

    progress_clear(report);
    case_line_append(report, event, detail);
    if (detail == DETAIL_BRIEF) {
        bool has_why = event_text(event, "why").length > 0;
        requirement_ids_append(out, event);
        labelled_append(out, has_why ? "why" : "actual", event_text(event, has_why ? "why" : "actual"));
    }
    if (detail == DETAIL_FULL) {
        details_append(out, event);
        transcript_tail_append(out, event);
        stderr_tail_append(out, event);
        labelled_append(out, "rerun", event_text(event, "rerun"));
        buffer_text(out, "\n");
    }
}

static void slow_note(struct terminal *terminal, const json_t *event)
{
    struct slow_case *slowest = terminal->slowest;
    double seconds = event_number(event, "seconds");
    size_t place = SLOWEST;
    while (place > 0 && (!slowest[place - 1].id || slowest[place - 1].seconds < seconds))
        place--;
    if (place == SLOWEST)
        return;
    free(slowest[SLOWEST - 1].id);
    memmove(&slowest[place + 1], &slowest[place], (SLOWEST - 1 - place) * sizeof *slowest);
    slowest[place] = (struct slow_case){duplicate(event_string(event, "id", "?")), seconds};
}

// Cases in which the program was slow, which is no fault.
static void slowness_note(struct terminal *terminal, const json_t *event)
{
    double waited = event_number(event, "waited");
    if (waited > 0)
        terminal->waited++;
    if (waited > terminal->longest.seconds) {
        free(terminal->longest.id);
        terminal->longest = (struct slow_case){duplicate(event_string(event, "id", "?")), waited};
    }
    terminal->cut_short += json_object_get(event, "rounds_left_out") || json_object_get(event, "cuts_left_out");
}

static void case_note(struct report *report, const json_t *event)
{
    struct terminal *terminal = report->state;
    tally_add(&terminal->tally, event_string(event, "program", "?"), event_string(event, "suite", "?"),
              verdict_of(event_string(event, "verdict", NULL)));
    slow_note(terminal, event);
    slowness_note(terminal, event);
    terminal->failed += spoils_run(report, event);
}

static void terminal_event(struct report *report, enum event_kind kind, const json_t *event)
{
    struct terminal *terminal = report->state;
    switch (kind) {
    case EVENT_RUN:
        run_append(report, event);
        progress_draw(report);
        break;
    case EVENT_CASE:
        case_note(report, event);
        case_append(report, event);
        progress_draw(report);
        break;
    case EVENT_SUMMARY:
        terminal->seconds = event_number(event, "seconds");
        break;
    case EVENT_OTHER:
        break;
    }
}

static void slowest_append(struct buffer *out, const struct terminal *terminal)
{
    buffer_text(out, "slowest\n");
    for (size_t i = 0; i < SLOWEST && terminal->slowest[i].id; i++) {
        const char *id = terminal->slowest[i].id;
        buffer_format(out, "  %8.3f s  ", terminal->slowest[i].seconds);
        text_append(out, (struct text){id, strlen(id)}, SIZE_MAX);
        buffer_text(out, "\n");
    }
    buffer_text(out, "\n");
}

static void slowness_append(struct buffer *out, const struct terminal *terminal)
{
    if (terminal->waited) {
        buffer_format(out, "slow: %zu case%s waited half a second or more for an answer, the longest %.1f s (",
                      terminal->waited, terminal->waited == 1 ? "" : "s", terminal->longest.seconds);
        text_append(out, (struct text){terminal->longest.id, strlen(terminal->longest.id)}, SIZE_MAX);
        buffer_text(out, ")\n");
    }
    if (terminal->cut_short)
        buffer_format(out,
                      "slow: %zu case%s left out what there was no time for: rounds of the same, places to cut at\n",
                      terminal->cut_short, terminal->cut_short == 1 ? "" : "s");
}

static void summary_append(struct report *report)
{
    struct buffer *out = &report->out;
    struct terminal *terminal = report->state;
    if (!report->complete) {
        buffer_text(out, "The run was cut short: ");
        if (report->planned >= 0)
            buffer_format(out, "%lld of ", report->cases);
        buffer_format(out, "%lld case", report->planned >= 0 ? report->planned : report->cases);
        buffer_text(out, (report->planned >= 0 ? report->planned : report->cases) == 1 ? "" : "s");
    } else if (report->cases == 0) {
        buffer_text(out, "No case ran");
    } else {
        buffer_format(out, "%lld case%s", report->cases, report->cases == 1 ? "" : "s");
    }
    if (report->cases > 0) {
        buffer_text(out, ": ");
        tally_counts_append(out, &terminal->tally, report->terminal.color);
    }
    if (report->complete && report->cases > 0)
        buffer_format(out, " in %.1f s", terminal->seconds);
    buffer_text(out, "\n");
}

static void terminal_close(struct report *report)
{
    struct terminal *terminal = report->state;
    size_t before;
    progress_clear(report);
    before = report->out.length;
    tally_table_append(&report->out, &terminal->tally, report->terminal.verbose);
    if (report->out.length > before)
        buffer_text(&report->out, "\n");
    if (report->terminal.verbose && report->cases > 0)
        slowest_append(&report->out, terminal);
    slowness_append(&report->out, terminal);
    summary_append(report);

    tally_free(&terminal->tally);
    for (size_t i = 0; i < SLOWEST; i++)
        free(terminal->slowest[i].id);
    free(terminal->longest.id);
    free(terminal);
}

const struct report_writer terminal_writer = {terminal_open, terminal_event, terminal_close};
