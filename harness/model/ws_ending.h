// How the end of a connection fits what called for it: which close codes RFC 6455 asks for, which are weaker than best.
#ifndef SOCKSPEC_MODEL_WS_ENDING_H
#define SOCKSPEC_MODEL_WS_ENDING_H

#include <stdbool.h>

#include "model/ws_table.h"

#define WS_NO_CODE 0 // of a close frame without one

enum ws_grade { WS_GRADE_PASS, WS_GRADE_INFO, WS_GRADE_NONSTRICT, WS_GRADE_FAIL };

struct ws_ending {
    bool bare;     // without a close frame
    unsigned code; // of the close frame that came, or WS_NO_CODE
};

// `reply` and `symbol` are those of the move that called for it, `sent` the code of the close frame that it was (or
// WS_NO_CODE). WS_GRADE_FAIL: it does not fit. Sets `why` to a static text about what is weaker than best, or to NULL.
enum ws_grade ws_ending_grade(const struct ws_ending *ending, enum ws_reply reply, enum ws_symbol symbol, unsigned sent,
                              const char **why);

#endif
