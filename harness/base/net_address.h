// A socket address of any of the three families that the harness speaks: IPv4, IPv6, Unix.
#ifndef SOCKSPEC_BASE_NET_ADDRESS_H
#define SOCKSPEC_BASE_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct net_address {
    socklen_t length;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    };
};

#endif
