// One page of HTML without script or anything from elsewhere: the runs, then for each program and suite a table of the
// cases with a column for each run. What did not pass opens to requirement, expected, actual, transcript and rerun.
//
// Events of several runs, one after another, make a page that compares them: `sockspec report --format html A B`. The
// counts stand above what they count, so everything is collected and written at the end.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"
#include "report/markup.h"
#include "report/verdict.h"

struct html_run {
    json_t *event; // the run event, NULL without one
    size_t counts[VERDICT_COUNT];
    size_t cases;
    double seconds;
    bool complete;
};

// A case is kept as {"title", "results": {"<index of the run>": event, …}} under its id, that under its suite, that under
// its program.
struct html {
    struct html_run *runs;
    size_t count;
    json_t *programs;
};

static const char style[] =
    "body{font:15px/1.4 system-ui,sans-serif;margin:2em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0}"
    "td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}"
    "th{background:#f2f2f2}"
    "td.number{text-align:right}"
    "pre{white-space:pre-wrap;margin:.3em 0;font-size:13px;color:#222;background:#fff;padding:.5em;max-width:70em}"
    "summary{cursor:pointer}"
    "code{font-size:13px}"
    ".pass{background:#dff2df}.nonstrict{background:#fdf3cf}.fail,.xpass{background:#f9d4d4}"
    ".unresolved{background:#e9d5f5}.xfail{background:#fbe3cd}.info{background:#dceaf8}"
    ".unsupported,.skip,.absent{color:#888}"
    "#only:checked~* tr.passed{display:none}";

static struct text text_from(const char *string)
{
    return (struct text){string, strlen(string)};
}

// --- collecting ---

static void html_open(struct report *report)
{
    struct html *html = allocate(1, sizeof *html);
    html->programs = json_object();
    report->state = html;
}

static struct html_run *run_begin(struct html *html, const json_t *event)
{
    html->runs = grow(html->runs, html->count, sizeof *html->runs);
    struct html_run *run = &html->runs[html->count++];
    *run = (struct html_run){.event = json_deep_copy(event)};
    return run;
}

// The run that goes on; events without a run event make one.
static struct html_run *run_now(struct html *html)
{
    return html->count ? &html->runs[html->count - 1] : run_begin(html, NULL);
}

// The object below `parent` of that name, made when there is none.
static json_t *below(json_t *parent, const char *name)
{
    json_t *child = json_object_get(parent, name);
    if (!child) {
        child = json_object();
        json_object_set_new(parent, name, child);
    }
    return child;
}

static void case_keep(struct html *html, const json_t *event)
{
    struct html_run *run = run_now(html);
    char index[24];
    json_t *suite = below(below(html->programs, event_string(event, "program", "unknown")),
                          event_string(event, "suite", "unknown"));
    json_t *kept = below(suite, event_string(event, "id", "unknown"));
    snprintf(index, sizeof index, "%zu", html->count - 1);
    json_object_set(kept, "title", json_object_get(event, "title"));
    json_object_set_new(below(kept, "results"), index, json_deep_copy(event));
    run->counts[verdict_of(event_string(event, "verdict", NULL))]++;
    run->cases++;
}

static void html_event(struct report *report, enum event_kind kind, const json_t *event)
{
    struct html *html = report->state;
    switch (kind) {
    case EVENT_RUN:
        run_begin(html, event);
        break;
    case EVENT_CASE:
        case_keep(html, event);
        break;
    case EVENT_SUMMARY:
        run_now(html)->seconds = event_number(event, "seconds");
        run_now(html)->complete = true;
        break;
    case EVENT_OTHER:
        break;
    }
}

// --- writing ---

static void element_open(xmlTextWriter *writer, const char *name, const char *class)
{
    xmlTextWriterStartElement(writer, BAD_CAST name);
    if (class)
        markup_attribute_string(writer, "class", class);
}

// HTML has elements that must have an end tag even when they are empty.
static void element_close(xmlTextWriter *writer)
{
    xmlTextWriterFullEndElement(writer);
}

// An element of one line.
static void element_write(xmlTextWriter *writer, const char *name, const char *class, struct text content)
{
    struct buffer line = {0};
    text_append(&line, content, SIZE_MAX);
    element_open(writer, name, class);
    markup_content(writer, (struct text){buffer_string(&line), line.length});
    element_close(writer);
    buffer_free(&line);
}

