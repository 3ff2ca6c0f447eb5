#include "lib/ws_handshake.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/ws_extension.h"

#define PLACE "/ws"
#define WEBSOCKET_VERSION "13"

int handshake_accept_for(struct span key, char accept[HANDSHAKE_ACCEPT_LENGTH + 1])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char text[HANDSHAKE_KEY_LENGTH + sizeof guid];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;

    memcpy(text, key.bytes, HANDSHAKE_KEY_LENGTH);
    memcpy(text + HANDSHAKE_KEY_LENGTH, guid, sizeof guid);
    if (!EVP_Digest(text, sizeof text - 1, digest, &digest_length, EVP_sha1(), NULL))
        return -EIO;
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)digest_length);
    return 0;
}

/* 22 letters of base64 and "==". The four bits that the last letter has too many may be anything: the RFC's
 * own example in section 4.1 has them set. */
static bool key_is_legal(struct span key)
{
    if (key.length != HANDSHAKE_KEY_LENGTH)
        return false;
    for (size_t i = 0; i < HANDSHAKE_KEY_LENGTH - 2; i++) {
        char c = key.bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '+' && c != '/')
            return false;
    }
    return memcmp(key.bytes + HANDSHAKE_KEY_LENGTH - 2, "==", 2) == 0;
}

/* host[:port] by the letters of RFC 3986 section 3.2.2; nothing that a URL goes on with behind them. */
static bool authority_is_legal(struct span authority)
{
    static const char legal[] = "-._~!$&'()*+,;=%:[]";
    for (size_t i = 0; i < authority.length; i++) {
        char c = authority.bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr(legal, c)))
            return false;
    }
    return true;
}

/* Finds whom the request is for: the authority of an absolute target, or else the Host field (RFC 9112
 * sections 3.2 and 3.2.2). False for a head that must be refused. */
static bool find_authority(const struct message_head *head, struct span *target, struct span *authority)
{
    *authority = (struct span){"", 0};
    size_t hosts = message_head_find(head, "Host", authority);
    if (hosts > 1 || (hosts == 0 && head->minor > 0) || !authority_is_legal(*authority))
        return false;
    if (target->bytes[0] == '/' || span_equals(*target, "*"))
        return true;

    const char *end = target->bytes + target->length;
    const char *colon = memmem(target->bytes, target->length, "://", 3);
    if (!colon)
        return false;
    struct span scheme = {target->bytes, (size_t)(colon - target->bytes)};
    if (!span_equals_nocase(scheme, "http") && !span_equals_nocase(scheme, "https") &&
        !span_equals_nocase(scheme, "ws") && !span_equals_nocase(scheme, "wss"))
        return false;
    authority->bytes = colon + 3;
    const char *path = authority->bytes;
    while (path < end && *path != '/' && *path != '?')
        path++;
    authority->length = (size_t)(path - authority->bytes);
    *target = (struct span){path, (size_t)(end - path)};
    return authority->length > 0 && authority_is_legal(*authority);
}

static struct span path_of(struct span target)
{
    const char *query = memchr(target.bytes, '?', target.length);
    if (query)
        target.length = (size_t)(query - target.bytes);
    return target.length > 0 ? target : (struct span){"/", 1};
}

/* An Origin is scheme://host[:port]. Letter case does not matter in any of it (RFC 6454 section 4). */
static bool origin_is_trusted(struct span origin, struct span authority, const struct handshake_policy *policy)
{
    for (size_t i = 0; i < policy->origin_count; i++)
        if (span_equals_nocase(origin, policy->origins[i]))
            return true;
    if (policy->origin_count > 0)
        return false;
    const char *host = memmem(origin.bytes, origin.length, "://", 3);
    if (!host)
        return false;
    host += 3;
    return (size_t)(origin.bytes + origin.length - host) == authority.length &&
           strncasecmp(host, authority.bytes, authority.length) == 0;
}

/* Picks the first offered subprotocol that the server speaks. False when the offer is no list of tokens. */
static bool pick_subprotocol(const struct message_head *head, const struct handshake_policy *policy,
                             const char **picked)
{
    struct field_line field = {0};
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, "Sec-WebSocket-Protocol"))
            continue;
        struct span offer;
        while (span_take_element(&field.value, &offer)) {
            if (!span_is_token(offer))
                return false;
            for (size_t i = 0; !*picked && i < policy->subprotocol_count; i++)
                if (span_equals(offer, policy->subprotocols[i]))
                    *picked = policy->subprotocols[i];
        }
    }
    return true;
}

/* Bytes behind the head of an upgrade are frames, so it can have no body. */
static bool announces_body(const struct message_head *head)
{
    struct span value;
    if (message_head_find(head, "Transfer-Encoding", &value) > 0)
        return true;
    size_t lengths = message_head_find(head, "Content-Length", &value);
    return lengths > 1 || (lengths == 1 && !span_equals(value, "0"));
}

