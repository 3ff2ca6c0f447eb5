// Reaches ws_url_parse and ws_url_of of impl/lib/ws_url.c.
//
// Oracles:
// - an URL that is taken apart and put together again from its parts is taken apart into the same parts, also as a
//   host:port and a path;
// - the parts can stand in a request as they are: printable ASCII, and a target that begins with a slash;
// - a refusal has a reason in words.
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "lib/ws_url.h"

static void check_printable(const char *text)
{
    require(*text != '\0');
    for (; *text; text++)
        require(*text > ' ' && *text <= '~');
}

static void check_again(const struct ws_url *url)
{
    static char text[3 * WS_URL_PART_MAX];
    struct ws_url again;
    snprintf(text, sizeof text, "%s://%s%s", url->secure ? "wss" : "ws", url->peer, url->target);
    require(!ws_url_parse(text, &again));
    require(again.secure == url->secure && strcmp(again.peer, url->peer) == 0);
    require(strcmp(again.host, url->host) == 0 && strcmp(again.target, url->target) == 0);
    require(!ws_url_of(url->peer, url->target, &again));
    require(strcmp(again.peer, url->peer) == 0 && strcmp(again.target, url->target) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ws_url url;
    char *text = calloc(size + 1, 1);
    if (size)
        memcpy(text, data, size);
    const char *reason = ws_url_parse(text, &url);
    if (reason) {
        require(*reason != '\0');
    } else {
        check_printable(url.peer);
        check_printable(url.host);
        check_printable(url.target);
        require(url.target[0] == '/');
        check_again(&url);
    }
    free(text);
    return 0;
}
