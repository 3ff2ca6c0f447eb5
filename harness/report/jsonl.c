// JSON Lines: every event as it is, one compact line each.
#include <errno.h>

#include "report/format.h"

// Enough for any duration, and 0.1 is still written as 0.1.
#define REAL_DIGITS 15

static int dump(const char *data, size_t length, void *out)
{
    buffer_append(out, data, length);
    return 0;
}

static void jsonl_event(struct report *report, enum event_kind kind, const json_t *event)
{
    (void)kind;
    size_t before = report->out.length;
    if (json_dump_callback(event, dump, &report->out, JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) == 0) {
        buffer_text(&report->out, "\n");
        return;
    }
    report->out.length = before; // half a line would spoil the file for every reader
    report->error = -EILSEQ;
}

const struct report_writer jsonl_writer = {.event = jsonl_event};
