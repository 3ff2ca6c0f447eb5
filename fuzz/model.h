// RFC 6455 as the oracle of sessions: what an end must make of the frames of its peer.
//
// The model reads the whole of what the peer sends at once and lists what comes of it. It is written from the RFC on
// the harness's codec, in the plainest way: no state is kept between calls, and nothing of impl/lib is used.
#ifndef SOCKSPEC_FUZZ_MODEL_H
#define SOCKSPEC_FUZZ_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outcome_kind {
    OUTCOME_MESSAGE,
    OUTCOME_PING,
    OUTCOME_CLOSED, // the peer's close frame; nothing follows
    OUTCOME_FAILED, // the connection fails with the code (section 7.1.7); nothing follows
};

struct outcome {
    enum outcome_kind kind;
    unsigned opcode; // of a message
    unsigned code;   // of a close frame (1005 without one) or failure
    size_t offset;   // of the payload of a message or ping, in the model's `payload`
    size_t length;
};

struct model {
    bool from_server; // who the peer is
    bool deflate;     // permessage-deflate was agreed on
    size_t limit;     // bytes of a message

    struct outcome *outcomes; // good until the next run of any model
    size_t count;
    const uint8_t *payload;
    bool undecided; // a compressed message begins behind these outcomes: the model does not inflate
};

// Fills in the second half of the model. Whatever the bytes show is among the outcomes, also when the last frame is cut.
void model_run(struct model *model, const uint8_t *bytes, size_t size);

// The frame by which a server answers an outcome, good until the next call. Returns its length.
size_t model_answer(const struct model *model, const struct outcome *outcome, const uint8_t **frame);

// The payload of that frame, and its opcode.
size_t model_answer_payload(const struct model *model, const struct outcome *outcome, unsigned *opcode,
                            const uint8_t **payload);

#endif
