#include "report/autobahn_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"
#include "report/verdict.h"

// From best to worst, as they weigh against each other under one number.
static const char *const behaviors[] = {"UNIMPLEMENTED", "OK", "INFORMATIONAL", "NON-STRICT", "FAILED"};
#define BEHAVIORS (sizeof behaviors / sizeof *behaviors)

const char *autobahn_behavior(const char *verdict)
{
    switch (verdict_of(verdict)) {
    case VERDICT_PASS:
        return "OK";
    case VERDICT_NONSTRICT:
        return "NON-STRICT";
    case VERDICT_INFO:
        return "INFORMATIONAL";
    case VERDICT_UNSUPPORTED:
    case VERDICT_SKIP:
        return "UNIMPLEMENTED";
    case VERDICT_XFAIL:
        return "NON-STRICT";
    case VERDICT_FAIL:
    case VERDICT_XPASS:
    case VERDICT_UNRESOLVED:
    case VERDICT_UNKNOWN:
        return "FAILED";
    }
    return "FAILED";
}

static size_t weight_of(const char *behavior)
{
    size_t i = 0;
    while (i + 1 < BEHAVIORS && strcmp(behaviors[i], behavior) != 0)
        i++;
    return i;
}

static void add_under(json_t *agent, const char *key, const json_t *event, const char *report)
{
    const char *behavior = autobahn_behavior(event_string(event, "verdict", ""));
    json_t *known = json_object_get(agent, key);
    if (known && weight_of(event_string(known, "behavior", "")) >= weight_of(behavior))
        return;
    json_int_t duration = (json_int_t)(event_number(event, "seconds") * 1000 + 0.5);
    json_object_set_new(agent, key,
                        json_pack("{s:s, s:s, s:I, s:n, s:s?}", "behavior", behavior, "behaviorClose", behavior,
                                  "duration", duration, "remoteCloseCode", "reportfile", report));
}

void autobahn_add(json_t *agent, const json_t *event, const char *report)
{
    const json_t *numbers = json_object_get(event, "autobahn");
    for (size_t i = 0; i < json_array_size(numbers); i++)
        add_under(agent, json_string_value(json_array_get(numbers, i)), event, report);
    if (json_array_size(numbers) == 0)
        add_under(agent, event_string(event, "id", "?"), event, report);
}

int autobahn_write(const json_t *index, const char *path)
{
    struct buffer next = {0};
    buffer_format(&next, "%s.new", path);
    int result = 0;
    if (json_dump_file(index, buffer_string(&next), JSON_INDENT(1) | JSON_PRESERVE_ORDER) != 0 ||
        rename(buffer_string(&next), path) < 0) {
        result = errno ? -errno : -EIO;
        remove(buffer_string(&next));
    }
    buffer_free(&next);
    return result;
}

// --- as a report of a run ---

struct index_state {
    json_t *index;
    json_t *agent; // in it
};

static void index_open(struct report *report)
{
    report->state = allocate(1, sizeof(struct index_state));
}

static void index_event(struct report *report, enum event_kind kind, const json_t *event)
{
    struct index_state *state = report->state;
    switch (kind) {
    case EVENT_RUN:
        if (!state->index)
            state->index = json_object();
        state->agent = json_object();
        json_object_set_new(state->index, event_string(event, "profile", "unknown"), state->agent);
        break;
    case EVENT_CASE:
        if (state->index)
            autobahn_add(state->agent, event, NULL);
        break;
    case EVENT_SUMMARY:
    case EVENT_OTHER:
        break;
    }
}

static int append_dump(const char *text, size_t length, void *context)
{
    buffer_append(context, text, length);
    return 0;
}

static void index_close(struct report *report)
{
    struct index_state *state = report->state;
    if (state->index)
        json_dump_callback(state->index, append_dump, &report->out, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    buffer_text(&report->out, state->index ? "\n" : "{}\n");
    json_decref(state->index);
    free(state);
}

const struct report_writer autobahn_index_writer = {index_open, index_event, index_close};
