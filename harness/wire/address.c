#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "wire/channel.h"

struct net_address net_loopback(int family, uint16_t port)
{
    if (family == AF_INET6)
        return (struct net_address){
            .length = sizeof(struct sockaddr_in6),
            .v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT},
        };
    return (struct net_address){
        .length = sizeof(struct sockaddr_in),
        .v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
    };
}

int net_local(const char *path, struct net_address *address)
{
    *address = (struct net_address){.local.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->local.sun_path)
        return -ENAMETOOLONG;
    strcpy(address->local.sun_path, path);
    address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
    return 0;
}

uint16_t net_port(const struct net_address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohs(address->v4.sin_port);
    return address->any.sa_family == AF_INET6 ? ntohs(address->v6.sin6_port) : 0;
}

void net_address_text(const struct net_address *address, struct buffer *out)
{
    char host[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_UNIX) {
        buffer_text(out, address->local.sun_path);
    } else if (address->any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof host);
        buffer_format(out, "[%s]:%u", host, net_port(address));
    } else {
        inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof host);
        buffer_format(out, "%s:%u", host, net_port(address));
    }
}
