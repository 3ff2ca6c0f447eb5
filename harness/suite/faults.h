// Catalogues of faults: programs that are wrong in one way each, by which the suites themselves are tested.
#ifndef SOCKSPEC_SUITE_FAULTS_H
#define SOCKSPEC_SUITE_FAULTS_H

#include "suite/catalog.h"
#include "suite/reader.h"

struct fault {
    const char *name;
    const struct requirement *requirement; // what it breaks; NULL: nothing
    const char *explore;                   // which exploration finds it, where no case need to; or NULL
    const char *legal;                     // why it breaks nothing, unusual as it is; or NULL
    const char *known;                     // whose bug it was, or NULL
    const char **run;                      // patterns of the cases about it; NULL at the end; none: all
    const char *lenient;                   // why the suite calls it nonstrict and no fail, or NULL
    bool slow;                             // cases that wait in real time are among them
    bool waits;                            // most of these fail by their deadline, which may be shorter
    size_t line;
};

// Cases that are excused from catching any fault.
struct excuse {
    const char *pattern;
    const char *why;
};

// One file, of one program.
struct fault_list {
    const char *path;
    const char *directory; // of the file; where the command is started
    const struct program *program;
    const char **command; // with {fault}, which "none" stands for too; NULL at the end
    struct fault *faults;
    size_t count;
    const char **null_peers; // kinds of the program null-peer that must pass nothing; NULL at the end
    const char **errors;     // patterns of what a program that fails whatever it is asked for may pass; NULL at the end
    struct excuse *excuses;
    size_t excuse_count;
};

// Reads an open file. False with problems added. What is read lives as long as the catalog.
bool faults_read(struct catalog *catalog, struct reader *reader, struct fault_list *list);

// Opens and reads a file. Returns 0 or -EBADMSG with problems added.
int faults_load(struct catalog *catalog, const char *path, struct fault_list *list);

// True when one of the patterns, which are without the name of the program, fits the id.
bool fits_patterns(const char *const *patterns, const struct program *program, const char *id);

#endif
