// What a client asks of `sockspec serve` by the target of its opening handshake: the protocol of the Autobahn
// Testsuite's fuzzing server, which the drivers of WebSocket libraries speak already.
//
//   /getCaseCount                       how many cases there are
//   /getCaseInfo?case=N                 the id and title of one, as JSON
//   /runCase?case=N&agent=A             plays case N; the client echoes
//   /getCaseStatus?case=N&agent=A       what came of it, as JSON
//   /updateReports?agent=A              ends the run of the agent
//
// Cases count from 1. Pure functions.
#ifndef SOCKSPEC_SERVE_REQUEST_H
#define SOCKSPEC_SERVE_REQUEST_H

#include <stddef.h>

enum serve_word { SERVE_COUNT, SERVE_INFO, SERVE_RUN, SERVE_STATUS, SERVE_UPDATE };

#define AGENT_MOST 200

struct serve_request {
    enum serve_word word;
    size_t number;              // of the case, from 1; 0 where none is named
    char agent[AGENT_MOST + 1]; // "" where none is named
};

// Takes a target apart; names without `case` or `agent` where they are needed, and numbers above `cases`, are wrong.
// Returns NULL, or one line that says what is wrong, static.
const char *serve_request_parse(const char *target, size_t cases, struct serve_request *request);

#endif
