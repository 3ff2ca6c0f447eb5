#include "lib/random.h"

#include <stddef.h>
#include <sys/random.h>

void random_bytes(void *bytes, size_t size)
{
    /* Up to 256 bytes come whole and without interruption (getrandom(2)), but for a kernel that still boots.
     */
    while (getrandom(bytes, size, 0) != (ssize_t)size)
        continue;
}

static uint64_t draw_from_kernel(void *context)
{
    (void)context;
    uint64_t bits;
    random_bytes(&bits, sizeof bits);
    return bits;
}

int64_t random_between(int64_t minimum, int64_t maximum)
{
    return random_between_by(draw_from_kernel, NULL, minimum, maximum);
}

int64_t random_between_by(uint64_t (*draw)(void *context), void *context, int64_t minimum, int64_t maximum)
{
    uint64_t span = (uint64_t)maximum - (uint64_t)minimum;
    uint64_t bits = draw(context);
    if (span == UINT64_MAX)
        return (int64_t)bits;
    uint64_t count = span + 1;
    uint64_t surplus = (UINT64_MAX % count + 1) % count; /* 2^64 modulo count: so many draws would be one too many */
    while (bits > UINT64_MAX - surplus)
        bits = draw(context);
    return (int64_t)((uint64_t)minimum + bits % count);
}
