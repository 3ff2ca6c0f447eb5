// Random sequences of frames: legal until they are not. What a frame is allowed to be next is known from the table, so
// most sequences go deep before something is wrong; lengths lie at the borders of the format, characters at those of
// UTF-8, and writes are cut anywhere.
#ifndef SOCKSPEC_MODEL_WS_GENERATE_H
#define SOCKSPEC_MODEL_WS_GENERATE_H

#include "base/arena.h"
#include "base/random.h"
#include "model/ws_sequence.h"

// Makes one, for a receiver in that role that takes messages up to `limit` bytes, in `arena`. It ends between messages,
// or with something for which the receiver has to end the connection.
struct ws_sequence ws_generate(struct random *random, struct arena *arena, bool server, uint64_t limit);

#endif
