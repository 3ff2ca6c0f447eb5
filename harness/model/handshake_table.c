#include "model/handshake_table.h"

#include <string.h>

#define NOT_DECODED "nonstrict: RFC 6455 4.2.2 does not oblige a server to decode the key"
#define NOT_TOLD "nonstrict: RFC 6455 forbids it to clients and does not tell a server to look"
#define NOT_HANDSHAKE "nonstrict: the field has nothing to do with the handshake"
#define OWN_CHOICE "nonstrict: the reference refuses other origins; RFC 6455 leaves it to the server"
#define ONE_NUMBER "nonstrict: RFC 6455 4.3 knows one number without a leading zero and nothing else"

// clang-format off

// --- the request: ws-echo-server ---

static const struct handshake_level methods[] = {
    // name       text    refused with          opened           requirement           section
    {"get",       "GET",  NULL,                 NULL, "rfc6455-4.2.1-get", "RFC 6455 4.2.1 (1)"},
    {"post",      "POST", "400, 405, 426, 501", NULL, "rfc6455-4.2.1-get", "RFC 6455 4.2.1 (1)"},
    {"lower",     "get",  "400, 405, 426, 501", NULL, "rfc6455-4.2.1-get", "RFC 9110 9.1"},
    {"longer",    "GETS", "400, 405, 426, 501", NULL, "rfc6455-4.2.1-get", "RFC 9110 9.1"},
};

static const struct handshake_level targets[] = {
    {"ws",        "/ws",                    NULL,  NULL, "rfc6455-4.2.1-target", "RFC 6455 4.2.1 (1)"},
    {"query",     "/ws?room=1&next=/other", NULL,  NULL, "rfc6455-4.2.1-target", "RFC 6455 3"},
    {"absolute",  "http://{host}/ws",       NULL,  NULL, "rfc6455-4.2.1-target", "RFC 9112 3.2.2"},
    {"below",     "/ws/below",              "404", NULL, "rfc6455-4.2.2-resource", "RFC 6455 4.2.2 (4)"},
    {"longer",    "/wss",                   "404", NULL, "rfc6455-4.2.2-resource", "RFC 6455 4.2.2 (4)"},
    {"case",      "/WS",                    "404", NULL, "rfc6455-4.2.2-resource", "RFC 3986 6.2.2.1"},
};

static const struct handshake_level versions[] = {
    {"1-1",       "HTTP/1.1", NULL,            NULL,   "rfc6455-4.2.1-http-version", "RFC 6455 4.2.1 (1)"},
    {"1-0",       "HTTP/1.0", "400, 426, 505", NULL,   "rfc6455-4.2.1-http-version", "RFC 6455 4.2.1 (1)"},
    {"0-9",       "HTTP/0.9", "400, 426, 505", NULL,   "rfc6455-4.2.1-http-version", "RFC 6455 4.2.1 (1)"},
    {"1-2",       "HTTP/1.2", "400, 426, 505", "pass", "rfc6455-4.2.1-http-version", "RFC 9110 2.5"},
    {"2-0",       "HTTP/2.0", "400, 426, 505", "pass", "rfc6455-4.2.1-http-version", "RFC 9110 2.5"},
    {"malformed", "HTTP/1.1x", "400, 426, 501, 505", NULL, "rfc6455-4.2.1-grammar", "RFC 9112 2.3"},
};

static const struct handshake_level hosts[] = {
    {"name",      "localhost",           NULL,  NULL, "rfc6455-4.2.1-host", "RFC 6455 4.2.1 (2)"},
    {"port",      "server.example:8080", NULL,  NULL, "rfc6455-4.2.1-host", "RFC 9110 7.2"},
    {"ipv4",      "127.0.0.1:1234",      NULL,  NULL, "rfc6455-4.2.1-host", "RFC 9110 7.2"},
    {"ipv6",      "[::1]:1234",          NULL,  NULL, "rfc6455-4.2.1-host", "RFC 9110 7.2"},
    {"absent",    NULL,                  "400", NULL, "rfc6455-4.2.1-host", "RFC 9112 3.2"},
    {"twice",     "localhost\nother.example", "400", NOT_TOLD, "rfc6455-4.2.1-host", "RFC 9112 3.2"},
};

