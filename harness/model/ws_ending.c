#include "model/ws_ending.h"

#include <stddef.h>

static bool is_code(const struct ws_ending *ending, unsigned one, unsigned other)
{
    return !ending->bare && ending->code != WS_NO_CODE && (ending->code == one || ending->code == other);
}

static bool is_echo(const struct ws_ending *ending, unsigned sent)
{
    return !ending->bare && (ending->code == sent || (sent == WS_NO_CODE && ending->code == 1000));
}

static bool is_weak_echo(const struct ws_ending *ending)
{
    return !ending->bare && (ending->code == WS_NO_CODE || ending->code == 1000);
}

static enum ws_grade weak(const struct ws_ending *ending, const char *other, const char **why)
{
    *why = ending->bare ? "RFC 6455 7.1.7 asks for a close frame before the end" : other;
    return WS_GRADE_NONSTRICT;
}

enum ws_grade ws_ending_grade(const struct ws_ending *ending, enum ws_reply reply, enum ws_symbol symbol, unsigned sent,
                              const char **why)
{
    static const char protocol_error[] = "1002 (protocol error) is the code for it";
    *why = NULL;
    switch (reply) {
    case WS_REPLY_NOTHING:
    case WS_REPLY_DELIVER:
    case WS_REPLY_PONG:
    case WS_REPLY_COUNT:
        break;
    case WS_REPLY_CLOSE:
        if (is_echo(ending, sent))
            return WS_GRADE_PASS;
        *why = "RFC 6455 5.5.1 says that the code is typically sent back";
        return is_weak_echo(ending) ? WS_GRADE_NONSTRICT : WS_GRADE_FAIL;
    case WS_REPLY_CLOSE_OR_1002:
        if (is_echo(ending, sent))
            return WS_GRADE_PASS;
        *why = "the code is registered by now";
        return ending->bare || is_weak_echo(ending) || is_code(ending, 1002, 1002) ? WS_GRADE_NONSTRICT : WS_GRADE_FAIL;
    case WS_REPLY_1002_OR_CLOSE:
        if (is_code(ending, 1002, 1002))
            return WS_GRADE_PASS;
        if (!is_echo(ending, sent))
            return weak(ending, protocol_error, why);
        *why = "RFC 6455 7.4 does not tell a receiver to refuse the code";
        return symbol == WS_SYMBOL_CLOSE_ABOVE ? WS_GRADE_INFO : WS_GRADE_NONSTRICT;
    case WS_REPLY_FAIL_MASK:
        if (ending->bare)
            return WS_GRADE_PASS;
        return is_code(ending, 1002, 1002) ? WS_GRADE_PASS : weak(ending, protocol_error, why);
    case WS_REPLY_FAIL_1002:
    case WS_REPLY_MAY_FAIL_1002:
        return is_code(ending, 1002, 1002) ? WS_GRADE_PASS : weak(ending, protocol_error, why);
    case WS_REPLY_FAIL_1007:
    case WS_REPLY_MAY_FAIL_1007:
        return is_code(ending, 1007, 1007) ? WS_GRADE_PASS
                                           : weak(ending, "1007 is the code for text that is not UTF-8", why);
    case WS_REPLY_FAIL_1007_OR_1002:
        return is_code(ending, 1007, 1002)
                   ? WS_GRADE_PASS
                   : weak(ending, "1007 (not UTF-8) or 1002 (protocol error) is the code for it", why);
    case WS_REPLY_FAIL_1009:
        return is_code(ending, 1009, 1009) ? WS_GRADE_PASS
                                           : weak(ending, "1009 is the code for a message that is too big", why);
    case WS_REPLY_FAIL_1002_OR_1009:
        return is_code(ending, 1002, 1009)
                   ? WS_GRADE_PASS
                   : weak(ending, "1002 (protocol error) or 1009 (too big) is the code for it", why);
    }
    return WS_GRADE_FAIL;
}
