// The letters of which sequences are made when all of them are to be played: frames with small contents, at least one
// for every symbol of the table.
#ifndef SOCKSPEC_MODEL_WS_ALPHABET_H
#define SOCKSPEC_MODEL_WS_ALPHABET_H

#include "model/ws_sequence.h"

struct ws_letter {
    const char *name; // "text-cut"
    struct ws_move move;
    bool only_last; // stands at the end of sequences alone: others like it are followed by everything
};

enum { WS_LETTERS_MAX = 80 };

struct ws_alphabet {
    bool server; // the receiver is one
    struct ws_letter letters[WS_LETTERS_MAX];
    size_t count;
};

void ws_alphabet_make(struct ws_alphabet *alphabet, bool server);

// The receiver behind a path of letters. Returns the number of letters up to the one that ends the connection, or all.
// `receiver` may be used before; it is reset.
size_t ws_walk(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
               struct ws_receiver *receiver);

// True when letters may follow the path.
bool ws_path_goes_on(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
                     struct ws_receiver *receiver);

// Room for the moves of a path: it may be followed by one that brings the connection back between messages, or by a
// ping that must not be answered.
enum { WS_PATH_MOVES = 16 };

// Makes the sequence of a path, which is at most WS_PATH_MOVES - 2 long, in `moves`.
struct ws_sequence ws_path_sequence(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
                                    struct ws_receiver *receiver, struct ws_move moves[WS_PATH_MOVES]);

#endif
