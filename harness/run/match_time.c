// Times as text, held against the harness's clock.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "run/match.h"

struct civil_time {
    int year, month, day, hour, minute, second;
    const char *rest; // behind the seconds
};

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool read_civil_time(const char *text, char separator, struct civil_time *civil)
{
    char between;
    int length = 0;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &civil->year, &civil->month, &civil->day, &between, &civil->hour,
               &civil->minute, &civil->second, &length) != 7 ||
        between != separator)
        return false;
    civil->rest = text + length;
    return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           civil->day <= days_of(civil->year, civil->month) && civil->hour <= 23 && civil->minute <= 59 &&
           civil->second <= 60;
}

static double read_fraction(const char **rest)
{
    char *end = (char *)*rest;
    double fraction = **rest == '.' ? strtod(*rest, &end) : 0;
    *rest = end;
    return fraction;
}

// "+0130", "-01:30" or "Z" into seconds.
static bool read_offset(const char *text, long *seconds)
{
    int hours;
    int minutes;
    if (text[0] == 'Z') {
        *seconds = 0;
        return true;
    }
    const char *form = text[0] && text[1] && text[2] && text[3] == ':' ? "%2d:%2d" : "%2d%2d";
    if ((text[0] != '+' && text[0] != '-') || sscanf(text + 1, form, &hours, &minutes) != 2 || hours > 23 ||
        minutes > 59)
        return false;
    *seconds = (text[0] == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
    return true;
}

// `resolution` is how much may have been cut off: whole seconds are not rounded.
static bool read_instant(const struct matcher *matcher, const char *text, double *instant, double *resolution)
{
    struct civil_time civil;
    long offset;
    *resolution = strchr(text, '.') ? 0 : 1;
    if (matcher->kind == MATCH_UNIX_SECONDS) {
        *instant = strtod(text, NULL);
        return true;
    }
    if (!read_civil_time(text, matcher->kind == MATCH_GO_TIME ? ' ' : 'T', &civil))
        return false;
    double fraction = read_fraction(&civil.rest);
    if (*civil.rest == ' ')
        civil.rest++;
    if (!read_offset(civil.rest, &offset))
        return false;
    struct tm fields = {
        .tm_year = civil.year - 1900,
        .tm_mon = civil.month - 1,
        .tm_mday = civil.day,
        .tm_hour = civil.hour,
        .tm_min = civil.minute,
        .tm_sec = civil.second,
    };
    *instant = (double)(timegm(&fields) - offset) + fraction;
    return true;
}

bool match_time(const struct matcher *matcher, const char *text, int64_t waiting_ns, char **detail)
{
    struct timespec now;
    double instant = 0;
    double resolution = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    if (!read_instant(matcher, text, &instant, &resolution)) {
        *detail = duplicate("it is not a possible time");
        return false;
    }
    double off = instant - ((double)now.tv_sec + (double)now.tv_nsec / 1e9);
    double allowed = (double)matcher->skew_ms / 1000;
    if (off <= allowed && off >= -allowed - resolution - (double)waiting_ns / 1e9)
        return true;
    *detail = format_text("it is %.1f s %s", fabs(off), off > 0 ? "ahead" : "behind");
    return false;
}
