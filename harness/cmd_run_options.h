// The command line of `sockspec run`.
#ifndef SOCKSPEC_CMD_RUN_OPTIONS_H
#define SOCKSPEC_CMD_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "iut/sandbox.h"
#include "run/plan.h"

enum { REPORT_FILES = 5 };

struct run_options {
    struct selection selection;
    const char *data;
    const char *profile;
    const char *at;
    const char *without[16];
    size_t without_count;
    const char *expectations;
    const char *reports[REPORT_FILES]; // JSON Lines, TAP, JUnit, HTML, index; NULL: not wanted
    size_t jobs;
    double time_scale;
    uint64_t seed;
    enum sandbox_mode sandbox;
    bool thorough;
    bool strict;
    bool keep_going;
    bool fail_fast;
    bool verbose;
    bool quiet;
    const char *color;
    const char **command; // behind --, or NULL
};

// Parses the command line. Returns 0; an exit status after a complaint; HELP_PRINTED. The strings are those
// of `argv`.
int run_options_parse(struct run_options *options, int argc, char **argv);

#endif
