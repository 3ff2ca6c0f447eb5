#include "lib/ws_url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/hostport.h"

/* Whether the text can stand in a request line or a field as it is. */
static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

/* Whether the authority ends with a port; the colons of an IPv6 literal are within brackets. */
static bool has_port(const char *authority, size_t length)
{
    const char *bracket = memrchr(authority, ']', length);
    const char *from = bracket ? bracket : authority;
    return memchr(from, ':', length - (size_t)(from - authority)) != NULL;
}

static const char *set_authority(struct ws_url *url, const char *authority, size_t length)
{
    const char *own_port = url->secure ? ":443" : ":80";
    if (memchr(authority, '@', length))
        return "a user does not belong into it";
    if (strcspn(authority, "/?#") < length)
        return "a path does not belong into the host";
    if (length + sizeof ":443" > sizeof url->peer)
        return "the host is too long";
    bool ported = has_port(authority, length);
    snprintf(url->peer, sizeof url->peer, "%.*s%s", (int)length, authority, ported ? "" : own_port);
    struct hostport parts;
    int result = hostport_split(url->peer, strlen(url->peer), &parts);
    if (result < 0)
        return hostport_reason(result);
    if (parts.host_length == 0)
        return "no host";
    size_t own_length = strlen(own_port);
    if (ported && length > own_length && memcmp(authority + length - own_length, own_port, own_length) == 0)
        length -= own_length;
    snprintf(url->host, sizeof url->host, "%.*s", (int)length, authority);
    return NULL;
}

static const char *set_target(struct ws_url *url, const char *target)
{
    if (strchr(target, '#'))
        return "a fragment does not belong into it";
    int length = snprintf(url->target, sizeof url->target, "%s%s", *target == '/' ? "" : "/", target);
    return length < (int)sizeof url->target ? NULL : "the path is too long";
}

const char *ws_url_parse(const char *text, struct ws_url *url)
{
    if (!is_printable(text))
        return "a character that is not printable ASCII";
    bool plain = strncasecmp(text, "ws://", 5) == 0;
    url->secure = strncasecmp(text, "wss://", 6) == 0;
    if (!plain && !url->secure)
        return "the scheme is not ws or wss";
    const char *authority = text + (plain ? 5 : 6);
    size_t length = strcspn(authority, "/?#");
    const char *reason = set_authority(url, authority, length);
    return reason ? reason : set_target(url, authority + length);
}

const char *ws_url_of(const char *host_port, const char *path, struct ws_url *url)
{
    if (!is_printable(host_port) || !is_printable(path))
        return "a character that is not printable ASCII";
    url->secure = false;
    size_t length = strlen(host_port);
    if (!has_port(host_port, length))
        return "missing port";
    /* An empty host is loopback (contract 0.8), which Host has to name. */
    if (*host_port != ':') {
        const char *reason = set_authority(url, host_port, length);
        return reason ? reason : set_target(url, path);
    }
    char local[32];
    if (length >= sizeof local - strlen("localhost"))
        return "the port is not in 1 to 65535";
    snprintf(local, sizeof local, "localhost%s", host_port);
    const char *reason = set_authority(url, local, strlen(local));
    return reason ? reason : set_target(url, path);
}
