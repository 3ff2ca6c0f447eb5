#include "report/reporter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/details.h"
#include "report/format.h"

struct reporter {
    const struct report_writer *writer;
    struct report report;
    FILE *file;
    int error; // the first one
};

static const struct report_writer *const writers[] = {
    [REPORT_TERMINAL] = &terminal_writer, [REPORT_JSONL] = &jsonl_writer, [REPORT_TAP] = &tap_writer,
    [REPORT_JUNIT] = &junit_writer,       [REPORT_HTML] = &html_writer,   [REPORT_INDEX] = &autobahn_index_writer,
};

static const struct {
    const char *name;
    enum event_kind kind;
} kinds[] = {
    {"case", EVENT_CASE},
    {"run", EVENT_RUN},
    {"summary", EVENT_SUMMARY},
};

static void error_keep(struct reporter *reporter, int error)
{
    if (reporter->error == 0)
        reporter->error = error;
}

static int errno_or_eio(void)
{
    return errno ? -errno : -EIO;
}

// Writes what the format has appended. It stays unwritten after the first error.
static void report_flush(struct reporter *reporter)
{
    struct buffer *out = &reporter->report.out;
    error_keep(reporter, reporter->report.error);
    if (out->length > 0 && reporter->error == 0) {
        errno = 0;
        if (fwrite(out->data, 1, out->length, reporter->file) != out->length || fflush(reporter->file) != 0)
            error_keep(reporter, errno_or_eio());
    }
    buffer_consume(out, out->length);
}

struct reporter *reporter_make(enum report_format format, FILE *file, const struct terminal_options *terminal)
{
    struct reporter *reporter = allocate(1, sizeof *reporter);
    *reporter = (struct reporter){.writer = writers[format], .file = file, .report.planned = -1};
    if (terminal)
        reporter->report.terminal = *terminal;
    if (reporter->writer->open)
        reporter->writer->open(&reporter->report);
    return reporter;
}

int reporter_open(enum report_format format, const char *path, const struct terminal_options *terminal,
                  struct reporter **reporter)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!file)
        return -errno;
    *reporter = reporter_make(format, file, terminal);
    return 0;
}

static enum event_kind event_kind_of(const json_t *event)
{
    const char *name = event_string(event, "event", "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            return kinds[i].kind;
    return EVENT_OTHER;
}

static void event_note(struct report *report, enum event_kind kind, const json_t *event)
{
    switch (kind) {
    case EVENT_RUN:
        report->strict = json_is_true(json_object_get(event, "strict"));
        if (json_is_integer(json_object_get(event, "cases")))
            report->planned = event_integer(event, "cases");
        break;
    case EVENT_CASE:
        report->cases++;
        break;
    case EVENT_SUMMARY:
        report->complete = true;
        break;
    case EVENT_OTHER:
        break;
    }
}

int reporter_event(struct reporter *reporter, const json_t *event)
{
    enum event_kind kind = event_kind_of(event);
    event_note(&reporter->report, kind, event);
    reporter->writer->event(&reporter->report, kind, event);
    report_flush(reporter);
    return reporter->error;
}

int reporter_close(struct reporter *reporter)
{
    if (reporter->writer->close)
        reporter->writer->close(&reporter->report);
    report_flush(reporter);
    errno = 0;
    if (reporter->file != stdout && fclose(reporter->file) != 0)
        error_keep(reporter, errno_or_eio());
    int error = reporter->error;
    buffer_free(&reporter->report.out);
    free(reporter);
    return error;
}
