#ifndef IMPL_TIME_TEXT_H
#define IMPL_TIME_TEXT_H

/*
 * Points in time as text (contract 0.9). Each function writes text and a NUL into text[TIME_TEXT_SIZE] and
 * returns the length without the NUL. Local time is that of TZ; threads may call them at once.
 */

#include <stddef.h>
#include <time.h>

enum { TIME_TEXT_SIZE = 96 };

/* The form of Go's time.Time.String without its monotonic tail: "2006-01-02 15:04:05.999999999 -0700 MST",
 * the fraction without trailing zeros and left out when it is zero. */
size_t time_text_go(const struct timespec *when, char *text);

/* RFC 3339 with whole seconds: "2006-01-02T15:04:05-07:00", or "Z" at offset zero. */
size_t time_text_rfc3339(const struct timespec *when, char *text);

/* Seconds since 1970 in decimal. */
size_t time_text_unix(const struct timespec *when, char *text);

/* Now, of the real-time clock. */
struct timespec time_text_now(void);

#endif
