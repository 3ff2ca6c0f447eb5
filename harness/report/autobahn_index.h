// An index in the shape of the Autobahn Testsuite's index.json, for the scripts that read that file:
//
//   {"<agent>": {"1.1.1": {"behavior": "OK", "behaviorClose": "OK", "duration": 2, "remoteCloseCode": null,
//                          "reportfile": "…"}, …}}
//
// A case with numbers of that suite stands under each of them, where the worst of all cases of a number counts; others
// stand under their own ids. Cases that were left out are UNIMPLEMENTED, unresolved ones FAILED.
#ifndef SOCKSPEC_REPORT_AUTOBAHN_INDEX_H
#define SOCKSPEC_REPORT_AUTOBAHN_INDEX_H

#include <jansson.h>
#include <stdbool.h>

// The report format REPORT_INDEX writes one at the end; the profile of a run is the agent. Of several runs each gets its
// part, the last one of a profile counts.
//
// Adds a case event to an agent's part of the index (a JSON object). `report` is the file with the whole story, or NULL.
void autobahn_add(json_t *agent, const json_t *event, const char *report);

// "OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED" or "FAILED".
const char *autobahn_behavior(const char *verdict);

// Writes an index to a file, whole or not at all. Returns 0 or a negative errno.
int autobahn_write(const json_t *index, const char *path);

#endif
