#include "model/ws_table.h"

#define IN(state) (1u << WS_##state)
#define S(symbol) (1u << WS_SYMBOL_##symbol)

#define TEXT_MESSAGE (IN(IN_TEXT) | IN(IN_CHARACTER))
#define MESSAGE (TEXT_MESSAGE | IN(IN_BAD_TEXT) | IN(IN_BINARY))
#define OPEN (IN(READY) | MESSAGE)
#define DEAD (IN(CLOSED) | IN(FAILED))

#define MIDDLES (S(MIDDLE) | S(MIDDLE_CUT) | S(MIDDLE_BAD))
#define LASTS (S(LAST) | S(LAST_BAD))
#define FIRSTS (S(FIRST_TEXT) | S(FIRST_TEXT_CUT) | S(FIRST_TEXT_BAD) | S(FIRST_BINARY))
#define WHOLES (S(TEXT) | S(TEXT_BAD) | S(BINARY))
#define ALL ((1u << WS_SYMBOL_COUNT) - 1)
#define SAME WS_STATE_COUNT

// clang-format off
const struct ws_rule ws_rules[] = {
    // state          symbol                next             reply                       section    requirement
    // A message in one frame.
    {IN(READY),       S(TEXT),              WS_READY,        WS_REPLY_DELIVER,           "5.6",     "rfc6455-5.6-text"},
    {IN(READY),       S(BINARY),            WS_READY,        WS_REPLY_DELIVER,           "5.6",     "rfc6455-5.6-binary"},
    {IN(READY),       S(TEXT_BAD),          WS_FAILED,       WS_REPLY_FAIL_1007,         "8.1",     "rfc6455-8.1-utf8"},
    // A message in fragments.
    {IN(READY),       S(FIRST_TEXT),        WS_IN_TEXT,      WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {IN(READY),       S(FIRST_TEXT_CUT),    WS_IN_CHARACTER, WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {IN(READY),       S(FIRST_TEXT_BAD),    WS_IN_BAD_TEXT,  WS_REPLY_MAY_FAIL_1007,     "8.1",     "rfc6455-8.1-utf8"},
    {IN(READY),       S(FIRST_BINARY),      WS_IN_BINARY,    WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {IN(READY),       MIDDLES | LASTS,      WS_FAILED,       WS_REPLY_FAIL_1002,         "5.4",     "rfc6455-5.4-continuation"},
    {TEXT_MESSAGE,    S(MIDDLE),            WS_IN_TEXT,      WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {TEXT_MESSAGE,    S(MIDDLE_CUT),        WS_IN_CHARACTER, WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {TEXT_MESSAGE,    S(MIDDLE_BAD),        WS_IN_BAD_TEXT,  WS_REPLY_MAY_FAIL_1007,     "8.1",     "rfc6455-8.1-utf8"},
    {TEXT_MESSAGE,    S(LAST),              WS_READY,        WS_REPLY_DELIVER,           "5.4",     "rfc6455-5.4-fragmented"},
    {TEXT_MESSAGE,    S(LAST_BAD),          WS_FAILED,       WS_REPLY_FAIL_1007,         "8.1",     "rfc6455-8.1-utf8"},
    {IN(IN_BAD_TEXT), MIDDLES,              WS_IN_BAD_TEXT,  WS_REPLY_MAY_FAIL_1007,     "8.1",     "rfc6455-8.1-utf8"},
    {IN(IN_BAD_TEXT), LASTS,                WS_FAILED,       WS_REPLY_FAIL_1007,         "8.1",     "rfc6455-8.1-utf8"},
    {IN(IN_BINARY),   MIDDLES,              WS_IN_BINARY,    WS_REPLY_NOTHING,           "5.4",     "rfc6455-5.4-fragmented"},
    {IN(IN_BINARY),   LASTS,                WS_READY,        WS_REPLY_DELIVER,           "5.4",     "rfc6455-5.4-fragmented"},
    {MESSAGE,         WHOLES | FIRSTS,      WS_FAILED,       WS_REPLY_FAIL_1002,         "5.4",     "rfc6455-5.4-interleaved"},
    // Control frames, between the fragments of a message too.
    {OPEN,            S(PING),              SAME,            WS_REPLY_PONG,              "5.5.2",   "rfc6455-5.5.2-pong"},
    {OPEN,            S(PONG),              SAME,            WS_REPLY_NOTHING,           "5.5.3",   "rfc6455-5.5.3-unsolicited"},
    {OPEN,            S(CLOSE),             WS_CLOSED,       WS_REPLY_CLOSE,             "5.5.1",   "rfc6455-5.5.1-reply"},
    {OPEN,            S(CLOSE_LATER),       WS_CLOSED,       WS_REPLY_CLOSE_OR_1002,     "7.4.2",   "rfc6455-7.4.2-registered-later"},
    {OPEN,            S(CLOSE_UNASSIGNED),  WS_CLOSED,       WS_REPLY_1002_OR_CLOSE,     "7.4.2",   "rfc6455-7.4.2-unassigned"},
    {OPEN,            S(CLOSE_ABOVE),       WS_CLOSED,       WS_REPLY_1002_OR_CLOSE,     "7.4.2",   "rfc6455-7.4.2-above"},
    {OPEN,            S(CLOSE_BAD_CODE),    WS_FAILED,       WS_REPLY_FAIL_1002,         "7.4.1",   "rfc6455-7.4.1-not-on-the-wire"},
    {OPEN,            S(CLOSE_HALF_CODE),   WS_FAILED,       WS_REPLY_FAIL_1002,         "5.5.1",   "rfc6455-5.5.1-body"},
    {OPEN,            S(CLOSE_BAD_REASON),  WS_FAILED,       WS_REPLY_FAIL_1007_OR_1002, "5.5.1",   "rfc6455-5.5.1-reason"},
    {OPEN,            S(CONTROL_FRAGMENT),  WS_FAILED,       WS_REPLY_FAIL_1002,         "5.5",     "rfc6455-5.5-control-whole"},
    {OPEN,            S(CONTROL_LONG),      WS_FAILED,       WS_REPLY_FAIL_1002,         "5.5",     "rfc6455-5.5-control-length"},
    // Headers.
    {OPEN,            S(RESERVED_BITS),     WS_FAILED,       WS_REPLY_FAIL_1002,         "5.2",     "rfc6455-5.2-rsv"},
    {OPEN,            S(RESERVED_OPCODE),   WS_FAILED,       WS_REPLY_FAIL_1002,         "5.2",     "rfc6455-5.2-opcode"},
    {OPEN,            S(WRONG_MASK),        WS_FAILED,       WS_REPLY_FAIL_MASK,         "5.1",     "rfc6455-5.1-masked"},
    {OPEN,            S(TOP_BIT),           WS_FAILED,       WS_REPLY_FAIL_1002_OR_1009, "5.2",     "rfc6455-5.2-length-top-bit"},
    {OPEN,            S(HUGE),              WS_FAILED,       WS_REPLY_FAIL_1009,         "10.4",    "rfc6455-10.4-limit"},
    {OPEN,            S(HUGE_MISPLACED),    WS_FAILED,       WS_REPLY_FAIL_1002_OR_1009, "5.4",     "rfc6455-5.4-continuation"},
    {OPEN,            S(LONG_FORM),         SAME,            WS_REPLY_MAY_FAIL_1002,     "5.2",     "rfc6455-5.2-length-not-minimal"},
    // Behind the end.
    {IN(CLOSED),      ALL,                  SAME,            WS_REPLY_NOTHING,           "5.5.1",   "rfc6455-5.5.1-nothing-after"},
    {IN(FAILED),      ALL,                  SAME,            WS_REPLY_NOTHING,           "7.1.7",   "rfc6455-7.1.7-no-more"},
};
// clang-format on

const size_t ws_rule_count = sizeof ws_rules / sizeof *ws_rules;

const struct ws_rule *ws_rule_for(enum ws_state state, enum ws_symbol symbol)
{
    for (size_t i = 0; i < ws_rule_count; i++)
        if (ws_rules[i].states >> state & 1 && ws_rules[i].symbols >> symbol & 1)
            return &ws_rules[i];
    return NULL;
}

enum ws_state ws_next_state(enum ws_state state, const struct ws_rule *rule)
{
    return rule->next == SAME ? state : rule->next;
}

bool ws_state_is_terminal(enum ws_state state)
{
    return DEAD >> state & 1;
}

bool ws_reply_must_end(enum ws_reply reply)
{
    return reply >= WS_REPLY_CLOSE && reply < WS_REPLY_MAY_FAIL_1007;
}

bool ws_reply_ends(enum ws_reply reply)
{
    return reply >= WS_REPLY_CLOSE;
}

const char *const ws_state_names[WS_STATE_COUNT] = {
    [WS_READY] = "between messages",
    [WS_IN_TEXT] = "in a text message",
    [WS_IN_CHARACTER] = "in a character of a text message",
    [WS_IN_BAD_TEXT] = "in a text message that is not UTF-8",
    [WS_IN_BINARY] = "in a binary message",
    [WS_CLOSED] = "closed",
    [WS_FAILED] = "failed",
};

const char *const ws_symbol_names[WS_SYMBOL_COUNT] = {
    [WS_SYMBOL_TEXT] = "text message",
    [WS_SYMBOL_TEXT_BAD] = "text message that is not UTF-8",
    [WS_SYMBOL_BINARY] = "binary message",
    [WS_SYMBOL_FIRST_TEXT] = "first fragment of text",
    [WS_SYMBOL_FIRST_TEXT_CUT] = "first fragment of text that ends within a character",
    [WS_SYMBOL_FIRST_TEXT_BAD] = "first fragment of text that is not UTF-8",
    [WS_SYMBOL_FIRST_BINARY] = "first fragment of binary",
    [WS_SYMBOL_MIDDLE] = "continuation",
    [WS_SYMBOL_MIDDLE_CUT] = "continuation that ends within a character",
    [WS_SYMBOL_MIDDLE_BAD] = "continuation that is not UTF-8",
    [WS_SYMBOL_LAST] = "last fragment",
    [WS_SYMBOL_LAST_BAD] = "last fragment that is not UTF-8",
    [WS_SYMBOL_PING] = "ping",
    [WS_SYMBOL_PONG] = "pong",
    [WS_SYMBOL_CLOSE] = "close frame",
    [WS_SYMBOL_CLOSE_LATER] = "close frame with a code registered later",
    [WS_SYMBOL_CLOSE_UNASSIGNED] = "close frame with an unassigned code",
    [WS_SYMBOL_CLOSE_ABOVE] = "close frame with a code above 4999",
    [WS_SYMBOL_CLOSE_BAD_CODE] = "close frame with a code that must not be sent",
    [WS_SYMBOL_CLOSE_HALF_CODE] = "close frame with half a code",
    [WS_SYMBOL_CLOSE_BAD_REASON] = "close frame with a reason that is not UTF-8",
    [WS_SYMBOL_RESERVED_BITS] = "frame with reserved bits",
    [WS_SYMBOL_RESERVED_OPCODE] = "frame with a reserved opcode",
    [WS_SYMBOL_CONTROL_FRAGMENT] = "control frame without FIN",
    [WS_SYMBOL_CONTROL_LONG] = "control frame of more than 125 bytes",
    [WS_SYMBOL_WRONG_MASK] = "frame masked in the wrong direction",
    [WS_SYMBOL_TOP_BIT] = "frame whose length has the top bit",
    [WS_SYMBOL_HUGE] = "frame that claims to be huge",
    [WS_SYMBOL_HUGE_MISPLACED] = "frame that claims to be huge where none of its kind may come",
    [WS_SYMBOL_LONG_FORM] = "frame whose length is not in the shortest form",
};

const char *const ws_reply_names[WS_REPLY_COUNT] = {
    [WS_REPLY_NOTHING] = "nothing",
    [WS_REPLY_DELIVER] = "the message",
    [WS_REPLY_PONG] = "a pong with the same bytes",
    [WS_REPLY_CLOSE] = "a close frame with the same code",
    [WS_REPLY_CLOSE_OR_1002] = "a close frame with the same code, or 1002",
    [WS_REPLY_1002_OR_CLOSE] = "a close frame with code 1002, or the same code",
    [WS_REPLY_FAIL_1002] = "a close frame with code 1002",
    [WS_REPLY_FAIL_MASK] = "a close frame with code 1002, or the end",
    [WS_REPLY_FAIL_1007] = "a close frame with code 1007",
    [WS_REPLY_FAIL_1007_OR_1002] = "a close frame with code 1007 or 1002",
    [WS_REPLY_FAIL_1009] = "a close frame with code 1009",
    [WS_REPLY_FAIL_1002_OR_1009] = "a close frame with code 1002 or 1009",
    [WS_REPLY_MAY_FAIL_1007] = "nothing, or a close frame with code 1007",
    [WS_REPLY_MAY_FAIL_1002] = "a close frame with code 1002, or as in the shortest form",
};
