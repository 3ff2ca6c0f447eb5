#include "lib/address.h"

#include <errno.h>
#include <string.h>

enum { GROUPS = 8 };

/* Reads one number of a dotted quad at text[*at]; returns it, or -1 when there is none or it is malformed. */
static int parse_octet(const char *text, size_t length, size_t *at)
{
    size_t start = *at;
    int value = 0;
    while (*at < length && text[*at] >= '0' && text[*at] <= '9') {
        value = value * 10 + (text[*at] - '0');
        if (value > 255)
            return -1;
        ++*at;
    }
    size_t digits = *at - start;
    if (digits == 0 || (digits > 1 && text[start] == '0'))
        return -1;
    return value;
}

static bool parse_ipv4(const char *text, size_t length, uint8_t bytes[4])
{
    size_t at = 0;
    for (int i = 0; i < 4; i++) {
        if (i > 0 && (at == length || text[at++] != '.'))
            return false;
        int value = parse_octet(text, length, &at);
        if (value < 0)
            return false;
        bytes[i] = (uint8_t)value;
    }
    return at == length;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Counts the hex digits at the start of text[length], up to five (one more than a group may have), and reads
 * them as a number. */
static size_t parse_group(const char *text, size_t length, uint32_t *value)
{
    size_t digits = 0;
    *value = 0;
    while (digits < length && digits < 5 && hex_value(text[digits]) >= 0)
        *value = *value << 4 | (uint32_t)hex_value(text[digits++]);
    return digits;
}

/* What has been read of an IPv6 address: bytes from the front, and where "::" stood. */
struct progress {
    uint8_t bytes[16];
    size_t count;
    size_t gap;
    bool has_gap;
};

/* Reads groups and their colons, an IPv4 tail included, up to the end of the text. */
static bool parse_groups(const char *text, size_t length, struct progress *progress)
{
    size_t at = 0;
    while (at < length) {
        uint32_t value;
        size_t digits = parse_group(text + at, length - at, &value);
        if (at + digits < length && text[at + digits] == '.') {
            if (progress->count > 12 || !parse_ipv4(text + at, length - at, progress->bytes + progress->count))
                return false;
            progress->count += 4;
            return true;
        }
        if (digits == 0 || digits > 4 || progress->count == 16)
            return false;
        progress->bytes[progress->count++] = (uint8_t)(value >> 8);
        progress->bytes[progress->count++] = (uint8_t)value;
        at += digits;
        if (at == length)
            return true;
        if (text[at++] != ':' || at == length)
            return false;
        if (text[at] != ':')
            continue;
        if (progress->has_gap)
            return false;
        progress->has_gap = true;
        progress->gap = progress->count;
        at++;
    }
    return true;
}

/* Into bytes that are zero. */
static bool parse_ipv6(const char *text, size_t length, uint8_t bytes[16])
{
    struct progress progress = {.count = 0};
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        progress.has_gap = true;
        text += 2;
        length -= 2;
    }
    if (!parse_groups(text, length, &progress))
        return false;
    if (progress.has_gap ? progress.count > 14 : progress.count != 16)
        return false;
    size_t tail = progress.has_gap ? progress.count - progress.gap : 0;
    size_t head = progress.count - tail;
    memcpy(bytes, progress.bytes, head);
    memcpy(bytes + 16 - tail, progress.bytes + head, tail);
    return true;
}

int address_parse(const char *text, size_t length, struct address *address)
{
    struct address parsed = {.ipv6 = length > 0 && memchr(text, ':', length) != NULL};
    bool valid = parsed.ipv6 ? parse_ipv6(text, length, parsed.bytes) : parse_ipv4(text, length, parsed.bytes);
    if (!valid)
        return -EINVAL;
    *address = parsed;
    return 0;
}

static char *format_octet(char *out, unsigned value)
{
    if (value >= 100)
        *out++ = (char)('0' + value / 100);
    if (value >= 10)
        *out++ = (char)('0' + value / 10 % 10);
    *out++ = (char)('0' + value % 10);
    return out;
}

static char *format_ipv4(char *out, const uint8_t bytes[4])
{
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *out++ = '.';
        out = format_octet(out, bytes[i]);
    }
    return out;
}

static char *format_group(char *out, unsigned value)
{
    int shift = 12;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[value >> shift & 0xf];
    return out;
}

struct run {
    int start, end;
};

/* The first of the longest runs of two or more zero groups (RFC 5952 4.2), behind the last group without one.
 */
static struct run longest_zero_run(const unsigned groups[GROUPS])
{
    struct run best = {.start = GROUPS, .end = GROUPS};
    int longest = 1;
    for (int start = 0; start < GROUPS; start++) {
        int end = start;
        while (end < GROUPS && groups[end] == 0)
            end++;
        if (end - start <= longest)
            continue;
        longest = end - start;
        best = (struct run){.start = start, .end = end};
    }
    return best;
}

static bool is_mapped(const struct address *address)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return address->ipv6 && memcmp(address->bytes, prefix, sizeof prefix) == 0;
}

static char *format_ipv6(char *out, const uint8_t bytes[16])
{
    unsigned groups[GROUPS];
    for (int i = 0; i < GROUPS; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    struct run zeros = longest_zero_run(groups);
    for (int i = 0; i < zeros.start; i++) {
        if (i > 0)
            *out++ = ':';
        out = format_group(out, groups[i]);
    }
    if (zeros.start == GROUPS)
        return out;
    *out++ = ':';
    if (zeros.end == GROUPS)
        *out++ = ':';
    for (int i = zeros.end; i < GROUPS; i++) {
        *out++ = ':';
        out = format_group(out, groups[i]);
    }
    return out;
}

size_t address_format(const struct address *address, char *text)
{
    char *out = text;
    if (!address->ipv6) {
        out = format_ipv4(out, address->bytes);
    } else if (is_mapped(address)) {
        memcpy(out, "::ffff:", 7);
        out = format_ipv4(out + 7, address->bytes + 12);
    } else {
        out = format_ipv6(out, address->bytes);
    }
    *out = '\0';
    return (size_t)(out - text);
}

void address_unmap(struct address *address)
{
    if (!is_mapped(address))
        return;
    struct address ipv4 = {.ipv6 = false};
    memcpy(ipv4.bytes, address->bytes + 12, 4);
    *address = ipv4;
}
