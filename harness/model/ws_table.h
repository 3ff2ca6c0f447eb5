// What RFC 6455 says of a WebSocket connection after the opening handshake, as one table: the state that a receiver is
// in, what a frame means to it there, the state that follows, what the receiver may do about it, and the section that
// says so. The receiver is the program under test; the frames are ours, legal or not.
//
// The same table holds for both roles. They differ in three things: a server demands masks and a client refuses them,
// a server closes the TCP connection first, and what a program does with a whole message is its own (a server that
// echoes sends it back, a client may print it).
#ifndef SOCKSPEC_MODEL_WS_TABLE_H
#define SOCKSPEC_MODEL_WS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ws_state {
    WS_READY,        // between messages
    WS_IN_TEXT,      // in a fragmented text message that is UTF-8 so far
    WS_IN_CHARACTER, // the same, and its last character is not whole
    WS_IN_BAD_TEXT,  // the same, and it cannot become UTF-8 any more; the receiver may not have looked yet
    WS_IN_BINARY,    // in a fragmented binary message
    WS_CLOSED,       // a close frame has gone to the receiver
    WS_FAILED,       // the receiver has to fail the connection
    WS_STATE_COUNT,
};

// What a frame is to a receiver in its state. A frame that is wrong in several ways is what is wrong with it first.
enum ws_symbol {
    WS_SYMBOL_TEXT,             // a whole text message
    WS_SYMBOL_TEXT_BAD,         // one that is not UTF-8
    WS_SYMBOL_BINARY,           // a whole binary message
    WS_SYMBOL_FIRST_TEXT,       // the first fragment of a text message, of whole characters
    WS_SYMBOL_FIRST_TEXT_CUT,   // one that ends within a character
    WS_SYMBOL_FIRST_TEXT_BAD,   // one that no continuation makes UTF-8
    WS_SYMBOL_FIRST_BINARY,     // the first fragment of a binary message
    WS_SYMBOL_MIDDLE,           // a continuation without FIN; the message so far is of whole characters, if it is text
    WS_SYMBOL_MIDDLE_CUT,       // one behind which a character is not whole
    WS_SYMBOL_MIDDLE_BAD,       // one behind which the message cannot become UTF-8
    WS_SYMBOL_LAST,             // a continuation with FIN; the message is UTF-8, if it is text
    WS_SYMBOL_LAST_BAD,         // one that leaves the message not UTF-8, cut within a character too
    WS_SYMBOL_PING,             //
    WS_SYMBOL_PONG,             //
    WS_SYMBOL_CLOSE,            // without a code, or with one that is valid and a reason in UTF-8
    WS_SYMBOL_CLOSE_LATER,      // with a code that was registered after the RFC
    WS_SYMBOL_CLOSE_UNASSIGNED, // with a code of 1004 or 1016 to 2999
    WS_SYMBOL_CLOSE_ABOVE,      // with a code above 4999
    WS_SYMBOL_CLOSE_BAD_CODE,   // with a code that must not be sent
    WS_SYMBOL_CLOSE_HALF_CODE,  // with a body of one byte
    WS_SYMBOL_CLOSE_BAD_REASON, // with a reason that is not UTF-8
    WS_SYMBOL_RESERVED_BITS,    // with a reserved bit
    WS_SYMBOL_RESERVED_OPCODE,  //
    WS_SYMBOL_CONTROL_FRAGMENT, // a control frame without FIN
    WS_SYMBOL_CONTROL_LONG,     // one of more than 125 bytes
    WS_SYMBOL_WRONG_MASK,       // not masked to a server, masked to a client
    WS_SYMBOL_TOP_BIT,          // a length of 64 bits whose first is set
    WS_SYMBOL_HUGE,             // a length above what the receiver takes
    WS_SYMBOL_HUGE_MISPLACED,   // the same of a frame that may not come there whatever its length
    WS_SYMBOL_LONG_FORM,        // anything else whose length is not in the shortest form
    WS_SYMBOL_COUNT,
};

// What a receiver may do about a frame. Where it has to fail the connection, a close frame with another code, or an end
// without one, is weaker than best and not wrong.
enum ws_reply {
    WS_REPLY_NOTHING,
    WS_REPLY_DELIVER,           // the whole message goes to the program
    WS_REPLY_PONG,              // with the bytes of the ping; of several pings that wait, the last suffices
    WS_REPLY_CLOSE,             // a close frame, typically with the same code, and the end
    WS_REPLY_CLOSE_OR_1002,     // the same; or not to know the code
    WS_REPLY_1002_OR_CLOSE,     // to fail the connection; or to send the code back, which is not forbidden
    WS_REPLY_FAIL_1002,         // to fail the connection: protocol error
    WS_REPLY_FAIL_MASK,         // the same; a bare end is as good
    WS_REPLY_FAIL_1007,         // not UTF-8
    WS_REPLY_FAIL_1007_OR_1002, //
    WS_REPLY_FAIL_1009,         // too big
    WS_REPLY_FAIL_1002_OR_1009, //
    WS_REPLY_MAY_FAIL_1007,     // at once, or when the message ends
    WS_REPLY_MAY_FAIL_1002,     // or to go on as if the length were in the shortest form
    WS_REPLY_COUNT,
};

struct ws_rule {
    unsigned states;    // bits 1 << enum ws_state
    unsigned symbols;   // bits 1 << enum ws_symbol
    enum ws_state next; // WS_STATE_COUNT: the same
    enum ws_reply reply;
    const char *section;     // of RFC 6455
    const char *requirement; // its id in conformance/requirements/rfc6455.yaml
};

// The rules, which cover every state and symbol once.
extern const struct ws_rule ws_rules[];
extern const size_t ws_rule_count;

// The rule for a symbol in a state.
const struct ws_rule *ws_rule_for(enum ws_state state, enum ws_symbol symbol);

// The state that follows.
enum ws_state ws_next_state(enum ws_state state, const struct ws_rule *rule);

// True in the states in which nothing is answered any more.
bool ws_state_is_terminal(enum ws_state state);

// True when a receiver may, or has to, end the connection.
bool ws_reply_ends(enum ws_reply reply);

// The same, when it has to.
bool ws_reply_must_end(enum ws_reply reply);

// "between messages", "a whole text message", "a pong with the same bytes".
extern const char *const ws_state_names[WS_STATE_COUNT];
extern const char *const ws_symbol_names[WS_SYMBOL_COUNT];
extern const char *const ws_reply_names[WS_REPLY_COUNT];

#endif
