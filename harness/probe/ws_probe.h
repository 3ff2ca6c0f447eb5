// Plays sequences of frames with a WebSocket server and has the model judge what comes back. Sequences that leave the
// connection as they found it share it.
#ifndef SOCKSPEC_PROBE_WS_PROBE_H
#define SOCKSPEC_PROBE_WS_PROBE_H

#include "base/random.h"
#include "model/ws_oracle.h"
#include "probe/host.h"

// What a server takes at least by default: 16 MiB (contract of ws-echo-server). Sequences claim more than that or far
// less.
#define WS_PROBE_LIMIT (UINT64_C(16) << 20)

struct ws_probe {
    struct host host;
    double patience_ms; // for an answer
    struct channel channel;
    struct waiter waiter;
    struct ws_oracle oracle; // the verdict on what was played last
    struct buffer out;
    struct random random; // for keys
    bool open;
    bool answered;      // the program's close frame
    size_t connections; // opened so far
};

void ws_probe_begin(struct ws_probe *probe, const struct host_settings *settings, int cpu);
void ws_probe_end(struct ws_probe *probe);

// Plays a sequence on the connection that is open, or on a new one. Returns 0 with the verdict in `oracle`, or a
// negative errno with one line in `message`, to be freed, when the program cannot be started or connected to.
// `alone`: on a new connection, which is closed behind it, so that whatever the program sends is seen.
int ws_probe_play(struct ws_probe *probe, const struct ws_sequence *sequence, bool alone, char **message);

// Closes the connection in an orderly way, where one is open; the verdict is in `oracle`.
void ws_probe_finish(struct ws_probe *probe);

#endif