static void number_write(xmlTextWriter *writer, const char *class, double number, int places)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", places, number);
    element_write(writer, "td", class, text_from(text));
}

static void head_write(xmlTextWriter *writer)
{
    xmlTextWriterStartElement(writer, BAD_CAST "head");
    xmlTextWriterStartElement(writer, BAD_CAST "meta");
    markup_attribute_string(writer, "charset", "utf-8");
    xmlTextWriterEndElement(writer);
    element_write(writer, "title", NULL, text_from("sockspec report"));
    xmlTextWriterStartElement(writer, BAD_CAST "style");
    xmlTextWriterWriteRaw(writer, BAD_CAST style);
    element_close(writer);
    element_close(writer);
}

static const char *run_name(const struct html_run *run)
{
    return event_string(run->event, "profile", "a run");
}

static void run_write(xmlTextWriter *writer, const struct html_run *run)
{
    long long planned = event_integer(run->event, "cases");
    element_open(writer, "tr", NULL);
    element_write(writer, "td", NULL, text_from(run_name(run)));
    element_write(writer, "td", NULL, text_from(event_string(run->event, "time", "")));
    element_write(writer, "td", NULL, text_from(event_string(run->event, "version", "")));
    element_write(writer, "td", NULL, text_from(event_string(run->event, "sandbox", "")));
    number_write(writer, "number", (double)run->cases, 0);
    for (size_t i = 0; i < VERDICT_UNKNOWN; i++)
        number_write(writer, run->counts[i] ? verdict_table[i].name : "absent", (double)run->counts[i], 0);
    if (run->complete) {
        number_write(writer, "number", run->seconds, 1);
    } else {
        char *cut = format_text("cut short: %zu of %lld cases", run->cases, planned);
        element_write(writer, "td", "fail", text_from(cut));
        free(cut);
    }
    element_close(writer);
}

static void runs_write(xmlTextWriter *writer, const struct html *html)
{
    static const char *const before[] = {"implementation", "time", "sockspec", "sandbox", "cases"};
    element_open(writer, "table", NULL);
    element_open(writer, "tr", NULL);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        element_write(writer, "th", NULL, text_from(before[i]));
    for (size_t i = 0; i < VERDICT_UNKNOWN; i++)
        element_write(writer, "th", NULL, text_from(verdict_table[i].name));
    element_write(writer, "th", NULL, text_from("seconds"));
    element_close(writer);
    for (size_t i = 0; i < html->count; i++)
        run_write(writer, &html->runs[i]);
    element_close(writer);
}

// All that is known of a case that did not simply pass.
static void story_write(xmlTextWriter *writer, const json_t *event)
{
    struct buffer story = {0};
    size_t i;
    const json_t *line;
    details_append(&story, event);
    if (json_array_size(json_object_get(event, "transcript")))
        buffer_text(&story, "\n");
    json_array_foreach(json_object_get(event, "transcript"), i, line)
    {
        text_append(&story, text_of(line), SIZE_MAX);
        buffer_text(&story, "\n");
    }
    if (event_text(event, "stderr").length) {
        buffer_text(&story, "\nstandard error\n");
        lines_append(&story, event_text(event, "stderr"));
    }
    labelled_append(&story, "rerun", event_text(event, "rerun"));
    xmlTextWriterStartElement(writer, BAD_CAST "pre");
    markup_content(writer, (struct text){buffer_string(&story), story.length});
    element_close(writer);
    buffer_free(&story);
}

static void result_write(xmlTextWriter *writer, const json_t *event)
{
    if (!event) {
        element_write(writer, "td", "absent", text_from("–"));
        return;
    }
    const char *name = verdict_table[verdict_of(event_string(event, "verdict", NULL))].name;
    if (verdict_of(name) == VERDICT_PASS) {
        element_write(writer, "td", name, text_from(name));
        return;
    }
    element_open(writer, "td", name);
    element_open(writer, "details", NULL);
    element_write(writer, "summary", NULL, event_text(event, "verdict"));
    story_write(writer, event);
    element_close(writer);
    element_close(writer);
}

static bool passed_everywhere(const json_t *results)
{
    const char *index;
    json_t *event;
    json_object_foreach((json_t *)results, index, event)
    {
        if (verdict_of(event_string(event, "verdict", NULL)) != VERDICT_PASS)
            return false;
    }
    return true;
}

