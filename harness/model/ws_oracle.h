// The model as a judge of one connection: told every move that goes to the program and every byte that comes back, it
// says whether what came is what the table allows, and what is still due.
//
// Order matters where the RFC has one: messages come back in the order in which they were sent, pongs in the order of
// their pings (those before the last that waits may be missing), nothing comes behind a close frame but the end. A pong
// and the echo of a message may overtake each other. What is in flight when a connection has to end may be lost, which
// is weaker than best.
#ifndef SOCKSPEC_MODEL_WS_ORACLE_H
#define SOCKSPEC_MODEL_WS_ORACLE_H

#include "base/buffer.h"
#include "model/ws_ending.h"
#include "model/ws_sequence.h"

struct ws_oracle {
    struct ws_receiver receiver;
    struct ws_due *dues; // what the program owes, or may do
    size_t due_count;
    size_t due_capacity;
    size_t moves;         // seen so far
    struct buffer in;     // bytes of a frame that is not whole
    struct buffer coming; // the message that comes
    unsigned coming_opcode;
    bool close_sent;
    bool close_seen;
    unsigned char close_code[2]; // of the close frame that came, where it had one
    bool has_code;
    bool ended;
    // The verdict so far.
    enum ws_grade grade;
    const char *why;       // it is not a pass; static
    size_t move;           // of a failure: the number of the move that it is about
    enum ws_state state;   // there
    enum ws_symbol symbol; // of that move
    char *expected;
    char *actual;
};

// A connection to a program in that role begins. Zeroed at first, then again for each connection.
void ws_oracle_begin(struct ws_oracle *oracle, bool server, uint64_t limit);
void ws_oracle_free(struct ws_oracle *oracle);

// Forgets the verdict and the numbers of the moves so far, not what is due: the next sequence begins.
void ws_oracle_next(struct ws_oracle *oracle);

// Is told what goes out, before it does.
void ws_oracle_sends(struct ws_oracle *oracle, const struct ws_move *move);

// Is told what came in, the end included, or that it has been waited for in vain.
void ws_oracle_receives(struct ws_oracle *oracle, const void *bytes, size_t length);
void ws_oracle_ends(struct ws_oracle *oracle, const char *how);
void ws_oracle_gives_up(struct ws_oracle *oracle, const char *why);

// True when nothing more has to come, or has failed.
bool ws_oracle_settled(const struct ws_oracle *oracle);

// True when the connection can carry another sequence.
bool ws_oracle_reusable(const struct ws_oracle *oracle);

#endif
