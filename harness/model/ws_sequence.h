// A sequence of frames as a tester sends them: each with whatever header and payload, and how they are cut into writes.
//
// The memory of payloads is the owner's, most often an arena; sequences are copied and cut short freely.
#ifndef SOCKSPEC_MODEL_WS_SEQUENCE_H
#define SOCKSPEC_MODEL_WS_SEQUENCE_H

#include "model/ws_table.h"
#include "ws/frame.h"

struct ws_move {
    struct ws_frame frame;        // its header as it goes out
    const unsigned char *payload; // as it is before it is masked
    size_t length;                // of the payload, which is the header's but for lengths that lie
    bool joined;                  // in one write with the move before it
    bool awaited;                 // what is due is waited for before the next move
    size_t segment;               // the write that it begins goes out in segments of so many bytes; 0: in one
};

struct ws_sequence {
    struct ws_move *moves;
    size_t count;
};

// How many moves from `first` on go out in one write.
size_t ws_write_length(const struct ws_sequence *sequence, size_t first);

// The bytes of a move.
void ws_move_encode(const struct ws_move *move, struct buffer *out);

// Where a receiver is: the state of the table, and the message that it is in.
struct ws_receiver {
    bool server;    // it is a server, which demands masks
    uint64_t limit; // the largest message that it takes
    enum ws_state state;
    unsigned opcode;        // of the message
    unsigned char *message; // what it holds so far
    size_t length;
    size_t capacity;
};

// What a move is to it.
enum ws_symbol ws_symbol_of(const struct ws_receiver *receiver, const struct ws_move *move);

// Takes a move that is that symbol: the message grows and the state follows the table. After a move that completes a
// message, `message` and `opcode` are that message until the next move. A length in a long form that it takes is told
// by the rule of what the frame is apart from that, which it returns.
const struct ws_rule *ws_receive_move(struct ws_receiver *receiver, const struct ws_move *move);

void ws_receiver_reset(struct ws_receiver *receiver); // to a new connection
void ws_receiver_free(struct ws_receiver *receiver);

#endif
