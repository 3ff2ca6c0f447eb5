// TAP version 14. Each case is a test point; what did not simply pass has a YAML block behind it.
//
// Only `\` and `#` are special in a description or a reason, and both are escaped by `\`. A run cut short, or
// one in which no case ran, ends in `Bail out!`: TAP readers take an empty plan for success.
#include <stdlib.h>

#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"
#include "report/verdict.h"

struct tap {
    bool planned;
};

struct point {
    const char *directive; // NULL: none
    const char *reason;    // when the event says no reason
    bool ok;
    bool diagnostics;
};

static const struct point points[VERDICT_COUNT] = {
    [VERDICT_PASS] = {.ok = true},
    [VERDICT_NONSTRICT] = {.ok = true, .diagnostics = true},
    [VERDICT_FAIL] = {.ok = false, .diagnostics = true},
    [VERDICT_UNRESOLVED] = {.ok = false, .diagnostics = true},
    [VERDICT_XFAIL] = {.ok = false, .directive = "TODO", .reason = "expected to fail", .diagnostics = true},
    [VERDICT_XPASS] = {.ok = false, .diagnostics = true},
    [VERDICT_INFO] = {.ok = true, .diagnostics = true},
    [VERDICT_UNSUPPORTED] = {.ok = true, .directive = "SKIP", .reason = "unsupported"},
    [VERDICT_SKIP] = {.ok = true, .directive = "SKIP", .reason = "deselected"},
    [VERDICT_UNKNOWN] = {.ok = false, .diagnostics = true},
};

static void tap_open(struct report *report)
{
    report->state = allocate(1, sizeof(struct tap));
    buffer_text(&report->out, "TAP version 14\n");
}

static void escaped_append(struct buffer *out, struct text text)
{
    struct buffer safe = {0};
    text_append(&safe, text, SIZE_MAX);
    for (size_t i = 0; i < safe.length; i++) {
        if (safe.data[i] == '\\' || safe.data[i] == '#')
            buffer_text(out, "\\");
        buffer_append(out, &safe.data[i], 1);
    }
    buffer_free(&safe);
}

// A double-quoted YAML scalar in one line.
static void quoted_append(struct buffer *out, struct text text)
{
    buffer_text(out, "\"");
    for (size_t i = 0; i < text.length;) {
        uint32_t c;
        size_t size = code_point_decode(text.data + i, text.length - i, &c);
        if (size == 0)
            buffer_text(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            buffer_format(out, "\\%c", (char)c);
        else if (c == '\n')
            buffer_text(out, "\\n");
        else if (c < 0x20)
            buffer_format(out, "\\x%02x", (unsigned)c);
        else if ((c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || c == 0xfeff || (c & 0xfffe) == 0xfffe)
            buffer_format(out, "\\U%08x", (unsigned)c);
        else
            buffer_append(out, text.data + i, size);
        i += size ? size : 1;
    }
    buffer_text(out, "\"");
}

static void pair_append(struct buffer *out, const char *indent, const char *name, struct text text)
{
    if (!text.data)
        return;
    buffer_format(out, "%s%s: ", indent, name);
    quoted_append(out, text);
    buffer_text(out, "\n");
}

static void requirements_append(struct buffer *out, const json_t *checks)
{
    if (json_array_size(checks) == 0)
        return;
    size_t i;
    const json_t *check;
    buffer_text(out, "  requirements:\n");
    json_array_foreach(checks, i, check)
    {
        pair_append(out, "    - ", "id", event_text(check, "id"));
        pair_append(out, "      ", "level", event_text(check, "level"));
        pair_append(out, "      ", "section", event_text(check, "section"));
        pair_append(out, "      ", "text", event_text(check, "text"));
    }
}

static void transcript_append(struct buffer *out, const json_t *lines)
{
    if (json_array_size(lines) == 0)
        return;
    size_t i;
    const json_t *line;
    buffer_text(out, "  transcript:\n");
    json_array_foreach(lines, i, line)
    {
        buffer_text(out, "    - ");
        quoted_append(out, text_of(line));
        buffer_text(out, "\n");
    }
}

static void line_append(struct buffer *out, const json_t *event, const char *member)
{
    if (json_is_integer(json_object_get(event, member)))
        buffer_format(out, "  %s: %lld\n", member, event_integer(event, member));
}

static void diagnostics_append(struct buffer *out, const json_t *event)
{
    buffer_text(out, "  ---\n");
    pair_append(out, "  ", "verdict", event_text(event, "verdict"));
    requirements_append(out, json_object_get(event, "checks"));
    pair_append(out, "  ", "expected", event_text(event, "expected"));
    pair_append(out, "  ", "actual", event_text(event, "actual"));
    pair_append(out, "  ", "why", event_text(event, "why"));
    pair_append(out, "  ", "file", event_text(event, "file"));
    line_append(out, event, "line");
    pair_append(out, "  ", "step", event_text(event, "step"));
    line_append(out, event, "step_line");
    transcript_append(out, json_object_get(event, "transcript"));
    pair_append(out, "  ", "stderr", event_text(event, "stderr"));
    pair_append(out, "  ", "rerun", event_text(event, "rerun"));
    buffer_text(out, "  ...\n");
}

static void point_append(struct report *report, const json_t *event)
{
    struct buffer *out = &report->out;
    const char *name = event_string(event, "verdict", "");
    const struct point *point = &points[verdict_of(name)];
    bool ok = point->ok && verdict_outcome(name, report->strict) != OUTCOME_BAD;

    buffer_format(out, "%s %lld - ", ok ? "ok" : "not ok", report->cases);
    escaped_append(out, event_text(event, "id"));
    if (event_text(event, "title").data) {
        buffer_text(out, ": ");
        escaped_append(out, event_text(event, "title"));
    }
    if (point->directive) {
        struct text why = event_text(event, "why");
        buffer_format(out, " # %s ", point->directive);
        if (why.data)
            escaped_append(out, why);
        else
            buffer_text(out, point->reason);
    }
    buffer_text(out, "\n");
    if (point->diagnostics)
        diagnostics_append(out, event);
}

static void tap_event(struct report *report, enum event_kind kind, const json_t *event)
{
    struct tap *tap = report->state;
    switch (kind) {
    case EVENT_RUN:
        if (!tap->planned && report->planned > 0 && report->cases == 0) {
            buffer_format(&report->out, "1..%lld\n", report->planned);
            tap->planned = true;
        }
        break;
    case EVENT_CASE:
        point_append(report, event);
        break;
    case EVENT_SUMMARY:
    case EVENT_OTHER:
        break;
    }
}

static void tap_close(struct report *report)
{
    struct tap *tap = report->state;
    if (!report->complete)
        buffer_format(&report->out, "Bail out! The run was cut short after %lld case%s.\n", report->cases,
                      report->cases == 1 ? "" : "s");
    else if (report->cases == 0)
        buffer_text(&report->out, "Bail out! No case ran.\n");
    else if (!tap->planned)
        buffer_format(&report->out, "1..%lld\n", report->cases);
    free(tap);
}

const struct report_writer tap_writer = {tap_open, tap_event, tap_close};
