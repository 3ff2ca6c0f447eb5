#include "lib/integer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

int integer_parse(const char *text, size_t length, int64_t *value)
{
    const char *end = text + length;
    bool negative = length > 0 && *text == '-';
    text += negative;
    if (text == end)
        return -EINVAL;
    /* Negative all the way, since that side reaches one further. */
    int64_t number = 0;
    bool fits = true;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        int digit = *text - '0';
        fits = fits && number >= (INT64_MIN + digit) / 10;
        if (fits)
            number = number * 10 - digit;
    }
    if (!fits || (!negative && number == INT64_MIN))
        return -ERANGE;
    *value = negative ? number : -number;
    return 0;
}

size_t integer_line(int64_t value, char *text)
{
    return (size_t)snprintf(text, INTEGER_LINE_SIZE, "%" PRId64 "\n", value);
}
