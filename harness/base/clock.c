#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * NANOSECONDS_PER_MS + now.tv_nsec;
}

int clock_poll_ms(int64_t deadline)
{
    int64_t now = clock_now();
    if (deadline <= now)
        return 0;
    int64_t ms = (deadline - now - 1) / NANOSECONDS_PER_MS + 1;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

int duration_parse(const char *text, int64_t *milliseconds)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"", 1000}};

    if (text[0] < '0' || text[0] > '9')
        return -EINVAL;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || number > INT_MAX)
        return -EINVAL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *milliseconds = number * units[i].ms;
            return 0;
        }
    }
    return -EINVAL;
}
