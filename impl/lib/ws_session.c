#include "lib/ws_session.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROOM_FIRST = 256,  /* bytes for payload that the first byte of a message makes */
    ROOM_KEPT = 65536, /* bytes that a session keeps for the next message */
};

void session_begin(struct ws_session *session, enum frame_sender peer, size_t message_limit)
{
    size_t most = SIZE_MAX / 4; /* so that no sum of lengths overflows */
    *session =
        (struct ws_session){.peer = peer, .message_limit = message_limit < most ? message_limit : most};
}

void session_end(struct ws_session *session)
{
    free(session->message);
    session->message = NULL;
    session->message_room = 0;
}

bool close_code_is_legal(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/* Makes room for `more` bytes of payload; doubling keeps the copying linear. False without memory. */
static bool message_make_room(struct ws_session *session, size_t more)
{
    size_t needed = session->message_length + more;
    if (session->message && needed <= session->message_room)
        return true;
    size_t room = session->message_room < ROOM_FIRST ? ROOM_FIRST : session->message_room;
    while (room < needed)
        room = room > session->message_limit / 2 ? session->message_limit : room * 2;
    unsigned char *message = realloc(session->message, FRAME_SERVER_HEADER_MAX + room);
    if (!message)
        return false;
    session->message = message;
    session->message_room = room;
    return true;
}

/* A control frame of the server, built in the session: its payload is in place. */
static void control_answer(struct ws_session *session, enum frame_opcode opcode, size_t length,
                           struct session_event *event)
{
    unsigned char header[FRAME_SERVER_HEADER_MAX];
    size_t header_length = frame_header_encode(header, opcode, length);
    unsigned char *frame = session->control + FRAME_SERVER_HEADER_MAX - header_length;
    memcpy(frame, header, header_length);
    event->answer = frame;
    event->answer_length = header_length + length;
}

static unsigned char *control_payload(struct ws_session *session)
{
    return session->control + FRAME_SERVER_HEADER_MAX;
}

/* A close frame, with a code unless that is CLOSE_NO_CODE. */
static void close_answer(struct ws_session *session, unsigned code, struct session_event *event)
{
    unsigned char *payload = control_payload(session);
    payload[0] = (unsigned char)(code >> 8);
    payload[1] = (unsigned char)code;
    *event = (struct session_event){.type = SESSION_CLOSED, .code = code};
    control_answer(session, OPCODE_CLOSE, code == CLOSE_NO_CODE ? 0 : 2, event);
}

void session_close(struct ws_session *session, unsigned code, struct session_event *event)
{
    close_answer(session, code, event);
    session->closing = true;
}

/* The peer's close frame has come. */
static void session_closed(struct ws_session *session, unsigned code, struct session_event *event)
{
    close_answer(session, code, event);
    session->closed = true;
}

static void session_fail(struct ws_session *session, unsigned code, struct session_event *event)
{
    session_closed(session, code, event);
    event->failed = true;
}

static void close_frame_end(struct ws_session *session, struct session_event *event)
{
    const unsigned char *payload = control_payload(session);
    size_t length = (size_t)session->frame.length;
    if (length == 0) {
        session_closed(session, CLOSE_NO_CODE, event);
        return;
    }
    unsigned code = length < 2 ? 0 : (unsigned)payload[0] << 8 | payload[1];
    if (!close_code_is_legal(code)) {
        session_fail(session, CLOSE_PROTOCOL_ERROR, event);
        return;
    }
    struct utf8 reason = utf8_begin();
    if (!utf8_feed(&reason, payload + 2, length - 2) || !utf8_may_end(&reason)) {
        session_fail(session, CLOSE_NOT_UTF8, event);
        return;
    }
    session_closed(session, code, event);
}

static void ping_end(struct ws_session *session, struct session_event *event)
{
    size_t length = (size_t)session->frame.length;
    *event = (struct session_event){
        .type = SESSION_PING,
        .payload = control_payload(session),
        .length = length,
    };
    control_answer(session, OPCODE_PONG, length, event);
}

/* The header of the echo goes right before the payload, where message_make_room left space for it, so that an
 * echo is one run of bytes without a copy. */
static void message_end(struct ws_session *session, struct session_event *event)
{
    if (session->opcode == OPCODE_TEXT && !utf8_may_end(&session->utf8)) {
        session_fail(session, CLOSE_NOT_UTF8, event);
        return;
    }
    if (!message_make_room(session, 0)) {
        session_fail(session, CLOSE_INTERNAL_ERROR, event);
        return;
    }
    unsigned char header[FRAME_SERVER_HEADER_MAX];
    size_t header_length = frame_header_encode(header, session->opcode, session->message_length);
    unsigned char *payload = session->message + FRAME_SERVER_HEADER_MAX;
    memcpy(payload - header_length, header, header_length);
    *event = (struct session_event){
        .type = SESSION_MESSAGE,
        .answer = payload - header_length,
        .answer_length = header_length + session->message_length,
        .opcode = session->opcode,
        .payload = payload,
        .length = session->message_length,
    };
    session->in_message = false;
}

static void frame_end(struct ws_session *session, struct session_event *event)
{
    session->in_payload = false;
    switch (session->frame.opcode) {
    case OPCODE_CONTINUATION:
    case OPCODE_TEXT:
    case OPCODE_BINARY:
        if (session->frame.final)
            message_end(session, event);
        break;
    case OPCODE_CLOSE:
        close_frame_end(session, event);
        break;
    case OPCODE_PING:
        ping_end(session, event);
        break;
    case OPCODE_PONG:
        break; /* nobody asked for it, and nobody need know (section 5.5.3) */
    }
}

/* The close code for a frame whose header is legal by itself but not here; 0 when it is. */
static unsigned frame_begin(struct ws_session *session)
{
    const struct frame_header *frame = &session->frame;
    session->in_payload = true;
    session->frame_taken = 0;
    if (frame_is_control(frame->opcode))
        return 0;
    if (session->in_message != (frame->opcode == OPCODE_CONTINUATION))
        return CLOSE_PROTOCOL_ERROR;
    if (!session->in_message) {
        session->in_message = true;
        session->opcode = frame->opcode;
        session->utf8 = utf8_begin();
        session->message_length = 0;
    }
    return frame->length > session->message_limit - session->message_length ? CLOSE_TOO_BIG : 0;
}

/* Takes bytes of a header. They are gathered in the session, so that it does not matter how they are cut. */
static size_t header_feed(struct ws_session *session, const unsigned char *bytes, size_t size,
                          struct session_event *event)
{
    size_t had = session->head_size;
    size_t room = sizeof session->head - had;
    size_t more = size < room ? size : room;
    memcpy(session->head + had, bytes, more);
    int length = frame_header_decode(session->head, had + more, session->peer, &session->frame);
    if (length == 0) {
        session->head_size = had + more;
        return more;
    }
    unsigned code = length < 0 ? CLOSE_PROTOCOL_ERROR : frame_begin(session);
    if (code != 0) {
        session_fail(session, code, event);
        return more;
    }
    session->head_size = 0;
    if (session->frame.length == 0)
        frame_end(session, event);
    return (size_t)length - had;
}

/* The close code for payload of a message that cannot be taken; 0 when it is. */
static unsigned message_feed(struct ws_session *session, const unsigned char *bytes, size_t size)
{
    if (!message_make_room(session, size))
        return CLOSE_INTERNAL_ERROR;
    unsigned char *to = session->message + FRAME_SERVER_HEADER_MAX + session->message_length;
    frame_unmask(to, bytes, size, session->frame.mask, session->frame_taken);
    session->message_length += size;
    if (session->opcode == OPCODE_TEXT && !utf8_feed(&session->utf8, to, size))
        return CLOSE_NOT_UTF8;
    return 0;
}

static size_t payload_feed(struct ws_session *session, const unsigned char *bytes, size_t size,
                           struct session_event *event)
{
    uint64_t left = session->frame.length - session->frame_taken;
    size_t more = size < left ? size : (size_t)left;
    unsigned code = 0;
    if (frame_is_control(session->frame.opcode))
        frame_unmask(control_payload(session) + session->frame_taken, bytes, more, session->frame.mask,
                     session->frame_taken);
    else
        code = message_feed(session, bytes, more);
    if (code != 0) {
        session_fail(session, code, event);
        return more;
    }
    session->frame_taken += more;
    if (session->frame_taken == session->frame.length)
        frame_end(session, event);
    return more;
}

size_t session_feed(struct ws_session *session, const unsigned char *bytes, size_t size,
                    struct session_event *event)
{
    *event = (struct session_event){.type = SESSION_NONE};
    if (session->closed)
        return size;
    if (!session->in_message && session->message_room > ROOM_KEPT)
        session_end(session);

    size_t taken = 0;
    while (taken < size && event->type == SESSION_NONE) {
        if (session->in_payload)
            taken += payload_feed(session, bytes + taken, size - taken, event);
        else
            taken += header_feed(session, bytes + taken, size - taken, event);
    }
    if (session->closing) { /* nothing goes out behind our close frame */
        event->answer = NULL;
        event->answer_length = 0;
    }
    return taken;
}
