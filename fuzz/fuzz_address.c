// Reaches address_parse, address_format and address_unmap of impl/lib/address.c.
//
// Oracles:
// - inet_pton takes the same texts to the same bytes (known differences: none for texts without NUL);
// - what was parsed is formatted, parsed again to the same bytes, and formatted to the same text;
// - the canonical text is never longer than ADDRESS_TEXT_SIZE says, and inet_pton reads it too;
// - any cut of the text gives an answer without a byte read past it.
#include <arpa/inet.h>
#include <string.h>

#include "fuzz.h"
#include "lib/address.h"

static bool by_inet_pton(const char *text, uint8_t bytes[16], bool *ipv6)
{
    memset(bytes, 0, 16);
    *ipv6 = inet_pton(AF_INET, text, bytes) != 1;
    return !*ipv6 || inet_pton(AF_INET6, text, bytes) == 1;
}

static void check_round_trip(const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];
    char again_text[ADDRESS_TEXT_SIZE];
    uint8_t bytes[16];
    bool ipv6;
    struct address again;
    size_t length = address_format(address, text);
    require(length < sizeof text && text[length] == '\0' && strlen(text) == length);
    require(address_parse(text, length, &again) == 0 && again.ipv6 == address->ipv6);
    require(memcmp(again.bytes, address->bytes, sizeof again.bytes) == 0);
    require(address_format(&again, again_text) == length && strcmp(text, again_text) == 0);
    require(by_inet_pton(text, bytes, &ipv6) && memcmp(bytes, address->bytes, sizeof bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct address address = {0};
    uint8_t bytes[16];
    bool ipv6;
    const char *text = edge_text(0, data, size), *exact = edge_copy(1, data, size);
    bool parsed = address_parse(exact, size, &address) == 0;
    if (strlen(text) == size) {
        bool expected = by_inet_pton(text, bytes, &ipv6);
        require(parsed == expected);
        require(!parsed || (address.ipv6 == ipv6 && memcmp(address.bytes, bytes, sizeof bytes) == 0));
    } else {
        require(!parsed);
    }
    if (parsed) {
        check_round_trip(&address);
        address_unmap(&address);
        check_round_trip(&address);
    }
    return 0;
}