static void case_write(xmlTextWriter *writer, const struct html *html, const char *id, const json_t *kept)
{
    const json_t *results = json_object_get(kept, "results");
    element_open(writer, "tr", passed_everywhere(results) ? "passed" : NULL);
    markup_attribute_string(writer, "id", id);
    xmlTextWriterStartElement(writer, BAD_CAST "td");
    element_write(writer, "code", NULL, text_from(id));
    xmlTextWriterWriteRaw(writer, BAD_CAST "<br/>");
    markup_content(writer, event_text(kept, "title"));
    element_close(writer);
    for (size_t i = 0; i < html->count; i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        result_write(writer, json_object_get(results, index));
    }
    element_close(writer);
}

static bool spoils_a_run(const struct html *html, const json_t *results)
{
    for (size_t i = 0; i < html->count; i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        const json_t *event = json_object_get(results, index);
        bool strict = json_is_true(json_object_get(html->runs[i].event, "strict"));
        enum outcome outcome = event ? verdict_outcome(event_string(event, "verdict", ""), strict) : OUTCOME_GOOD;
        if (outcome == OUTCOME_BAD || outcome == OUTCOME_ERROR)
            return true;
    }
    return false;
}

// The line above a suite: its cases, and in how many of them something did not pass. It is open where something failed.
static void suite_title_write(xmlTextWriter *writer, const struct html *html, const char *name, const json_t *cases)
{
    size_t rest = 0;
    bool spoilt = false;
    const char *id;
    json_t *kept;
    json_object_foreach((json_t *)cases, id, kept)
    {
        rest += !passed_everywhere(json_object_get(kept, "results"));
        spoilt |= spoils_a_run(html, json_object_get(kept, "results"));
    }
    if (spoilt)
        markup_attribute_string(writer, "open", "open");
    char *title = rest ? format_text("%s: %zu of %zu did not simply pass", name, rest, json_object_size(cases))
                       : format_text("%s: %zu passed", name, json_object_size(cases));
    element_write(writer, "summary", NULL, text_from(title));
    free(title);
}

static void suite_write(xmlTextWriter *writer, const struct html *html, const char *name, json_t *cases)
{
    const char *id;
    json_t *kept;
    element_open(writer, "details", "suite");
    suite_title_write(writer, html, name, cases);
    element_open(writer, "table", NULL);
    element_open(writer, "tr", NULL);
    element_write(writer, "th", NULL, text_from("case"));
    for (size_t i = 0; i < html->count; i++)
        element_write(writer, "th", NULL, text_from(run_name(&html->runs[i])));
    element_close(writer);
    json_object_foreach(cases, id, kept)
    {
        case_write(writer, html, id, kept);
    }
    element_close(writer);
    element_close(writer);
}

static void programs_write(xmlTextWriter *writer, const struct html *html)
{
    const char *program;
    const char *suite;
    json_t *suites;
    json_t *cases;
    json_object_foreach(html->programs, program, suites)
    {
        element_open(writer, "section", NULL);
        element_write(writer, "h2", NULL, text_from(program));
        json_object_foreach(suites, suite, cases)
        {
            suite_write(writer, html, suite, cases);
        }
        element_close(writer);
    }
}

static int document_write(struct report *report)
{
    const struct html *html = report->state;
    xmlTextWriter *writer = markup_open(&report->out);
    if (!writer)
        return -ENOMEM;
    buffer_text(&report->out, "<!DOCTYPE html>\n");
    xmlTextWriterStartElement(writer, BAD_CAST "html");
    markup_attribute_string(writer, "lang", "en");
    head_write(writer);
    xmlTextWriterStartElement(writer, BAD_CAST "body");
    element_write(writer, "h1", NULL, text_from("sockspec report"));
    runs_write(writer, html);
    if (report->cases == 0)
        element_write(writer, "p", "fail", text_from("No case ran."));
    xmlTextWriterWriteRaw(writer,
                          BAD_CAST "<input type=\"checkbox\" id=\"only\"/><label for=\"only\"> only what did not "
                                   "simply pass</label>");
    programs_write(writer, html);
    int status = xmlTextWriterEndDocument(writer) < 0 ? -ENOMEM : 0;
    xmlFreeTextWriter(writer);
    return status;
}

static void html_close(struct report *report)
{
    struct html *html = report->state;
    report->error = document_write(report);
    for (size_t i = 0; i < html->count; i++)
        json_decref(html->runs[i].event);
    free(html->runs);
    json_decref(html->programs);
    free(html);
}

const struct report_writer html_writer = {html_open, html_event, html_close};
