// From an input of a fuzz target to the skeleton of a case that sends the same: what a fuzzer found becomes a case once
// somebody has said in it what must hold. The skeleton is YAML that loads as it is. It expects of the program no more
// than that it does not crash, goes on serving, and ends in an orderly way.
#ifndef SOCKSPEC_CORPUS_SKELETON_H
#define SOCKSPEC_CORPUS_SKELETON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct skeleton_input {
    const char *target;         // fuzz_ws_session
    const char *name;           // of the input; becomes part of the case's id
    const unsigned char *bytes; // with a NUL behind
    size_t length;
};

// Appends the case, as an item of `cases:`; with `whole` a suite of this case alone. Returns NULL, or one line, static,
// that says why no case can send this: a target that skeleton_targets() does not name is such a reason.
const char *skeleton_write(const struct skeleton_input *input, bool whole, struct buffer *out);

// The targets whose inputs a program can be sent, "fuzz_address, fuzz_hostport"; to be freed.
char *skeleton_targets(void);

#endif
