// Reaches range_parse of impl/lib/range.c and integer_parse and integer_line of impl/lib/integer.c.
//
// Oracles:
// - an integer that is read is what strtoll reads of the same text, and written again it is read as the same;
// - an integer that is refused as too large is so for strtoll; any other refused text is no integer for it;
// - a range that is read is in order, and put together again from its numbers is the same range.
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

static void check_range(const char *text, size_t size)
{
    int64_t minimum, maximum, first = 0, second = 0;
    const char *reason = range_parse(text, size, &minimum, &maximum);
    if (reason) {
        require(*reason != '\0');
        return;
    }
    char again[64];
    int length = snprintf(again, sizeof again, "%" PRId64 " %" PRId64, minimum, maximum);
    require(minimum <= maximum && !range_parse(again, (size_t)length, &first, &second));
    require(first == minimum && second == maximum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *exact = malloc(size ? size : 1), *ended = malloc(size + 1);
    if (size) {
        memcpy(exact, data, size);
        memcpy(ended, data, size);
    }
    ended[size] = '\0';
    check_integer(ended, size);
    check_range(exact, size);
    free(exact);
    free(ended);
    return 0;
}
