// What a report format is: events in, text out.
//
// A format appends to `out`; reporter.c writes that to the file after each call. So a format does no I/O and
// handles no error of it, and what the run and the cases so far were like is kept in one place for all
// formats.
#ifndef SOCKSPEC_REPORT_FORMAT_H
#define SOCKSPEC_REPORT_FORMAT_H

#include "base/buffer.h"
#include "report/reporter.h"

enum event_kind { EVENT_OTHER, EVENT_RUN, EVENT_CASE, EVENT_SUMMARY };

struct report {
    struct buffer out;                // text that reporter.c has yet to write
    struct terminal_options terminal; // for the terminal only
    bool strict;                      // as the run event said
    bool complete;                    // a summary event came
    long long planned;                // cases, as the run event said; -1 when it did not
    long long cases;                  // so far, the one at hand included
    int error;                        // set by a format that cannot represent an event
    void *state;                      // the format's own
};

struct report_writer {
    void (*open)(struct report *report);
    void (*event)(struct report *report, enum event_kind kind, const json_t *event);
    void (*close)(struct report *report); // appends what is left and frees the state
};

extern const struct report_writer terminal_writer;
extern const struct report_writer jsonl_writer;
extern const struct report_writer tap_writer;
extern const struct report_writer junit_writer;
extern const struct report_writer html_writer;
extern const struct report_writer autobahn_index_writer;

#endif
