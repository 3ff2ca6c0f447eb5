// JUnit XML, in the shapes that Jenkins (junit-10.xsd), GitLab and pytest agree on;
// conformance/tests/junit.xsd says which those are.
//
//   testsuites   name, tests, failures, errors, time
//   testsuite    one for each suite of a program: name, tests, failures, errors, skipped, time, timestamp (UTC),
//                hostname, id, package (the program)
//   properties   of each testsuite: version, profile, sandbox, workers, time_scale, seed, strict
//   testcase     classname (program.suite), name (id), file, line, status (the verdict), time
//   failure      for fail, xpass and, when strict, nonstrict; error for unresolved; skipped for unsupported, skip, xfail
//   system-out   the transcript, for nonstrict and info behind what was expected; system-err: the program's
//
// The counts are attributes and stand before what they count, so everything is collected and written at the
// end. A run that was cut short, or in which no case ran, gets an error of its own: it must not look like a
// success.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"
#include "report/markup.h"
#include "report/verdict.h"

struct junit_suite {
    const char *program; // in the first of the cases
    const char *name;
    json_t *cases;
};

struct junit {
    json_t *run; // the run event, NULL without one
    double seconds;
    struct junit_suite *suites;
    size_t count;
};

enum result { RESULT_GOOD, RESULT_FAILURE, RESULT_ERROR, RESULT_SKIPPED };
#define RESULT_COUNT (RESULT_SKIPPED + 1)

static const char *const result_elements[RESULT_COUNT] = {NULL, "failure", "error", "skipped"};

struct counts {
    size_t results[RESULT_COUNT];
    size_t tests;
    double seconds;
};

static enum result result_of(const json_t *event, bool strict)
{
    const char *name = event_string(event, "verdict", "");
    if (verdict_of(name) == VERDICT_XFAIL)
        return RESULT_SKIPPED;
    switch (verdict_outcome(name, strict)) {
    case OUTCOME_GOOD:
        return RESULT_GOOD;
    case OUTCOME_BAD:
        return RESULT_FAILURE;
    case OUTCOME_ERROR:
        return RESULT_ERROR;
    case OUTCOME_LEFT_OUT:
        return RESULT_SKIPPED;
    }
    return RESULT_ERROR;
}

static void junit_open(struct report *report)
{
    report->state = allocate(1, sizeof(struct junit));
}

static struct junit_suite *suite_of(struct junit *junit, const char *program, const char *name)
{
    for (size_t i = junit->count; i-- > 0;)
        if (strcmp(junit->suites[i].program, program) == 0 && strcmp(junit->suites[i].name, name) == 0)
            return &junit->suites[i];
    junit->suites = grow(junit->suites, junit->count, sizeof *junit->suites);
    struct junit_suite *suite = &junit->suites[junit->count++];
    *suite = (struct junit_suite){program, name, json_array()};
    return suite;
}

static void case_keep(struct junit *junit, const json_t *event)
{
    json_t *copy = json_deep_copy(event);
    struct junit_suite *suite =
        suite_of(junit, event_string(copy, "program", "unknown"), event_string(copy, "suite", "unknown"));
    json_array_append_new(suite->cases, copy);
}

static void junit_event(struct report *report, enum event_kind kind, const json_t *event)
{
    struct junit *junit = report->state;
    switch (kind) {
    case EVENT_RUN:
        json_decref(junit->run);
        junit->run = json_deep_copy(event);
        break;
    case EVENT_CASE:
        case_keep(junit, event);
        break;
    case EVENT_SUMMARY:
        junit->seconds = event_number(event, "seconds");
        break;
    case EVENT_OTHER:
        break;
    }
}

static void number_attribute_write(xmlTextWriter *writer, const char *name, long long number)
{
    xmlTextWriterWriteFormatAttribute(writer, BAD_CAST name, "%lld", number);
}

static void time_attribute_write(xmlTextWriter *writer, double seconds)
{
    xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "time", "%.3f", seconds);
}

static void content_write(xmlTextWriter *writer, const struct buffer *content)
{
    markup_content(writer, (struct text){buffer_string(content), content->length});
}

