#include "model/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

// `kept` without the `length` from `start` on, in `out`.
static size_t without(const size_t *kept, size_t count, size_t start, size_t length, size_t *out)
{
    memcpy(out, kept, start * sizeof *kept);
    memcpy(out + start, kept + start + length, (count - start - length) * sizeof *kept);
    return count - length;
}

// Leaves out one chunk after another where what is left fails. From the end: what follows a failure is the first that
// can go. Returns how many remain.
static size_t try_chunks(size_t *kept, size_t count, size_t chunk, size_t *attempt, shrink_test *test, void *context)
{
    for (size_t end = count; end > 0;) {
        size_t start = end > chunk ? end - chunk : 0;
        size_t left = without(kept, count, start, end - start, attempt);
        if (test(context, attempt, left)) {
            memcpy(kept, attempt, left * sizeof *kept);
            count = left;
        }
        end = start;
    }
    return count;
}

size_t shrink_list(size_t *kept, size_t count, shrink_test *test, void *context)
{
    size_t *attempt = allocate(count + 1, sizeof *attempt);
    for (size_t chunk = count; chunk > 0;) {
        size_t before = count;
        count = try_chunks(kept, count, chunk, attempt, test, context);
        if (chunk > 1)
            chunk /= 2;
        else if (count == before)
            break;
    }
    free(attempt);
    return count;
}
