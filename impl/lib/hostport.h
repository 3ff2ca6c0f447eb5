#ifndef IMPL_HOSTPORT_H
#define IMPL_HOSTPORT_H

/*
 * "host:port" and "[v6]:port" taken apart (contract 0.8). Pure: the host is a piece of the text, nothing is
 * resolved.
 */

#include <stddef.h>
#include <stdint.h>

struct hostport {
    const char *host; /* in the text, without brackets; no NUL behind it */
    size_t host_length;
    uint16_t port;
};

/* Takes text[length] apart. The host is empty (which means loopback), a name, an IPv4 literal, or an IPv6
 * literal in brackets, with or without a zone: "[fe80::1%eth0]". A name is not checked further than that it
 * holds no blank, control byte, colon or bracket. The port is decimal digits. Returns 0, or with *parts as it
 * was: -EDESTADDRREQ  there is no port -ERANGE        the port is 0 or above 65535 -EINVAL        the port is
 * not a number, or the host is malformed, or IPv6 without brackets */
int hostport_split(const char *text, size_t length, struct hostport *parts);

/* Says what is wrong, for the messages of contract 0.2: "missing port". */
const char *hostport_reason(int result);

/* Reads text[length] as a port, 1 to 65535 in decimal digits and nothing else. Returns 0; -EDESTADDRREQ when
 * it is empty; -ERANGE; -EINVAL. */
int hostport_parse_port(const char *text, size_t length, uint16_t *port);

#endif