static void stream_write(xmlTextWriter *writer, const char *name, struct buffer *content)
{
    if (content->length > 0) {
        xmlTextWriterStartElement(writer, BAD_CAST name);
        content_write(writer, content);
        xmlTextWriterEndElement(writer);
    }
    buffer_free(content);
}

// Why a case was left out, or what went wrong in it; the verdict when the event does not say.
static struct text message_of(const json_t *event, enum result result)
{
    static const char *const members[] = {"actual", "why", "verdict"};
    for (size_t i = result == RESULT_SKIPPED ? 1 : 0; i < sizeof members / sizeof *members; i++)
        if (event_text(event, members[i]).length > 0)
            return event_text(event, members[i]);
    return (struct text){"", 0};
}

static void result_write(xmlTextWriter *writer, const json_t *event, enum result result)
{
    struct buffer message = {0};
    struct buffer body = {0};
    text_append(&message, message_of(event, result), SIZE_MAX);
    if (result != RESULT_SKIPPED) {
        buffer_text(&body, "\n");
        labelled_append(&body, "title", event_text(event, "title"));
        details_append(&body, event);
        labelled_append(&body, "rerun", event_text(event, "rerun"));
    }
    xmlTextWriterStartElement(writer, BAD_CAST result_elements[result]);
    markup_attribute(writer, "type", event_text(event, "verdict"));
    markup_attribute_string(writer, "message", buffer_string(&message));
    content_write(writer, &body);
    xmlTextWriterEndElement(writer);
    buffer_free(&message);
    buffer_free(&body);
}

static void streams_write(xmlTextWriter *writer, const json_t *event, enum result result)
{
    struct buffer out = {0};
    struct buffer err = {0};
    size_t i;
    const json_t *line;
    if (result == RESULT_GOOD && verdict_of(event_string(event, "verdict", "")) != VERDICT_PASS)
        details_append(&out, event);
    json_array_foreach(json_object_get(event, "transcript"), i, line)
    {
        text_append(&out, text_of(line), SIZE_MAX);
        buffer_text(&out, "\n");
    }
    lines_append(&err, event_text(event, "stderr"));
    stream_write(writer, "system-out", &out);
    stream_write(writer, "system-err", &err);
}

static void case_write(xmlTextWriter *writer, const struct junit_suite *suite, const json_t *event, bool strict)
{
    enum result result = result_of(event, strict);
    struct buffer class = {0};
    buffer_format(&class, "%s.%s", suite->program, suite->name);

    xmlTextWriterStartElement(writer, BAD_CAST "testcase");
    markup_attribute_string(writer, "classname", buffer_string(&class));
    markup_attribute(writer, "name", event_text(event, "id"));
    if (event_text(event, "file").data) {
        markup_attribute(writer, "file", event_text(event, "file"));
        number_attribute_write(writer, "line", event_integer(event, "line"));
    }
    markup_attribute(writer, "status", event_text(event, "verdict"));
    time_attribute_write(writer, event_number(event, "seconds"));
    if (result != RESULT_GOOD)
        result_write(writer, event, result);
    streams_write(writer, event, result);
    xmlTextWriterEndElement(writer);
    buffer_free(&class);
}

static void property_write(xmlTextWriter *writer, const char *name, const json_t *value)
{
    if (!value)
        return;
    xmlTextWriterStartElement(writer, BAD_CAST "property");
    markup_attribute_string(writer, "name", name);
    if (json_is_string(value))
        markup_attribute(writer, "value", text_of(value));
    else if (json_is_boolean(value))
        markup_attribute_string(writer, "value", json_is_true(value) ? "true" : "false");
    else
        xmlTextWriterWriteFormatAttribute(writer, BAD_CAST "value", "%g", json_number_value(value));
    xmlTextWriterEndElement(writer);
}

static void properties_write(xmlTextWriter *writer, const json_t *run)
{
    static const char *const names[] = {"version", "profile", "sandbox", "workers", "time_scale", "seed", "strict"};
    if (!run)
        return;
    xmlTextWriterStartElement(writer, BAD_CAST "properties");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        property_write(writer, names[i], json_object_get(run, names[i]));
    xmlTextWriterEndElement(writer);
}

