// Inputs for the fuzz targets (fuzz/fuzz_<unit>.c) out of what cases send: who parses what. One table, in inputs.c, has
// a row for each target whose input is something that a suite sends, with what its own header says of that input.
#ifndef SOCKSPEC_CORPUS_INPUTS_H
#define SOCKSPEC_CORPUS_INPUTS_H

#include <stddef.h>

#include "suite/catalog.h"

struct input_listener {
    // `bytes` are the target's whole input.
    void (*take)(void *context, const char *target, const unsigned char *bytes, size_t length);
    void *context;
};

// Tells all inputs that the bytes and the arguments of a case make, some more than once. Of what a target reads of it
// no more than `most` bytes are taken: a beginning is as good an input.
void case_inputs(const struct test_case *test, size_t most, const struct input_listener *listener);

// How many bytes of the target's inputs come before what a program is sent.
size_t input_prefix(const char *target);

#endif
