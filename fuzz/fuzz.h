// What the targets share: the oracles' word, copies that nothing may be read past, and cuts.
//
// A target is one file fuzz_<unit>.c. Its header says which functions it reaches and by which oracle it knows that
// something is wrong. One thread.
#ifndef SOCKSPEC_FUZZ_H
#define SOCKSPEC_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// Called with each input by libFuzzer, with each seed by replay.c.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The oracles' word: where the condition does not hold, says so on standard error and aborts.
#define require(condition) ((condition) ? (void)0 : require_failed(__FILE__, __LINE__, #condition))
_Noreturn void require_failed(const char *file, int line, const char *condition);

enum { EDGES = 4, EDGE_ROOM = 1 << 20 };

// Copies at most EDGE_ROOM bytes to where memory ends, so that a read past them is a fault in every build, with
// AddressSanitizer and without. Of the copies at one edge (0 to EDGES - 1) the last is good. `bytes` may be NULL when
// `size` is 0.
void *edge_copy(unsigned edge, const void *bytes, size_t size);

// The same with a NUL behind them, which is the last byte then.
char *edge_text(unsigned edge, const void *bytes, size_t size);

enum { CUTS = 4 };

// How an input is cut into pieces: each of its first CUTS bytes is the size of a piece in its low six bits, in turn
// and again. The first one is at least 1, so that every round goes on.
struct cuts {
    const uint8_t *sizes; // NULL: one piece
    size_t turn;
};

// The size of the next piece of what is left.
size_t cuts_next(struct cuts *cuts, size_t left);

// The upper two bits of one of the first CUTS bytes, for a target to choose by.
unsigned cuts_choice(const uint8_t *data, unsigned byte);

// UTF-8 by RFC 3629, character by character: 1 for a text, 0 for the beginning of one, -1 for neither.
int utf8_verdict(const uint8_t *text, size_t size);

#endif
