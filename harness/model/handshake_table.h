// The opening handshake as a table: its parts (factors), and for each part what may stand there (levels), legal and not.
//
// Legal levels go together in any combination: a covering array of strength 3 has each three of them in a request. A
// level that is not legal, or that may be taken or refused, stands alone among legal ones: of two faults in a request
// the one would mask the other, since either is reason enough to refuse it. For each there is an array of strength 2
// over the legal levels of all other factors, so that each triple with one such level occurs.
#ifndef SOCKSPEC_MODEL_HANDSHAKE_TABLE_H
#define SOCKSPEC_MODEL_HANDSHAKE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct handshake_level {
    const char *name;
    const char *text; // what is sent there; NULL: nothing, a LF: two fields. {host} stands for the host that is named
    const char *refused; // the statuses that refuse it best, as in a case; "": none is best; NULL: the level is legal
    const char
        *opened; // what it is graded to open the WebSocket all the same, with a reason behind a colon; NULL: fail
    const char *requirement;
    const char *section;
};

// The parts of a request, then those of an answer that only an answer has.
enum handshake_part {
    HANDSHAKE_METHOD,
    HANDSHAKE_TARGET,
    HANDSHAKE_VERSION,
    HANDSHAKE_HOST,
    HANDSHAKE_UPGRADE,
    HANDSHAKE_CONNECTION,
    HANDSHAKE_KEY,
    HANDSHAKE_NUMBER,
    HANDSHAKE_PROTOCOL,
    HANDSHAKE_EXTENSIONS,
    HANDSHAKE_ORIGIN,
    HANDSHAKE_OTHER,
    HANDSHAKE_ORDER,
    HANDSHAKE_NAMES,
    HANDSHAKE_BLANKS,
    HANDSHAKE_STATUS,
    HANDSHAKE_REASON,
    HANDSHAKE_ACCEPT,
    HANDSHAKE_BEHIND,
};

struct handshake_factor {
    enum handshake_part part;
    const char *name;  // one word
    const char *field; // that it is the value of, or NULL
    const struct handshake_level *levels;
    size_t count;
    size_t legal; // so many of them come first; level 0 is the plain one
};

struct handshake_table {
    const char *program;
    bool server; // the program is one
    const struct handshake_factor *factors;
    size_t count;
};

// The table for a program; NULL when there is none.
const struct handshake_table *handshake_table_for(const char *program);

extern const struct handshake_table handshake_tables[];
extern const size_t handshake_table_count;

#endif