static const struct handshake_level upgrades[] = {
    {"lower",     "websocket",        NULL,       NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"capital",   "WebSocket",        NULL,       NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"upper",     "WEBSOCKET",        NULL,       NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"list-last", "h2c, websocket",   "",         "pass", "rfc6455-4.2.1-upgrade", "RFC 9110 7.8"},
    {"list-first", "websocket, h2c",  "",         "pass", "rfc6455-4.2.1-upgrade", "RFC 9110 7.8"},
    {"twice",     "h2c\nwebsocket",   "",         "pass", "rfc6455-4.2.1-upgrade", "RFC 9110 5.3"},
    {"absent",    NULL,               "400, 426", NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"empty",     "",                 "400, 426", NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"other",     "h2c",              "400, 426", NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"longer",    "websockets",       "400, 426", NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
    {"shorter",   "websocke",         "400, 426", NULL,   "rfc6455-4.2.1-upgrade", "RFC 6455 4.2.1 (3)"},
};

static const struct handshake_level connections[] = {
    {"capital",   "Upgrade",              NULL,       NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"lower",     "upgrade",              NULL,       NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"list-last", "keep-alive, Upgrade",  NULL,       NULL, "rfc6455-4.2.1-connection", "RFC 9110 7.6.1"},
    {"list-tight", "Upgrade,keep-alive",  NULL,       NULL, "rfc6455-4.2.1-connection", "RFC 9110 5.6.1"},
    {"twice",     "keep-alive\nUpgrade",  NULL,       NULL, "rfc6455-4.2.1-connection", "RFC 9110 5.3"},
    {"absent",    NULL,                   "400, 426", NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"empty",     "",                     "400, 426", NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"other",     "keep-alive",           "400, 426", NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"longer",    "upgraded",             "400, 426", NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
    {"hyphen",    "keep-alive, no-upgrade", "400, 426", NULL, "rfc6455-4.2.1-connection", "RFC 6455 4.2.1 (4)"},
};

static const struct handshake_level keys[] = {
    {"sample",    "dGhlIHNhbXBsZSBub25jZQ==", NULL,  NULL,        "rfc6455-4.2.1-key", "RFC 6455 4.2.1 (5)"},
    {"zeros",     "AAAAAAAAAAAAAAAAAAAAAA==", NULL,  NULL,        "rfc6455-4.2.2-key-opaque", "RFC 6455 4.2.2"},
    {"slashes",   "/+++++++++++++++++++/w==", NULL,  NULL,        "rfc6455-4.2.2-key-opaque", "RFC 6455 4.2.2"},
    {"absent",    NULL,                       "400", NULL,        "rfc6455-4.2.1-key", "RFC 6455 4.2.1 (5)"},
    {"empty",     "",                         "400", NULL,        "rfc6455-4.2.1-key", "RFC 6455 4.2.1 (5)"},
    {"short",     "AAECAwQFBgcICQoLDA0O",     "400", NOT_DECODED, "rfc6455-4.2.1-key", "RFC 6455 4.2.1 (5)"},
    {"unpadded",  "dGhlIHNhbXBsZSBub25jZQ",   "400", NOT_DECODED, "rfc6455-4.2.1-key", "RFC 6455 4.2.1 (5)"},
    {"twice",     "dGhlIHNhbXBsZSBub25jZQ==\nx3JJHMbDL1EzLkh9GBhXDw==", "400", NOT_TOLD, "rfc6455-11.3.1-key-once", "RFC 6455 11.3.1"},
};

static const struct handshake_level numbers[] = {
    {"13",        "13",         NULL,       NULL,       "rfc6455-4.2.1-version", "RFC 6455 4.2.1 (6)"},
    {"absent",    NULL,         "400, 426", NULL,       "rfc6455-4.2.1-version", "RFC 6455 4.2.1 (6)"},
    {"empty",     "",           "400, 426", NULL,       "rfc6455-4.2.1-version", "RFC 6455 4.3"},
    {"12",        "12",         "400, 426", NULL,       "rfc6455-4.2.2-version-abort", "RFC 6455 4.2.2 (4)"},
    {"14",        "14",         "400, 426", NULL,       "rfc6455-4.2.2-version-abort", "RFC 6455 4.2.2 (4)"},
    {"130",       "130",        "400, 426", NULL,       "rfc6455-4.2.2-version-abort", "RFC 6455 4.2.2 (4)"},
    {"tail",      "13x",        "400, 426", NULL,       "rfc6455-4.2.1-version", "RFC 6455 4.3"},
    {"wraps",     "4294967309", "400, 426", NULL,       "rfc6455-4.2.1-version", "RFC 6455 4.3"},
    {"8",         "8",          "400, 426", "info: a server may speak the draft of that number, with the same frames", "rfc6455-4.2.2-version-abort", "RFC 6455 4.4"},
    {"zero",      "013",        "400, 426", ONE_NUMBER, "rfc6455-4.2.1-version", "RFC 6455 4.3"},
    {"list",      "13, 8",      "400, 426", ONE_NUMBER, "rfc6455-4.2.1-version", "RFC 6455 4.3"},
    {"twice",     "13\n8",      "400, 426", NOT_TOLD,   "rfc6455-11.3.5-version-once", "RFC 6455 11.3.5"},
};

static const struct handshake_level protocols[] = {
    {"absent",    NULL,                               NULL, NULL, "rfc6455-4.2.2-subprotocol", "RFC 6455 4.2.1 (8)"},
    {"one",       "chat.example",                     NULL, NULL, "rfc6455-4.2.2-subprotocol", "RFC 6455 11.3.4"},
    {"two",       "chat.example, superchat.example",  NULL, NULL, "rfc6455-4.2.2-subprotocol", "RFC 6455 11.3.4"},
    {"twice",     "chat.example\nsuperchat.example",  NULL, NULL, "rfc6455-11.3.4-subprotocol-lists", "RFC 6455 11.3.4"},
};

static const struct handshake_level extensions[] = {
    {"absent",    NULL,                               NULL,  NULL, "rfc6455-4.2.2-extensions", "RFC 6455 4.2.1 (9)"},
    {"unknown",   "x-unheard-of; level=3; fast",      NULL,  NULL, "rfc6455-4.2.2-extensions", "RFC 6455 9.1"},
    {"quoted",    "x-unheard-of;mode=\"a\", x-other", NULL,  NULL, "rfc6455-4.2.2-extensions", "RFC 6455 9.1"},
    {"twice",     "x-unheard-of\nx-other; a=1",       NULL,  NULL, "rfc6455-9.1-combined", "RFC 6455 9.1"},
    {"deflate",   "permessage-deflate; client_max_window_bits", NULL, NULL, "rfc6455-4.2.2-extensions", "RFC 7692 7.1"},
    {"no-name",   "; a=1",                            "400", NOT_HANDSHAKE, "rfc6455-9.1-malformed", "RFC 6455 9.1"},
    {"no-value",  "x-unheard-of; a=",                 "400", NOT_HANDSHAKE, "rfc6455-9.1-malformed", "RFC 6455 9.1"},
    {"no-token",  "x unheard of",                     "400", NOT_HANDSHAKE, "rfc6455-9.1-malformed", "RFC 6455 9.1"},
};

static const struct handshake_level origins[] = {
    {"absent",    NULL,                  NULL,  NULL,       "rfc6455-4.2.1-no-origin", "RFC 6455 4.2.1 (7)"},
    {"same",      "http://{host}",       NULL,  NULL,       "ws-echo-server-19-origin-default", "RFC 6454 5"},
    {"other",     "http://evil.example", "403", OWN_CHOICE, "ws-echo-server-19-origin-default", "RFC 6455 4.2.2 (4)"},
    {"opaque",    "null",                "403", OWN_CHOICE, "ws-echo-server-19-origin-default", "RFC 6454 7.1"},
};

static const struct handshake_level others[] = {
    // Raw lines: neither the letter case of names nor the blanks are changed in them.
    {"none",      NULL,                            NULL,  NULL,   "rfc6455-4.2.1-unknown-fields", "RFC 6455 4.2.1 (10)"},
    {"cookie",    "Cookie: a=1; b=2",              NULL,  NULL,   "rfc6455-4.2.1-unknown-fields", "RFC 6455 4.2.1 (10)"},
    {"empty",     "X-Empty:",                      NULL,  NULL,   "rfc6455-4.2.1-unknown-fields", "RFC 9110 5.5"},
    {"sec",       "Sec-WebSocket-Unheard-Of: yes", NULL,  NULL,   "rfc6455-4.2.1-unknown-fields", "RFC 6455 4.2.1 (10)"},
    {"folded",    "X-Folded: one\r\n two",         "400", "pass", "rfc6455-4.2.1-grammar", "RFC 9112 5.2"},
    {"non-ascii", "X-Name: J\xc3\xbcrgen",         "400", "pass", "rfc6455-4.2.1-grammar", "RFC 9110 5.5"},
    {"no-colon",  "X-No-Colon",                    "400", NOT_HANDSHAKE, "rfc6455-4.2.1-grammar", "RFC 9112 5"},
    {"no-name",   ": value",                       "400", NOT_HANDSHAKE, "rfc6455-4.2.1-grammar", "RFC 9110 5.1"},
    {"blank-before-colon", "X-Blank : value",      "400", NOT_HANDSHAKE, "rfc6455-4.2.1-grammar", "RFC 9112 5.1"},
    {"bare-cr",   "X-Cr: a\rb",                    "400", NOT_HANDSHAKE, "rfc6455-4.2.1-grammar", "RFC 9112 2.2"},
};

static const struct handshake_level orders[] = {
    {"as-listed", "", NULL, NULL, "rfc6455-4.2.1-order", "RFC 6455 4.1"},
    {"reversed",  "", NULL, NULL, "rfc6455-4.2.1-order", "RFC 9110 5.3"},
    {"rotated",   "", NULL, NULL, "rfc6455-4.2.1-order", "RFC 9110 5.3"}, // the key and what follows come first
};

static const struct handshake_level names[] = {
    {"as-listed", "", NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9110 5.1"},
    {"lower",     "", NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9110 5.1"},
    {"upper",     "", NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9110 5.1"},
};

static const struct handshake_level blanks[] = {
    // The value stands between what is before the LF and what is behind it.
    {"one",       " \n",      NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9112 5"},
    {"none",      "\n",       NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9112 5"},
    {"many",      "    \n  ", NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9112 5"},
    {"tabs",      "\t\n\t",   NULL, NULL, "rfc6455-4.2.1-field-names", "RFC 9110 5.6.3"},
};

// --- the answer: ws-client ---

static const struct handshake_level answer_versions[] = {
    {"1-1",       "HTTP/1.1", NULL, NULL, "ws-client-20-dials", "RFC 9112 2.3"},
    {"1-0",       "HTTP/1.0", "",   NULL, "rfc6455-4.1-client-http-version", "RFC 9110 15.2"},
    {"2-0",       "HTTP/2.0", "",   NULL, "rfc6455-4.1-client-http-version", "RFC 9110 2.5"},
};

static const struct handshake_level statuses[] = {
    {"101",       "101", NULL, NULL, "ws-client-20-dials", "RFC 6455 4.2.2 (5)"},
    {"200",       "200", "",   NULL, "rfc6455-4.1-client-checks-status", "RFC 6455 4.1 (1)"},
    {"301",       "301", "",   NULL, "rfc6455-4.1-client-checks-status", "RFC 6455 4.1 (1)"},
    {"404",       "404", "",   NULL, "rfc6455-4.1-client-checks-status", "RFC 6455 4.1 (1)"},
};

static const struct handshake_level reasons[] = {
    {"usual",     "Switching Protocols",           NULL, NULL, "ws-client-20-dials", "RFC 9112 4"},
    {"empty",     "",                              NULL, NULL, "ws-client-20-dials", "RFC 9112 4"},
    {"other",     "Web Socket Protocol Handshake", NULL, NULL, "ws-client-20-dials", "RFC 9112 4"},
    {"misleading", "404 Not Found",                NULL, NULL, "ws-client-20-dials", "RFC 9112 4"},
};

static const struct handshake_level answer_upgrades[] = {
    {"lower",     "websocket",      NULL, NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"capital",   "WebSocket",      NULL, NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"upper",     "WEBSOCKET",      NULL, NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"absent",    NULL,             "",   NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"empty",     "",               "",   NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"other",     "h2c",            "",   NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"longer",    "websockets",     "",   NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"shorter",   "websocke",       "",   NULL, "rfc6455-4.1-client-checks-upgrade", "RFC 6455 4.1 (2)"},
    {"list",      "h2c, websocket", "",   NULL, "rfc6455-4.1-client-upgrade-list", "RFC 6455 4.1 (2)"},
};

static const struct handshake_level answer_connections[] = {
    {"capital",   "Upgrade",             NULL, NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"lower",     "upgrade",             NULL, NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"upper",     "UPGRADE",             NULL, NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"list",      "keep-alive, Upgrade", NULL, NULL, "rfc6455-4.1-client-checks-connection", "RFC 9110 7.6.1"},
    {"list-tight", "a,Upgrade,b",        NULL, NULL, "rfc6455-4.1-client-checks-connection", "RFC 9110 5.6.1"},
    {"absent",    NULL,                  "",   NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"empty",     "",                    "",   NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"other",     "keep-alive",          "",   NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"longer",    "upgraded",            "",   NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
    {"two-words", "no upgrade",          "",   NULL, "rfc6455-4.1-client-checks-connection", "RFC 6455 4.1 (3)"},
};

static const struct handshake_level accepts[] = {
    // The text is the kind of `response: {accept: …}`, or the value where it has a colon before it.
    {"right",     "right",        NULL, NULL, "ws-client-20-dials", "RFC 6455 4.2.2 (5)"},
    {"absent",    NULL,           "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"empty",     ":",            "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"other",     "other",        "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"swapped-case", "swapped-case", "", NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"shortened", "shortened",    "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"extended",  "extended",     "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"key",       "key",          "",   NULL, "rfc6455-4.1-client-checks-accept", "RFC 6455 4.1 (4)"},
    {"twice",     "right\nAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "", NULL, "rfc6455-11.3.3-accept-once", "RFC 6455 11.3.3"},
};

static const struct handshake_level answer_protocols[] = {
    {"absent",    NULL,        NULL, NULL, "ws-client-20-dials", "RFC 6455 4.2.2 (5)"},
    {"unasked",   "chat",      "",   NULL, "rfc6455-4.1-client-checks-subprotocol", "RFC 6455 4.1 (6)"},
};

static const struct handshake_level answer_extensions[] = {
    {"absent",    NULL,        NULL, NULL, "ws-client-20-dials", "RFC 6455 4.2.2 (5)"},
    {"unasked",   "x-unknown", "",   NULL, "rfc6455-4.1-client-checks-extensions", "RFC 6455 4.1 (5)"},
    {"list",      "x-one; level=9, x-two", "", NULL, "rfc6455-4.1-client-checks-extensions", "RFC 6455 4.1 (5)"},
};

static const struct handshake_level answer_others[] = {
    {"none",      NULL,                     NULL, NULL, "ws-client-20-dials", "RFC 6455 4.1"},
    {"unknown",   "X-Powered-By: nothing",  NULL, NULL, "ws-client-20-dials", "RFC 6455 4.1"},
    {"empty",     "X-Empty:",               NULL, NULL, "ws-client-20-dials", "RFC 9110 5.5"},
    {"date",      "Date: Thu, 01 Jan 1970 00:00:00 GMT", NULL, NULL, "ws-client-20-dials", "RFC 9110 6.6.1"},
};

static const struct handshake_level answer_orders[] = {
    {"accept-first", "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.3"},
    {"reversed",     "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.3"},
    {"accept-last",  "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.3"},
};

static const struct handshake_level answer_names[] = {
    {"as-listed", "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.1"},
    {"lower",     "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.1"},
    {"upper",     "", NULL, NULL, "ws-client-20-dials", "RFC 9110 5.1"},
};

static const struct handshake_level answer_blanks[] = {
    {"one",       " \n",      NULL, NULL, "ws-client-20-dials", "RFC 9112 5"},
    {"none",      "\n",       NULL, NULL, "ws-client-20-dials", "RFC 9112 5"},
    {"many",      "    \n  ", NULL, NULL, "ws-client-20-dials", "RFC 9112 5"},
    {"tabs",      "\t\n\t",   NULL, NULL, "ws-client-20-dials", "RFC 9110 5.6.3"},
};

static const struct handshake_level behind[] = {
    {"nothing",   "", NULL, NULL, "ws-client-20-received", "RFC 6455 4.2.2"},
    {"message",   "", NULL, NULL, "ws-client-20-received", "RFC 6455 4.2.2"}, // in the segment of the head
};

#define FACTOR(part, name, field, levels, legal) {HANDSHAKE_##part, name, field, levels, sizeof(levels) / sizeof *(levels), legal}
static const struct handshake_factor request[] = {
    FACTOR(METHOD,     "method",     NULL, methods, 1),
    FACTOR(TARGET,     "target",     NULL, targets, 3),
    FACTOR(VERSION,    "http",       NULL, versions, 1),
    FACTOR(HOST,       "host",       "Host", hosts, 4),
    FACTOR(UPGRADE,    "upgrade",    "Upgrade", upgrades, 3),
    FACTOR(CONNECTION, "connection", "Connection", connections, 5),
    FACTOR(KEY,        "key",        "Sec-WebSocket-Key", keys, 3),
    FACTOR(NUMBER,     "version",    "Sec-WebSocket-Version", numbers, 1),
    FACTOR(PROTOCOL,   "protocol",   "Sec-WebSocket-Protocol", protocols, 4),
    FACTOR(EXTENSIONS, "extensions", "Sec-WebSocket-Extensions", extensions, 5),
    FACTOR(ORIGIN,     "origin",     "Origin", origins, 2),
    FACTOR(OTHER,      "other",      NULL, others, 4),
    FACTOR(ORDER,      "order",      NULL, orders, 3),
    FACTOR(NAMES,      "names",      NULL, names, 3),
    FACTOR(BLANKS,     "blanks",     NULL, blanks, 4),
};

static const struct handshake_factor answer[] = {
    FACTOR(VERSION,    "http",       NULL, answer_versions, 1),
    FACTOR(STATUS,     "status",     NULL, statuses, 1),
    FACTOR(REASON,     "reason",     NULL, reasons, 4),
    FACTOR(UPGRADE,    "upgrade",    "Upgrade", answer_upgrades, 3),
    FACTOR(CONNECTION, "connection", "Connection", answer_connections, 5),
    FACTOR(ACCEPT,     "accept",     "Sec-WebSocket-Accept", accepts, 1),
    FACTOR(PROTOCOL,   "protocol",   "Sec-WebSocket-Protocol", answer_protocols, 1),
    FACTOR(EXTENSIONS, "extensions", "Sec-WebSocket-Extensions", answer_extensions, 1),
    FACTOR(OTHER,      "other",      NULL, answer_others, 4),
    FACTOR(ORDER,      "order",      NULL, answer_orders, 3),
    FACTOR(NAMES,      "names",      NULL, answer_names, 3),
    FACTOR(BLANKS,     "blanks",     NULL, answer_blanks, 4),
    FACTOR(BEHIND,     "behind",     NULL, behind, 2),
};

const struct handshake_table handshake_tables[] = {
    {"ws-echo-server", true,  request, sizeof request / sizeof *request},
    {"ws-client",      false, answer,  sizeof answer / sizeof *answer},
};
// clang-format on
const size_t handshake_table_count = sizeof handshake_tables / sizeof *handshake_tables;

const struct handshake_table *handshake_table_for(const char *program)
{
    for (size_t i = 0; i < handshake_table_count; i++)
        if (strcmp(handshake_tables[i].program, program) == 0)
            return &handshake_tables[i];
    return NULL;
}
