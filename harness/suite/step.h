// The steps of a script, as data.
#ifndef SOCKSPEC_SUITE_STEP_H
#define SOCKSPEC_SUITE_STEP_H

#include "suite/matcher.h"

#define SNAPSHOTS_MAX 8 // names of `resources` in a case

enum step_word {
    STEP_CONNECT,
    STEP_ACCEPT,
    STEP_OPEN,
    STEP_UPGRADE, // the server's half of the opening handshake
    STEP_SEND,
    STEP_FLOOD, // send again and again, without reading, until the peer gives up
    STEP_EXPECT,
    STEP_SHUTDOWN,
    STEP_CUT, // half-close without close_notify
    STEP_RESET,
    STEP_CLOSE,    // the socket
    STEP_CLOSE_WS, // the closing handshake of WebSocket
    STEP_PAUSE,
    STEP_STDIN,
    STEP_STDIN_EOF,
    STEP_EXPECT_STDOUT,
    STEP_EXPECT_STDERR,
    STEP_SIGNAL,
    STEP_EXPECT_EXIT,
    STEP_RESTART,
    STEP_CONTROL,
    STEP_REPEAT,
    STEP_RESOURCES,
    STEP_EXPECT_RESOURCES,
    STEP_EXPECT_KEEPALIVE,
    STEP_EXPECT_OPEN,
    STEP_EXPECT_UNIFORM,
    STEP_EXPECT_DIFFERENT,
    STEP_EXPECT_SAME,
    STEP_EXPECT_DISTINCT,
    STEP_EXPECT_PATH,
};

// How many step words there are, for tables.
#define STEP_COUNT (STEP_EXPECT_PATH + 1)

// How long an expectation waits; `--time-scale` stretches all of them.
enum patience { PATIENCE_PROMPT, PATIENCE_NORMAL, PATIENCE_SLOW, PATIENCE_EXACT };

// An acceptable way for a program to end.
struct exit_matcher {
    int code; // meaningless when `nonzero`
    bool nonzero;
    enum grade grade;
    const char *why;
};

// What is at the path of a Unix socket.
enum place_state { STATE_ABSENT, STATE_SOCKET, STATE_FILE, STATE_DIRECTORY, STATE_OTHER };
extern const char *const place_states[]; // in words

// Samples that are judged, and by what.
struct sample_judgement {
    const char **names;
    size_t count;
    long long minimum; // EXPECT_UNIFORM
    long long maximum;
};

// Bounds for growth; negative: not checked.
struct growth {
    long long descriptors;
    long long threads;
    long long zombies;
    long long memory_kib;
};

// What a step that makes a connection says of TLS.
struct step_tls {
    enum { TLS_AS_THE_CASE, TLS_OFF, TLS_ON } use;
    enum { TLS_VERSION_ANY, TLS_VERSION_1_2, TLS_VERSION_1_3 } version;
    long long record;        // most plain bytes in a record, or 0
    long long segment;       // bytes on the wire in a segment, or 0
    const char *server_name; // what we send, or expect: "" for none at all; NULL: no matter
    bool refused;            // ACCEPT: the program does not take our certificate
    bool given;              // the step says anything
};

struct step {
    enum step_word word;
    const char *name; // the word as written, for messages
    const char *file;
    size_t line;
    size_t column;
    const char *on;             // the connection, or the snapshot of RESOURCES
    enum patience patience;     // EXPECT*
    int64_t within_ms;          // PATIENCE_EXACT
    int64_t not_before_ms;      // EXPECT
    struct payload payload;     // SEND, FLOOD, STDIN, OPEN, UPGRADE and CLOSE_WS
    bool from_other;            // SEND, UDP: from a socket that the program does not know
    struct matcher matcher;     // EXPECT, EXPECT_STDOUT, EXPECT_STDERR
    int family;                 // CONNECT: AF_INET or AF_INET6
    const char *address;        // CONNECT: instead of 127.0.0.1, or NULL
    long long receive_buffer;   // CONNECT, OPEN: bytes to ask the kernel for, or 0 for its own choice
    struct step_tls tls;        // CONNECT, ACCEPT, OPEN, UPGRADE
    long long count;            // CONNECT: members of the group, 0 for a single one; REPEAT: times
    bool all;                   // REPEAT: none is left out, however slow the program
    long long thorough;         // REPEAT: how many times a thorough run repeats, or 0 for no more than others
    long long segment;          // SEND: at most so many bytes in one write, or 0
    int64_t pause_ms;           // PAUSE
    int signal;                 // SIGNAL, RESTART
    struct exit_matcher *exits; // EXPECT_EXIT
    size_t exit_count;
    struct growth growth;            // EXPECT_RESOURCES
    enum place_state state;          // EXPECT_PATH
    struct sample_judgement samples; // EXPECT_UNIFORM, EXPECT_DIFFERENT, EXPECT_SAME, EXPECT_DISTINCT
    struct step *steps;              // REPEAT
    size_t step_count;
};

// Reads a list of steps. Connections that are named nowhere are resolved: the only one of the case, "main" when the
// step makes it. `names` collects the connections that the script knows so far.
struct connection_names {
    const char *items[64];
    size_t count;
};

bool steps_read(struct reader *reader, const yaml_node_t *node, struct connection_names *names, struct step **steps,
                size_t *count);

// Turns `count` of each REPEAT that has a `thorough` into that.
void steps_be_thorough(struct step *steps, size_t count);

// Checks what must hold of a whole script: it expects something, and nothing is satisfied by the end of a connection
// before the program has proved itself (conformance/README.md, "Positive control").
bool steps_check(struct reader *reader, const yaml_node_t *node, const struct step *steps, size_t count);

// Checks that no step speaks of TLS where the case has none.
bool steps_check_plain(struct reader *reader, const struct step *steps, size_t count);

#endif
