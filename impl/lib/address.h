#ifndef IMPL_ADDRESS_H
#define IMPL_ADDRESS_H

/*
 * IPv4 and IPv6 addresses as text: strict in what they read (contract 1.1, 1.2), canonical in what they write
 * (contract 1.3). Bytes in, bytes out: no locale, no resolver, no allocation, nothing read past the length.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the longest text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", or one with a dotted tail, and a NUL.
 */
enum { ADDRESS_TEXT_SIZE = 46 };

struct address {
    bool ipv6;
    uint8_t bytes[16]; /* network order; an IPv4 address has the first four, the rest are zero */
};

/* Reads text[length], which need not end in a NUL. Returns 0, or -EINVAL when it is anything but one address:
 * - IPv4: four decimal numbers 0 to 255 without leading zeros, three dots (RFC 3986 3.2.2 IPv4address);
 * - IPv6: RFC 4291 2.2, all three forms, at most one "::" for at least one group, no zone, no brackets.
 * On an error *address is left as it was. */
int address_parse(const char *text, size_t length, struct address *address);

/* Writes the canonical text and a NUL into text[ADDRESS_TEXT_SIZE]; returns the length without the NUL. IPv6
 * by RFC 5952 4, and IPv4-mapped addresses with a dotted tail by its section 5: "::ffff:1.2.3.4". */
size_t address_format(const struct address *address, char *text);

/* Makes an IPv4-mapped address (RFC 4291 2.5.5.2) the IPv4 address that it stands for (contract 1.4); leaves
 * any other as it is. */
void address_unmap(struct address *address);

#endif
