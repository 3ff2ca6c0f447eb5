// Reaches range_parse of impl/lib/range.c and integer_parse and integer_line of impl/lib/integer.c.
//
// Oracles:
// - an integer that is read is what strtoll reads of the same text, and written again it is read as the same;
// - an integer that is refused as too large is so for strtoll; any other refused text is no integer for it;
// - a range is read if and only if the text is two such integers with blanks (space, tab, CR) around them, the first not
//   above the second; and put together again from its numbers it is the same range.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "lib/integer.h"
#include "lib/range.h"

// Whether strtoll would take the whole text, as strictly as integer_parse must.
static bool is_integer(const char *text, size_t size)
{
    size_t sign = size > 0 && text[0] == '-';
    return size > sign && strspn(text + sign, "0123456789") == size - sign;
}

static void check_integer(const char *text, size_t size)
{
    int64_t value = 0, again = 0;
    char line[INTEGER_LINE_SIZE];
    int result = integer_parse(text, size, &value);
    if (!is_integer(text, size)) {
        require(result == -EINVAL);
        return;
    }
    errno = 0;
    long long expected = strtoll(text, NULL, 10);
    if (errno == ERANGE) {
        require(result == -ERANGE);
        return;
    }
    require(result == 0 && value == expected);
    size_t length = integer_line(value, line);
    require(length > 1 && length < sizeof line && line[length - 1] == '\n');
    require(integer_parse(line, length - 1, &again) == 0 && again == value);
}

// Takes the next word off the text. Returns whether it is an integer of 64 bits.
static bool next_integer(const char **text, long long *number)
{
    char word[128];
    *text += strspn(*text, " \t\r");
    size_t length = strcspn(*text, " \t\r");
    if (!is_integer(*text, length) || length >= sizeof word)
        return false;
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length;
    errno = 0;
    *number = strtoll(word, NULL, 10);
    return errno == 0;
}

// `ended` is the same text with a NUL behind it.
static void check_range(const char *text, size_t size, const char *ended)
{
    int64_t minimum = 0, maximum = 0, first = 0, second = 0;
    long long low = 0, high = 0;
    const char *reason = range_parse(text, size, &minimum, &maximum);
    const char *rest = ended;
    bool range = next_integer(&rest, &low) && next_integer(&rest, &high) && low <= high;
    range = range && rest + strspn(rest, " \t\r") == ended + size;
    // Longer than the word above, which only zeros can make a number.
    require(!reason == range || (!reason && size > 100));
    require(!reason || *reason != '\0');
    if (reason || !range)
        return;
    char again[64];
    int length = snprintf(again, sizeof again, "%" PRId64 " %" PRId64, minimum, maximum);
    require(minimum == low && maximum == high && !range_parse(again, (size_t)length, &first, &second));
    require(first == minimum && second == maximum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *exact = edge_copy(0, data, size);
    const char *ended = edge_text(1, data, size);
    check_integer(ended, size);
    check_range(exact, size, ended);
    return 0;
}
