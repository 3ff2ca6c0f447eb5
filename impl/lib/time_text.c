#include "lib/time_text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct timespec time_text_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now;
}

/* A point in time in the local zone, with the zone's name in its own memory. */
struct local {
    struct tm calendar;
    char zone[32];
};

/* tm_zone points into what the C library has in common for all threads, so the name is copied before another
 * thread's localtime_r may touch it. Where the time is beyond what the calendar can express, the epoch stands
 * in. */
static struct local local_time(const struct timespec *when)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct local local;
    time_t epoch = 0;
    pthread_mutex_lock(&lock);
    if (!localtime_r(&when->tv_sec, &local.calendar))
        gmtime_r(&epoch, &local.calendar);
    snprintf(local.zone, sizeof local.zone, "%s", local.calendar.tm_zone);
    pthread_mutex_unlock(&lock);
    return local;
}

static size_t format_text(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static size_t format_text(char *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, TIME_TEXT_SIZE, format, arguments);
    va_end(arguments);
    if (length < 0)
        return 0;
    return length < TIME_TEXT_SIZE ? (size_t)length : TIME_TEXT_SIZE - 1;
}

/* ".123" of 123000000 ns, nothing of 0, into fraction[11]. */
static void format_fraction(long nanoseconds, char *fraction)
{
    fraction[0] = '\0';
    if (nanoseconds == 0)
        return;
    int digits = 9;
    while (nanoseconds % 10 == 0) {
        nanoseconds /= 10;
        digits--;
    }
    fraction[0] = '.';
    fraction[digits + 1] = '\0';
    for (; digits > 0; digits--) {
        fraction[digits] = (char)('0' + nanoseconds % 10);
        nanoseconds /= 10;
    }
}

size_t time_text_go(const struct timespec *when, char *text)
{
    struct local local = local_time(when);
    const struct tm *day = &local.calendar;
    char fraction[11];
    format_fraction(when->tv_nsec, fraction);
    long minutes = labs(day->tm_gmtoff) / 60;
    return format_text(text, "%04d-%02d-%02d %02d:%02d:%02d%s %c%02ld%02ld %s", day->tm_year + 1900, day->tm_mon + 1,
                       day->tm_mday, day->tm_hour, day->tm_min, day->tm_sec, fraction, day->tm_gmtoff < 0 ? '-' : '+',
                       minutes / 60, minutes % 60, local.zone);
}

size_t time_text_rfc3339(const struct timespec *when, char *text)
{
    struct local local = local_time(when);
    const struct tm *day = &local.calendar;
    char offset[16] = "Z";
    long minutes = labs(day->tm_gmtoff) / 60;
    if (day->tm_gmtoff != 0)
        snprintf(offset, sizeof offset, "%c%02ld:%02ld", day->tm_gmtoff < 0 ? '-' : '+', minutes / 60 % 100,
                 minutes % 60);
    return format_text(text, "%04d-%02d-%02dT%02d:%02d:%02d%s", day->tm_year + 1900, day->tm_mon + 1, day->tm_mday,
                       day->tm_hour, day->tm_min, day->tm_sec, offset);
}

size_t time_text_unix(const struct timespec *when, char *text)
{
    return format_text(text, "%lld", (long long)when->tv_sec);
}
