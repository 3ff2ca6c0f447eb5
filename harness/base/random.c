#include "base/random.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct random random_for(uint64_t seed, uint64_t number)
{
    struct random outer = {seed};
    return (struct random){random_next(&outer) ^ number * UINT64_C(0xd1342543de82ef95)};
}

uint64_t random_seed(void)
{
    uint32_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return (uint32_t)(clock_now() ^ getpid());
    return seed;
}

size_t random_below(struct random *random, size_t count)
{
    return (size_t)(random_next(random) % count); // the bias is below 2^-40 for what is asked here
}

bool random_chance(struct random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}

void random_bytes(struct random *random, unsigned char *bytes, size_t length)
{
    while (length > 0) {
        uint64_t number = random_next(random);
        size_t piece = length < sizeof number ? length : sizeof number;
        memcpy(bytes, &number, piece);
        bytes += piece;
        length -= piece;
    }
}
