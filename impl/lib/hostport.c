#include "lib/hostport.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/address.h"

int hostport_parse_port(const char *text, size_t length, uint16_t *port)
{
    if (length == 0)
        return -EDESTADDRREQ;
    unsigned value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -EINVAL;
        if (value <= UINT16_MAX)
            value = value * 10 + (unsigned)(text[i] - '0');
    }
    if (value == 0 || value > UINT16_MAX)
        return -ERANGE;
    *port = (uint16_t)value;
    return 0;
}

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte <= 0x20 || byte == 0x7f || byte == '[' || byte == ']')
            return false;
    }
    return true;
}

/* An IPv6 address, and perhaps a zone of at least one byte (RFC 4007 11.2). */
static bool is_ipv6(const char *text, size_t length)
{
    const char *percent = length > 0 ? memchr(text, '%', length) : NULL;
    size_t address_length = percent ? (size_t)(percent - text) : length;
    struct address address;
    if (address_parse(text, address_length, &address) < 0 || !address.ipv6)
        return false;
    return !percent || (length > address_length + 1 && is_name(percent, length - address_length));
}

static int split_brackets(const char *text, size_t length, struct hostport *parts)
{
    const char *end = memchr(text, ']', length);
    if (!end)
        return -EINVAL;
    size_t host_length = (size_t)(end - text) - 1;
    if (!is_ipv6(text + 1, host_length))
        return -EINVAL;
    const char *tail = end + 1;
    size_t tail_length = length - host_length - 2;
    if (tail_length == 0)
        return -EDESTADDRREQ;
    if (*tail != ':')
        return -EINVAL;
    uint16_t port;
    int result = hostport_parse_port(tail + 1, tail_length - 1, &port);
    if (result == 0)
        *parts = (struct hostport){.host = text + 1, .host_length = host_length, .port = port};
    return result;
}

int hostport_split(const char *text, size_t length, struct hostport *parts)
{
    if (length == 0)
        return -EDESTADDRREQ;
    if (text[0] == '[')
        return split_brackets(text, length, parts);
    const char *colon = memchr(text, ':', length);
    size_t host_length = colon ? (size_t)(colon - text) : length;
    if (!is_name(text, host_length))
        return -EINVAL;
    if (!colon)
        return -EDESTADDRREQ;
    uint16_t port;
    int result = hostport_parse_port(colon + 1, length - host_length - 1, &port);
    if (result == 0)
        *parts = (struct hostport){.host = text, .host_length = host_length, .port = port};
    return result;
}

const char *hostport_reason(int result)
{
    if (result == -EDESTADDRREQ)
        return "missing port";
    if (result == -ERANGE)
        return "port not in 1 to 65535";
    return "not host:port or [IPv6]:port";
}
