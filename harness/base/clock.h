// Time: monotonic nanoseconds for deadlines and transcripts, text for durations.
#ifndef SOCKSPEC_BASE_CLOCK_H
#define SOCKSPEC_BASE_CLOCK_H

#include <stdint.h>

#define NANOSECONDS_PER_MS INT64_C(1000000)

// CLOCK_MONOTONIC in nanoseconds.
int64_t clock_now(void);

// Milliseconds until `deadline` for poll(2): rounded up, 0 when it is past, at most INT_MAX.
int clock_poll_ms(int64_t deadline);

// Parses "500ms", "2s", "2m" or plain seconds into milliseconds. Returns 0, or -EINVAL.
int duration_parse(const char *text, int64_t *milliseconds);

#endif
