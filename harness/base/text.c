#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Edit distance with insertions, deletions, substitutions and transpositions of neighbours.
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows = strlen(a) + 1;
    size_t columns = strlen(b) + 1;
    size_t *table = allocate(rows * columns, sizeof *table);

    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            size_t *cell = &table[i * columns + j];
            if (i == 0 || j == 0) {
                *cell = i + j;
                continue;
            }
            size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            *cell = smaller(cell[-1] + 1, smaller(*(cell - columns) + 1, *(cell - columns - 1) + change));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                *cell = smaller(*cell, *(cell - 2 * columns - 2) + 1);
        }
    }
    size_t distance = table[rows * columns - 1];
    free(table);
    return distance;
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t least = 0;
    size_t length = strlen(word);
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        size_t longer = length > other ? length : other;
        if ((longer - smaller(length, other)) * 3 > longer)
            continue; // without a table for a word that may be long
        size_t distance = edit_distance(word, candidates[i]);
        if (distance * 3 > longer)
            continue;
        if (!nearest || distance < least) {
            nearest = candidates[i];
            least = distance;
        }
    }
    return nearest;
}

int parse_integer(const char *text, long long *value)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (digits[0] < '0' || digits[0] > '9')
        return -EINVAL;
    int base = digits[0] == '0' && digits[1] == 'x' ? 16 : 10;
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, base);
    if (errno || *end != '\0')
        return -EINVAL;
    *value = parsed;
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool equal_ignoring_case(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

uint64_t text_hash(const char *text)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return value;
}
