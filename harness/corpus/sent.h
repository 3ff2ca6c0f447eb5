// What a case sends, without a program to send it to: its script is read from top to bottom, every expectation taken
// as met, and what its steps put on the wire is made by the encoder of a run (run/encode.c), with the keys and masks of
// RFC 6455's examples instead of random ones. So the bytes of a case are the same each time.
//
// A `repeat` is gone through once, a group of connections is one, and a control on a fresh connection is left out. Of
// permessage-deflate the defaults are taken as agreed on.
#ifndef SOCKSPEC_CORPUS_SENT_H
#define SOCKSPEC_CORPUS_SENT_H

#include "base/buffer.h"
#include "suite/catalog.h"

// What went out on one connection from its beginning to its end; under UDP, one datagram.
struct sent {
    const struct test_case *test;
    const char *connection;
    bool by_server; // the program is the client, we are the server
    struct buffer bytes;
    size_t opening; // so many of them, at the beginning, are no WebSocket frames: an opening handshake, or all
};

// The key of the opening handshake that a client under test is taken to have sent: what the client of fuzz_ws_client,
// whose random numbers are always the same, sends (fuzz/memory_stream.h).
extern const char sent_client_key[];

struct sent_listener {
    void (*take)(void *context, const struct sent *sent);
    void *context;
};

// Tells everything that is not empty, in the order in which connections end.
void case_sent(const struct test_case *test, const struct sent_listener *listener);

#endif
