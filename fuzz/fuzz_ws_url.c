// Reaches ws_url_parse and ws_url_of of impl/lib/ws_url.c.
//
// The input is a URL, or host:port, a blank and a path.
//
// Oracles:
// - a URL that is taken apart and put together again from its parts is taken apart into the same parts, also as a
//   host:port and a path;
// - the parts can stand in a request as they are: printable ASCII, and a target that begins with a slash and has
//   no fragment;
// - a URL of a host of letters, perhaps a port and perhaps a path is taken, with these parts;
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

// A host:port and a path, which a blank separates in the input.
static void check_of(const char *text, size_t length, const char *path)
{
    static struct ws_url url;
    const char *host_port = edge_text(1, text, length);
    const char *reason = ws_url_of(host_port, path, &url);
    if (reason) {
        require(*reason != '\0');
        return;
    }
    check_printable(url.peer);
    check_printable(url.host);
    check_printable(url.target);
    require(!url.secure && url.target[0] == '/' && !strchr(url.target, '#'));
    require(strcmp(url.target + (*path != '/'), path) == 0);
    require(*host_port == ':' ? strncmp(url.peer, "localhost:", 10) == 0 : strcmp(url.peer, host_port) == 0);
    check_again(&url);
}

// Whether it is a URL of the plainest kind, a host of letters, perhaps a port, and perhaps a path: what must be taken. The
// parts are as its are.
static bool is_plain(const char *text, const struct ws_url *url)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    bool secure = strncmp(text, "wss://", 6) == 0;
    if (strlen(text) > 500 || (!secure && strncmp(text, "ws://", 5) != 0))
        return false;
    const char *host = text + (secure ? 6 : 5);
    size_t length = strspn(host, letters), digits = host[length] == ':' ? strspn(host + length + 1, "0123456789") : 0;
    unsigned long port = digits > 0 && digits < 6 ? strtoul(host + length + 1, NULL, 10) : digits ? 0 : 80;
    const char *path = host + length + (digits ? 1 + digits : 0);
    if (length == 0 || port == 0 || port > 65535 || (*path != '/' && *path != '\0') || strchr(path, '#'))
        return false;
    for (const char *at = path; *at; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    require(url->secure == secure && strncmp(url->host, host, length) == 0);
    require(strcmp(url->target, *path ? path : "/") == 0);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ws_url url;
    const char *text = edge_text(0, data, size), *blank = strchr(text, ' ');
    if (blank)
        check_of(text, (size_t)(blank - text), blank + 1);
    const char *reason = ws_url_parse(text, &url);
    if (reason) {
        require(*reason != '\0');
        url.host[0] = '\0';
        require(strlen(text) < size || !is_plain(text, &url));
        return 0;
    }
    check_printable(url.peer);
    check_printable(url.host);
    check_printable(url.target);
    require(url.target[0] == '/' && !strchr(url.target, '#'));
    check_again(&url);
    is_plain(text, &url);
    return 0;
}
