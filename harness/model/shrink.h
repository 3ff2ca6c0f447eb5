// Makes what fails as small as it can be made: delta debugging (Zeller and Hildebrandt, 2002) over a list of numbers,
// each of which stands for something that may be left out.
#ifndef SOCKSPEC_MODEL_SHRINK_H
#define SOCKSPEC_MODEL_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

// Whether what is left still fails.
typedef bool shrink_test(void *context, const size_t *kept, size_t count);

// Leaves out of `kept`, which fails as a whole, whatever can be left out, in chunks that get smaller. What remains
// fails, and every single one of it is needed. Returns how many remain, in their order at the start of `kept`.
size_t shrink_list(size_t *kept, size_t count, shrink_test *test, void *context);

#endif
