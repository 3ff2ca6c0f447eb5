// Running the script of one case: read top to bottom on one thread, each step done before the next begins.
//
// Files: script.c runs lists of steps and the control; steps_net.c has connections and bytes; steps_tls.c puts them under TLS; steps_ws.c the opening and
// closing handshakes; steps_process.c the program itself; steps_sample.c judges random numbers; expect.c waits until a
// matcher is satisfied; encode.c makes the bytes of payloads.
#ifndef SOCKSPEC_RUN_SCRIPT_H
#define SOCKSPEC_RUN_SCRIPT_H

#include "base/random.h"
#include "run/credentials.h"
#include "run/instance.h"
#include "run/match.h"
#include "run/plan.h"
#include "run/result.h"
#include "run/sample.h"

struct connection {
    const char *name;
    struct channel channel;
    const char *target; // of an opening handshake that names none, or NULL
    bool websocket;
    bool accepted; // the program is the client
    bool examples; // keys and masks are those of the examples in RFC 6455
    bool close_sent;
    bool close_seen;     // a close frame has come
    bool failed;         // by the peer: that close frame said that something is wrong, and came before ours
    const char *unasked; // what the handshake's answer to a guest has that it need not support; NULL: nothing
    bool heard;          // the peer has sent a frame that was expected
    struct ws_deflate deflate;
    struct random *random;        // for keys and masks: the case's
    char key[256];                // of the opening handshake sent or received last, whatever a case makes of it
    int64_t last_action;          // when we last connected or sent
    int64_t waiting_since;        // when we first did so since the last match; 0: not since then
    const struct step *coalesced; // up to here everything has been sent already
};

struct snapshot {
    const char *name;
    struct cell_usage usage;
};

// How what is sent is cut into segments.
struct segmentation {
    unsigned transform; // TRANSFORM_ bit
    size_t split_at;    // SPLIT: after this many bytes of the case
    size_t sent;        // bytes sent so far
};

struct script_context {
    const struct test_case *test;
    struct instance *instance;
    struct socket_source sockets;
    const struct target *target;           // under whose TLS connections are put; NULL: none
    const struct credentials *credentials; // for a case with TLS of its own
    struct waiter waiter;
    double time_scale;
    struct random random; // for keys and masks
    struct result *result;
    struct segmentation segmentation;
    struct connection **connections;
    size_t connection_count;
    int listener; // role client; -1 when there is none
    struct snapshot snapshots[SNAPSHOTS_MAX];
    size_t snapshot_count;
    struct samples *samples;     // made by script_begin()
    struct connection *stand_in; // while the control runs on a connection of the case: its "main"
    struct connection *guest;    // run/mirror.h: the client that the case is played with, or NULL
    int signal_sent;             // the last signal that the case sent to the program, or 0
    bool exit_expected;          // the case expects the program to end, or made it end
};

// How long a case may go on with rounds of the same, or with places to cut at: those that come later are left out, which
// the result tells.
#define ENOUGH_MS 10000.0

void script_begin(struct script_context *context);

// Runs the case's steps, then looks for what nobody expected. The verdict is in the result.
void script_run(struct script_context *context);

// Closes all connections and frees the context.
void script_end(struct script_context *context);

// Runs the control of the program on a fresh connection. Returns 0 or -1; what went wrong stands in the result, as a
// verdict of `verdict`.
int script_control(struct script_context *context, enum verdict verdict, const char *why);

// --- for the files of the steps ---

// Runs steps in order. Returns 0, or -1 when the case is decided.
int steps_run(struct script_context *context, const struct step *steps, size_t count);

// The deadline of a step that begins now.
int64_t step_deadline(const struct script_context *context, const struct step *step);
int64_t patience_ms(const struct script_context *context, enum patience patience);

// Decides the case: `expected` and `actual` are taken over. Returns -1.
int step_fail(struct script_context *context, const struct step *step, char *expected, char *actual);
int step_unresolved(struct script_context *context, const struct step *step, char *why);

