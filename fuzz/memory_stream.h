// Streams without sockets: what impl/lib/ws_connection.c and ws_client.c read comes from an input, what they write is
// kept, and random bytes are always the same. It stands in for impl/lib/stream.c and random.c, and for the server that a
// connection asks whether it stops.
#ifndef SOCKSPEC_FUZZ_MEMORY_STREAM_H
#define SOCKSPEC_FUZZ_MEMORY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz.h"

// The stream of all reads and writes until the next call. What is read comes in pieces, and then ends: by the end of the
// stream or, with `silent`, by a deadline.
// Where the stream ends, the server is `stopping`.
void memory_stream_begin(const uint8_t *bytes, size_t size, struct cuts cuts, bool silent, bool stopping);

// What was written since, good until the next write.
const uint8_t *memory_stream_written(size_t *size);

// What 16 random bytes are in base64.
#define MEMORY_STREAM_KEY "QUJDREVGR0hJSktMTU5PUA=="

#endif
