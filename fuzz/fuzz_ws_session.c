// Reaches session_feed, session_close and session_use_deflate of impl/lib/ws_session.c, and frames, messages and UTF-8
// below them.
//
// The first four bytes cut the rest, which a peer sends. The upper bits of the first choose the peer: a client, a server,
// a client with permessage-deflate, or one that takes nothing over from message to message (with the largest window:
// whether zlib takes a reference beyond a smaller one depends on how the bytes are cut); of the second, after how many
// events this side closes (0: never).
//
// Oracles:
// - the model (model.h): the events are those of RFC 6455, one by one, with the answers byte for byte, and none more,
//   as soon as the bytes show it; up to the first compressed message, which fuzz_ws_message looks at;
// - bytes fed whole and cut give the same events and answers, compressed messages too;
// - nothing is read past a piece, none is left without an event, and nothing is sent behind a close frame.
#include <string.h>

#include "fuzz.h"
#include "lib/ws_session.h"
#include "model.h"
#include "mutate.h"
#include "ws/frame.h"

enum { LIMIT = 1000 };

enum peer { CLIENT, SERVER, DEFLATING_CLIENT, FORGETFUL_CLIENT };

struct check {
    const struct model *model;
    struct ws_session session;
    unsigned close_after;
    size_t events;
    uint64_t digest;
    bool closing, over;
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(CUTS, mutate_frames, data, size, most, seed);
}

static void digest_bytes(struct check *check, const void *bytes, size_t size)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < size; i++)
        check->digest = (check->digest ^ byte[i]) * UINT64_C(0x100000001b3); // FNV-1a
}

static void digest_event(struct check *check, const struct session_event *event)
{
    const unsigned facts[] = {(unsigned)event->type, event->failed, event->code, (unsigned)event->opcode};
    digest_bytes(check, facts, sizeof facts);
    digest_bytes(check, &event->length, sizeof event->length);
    if (event->length)
        digest_bytes(check, event->payload, event->length);
    if (event->answer_length)
        digest_bytes(check, event->answer, event->answer_length);
}

static void require_outcome(const struct check *check, const struct outcome *outcome, const struct session_event *event)
{
    switch (outcome->kind) {
    case OUTCOME_MESSAGE:
    case OUTCOME_PING:
        require(event->type == (outcome->kind == OUTCOME_PING ? SESSION_PING : SESSION_MESSAGE));
        require(outcome->kind == OUTCOME_PING || (unsigned)event->opcode == outcome->opcode);
        require(event->length == outcome->length);
        require(!event->length || memcmp(event->payload, check->model->payload + outcome->offset, event->length) == 0);
        break;
    case OUTCOME_CLOSED:
    case OUTCOME_FAILED:
        require(event->type == SESSION_CLOSED && event->code == outcome->code);
        require(event->failed == (outcome->kind == OUTCOME_FAILED));
        break;
    }
    const uint8_t *answer;
    size_t length = model_answer(check->model, outcome, &answer);
    if (check->closing)
        require(event->answer_length == 0);
    else
        require(event->answer_length == length && memcmp(event->answer, answer, length) == 0);
}

// What holds of every event, whether the model knows it or not.
static void require_legal(const struct check *check, const struct session_event *event)
{
    struct ws_frame frame = {0};
    require(!check->over);
    require(event->type != SESSION_MESSAGE || event->length <= LIMIT);
    require(event->type != SESSION_MESSAGE || event->opcode != OPCODE_TEXT ||
            utf8_verdict(event->payload, event->length) == 1);
    if (event->answer_length == 0)
        return;
    size_t header = ws_frame_decode(event->answer, event->answer_length, &frame);
    require(header > 0 && !ws_frame_fault(&frame, true) && header + frame.length == event->answer_length);
}

static void close_from_here(struct check *check)
{
    static const uint8_t frame[] = {0x88, 2, 0x03, 0xe8};
    struct session_event event;
    session_close(&check->session, CLOSE_NORMAL, &event);
    require(event.answer_length == sizeof frame && memcmp(event.answer, frame, sizeof frame) == 0);
    check->closing = true;
}

static void take(struct check *check, const struct session_event *event)
{
    require_legal(check, event);
    digest_event(check, event);
    if (check->events < check->model->count)
        require_outcome(check, &check->model->outcomes[check->events], event);
    else
        require(check->model->undecided);
    check->over = event->type == SESSION_CLOSED;
    if (++check->events == check->close_after && !check->over)
        close_from_here(check);
}

static void feed(struct check *check, const uint8_t *bytes, size_t size)
{
    const uint8_t *piece = edge_copy(0, bytes, size);
    struct session_event event;
    size_t taken = 0;
    do {
        size_t more = session_feed(&check->session, piece + taken, size - taken, &event);
        require(more <= size - taken && (more == size - taken || event.type != SESSION_NONE));
        taken += more;
        if (event.type != SESSION_NONE)
            take(check, &event);
    } while (event.type != SESSION_NONE);
}

// Returns a digest of all that happened.
static uint64_t run(const struct model *model, const uint8_t *data, bool cut, const uint8_t *bytes, size_t size)
{
    enum peer peer = (enum peer)cuts_choice(data, 0);
    struct check check = {.model = model, .close_after = cuts_choice(data, 1)};
    struct cuts cuts = {.sizes = cut ? data : NULL};
    struct deflate_parameters parameters = {0};
    if (peer == FORGETFUL_CLIENT)
        parameters = (struct deflate_parameters){.client_no_context_takeover = true};
    session_begin(&check.session, model->from_server ? FRAME_BY_SERVER : FRAME_BY_CLIENT, LIMIT);
    if (model->deflate)
        session_use_deflate(&check.session, &parameters);
    for (size_t at = 0, more; at < size; at += more) {
        more = cuts_next(&cuts, size - at);
        feed(&check, bytes + at, more);
    }
    require(check.events >= model->count);
    session_end(&check.session);
    return check.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CUTS)
        return 0;
    enum peer peer = (enum peer)cuts_choice(data, 0);
    struct model model = {.from_server = peer == SERVER, .deflate = peer >= DEFLATING_CLIENT, .limit = LIMIT};
    model_run(&model, data + CUTS, size - CUTS);
    uint64_t whole = run(&model, data, false, data + CUTS, size - CUTS);
    uint64_t cut = run(&model, data, true, data + CUTS, size - CUTS);
    require(whole == cut);
    return 0;
}
