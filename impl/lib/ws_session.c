#include "lib/ws_session.h"

#include <string.h>
#include <sys/types.h>

void session_begin(struct ws_session *session, enum frame_sender peer, size_t message_limit)
{
    size_t most = SIZE_MAX / 4; /* so that no sum of lengths overflows */
    *session = (struct ws_session){.peer = peer, .message = {.limit = message_limit < most ? message_limit : most}};
}

static int bits_or_most(int bits)
{
    return bits ? bits : DEFLATE_BITS_MAX;
}

void session_use_deflate(struct ws_session *session, const struct deflate_parameters *parameters)
{
    bool by_client = session->peer == FRAME_BY_CLIENT;
    int server_bits = bits_or_most(parameters->server_max_window_bits);
    int client_bits = bits_or_most(parameters->client_max_window_bits);
    bool server_forgets = parameters->server_no_context_takeover;
    bool client_forgets = parameters->client_no_context_takeover;
    session->deflate = true;
    session->message.inflater = (struct inflater){.window_bits = by_client ? client_bits : server_bits,
                                                  .no_context_takeover = by_client ? client_forgets : server_forgets};
    session->answers.deflater = (struct deflater){.window_bits = by_client ? server_bits : client_bits,
                                                  .no_context_takeover = by_client ? server_forgets : client_forgets};
}

void session_end(struct ws_session *session)
{
    message_end(&session->message);
    message_deflater_end(&session->answers);
}

bool close_code_is_legal(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
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

/* Puts the header of a message right before its payload, where there is room for it, so that what is sent is
 * one run of bytes without a copy. */
static void message_answer(enum frame_opcode opcode, unsigned char *payload, size_t length, bool compressed,
                           struct session_event *event)
{
    unsigned char header[FRAME_SERVER_HEADER_MAX];
    size_t header_length = frame_header_encode(header, opcode, length);
    unsigned char *frame = payload - header_length;
    memcpy(frame, header, header_length);
    if (compressed)
        frame[0] |= FRAME_COMPRESSED;
    event->answer = frame;
    event->answer_length = header_length + length;
}

static void message_arrived(struct ws_session *session, struct session_event *event)
{
    struct ws_message *message = &session->message;
    unsigned code = message_finish(message);
    if (code != 0) {
        session_fail(session, code, event);
        return;
    }
    unsigned char *payload = message_payload(message);
    *event = (struct session_event){
        .type = SESSION_MESSAGE,
        .opcode = message->opcode,
        .payload = payload,
        .length = message->length,
    };
    message_answer(message->opcode, payload, message->length, false, event);
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
            message_arrived(session, event);
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
    if (!session->in_message)
        message_begin(&session->message, frame->opcode, frame->compressed);
    session->in_message = true;
    return message_announce(&session->message, frame->length);
}

/* Takes bytes of a header. They are gathered in the session, so that it does not matter how they are cut. */
static size_t header_feed(struct ws_session *session, const unsigned char *bytes, size_t size,
                          struct session_event *event)
{
    size_t had = session->head_size;
    size_t room = sizeof session->head - had;
    size_t more = size < room ? size : room;
    memcpy(session->head + had, bytes, more);
    int length = frame_header_decode(session->head, had + more, session->peer, session->deflate, &session->frame);
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
        code = message_feed(&session->message, bytes, more, session->frame.mask, session->frame_taken);
    if (code != 0) {
        session_fail(session, code, event);
        return more;
    }
    session->frame_taken += more;
    if (session->frame_taken == session->frame.length)
        frame_end(session, event);
    return more;
}

size_t session_feed(struct ws_session *session, const unsigned char *bytes, size_t size, struct session_event *event)
{
    *event = (struct session_event){.type = SESSION_NONE};
    if (session->closed)
        return size;
    if (!session->in_message)
        message_give_back(&session->message);
    message_deflater_give_back(&session->answers);

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

int session_deflate_answer(struct ws_session *session, struct session_event *event)
{
    if (!session->deflate || event->answer_length == 0 || event->length == 0)
        return 0;
    unsigned char *payload;
    ssize_t length = message_deflate(&session->answers, event->payload, event->length, true, &payload);
    if (length < 0)
        return (int)length;
    message_answer(event->opcode, payload, (size_t)length, true, event);
    return 0;
}
