#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef SOCKSPEC_FUZZ
__attribute__((weak)) const char *__asan_default_options(void);

// An input lives for microseconds: memory that is freed need not be kept for long to show a use of it, nor every frame of
// where it came from. Without this most of the time goes into pages that are touched for the first time.
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=4:malloc_context_size=6:max_malloc_fill_size=0";
}
#endif

void require_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

void *edge_copy(unsigned edge, const void *bytes, size_t size)
{
    static uint8_t *ends[EDGES];
    require(edge < EDGES && size <= EDGE_ROOM);
    if (!ends[edge]) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *room =
            mmap(NULL, EDGE_ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        require(room != MAP_FAILED && mprotect(room + EDGE_ROOM, page, PROT_NONE) == 0);
        ends[edge] = room + EDGE_ROOM;
    }
    uint8_t *copy = ends[edge] - size;
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *edge_text(unsigned edge, const void *bytes, size_t size)
{
    char *text = (char *)edge_copy(edge, NULL, 0) - size - 1;
    require(size < EDGE_ROOM);
    if (size)
        memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

size_t cuts_next(struct cuts *cuts, size_t left)
{
    if (!cuts->sizes)
        return left;
    size_t at = cuts->turn++ % CUTS;
    size_t size = (cuts->sizes[at] & 0x3fU) + (at == 0);
    return size < left ? size : left;
}

unsigned cuts_choice(const uint8_t *data, unsigned byte)
{
    return data[byte] >> 6;
}

enum { MAKES_NONE = -1, MAY_GO_ON = -2 };

// The length of the first character of a text that is not empty, or one of the above.
static int character_length(const uint8_t *text, size_t size)
{
    uint32_t point = text[0], least = 0;
    int length = 1;
    if (point > 0xf7)
        return MAKES_NONE;
    if (point >= 0xf0) {
        length = 4, least = 0x10000, point &= 0x07;
    } else if (point >= 0xe0) {
        length = 3, least = 0x800, point &= 0x0f;
    } else if (point >= 0xc0) {
        length = 2, least = 0x80, point &= 0x1f;
    } else if (point >= 0x80) {
        return MAKES_NONE;
    }
    for (int i = 1; i < length; i++) {
        // The smallest and the largest that it can still become.
        uint32_t low = point << 6 * (length - i), high = low | ((UINT32_C(1) << 6 * (length - i)) - 1);
        if (high < least || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
            return MAKES_NONE;
        if ((size_t)i >= size)
            return MAY_GO_ON;
        if ((text[i] & 0xc0) != 0x80)
            return MAKES_NONE;
        point = point << 6 | (text[i] & 0x3f);
    }
    bool legal = point >= least && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    return legal ? length : MAKES_NONE;
}

int utf8_verdict(const uint8_t *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        int length = character_length(text + at, size - at);
        if (length == MAKES_NONE)
            return -1;
        if (length == MAY_GO_ON)
            return 0;
        at += (size_t)length;
    }
    return 1;
}