/* A GET of the WebSocket's resource, by the list of RFC 6455 section 4.2.1. */
static int upgrade_status(const struct message_head *head, struct span authority, const struct handshake_policy *policy,
                          struct handshake_answer *answer)
{
    struct span key, version, origin;
    bool wanted =
        message_head_has_token(head, "Upgrade", "websocket") && message_head_has_token(head, "Connection", "Upgrade");

    if (!wanted)
        return 426;
    if (head->minor == 0 || announces_body(head))
        return 400;
    if (message_head_find(head, "Sec-WebSocket-Version", &version) != 1)
        return 400;
    if (!span_equals(version, WEBSOCKET_VERSION))
        return 426;
    if (message_head_find(head, "Sec-WebSocket-Key", &key) != 1 || !key_is_legal(key))
        return 400;
    if (!extensions_are_legal(head) || !pick_subprotocol(head, policy, &answer->subprotocol))
        return 400;
    size_t origins = message_head_find(head, "Origin", &origin);
    if (origins > 1)
        return 400;
    if (origins == 1 && !origin_is_trusted(origin, authority, policy))
        return 403;
    answer->deflate = policy->deflate && deflate_negotiate(head, &answer->deflate_parameters);
    return handshake_accept_for(key, answer->accept) < 0 ? 500 : 101;
}

static int method_status(struct handshake_answer *answer, const char *allow)
{
    answer->allow = allow;
    return 405;
}

static int decide(const struct message_head *head, const struct handshake_policy *policy,
                  struct handshake_answer *answer)
{
    struct span target = head->target, authority;
    bool is_get = span_equals(head->method, "GET");

    if (head->major != 1)
        return 505;
    if (!find_authority(head, &target, &authority))
        return 400;
    struct span path = path_of(target);
    if (span_equals(path, "/"))
        return is_get || answer->without_body ? 200 : method_status(answer, "GET, HEAD");
    if (!span_equals(path, PLACE))
        return 404;
    if (!is_get)
        return method_status(answer, "GET");
    return upgrade_status(head, authority, policy, answer);
}

void handshake_decide(const struct message_head *head, const struct handshake_policy *policy,
                      struct handshake_answer *answer)
{
    *answer = (struct handshake_answer){
        .without_body = span_equals(head->method, "HEAD"),
        .about = policy->about,
    };
    answer->status = decide(head, policy, answer);
}

int handshake_status_for(int parse_error)
{
    switch (parse_error) {
    case -ENAMETOOLONG:
        return 414;
    case -EMSGSIZE:
        return 431;
    }
    return 400;
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {414, "URI Too Long"},
        {426, "Upgrade Required"},
        {431, "Request Header Fields Too Large"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Internal Server Error";
}

static size_t switch_write(const struct handshake_answer *answer, char *bytes)
{
    const char *subprotocol = answer->subprotocol;
    char extension[DEFLATE_ANSWER_MAX] = "";
    if (answer->deflate)
        deflate_answer_write(&answer->deflate_parameters, extension);
    return (size_t)snprintf(bytes, HANDSHAKE_ANSWER_MAX,
                            "HTTP/1.1 101 Switching Protocols\r\n"
                            "Upgrade: websocket\r\n"
                            "Connection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n"
                            "%s%s%s"
                            "%s%s%s\r\n",
                            answer->accept, subprotocol ? "Sec-WebSocket-Protocol: " : "",
                            subprotocol ? subprotocol : "", subprotocol ? "\r\n" : "",
                            answer->deflate ? "Sec-WebSocket-Extensions: " : "", extension,
                            answer->deflate ? "\r\n" : "");
}

size_t handshake_answer_write(const struct handshake_answer *answer, time_t now, char bytes[HANDSHAKE_ANSWER_MAX])
{
    if (answer->status == 101)
        return switch_write(answer, bytes);

    char body[128], date[64];
    struct tm utc;
    const char *reason = reason_of(answer->status);
    int body_length = answer->status == 200
                          ? snprintf(body, sizeof body, "%.80s: open a WebSocket at " PLACE "\n", answer->about)
                          : snprintf(body, sizeof body, "%d %s\n", answer->status, reason);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    return (size_t)snprintf(bytes, HANDSHAKE_ANSWER_MAX,
                            "HTTP/1.1 %d %s\r\n"
                            "Date: %s\r\n"
                            "Content-Type: text/plain; charset=utf-8\r\n"
                            "Content-Length: %d\r\n"
                            "%s%s%s"
                            "%s"
                            "\r\n%s",
                            answer->status, reason, date, body_length, answer->allow ? "Allow: " : "",
                            answer->allow ? answer->allow : "", answer->allow ? "\r\n" : "",
                            answer->status == 426 ? "Connection: close, Upgrade\r\nUpgrade: websocket\r\n"
                                                    "Sec-WebSocket-Version: " WEBSOCKET_VERSION "\r\n"
                                                  : "Connection: close\r\n",
                            answer->without_body ? "" : body);
}
