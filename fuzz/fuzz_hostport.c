// Reaches hostport_split and hostport_parse_port of impl/lib/hostport.c.
//
// Oracles:
// - a text that is taken apart can be put together again, host and port, and the parts lie inside it;
// - the host holds nothing that a host cannot hold; the port is not 0 and is what strtoul reads;
// - a name of letters, digits, dots and dashes with a port is taken;
// - a text that is refused leaves the parts as they were, and its reason has words.
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "lib/hostport.h"

static void check_parts(const char *text, size_t size, const struct hostport *parts)
{
    size_t start = (size_t)(parts->host - text);
    bool brackets = start == 1;
    require(start <= 1 && (!brackets || (text[0] == '[' && text[1 + parts->host_length] == ']')));
    for (size_t i = 0; i < parts->host_length; i++) {
        unsigned char byte = (unsigned char)parts->host[i];
        require(byte > ' ' && byte != 0x7f && byte != '[' && byte != ']' && (brackets || byte != ':'));
    }
    size_t colon = start + parts->host_length + (brackets ? 1 : 0);
    require(colon < size && text[colon] == ':');
    char digits[32] = "";
    size_t length = size - colon - 1;
    require(length > 0);
    while (length > 1 && text[size - length] == '0')
        length--; // leading zeros
    require(length < sizeof digits);
    memcpy(digits, text + size - length, length);
    require(parts->port != 0 && strspn(digits, "0123456789") == length && strtoul(digits, NULL, 10) == parts->port);
}

// Whether it is a name or IPv4 address of the plainest letters, a colon and a port: what must be taken.
static bool is_plain(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const char *colon = text + strspn(text, letters);
    size_t digits = *colon == ':' ? strspn(colon + 1, "0123456789") : 0;
    unsigned long port = digits && digits < 10 ? strtoul(colon + 1, NULL, 10) : 0;
    return digits && colon[1 + digits] == '\0' && port >= 1 && port <= 65535;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hostport parts = {.port = 7};
    uint16_t port = 0;
    const char *text = edge_copy(0, data, size), *ended = edge_text(1, data, size);
    int result = hostport_split(text, size, &parts);
    require(result == 0 || result == -EDESTADDRREQ || result == -ERANGE || result == -EINVAL);
    if (result == 0)
        check_parts(text, size, &parts);
    else
        require(parts.port == 7 && parts.host == NULL && *hostport_reason(result));
    require(result == 0 || strlen(ended) < size || !is_plain(ended));
    result = hostport_parse_port(text, size, &port);
    bool digits = size > 0 && strspn(ended, "0123456789") == size;
    require(result != 0 || (digits && port == strtoul(ended, NULL, 10)));
    require(digits == (result == 0 || result == -ERANGE));
    return 0;
}
