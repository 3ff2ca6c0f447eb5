// Reports are made from events, and from nothing else.
//
// An event is a JSON object with an "event" member. A run is one "run" event, a "case" event for each case in
// the order of the plan, and one "summary" event; they stream, so that a report is worth reading when the run
// dies midway. The JSON Lines file holds them as they are; the terminal, TAP, JUnit and HTML reporters derive
// theirs from the same objects, live (`sockspec run`) or from a file (`sockspec report`).
//
//   {"event": "run", "version": "0.1.0", "time": "2026-01-31T12:00:00Z", "cases": 812, "workers": 32,
//    "sandbox": "network and PID namespaces", "time_scale": 1.0, "seed": 305441741 (what --seed
//    repeats), "profile": "reference", "strict": false}
//   {"event": "case", "id": "ws-echo-server/control/ping-0", "suite": "Control frames", "program": "ws-echo-server",
//    "title": "A ping …", "verdict": "fail", "level": "MUST",
//    "checks": [{"id": "rfc6455-5.5.3-pong", "level": "MUST", "section": "5.5.3", "text": "…"}],
//    "file": "suites/ws-echo-server/control.yaml", "line": 12, "seconds": 0.012,
//    "autobahn": ["2.1"] (case numbers of that suite with the same purpose, if any),
//    "waited": 0.612 (seconds until the slowest answer was there, if half a second or more),
//    "rounds_left_out": 940 (repetitions), "cuts_left_out": 100 (places to cut at under the transform split: what a slow
//    program left no time for),
//    -- and unless it passed, where known:
//    "step": "expect", "step_line": 17, "step_file": "programs.yaml" (unless it is "file"), "expected": "a pong frame …",
//    "actual": "the connection was closed (FIN)", "why": "closed without saying why",
//    "transcript": ["+0.000012 a > 81 85 …", …], "stderr": "…",
//    "rerun": "sockspec run ws-echo-server 'ws-echo-server/control/ping-0'"}
//   {"event": "summary", "counts": {"pass": 800, "fail": 1, …}, "seconds": 3.2, "exit": 1}
//
// Verdicts: pass, nonstrict, fail, info, unsupported, skip, unresolved, xfail, xpass. With "strict": true in
// the run event a nonstrict counts as a failure in every report. For unsupported, skip and xfail "why" is the
// reason that TAP and JUnit give.
//
// Strings may hold any code point, NUL included: what ends up in a report is made harmless here, not by those
// who send events. They must be UTF-8; a JSON Lines file cannot hold any other (-EILSEQ).
//
// Threads: all calls from one thread.
#ifndef SOCKSPEC_REPORT_REPORTER_H
#define SOCKSPEC_REPORT_REPORTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

// REPORT_INDEX: report/autobahn_index.h.
enum report_format { REPORT_TERMINAL, REPORT_JSONL, REPORT_TAP, REPORT_JUNIT, REPORT_HTML, REPORT_INDEX };

// How a verdict counts.
enum outcome { OUTCOME_GOOD, OUTCOME_BAD, OUTCOME_ERROR, OUTCOME_LEFT_OUT };

// pass, info, xfail (and nonstrict unless strict): good; fail, xpass (and nonstrict when strict): bad;
// unresolved: error; unsupported, skip: left out. An unknown verdict is an error.
enum outcome verdict_outcome(const char *verdict, bool strict);

struct terminal_options {
    bool color;    // escape sequences
    bool progress; // a line that is rewritten in place
    bool verbose;  // a line for each case, not only for those that did not pass
};

struct reporter;

// Opens a reporter that writes to `path` ("-": standard output). `terminal` matters for REPORT_TERMINAL only
// and may be NULL. Returns 0, or a negative errno when the file cannot be created.
int reporter_open(enum report_format format, const char *path, const struct terminal_options *terminal,
                  struct reporter **reporter);

// Makes one that writes to a file that is open, which reporter_close() closes unless it is standard output.
struct reporter *reporter_make(enum report_format format, FILE *file, const struct terminal_options *terminal);

// Takes one event; the object stays the caller's. What it adds to the report is written at once (JUnit: at
// the end). Unknown kinds and members are ignored, but JSON Lines holds them too. Returns 0, or the negative
// errno of the first failed write, after which nothing more is written.
int reporter_event(struct reporter *reporter, const json_t *event);

// Finishes and closes the report and frees the reporter. When no summary event came the run was cut short,
// and every report says so: TAP by `Bail out!`, JUnit by an error behind the cases so far. The same holds for
// a run of no case. Returns 0 or the negative errno of the first failed write.
int reporter_close(struct reporter *reporter);

// Reads JSON Lines up to the first line that is not an event, and hands each event to `reporter` (also those
// before such a line); blank lines are passed over. `name` is for messages. Returns 0; -EBADMSG for a line
// that is not an event, with `name:line:column: what is wrong` in `message`; a negative errno of reading or
// writing, with what failed in `message`.
int events_replay(FILE *input, const char *name, struct reporter *reporter, char *message, size_t message_size);

#endif