// Makes a connection of that name (not yet connected), beside others of that name.
struct connection *connection_make(struct script_context *context, const char *name);

// Closes all connections of that name: a step that makes them makes them anew.
void connections_drop(struct script_context *context, const char *name);

// The next connection of that name after `after` (NULL: the first), or NULL.
struct connection *connection_next(const struct script_context *context, const char *name,
                                   const struct connection *after);

// Notes that the program was given something to answer: a connection or bytes.
void connection_acted(struct connection *connection);

// Puts a connection that was made, or accepted, under TLS, where the step, the case or the target wants it. Returns 0 or
// -1.
int secure_connected(struct script_context *context, const struct step *step, struct connection *connection);
int secure_accepted(struct script_context *context, const struct step *step, struct connection *connection);

// The end of a connection in words; static.
const char *end_text(enum channel_end end);

// Why a channel operation failed, in words; to be freed.
char *failure_text(const struct script_context *context, const char *action, int error);

// Steps by word; each returns 0 or -1.
int step_connect(struct script_context *context, const struct step *step);
int step_accept(struct script_context *context, const struct step *step);
int step_open(struct script_context *context, const struct step *step);
int step_upgrade(struct script_context *context, const struct step *step);
int step_close_ws(struct script_context *context, const struct step *step);
int step_send(struct script_context *context, const struct step *step, struct connection *connection);
int step_flood(struct script_context *context, const struct step *step, struct connection *connection);
int step_keepalive(struct script_context *context, const struct step *step, struct connection *connection);
int step_expect_open(struct script_context *context, const struct step *step, struct connection *connection);
int step_stdin(struct script_context *context, const struct step *step);
int step_stdin_eof(struct script_context *context, const struct step *step);
int step_expect_stdout(struct script_context *context, const struct step *step);
int step_expect_stderr(struct script_context *context, const struct step *step);
int step_signal(struct script_context *context, const struct step *step);
int step_expect_exit(struct script_context *context, const struct step *step);
int step_restart(struct script_context *context, const struct step *step);
int step_resources(struct script_context *context, const struct step *step);
int step_expect_resources(struct script_context *context, const struct step *step);
// `open` where the case is turned around: accepts the opening handshake that the guest has sent.
int step_welcome(struct script_context *context, const struct step *step);

int step_expect_uniform(struct script_context *context, const struct step *step);
int step_expect_path(struct script_context *context, const struct step *step);
int step_expect_different(struct script_context *context, const struct step *step);
int step_expect_distinct(struct script_context *context, const struct step *step);
int step_expect_same(struct script_context *context, const struct step *step);

// Sends bytes under the segmentation in force. Returns 0 or -1.
int send_bytes(struct script_context *context, const struct step *step, struct connection *connection,
               const unsigned char *bytes, size_t length);

// Sends a payload where the step stands in the script, whatever the step itself would send. Returns 0 or -1.
int send_instead(struct script_context *context, const struct step *step, const struct payload *payload,
                 struct connection *connection);

// Waits until a matcher, or the step's own, is satisfied by what a connection, or an output of the program, brings. The
// step is kept in the result, so it must be one of the case.
int expect_matcher(struct script_context *context, const struct step *step, const struct matcher *matcher,
                   struct connection *connection);
int expect_on_connection(struct script_context *context, const struct step *step, struct connection *connection);
int expect_on_output(struct script_context *context, const struct step *step, struct output *output);

// Bytes on a connection that nobody expected, in words, or NULL; to be freed.
char *unexpected_on_connection(struct connection *connection);

// Appends the bytes of a payload as they go out on a connection (keys and masks are made anew).
void payload_encode(const struct payload *payload, struct connection *connection, struct buffer *out);

// The same for what a step puts on the wire: the payload of a send, flood, open or upgrade, the close frame of a closing
// handshake.
void step_encode(const struct step *step, struct connection *connection, struct buffer *out);

#endif
