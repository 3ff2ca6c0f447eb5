// What line servers do, as one table for each: the state of a connection, a letter, the state that follows, what is
// sent, and what is due. From the contracts of the programs.
#ifndef SOCKSPEC_MODEL_LINE_MODEL_H
#define SOCKSPEC_MODEL_LINE_MODEL_H

#include "model/case_model.h"

enum line_state {
    LINE_ABSENT, // not connected yet
    LINE_READY,  // between lines
    LINE_HALF,   // a line has begun
    LINE_ENDED,  // the connection is over
};

struct line_rule {
    const char *letter;
    unsigned from; // bits 1 << enum line_state
    enum line_state to;
    const char *send;   // a payload in the language of cases, or NULL
    const char *expect; // a matcher, or NULL: nothing is due. `(N)` stands for what the counter may say
    const char *also;   // another step, or NULL
    const char *requirement;
};

struct line_model {
    const char *program;
    size_t connections; // interleaved
    bool fresh;         // each sequence with a start of its own
    bool shared;        // one start serves many: the control can be run first
    const struct line_rule *rules;
    size_t rule_count;
};

extern const struct line_model line_models[];
extern const size_t line_model_count;

// The functions of a case model whose context is a struct line_model.
void line_case_model(const struct line_model *line, struct case_model *model);

#endif
