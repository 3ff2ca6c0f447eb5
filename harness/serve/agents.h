// The clients that `sockspec serve` judges: for each agent by its name what came of its cases, streamed into reports.
//
// An agent's run begins with its first case and ends when it asks for its reports, or when the server ends. Below the
// directory of the reports `<agent>.jsonl` holds its events (`sockspec report` makes the rest of them) and index.json,
// in the Autobahn Testsuite's shape, all agents so far; a person reads the same on standard output.
//
// All functions may be called by many threads.
#ifndef SOCKSPEC_SERVE_AGENTS_H
#define SOCKSPEC_SERVE_AGENTS_H

#include "run/plan.h"
#include "run/result.h"

struct agents_settings {
    const struct plan *plan; // case N is entry N - 1
    const char *directory;   // of the reports; it exists
    const char *version;
    const struct expectations *expectations; // or NULL
    double time_scale;
    bool strict;
    bool color;
};

struct agents;

struct agents *agents_make(const struct agents_settings *settings);

// A case of the agent begins; agents_record() must follow. What is asked of the agent in between waits for it.
void agents_begin_case(struct agents *agents, const char *agent);

// Takes the result of a case that began, holds it against the expectations, and reports it; it stays the caller's.
void agents_record(struct agents *agents, const char *agent, size_t number, struct result *result);

// What came of a case, in the Autobahn Testsuite's words: {"behavior": "OK"}; "UNIMPLEMENTED" where nothing did. To be
// freed.
char *agents_status(struct agents *agents, const char *agent, size_t number);

// Ends the run of an agent. False when there was none.
bool agents_finish(struct agents *agents, const char *agent);

// Ends all runs and frees everything. Returns the exit status of the program by the worst of the agents' runs: that of
// `sockspec run`, 2 when no case ran, 4 when a report could not be written.
int agents_close(struct agents *agents);

#endif
