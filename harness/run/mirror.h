// Cases of an echo server turned around: the harness is the server, and the client that has come echoes.
//
// What such a case sends and expects on its one WebSocket is the same in both roles; who masks, who closes TCP first and
// who names the extensions is settled by the role. So a library's client is judged by the cases that judge its server.
// One thread a guest; the test case is only read.
#ifndef SOCKSPEC_RUN_MIRROR_H
#define SOCKSPEC_RUN_MIRROR_H

#include "run/result.h"
#include "suite/catalog.h"
#include "wire/channel.h"

// The case turned around, in the arena, without the requirements that only servers have to meet. NULL when it makes no
// sense so: it must open one WebSocket in the plain way (but for an offer of extensions), ask for no other option of a
// server, send no mask of its own making and need no second connection, and something that an RFC says must be left.
const struct test_case *mirror_make(const struct test_case *test, unsigned transform, struct arena *arena);

// Plays a case that mirror_make() made with the client at the other end of the channel, whose opening handshake lies in `channel->in`, and
// says good-bye. The channel is taken over and closed. The verdict is in the result, whose transcript has begun.
void mirror_run(const struct test_case *test, unsigned transform, struct channel *channel, double time_scale,
                struct result *result);

// Answers an opening handshake in `channel->in`, with one text message unless `text` is NULL, and closes. Returns 0, or a negative errno:
// -EBADMSG when it is none. The channel stays the caller's.
int mirror_say(struct channel *channel, const char *text, int64_t deadline);

#endif
