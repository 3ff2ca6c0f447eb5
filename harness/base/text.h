// Small questions about text: near misses, lists of names.
#ifndef SOCKSPEC_BASE_TEXT_H
#define SOCKSPEC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

// The candidate nearest to `word` by edit distance (Damerau, adjacent transpositions count one), or NULL when none
// is near enough to be a typo of it (more than a third of the longer word differs).
const char *nearest_word(const char *word, const char *const *candidates, size_t count);

// Parses a decimal or 0x integer that fills the whole text. Returns 0, or -EINVAL (also out of range).
int parse_integer(const char *text, long long *value);

// A number for a text, the same on every machine: FNV-1a, 64 bits.
uint64_t text_hash(const char *text);

// ASCII case-insensitive comparison, independent of the locale.
bool equal_ignoring_case(const char *a, const char *b);

#endif
