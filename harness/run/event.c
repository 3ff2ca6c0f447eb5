#include "run/event.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"
#include "report/verdict.h"
#include "run/frame_notes.h"
#include "ws/frame.h"

// From where on an answer is called slow: a person notices, no deadline is near.
#define SLOW_MS 500

// JSON strings are UTF-8; what a program printed may be anything.
static json_t *text_value(const char *text)
{
    if (ws_utf8_valid((const unsigned char *)text, strlen(text)))
        return json_string(text);
    json_t *value;
    char *copy = strdup(text);
    for (char *at = copy; at && *at; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    value = json_string(copy ? copy : "");
    free(copy);
    return value;
}

static void set_text(json_t *event, const char *key, const char *text)
{
    if (text)
        json_object_set_new(event, key, text_value(text));
}

static json_t *checks_of(const struct test_case *test)
{
    json_t *checks = json_array();
    for (size_t i = 0; i < test->check_count; i++) {
        const struct requirement *requirement = test->checks[i];
        json_array_append_new(checks, json_pack("{s:s, s:s, s:s, s:s}", "id", requirement->id, "level",
                                                level_name(requirement->level), "section", requirement->section, "text",
                                                requirement->text));
    }
    return checks;
}

static void set_autobahn(json_t *event, const struct test_case *test)
{
    if (test->autobahn_count == 0)
        return;
    json_t *numbers = json_array();
    for (size_t i = 0; i < test->autobahn_count; i++)
        json_array_append_new(numbers, json_string(test->autobahn[i]));
    json_object_set_new(event, "autobahn", numbers);
}

static json_t *transcript_of(const struct transcript *transcript)
{
    json_t *lines = json_array();
    struct frame_notes notes = {0};
    if (transcript->dropped) {
        char *line = format_text("(%zu earlier entries were not kept)", transcript->dropped);
        json_array_append_new(lines, text_value(line));
        free(line);
    }
    for (size_t i = 0; i < transcript->count; i++) {
        char *line = transcript_line(transcript, i);
        struct transcript_view view = transcript_entry_view(transcript, i);
        char *frames = frame_notes_take(&notes, &view);
        struct buffer text = {0};
        buffer_format(&text, "%s%s%s", line, *frames ? " = " : "", frames);
        json_array_append_new(lines, text_value(buffer_string(&text)));
        buffer_free(&text);
        free(frames);
        free(line);
    }
    frame_notes_free(&notes);
    return lines;
}

// What a slow program did to a case, whatever its verdict.
static void set_slowness(json_t *event, const struct result *result)
{
    if (result->longest_wait >= SLOW_MS * NANOSECONDS_PER_MS)
        json_object_set_new(event, "waited", json_real(round((double)result->longest_wait / 1e6) / 1e3));
    bool decided = result->verdict == VERDICT_FAIL || result->verdict == VERDICT_UNRESOLVED;
    if (result->rounds_left_out && !decided)
        json_object_set_new(event, "rounds_left_out", json_integer(result->rounds_left_out));
    if (result->cuts_left_out && !decided)
        json_object_set_new(event, "cuts_left_out", json_integer(result->cuts_left_out));
}

json_t *case_event(const struct plan_entry *entry, const struct result *result, const char *rerun)
{
    const struct test_case *test = entry->test;
    json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:f}", "event", "case", "id",
                              entry->id, "suite", test->suite->title, "program", test->program->name, "title",
                              test->title, "verdict", verdict_table[result->verdict].name, "level",
                              level_name(test->level), "checks", checks_of(test), "file", text_value(test->suite->path),
                              "line", (int)test->line, "seconds", round(result->seconds * 1e6) / 1e6);
    set_autobahn(event, test);
    set_slowness(event, result);
    if (result->verdict == VERDICT_PASS)
        return event;
    if (result->step) {
        set_text(event, "step", result->step->name);
        json_object_set_new(event, "step_line", json_integer((json_int_t)result->step->line));
        if (strcmp(result->step->file, test->suite->path) != 0)
            set_text(event, "step_file", result->step->file);
    }
    set_text(event, "expected", result->expected);
    set_text(event, "actual", result->actual);
    set_text(event, "why", result->why);
    set_text(event, "stderr", result->errors);
    set_text(event, "rerun", rerun);
    if (result->transcript.count)
        json_object_set_new(event, "transcript", transcript_of(&result->transcript));
    return event;
}