static void counts_add(struct counts *counts, const json_t *cases, bool strict)
{
    size_t i;
    const json_t *event;
    json_array_foreach(cases, i, event)
    {
        counts->results[result_of(event, strict)]++;
        counts->seconds += event_number(event, "seconds");
        counts->tests++;
    }
}

static void counts_write(xmlTextWriter *writer, const struct counts *counts)
{
    number_attribute_write(writer, "tests", (long long)counts->tests);
    number_attribute_write(writer, "failures", (long long)counts->results[RESULT_FAILURE]);
    number_attribute_write(writer, "errors", (long long)counts->results[RESULT_ERROR]);
}

// The time of the run without its zone, which is UTC: the schema of Ant knows none.
static void timestamp_write(xmlTextWriter *writer, const json_t *run)
{
    struct text time = event_text(run, "time");
    if (!time.data)
        return;
    if (time.length > 0 && time.data[time.length - 1] == 'Z')
        time.length--;
    markup_attribute(writer, "timestamp", time);
}

static void suite_write(xmlTextWriter *writer, const struct report *report, size_t index)
{
    const struct junit *junit = report->state;
    const struct junit_suite *suite = &junit->suites[index];
    struct counts counts = {0};
    size_t i;
    const json_t *event;
    counts_add(&counts, suite->cases, report->strict);

    xmlTextWriterStartElement(writer, BAD_CAST "testsuite");
    markup_attribute_string(writer, "name", suite->name);
    counts_write(writer, &counts);
    number_attribute_write(writer, "skipped", (long long)counts.results[RESULT_SKIPPED]);
    time_attribute_write(writer, counts.seconds);
    timestamp_write(writer, junit->run);
    markup_attribute_string(writer, "hostname", event_string(junit->run, "hostname", "localhost"));
    number_attribute_write(writer, "id", (long long)index);
    markup_attribute_string(writer, "package", suite->program);
    properties_write(writer, junit->run);
    json_array_foreach(suite->cases, i, event)
    {
        case_write(writer, suite, event, report->strict);
    }
    xmlTextWriterEndElement(writer);
}

// Stands for a run that did not come to its end.
static void incomplete_keep(struct report *report)
{
    char *why = duplicate("no case ran");
    if (!report->complete) {
        free(why);
        why = report->planned < 0
                  ? format_text("the run was cut short after %lld cases", report->cases)
                  : format_text("the run was cut short after %lld of %lld cases", report->cases, report->planned);
    }
    json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s}", "program", "sockspec", "suite", "run", "id", "sockspec/run",
                              "verdict", "unresolved", "actual", why);
    case_keep(report->state, event);
    json_decref(event);
    free(why);
}

static int document_write(struct report *report)
{
    const struct junit *junit = report->state;
    struct counts counts = {0};
    xmlTextWriter *writer = markup_open(&report->out);
    if (!writer)
        return -ENOMEM;
    for (size_t i = 0; i < junit->count; i++)
        counts_add(&counts, junit->suites[i].cases, report->strict);

    xmlTextWriterSetIndent(writer, 1);
    xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL);
    xmlTextWriterStartElement(writer, BAD_CAST "testsuites");
    markup_attribute_string(writer, "name", "sockspec");
    counts_write(writer, &counts);
    time_attribute_write(writer, report->complete ? junit->seconds : counts.seconds);
    for (size_t i = 0; i < junit->count; i++)
        suite_write(writer, report, i);
    int status = xmlTextWriterEndDocument(writer) < 0 ? -ENOMEM : 0;
    xmlFreeTextWriter(writer);
    return status;
}

static void junit_close(struct report *report)
{
    struct junit *junit = report->state;
    if (!report->complete || report->cases == 0)
        incomplete_keep(report);
    report->error = document_write(report);

    for (size_t i = 0; i < junit->count; i++)
        json_decref(junit->suites[i].cases);
    free(junit->suites);
    json_decref(junit->run);
    free(junit);
}

const struct report_writer junit_writer = {junit_open, junit_event, junit_close};
