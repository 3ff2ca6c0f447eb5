#ifndef IMPL_RELAY_H
#define IMPL_RELAY_H

/*
 * Two streams between a program's input and output and a connected peer: what is read from the input goes to
 * the peer, what the peer sends to the output, both at once (contract 9).
 *
 * A direction is done when its source has ended and all that came from it has been written; the other one
 * goes on. Neither waits for the other: a peer that never reads does not keep its own bytes from the output.
 * On a datagram socket each read of the input is one datagram, an empty datagram is nothing, and the peer
 * never ends.
 */

#include <stdbool.h>
#include <stdint.h>

#include "lib/failure.h"

struct relay {
    int input, output;
    int peer;         /* a connected socket, the caller's */
    int stop;         /* ends the relay when readable (lib/stop.h); negative: none */
    const char *name; /* of the peer, for messages */
    bool datagrams;
    bool any_peer;       /* not connected: datagrams of anybody, answered to whom the last one came from */
    bool half_close;     /* tell the peer the end of the input */
    bool ends_with_peer; /* the end of the peer is the end, once the input has nothing at hand */
    int64_t idle_ms;     /* end after so long without a byte either way; negative: never */

    /* Counted up, so that they may begin with what went before. */
    uint64_t sent, received;
};

/* Why a relay ended that did not fail. */
enum relay_end {
    RELAY_DONE,    /* both directions are */
    RELAY_IDLE,    /* nothing came for idle_ms */
    RELAY_STOPPED, /* `stop` is readable */
};

/* Relays until the end. Returns an enum relay_end; or a negative errno code with the reason in `failure`,
 * when the connection broke or an input or output did. */
int relay_run(struct relay *relay, struct failure *failure);

#endif
