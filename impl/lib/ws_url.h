#ifndef IMPL_WS_URL_H
#define IMPL_WS_URL_H

/*
 * "ws://host:port/path?query" taken apart (RFC 6455 section 3). Pure: nothing is resolved.
 */

#include <stdbool.h>
#include <stddef.h>

enum { WS_URL_PART_MAX = 1024 };

struct ws_url {
    bool secure;                  /* wss */
    char peer[WS_URL_PART_MAX];   /* host:port, for net_dial; the port is there also where the URL has none */
    char host[WS_URL_PART_MAX];   /* for the Host field: without the port that is the scheme's own */
    char target[WS_URL_PART_MAX]; /* for the request line: begins with a slash */
};

/* Takes the text apart. Returns NULL, or what is wrong with it in a few words. A fragment is refused, as
 * section 3 asks for, and so is everything but printable ASCII. */
const char *ws_url_parse(const char *text, struct ws_url *url);

/* The same of "host:port" and a path, which gets a slash in front where it has none. */
const char *ws_url_of(const char *host_port, const char *path, struct ws_url *url);

#endif
