// Reaches session_feed and session_close of impl/lib/ws_session.c, and the frame and UTF-8 code below it.
//
// Oracles:
// - bytes fed whole and in chunks whose sizes the first bytes of the input choose give the same events, and the same
//   answers byte for byte, whether they are a client's or a server's, with permessage-deflate or without;
// - what the session sends are frames in which the harness's decoder finds nothing wrong for a server;
// - a text message is UTF-8 by the harness's validator, no message is above the limit, and nothing comes
//   behind a close.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ws_session.h"
#include "ws/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 70000 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

// What a session did: a growing run of event types, codes and answers.
struct record {
    uint8_t *bytes;
    size_t length, room;
    bool closed;
};

static void record_bytes(struct record *record, const void *bytes, size_t length)
{
    if (length > record->room - record->length) {
        record->room = (record->length + length) * 2;
        record->bytes = realloc(record->bytes, record->room);
        require(record->bytes != NULL);
    }
    memcpy(record->bytes + record->length, bytes, length);
    record->length += length;
}

static void check_answer(const struct session_event *event)
{
    struct ws_frame frame = {0};
    size_t header = ws_frame_decode(event->answer, event->answer_length, &frame);
    require(header > 0 && !ws_frame_fault(&frame, true));
    require(frame.fin && header + frame.length == event->answer_length);
    if (frame.opcode == WS_CLOSE && frame.length >= 2)
        require(ws_close_code_valid((unsigned)event->answer[2] << 8 | event->answer[3]));
    if (event->type != SESSION_MESSAGE)
        return;
    require(event->length <= LIMIT && event->length == frame.length);
    require(memcmp(event->payload, event->answer + header, event->length) == 0);
    if (event->opcode == OPCODE_TEXT)
        require(ws_utf8_valid(event->payload, event->length));
}

static void record_event(struct record *record, const struct session_event *event)
{
    if (event->type == SESSION_NONE)
        return;
    require(!record->closed);
    record->closed = event->type == SESSION_CLOSED;
    const unsigned char facts[] = {(unsigned char)event->type, (unsigned char)event->failed,
                                   (unsigned char)(event->code >> 8), (unsigned char)event->code};
    check_answer(event);
    record_bytes(record, facts, sizeof facts);
    record_bytes(record, event->answer, event->answer_length);
}

static void feed(struct ws_session *session, const uint8_t *bytes, size_t size, struct record *record)
{
    uint8_t *exact = malloc(size ? size : 1);
    if (size)
        memcpy(exact, bytes, size);
    size_t taken = 0;
    struct session_event event;
    do {
        size_t more = session_feed(session, exact + taken, size - taken, &event);
        require(more == size - taken || event.type != SESSION_NONE);
        taken += more;
        record_event(record, &event);
    } while (event.type != SESSION_NONE);
    free(exact);
}

static struct record run(enum frame_sender peer, bool deflate, const uint8_t *chunks, const uint8_t *bytes, size_t size)
{
    struct record record = {0};
    struct ws_session session;
    const struct deflate_parameters parameters = {0};
    session_begin(&session, peer, LIMIT);
    if (deflate)
        session_use_deflate(&session, &parameters);
    for (size_t at = 0, turn = 0; at < size; turn++) {
        size_t chunk = chunks ? (size_t)chunks[turn % 4] + (turn % 4 == 0) : size;
        chunk = chunk < size - at ? chunk : size - at;
        feed(&session, bytes + at, chunk, &record);
        at += chunk;
    }
    session_end(&session);
    return record;
}

static void compare_whole_and_split(enum frame_sender peer, bool deflate, const uint8_t *data, size_t size)
{
    struct record whole = run(peer, deflate, NULL, data + 4, size - 4);
    struct record split = run(peer, deflate, data, data + 4, size - 4);
    require(whole.length == split.length);
    require(whole.length == 0 || memcmp(whole.bytes, split.bytes, whole.length) == 0);
    free(whole.bytes);
    free(split.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    compare_whole_and_split(FRAME_BY_CLIENT, false, data, size);
    compare_whole_and_split(FRAME_BY_CLIENT, true, data, size);
    compare_whole_and_split(FRAME_BY_SERVER, false, data, size);
    return 0;
}
