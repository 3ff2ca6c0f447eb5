#include "lib/time_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct timespec time_text_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now;
}

/* Where the time is beyond what the calendar can express, the epoch stands in. */
static struct tm local_time(const struct timespec *when)
{
    struct tm local;
    if (localtime_r(&when->tv_sec, &local))
        return local;
    time_t epoch = 0;
    gmtime_r(&epoch, &local);
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
    struct tm local = local_time(when);
    char fraction[11];
    format_fraction(when->tv_nsec, fraction);
    long minutes = labs(local.tm_gmtoff) / 60;
    return format_text(text, "%04d-%02d-%02d %02d:%02d:%02d%s %c%02ld%02ld %.30s", local.tm_year + 1900,
                       local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, fraction,
                       local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60, local.tm_zone);
}

size_t time_text_rfc3339(const struct timespec *when, char *text)
{
    struct tm local = local_time(when);
    char zone[16] = "Z";
    long minutes = labs(local.tm_gmtoff) / 60;
    if (local.tm_gmtoff != 0)
        snprintf(zone, sizeof zone, "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60 % 100,
                 minutes % 60);
    return format_text(text, "%04d-%02d-%02dT%02d:%02d:%02d%s", local.tm_year + 1900, local.tm_mon + 1,
                       local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, zone);
}

size_t time_text_unix(const struct timespec *when, char *text)
{
    return format_text(text, "%lld", (long long)when->tv_sec);
}
