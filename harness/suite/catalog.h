// Everything that conformance/ says, loaded and checked: requirements, programs, suites, one profile.
//
// The catalog is made once, before any worker starts, and is not changed afterwards, so threads read it freely. All
// of it lives in one arena.
#ifndef SOCKSPEC_SUITE_CATALOG_H
#define SOCKSPEC_SUITE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/index.h"
#include "suite/problem.h"
#include "suite/step.h"

enum level { LEVEL_MAY, LEVEL_SHOULD, LEVEL_MUST };

const char *level_name(enum level level);

struct requirement {
    const char *id;
    const char *source;
    enum level level;
    const char *section;
    const char *text;
    const char *role;     // or NULL
    const char *untested; // the reason, or NULL
    const char *file;
    size_t line;
    size_t case_count; // how many cases check it
};

enum role { ROLE_SERVER, ROLE_CLIENT, ROLE_COMMAND };
enum transport { TRANSPORT_NONE, TRANSPORT_TCP, TRANSPORT_UDP, TRANSPORT_UNIX };

// An option that a case may ask for, and the arguments that tell a program; `{value}` in them is replaced.
struct program_option {
    const char *name;
    const char **arguments;
};

struct script {
    struct step *steps;
    size_t count;
};

struct program {
    const char *name;
    const char *about;
    enum role role;
    enum transport transport;
    bool serves_many;   // one start serves many cases
    bool strict_stdout; // bytes on stdout that no step expected fail the case
    const char **arguments;
    struct program_option *options;
    size_t option_count;
    struct script control_open;
    struct script control_check;
    struct script control_close;
    bool has_control;
};

enum { TRANSFORM_NONE = 0, TRANSFORM_BYTEWISE = 1, TRANSFORM_SPLIT = 2, TRANSFORM_COALESCED = 4 };

struct setting {
    const char *name;
    const char *value;
};

// The certificate of whoever is the server in a case under TLS.
enum certificate_kind {
    CERTIFICATE_NONE,    // no TLS
    CERTIFICATE_TRUSTED, // signed by the authority of `{ca}`, for 127.0.0.1, ::1 and localhost, and valid now
    CERTIFICATE_EXPIRED,
    CERTIFICATE_NOT_YET_VALID,
    CERTIFICATE_OTHER_NAME,
    CERTIFICATE_OTHER_AUTHORITY,
    CERTIFICATE_SELF_SIGNED,
    CERTIFICATE_FOR_CLIENTS, // its purpose is another
};

// How many there are, for tables.
#define CERTIFICATE_KINDS (CERTIFICATE_FOR_CLIENTS + 1)

extern const char *const certificate_names[]; // NULL at the end

struct suite;

// What a case finds at the path of its Unix socket.
enum place {
    PLACE_USUAL, // for a server nothing, for a client the harness, listening
    PLACE_NOTHING,
    PLACE_STALE_SOCKET,
    PLACE_LIVE_SOCKET,
    PLACE_FILE,
    PLACE_DIRECTORY,
    PLACE_MISSING_DIRECTORY,
    PLACE_TOO_LONG,
};

struct test_case {
    const char *id;
    const char *title;
    const struct suite *suite;
    const struct program *program;
    enum role role;           // the program's, or what it is in this case
    enum transport transport; // the same
    size_t line;
    struct requirement **checks;
    size_t check_count;
    enum level level;       // the strongest of what it checks
    const char **arguments; // NULL: the program's
    struct setting *options;
    size_t option_count;
    const char **needs;
    size_t need_count;
    bool listen_ipv6;
    enum place place;
    enum certificate_kind certificate;
    bool fresh;
    bool slow;
    bool liveness;
    unsigned transforms;          // TRANSFORM_ bits
    unsigned thorough_transforms; // those that only a thorough run does besides
    const char **sources;
    size_t source_count;
    const char **autobahn;
    size_t autobahn_count;
    const char *note; // or NULL
    struct script script;
};

struct suite {
    const char *title;
    const char *path; // as opened
    const struct program *program;
};

// One program as a profile starts it.
struct launch {
    const struct program *program;
    const char **command;
    const char *directory;          // or NULL
    const char **environment;       // NAME=VALUE
    int port;                       // fixed in the source, or 0
    struct program_option *options; // replace the program's own
    size_t option_count;
    const char **absent; // capabilities declared absent; NULL at the end
    size_t absent_count;
};

struct profile {
    const char *name;
    const char *path;
    struct launch *launches;
    size_t launch_count;
};

struct catalog {
    struct arena arena;
    struct problems problems;
    const char *data; // the conformance directory
    struct requirement *requirements;
    size_t requirement_count;
    struct index requirement_ids;
    struct program *programs;
    size_t program_count;
    struct test_case **cases; // in the order of programs.yaml, then of files and lines
    size_t case_count;
    struct index case_ids;
};

// Loads requirements/*.yaml, programs.yaml and suites/*/*.yaml below `data`. Whatever is wrong goes to
// `catalog->problems`; returns 0 when nothing is, -EBADMSG otherwise. Free with catalog_free() in both cases.
int catalog_load(struct catalog *catalog, const char *data);
void catalog_free(struct catalog *catalog);

// As catalog_load(), but where each word of a selection is a program's name or begins with it, as ids do, only the
// suites of these programs are read. No words: everything.
int catalog_load_for(struct catalog *catalog, const char *data, const char *const *words, size_t count);

// Lets every `repeat` that says how many times a thorough run does it repeat that often, and every case be rerun under
// the transforms of a thorough run too.
void catalog_be_thorough(struct catalog *catalog);

// Loads a suite unless the tree has it already: one of somebody's own. Returns 0 or -EBADMSG with problems added.
int catalog_need_suite(struct catalog *catalog, const char *path);

// Takes apart a word that names a suite file rather than a program or a case: "FILE.yaml" or "FILE.yaml:PATTERN of
// case ids". The path lives in the arena; the pattern is "*" when there is none. False for any other word.
bool suite_word(struct arena *arena, const char *word, const char **path, const char **pattern);

// True when both paths are the same file.
bool same_file(const char *a, const char *b);

// Reads a profile. Returns 0 or -EBADMSG with problems added.
int catalog_load_profile(struct catalog *catalog, const char *path, struct profile *profile);

// Validates any of the kinds of file by what it holds. Returns 0 or -EBADMSG with problems added.
int catalog_validate(struct catalog *catalog, const char *path);

// The same of a file that is open and can be rewound; it stays the caller's. `path` names it in problems.
int catalog_validate_file(struct catalog *catalog, FILE *file, const char *path);

// Checks of the data as a whole: every testable requirement has a case, no published id is gone.
int catalog_check_whole(struct catalog *catalog);

const struct program *catalog_program(const struct catalog *catalog, const char *name);
struct requirement *catalog_requirement(const struct catalog *catalog, const char *id);
const struct test_case *catalog_case(const struct catalog *catalog, const char *id);

// What a profile may declare absent of a program: its options and what its cases need. In `arena`, NULL at the end; an
// empty list when no case of the program is loaded, so that nothing is known.
const char **catalog_capabilities(const struct catalog *catalog, struct arena *arena, const struct program *program);

// What the profile says of a program, or NULL.
const struct launch *profile_launch(const struct profile *profile, const struct program *program);

// The names that `{…}` may stand for in commands and arguments.
extern const char *const late_names[];

// Those that stand for the files of TLS, which values of options may hold too.
extern const char *const file_names[];

// The capability that cases under TLS need.
extern const char tls_capability[];

// True when a word holds one of them.
bool has_late_name(const char *word);

#endif
