#include "lib/range.h"

#include <errno.h>
#include <stdbool.h>

#include "lib/integer.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && is_blank(*text))
        text++;
    return text;
}

/* Takes the next word off the text and reads it. Returns as integer_parse. */
static int take_number(const char **text, const char *end, int64_t *number)
{
    const char *start = skip_blanks(*text, end);
    *text = start;
    while (*text < end && !is_blank(**text))
        ++*text;
    return integer_parse(start, (size_t)(*text - start), number);
}

const char *range_parse(const char *text, size_t length, int64_t *minimum, int64_t *maximum)
{
    const char *end = text + length;
    int first = take_number(&text, end, minimum);
    int second = take_number(&text, end, maximum);
    if (first == -EINVAL || second == -EINVAL || skip_blanks(text, end) < end)
        return "expected two integers, MIN MAX";
    if (first == -ERANGE || second == -ERANGE)
        return "a number is outside of 64 bits";
    return *minimum > *maximum ? "MIN is above MAX" : NULL;
}
