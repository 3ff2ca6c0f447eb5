// Reaches the close frames of impl/lib/ws_session.c: session_feed with one, close_code_is_legal and session_close.
//
// The input is the payload of a close frame, at most 125 bytes.
//
// Oracles:
// - RFC 6455 sections 5.5.1 and 7.4 with IANA's registry of close codes as a table, and utf8_verdict (fuzz.h): the session
//   ends with the peer's code, with 1005 for none, or fails with 1002 or 1007; with the harness agreeing on the code;
// - the answer is a close frame with that code (none for 1005), and what follows is not looked at;
// - a server's session and a client's, fed whole and in threes, all do the same;
// - behind our own close frame nothing is answered.
#include <string.h>

#include "fuzz.h"
#include "lib/ws_session.h"
#include "ws/frame.h"

enum { HEADER = 6, LIMIT = 10, PIECE = 3 };

struct ending {
    unsigned code;
    bool failed;
};

static bool code_may_be_sent(unsigned code)
{
    static const struct {
        unsigned first, last;
    } rows[] = {
        {1000, 1003}, // normal, going away, protocol error, unsupported data
        {1007, 1011}, // not consistent, policy, too big, extension, internal error
        {1012, 1014}, // registered: service restart, try again later, bad gateway
        {3000, 3999}, // libraries and frameworks
        {4000, 4999}, // private use
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (code >= rows[i].first && code <= rows[i].last)
            return true;
    return false;
}

static struct ending expected_ending(const uint8_t *payload, size_t size)
{
    if (size == 0)
        return (struct ending){.code = 1005};
    unsigned code = size < 2 ? 0 : (unsigned)payload[0] << 8 | payload[1];
    if (!code_may_be_sent(code))
        return (struct ending){.code = 1002, .failed = true};
    if (utf8_verdict(payload + 2, size - 2) != 1)
        return (struct ending){.code = 1007, .failed = true};
    return (struct ending){.code = code};
}

static void check_answer(const struct session_event *event, bool closing)
{
    const uint8_t with_code[] = {0x88, 2, (uint8_t)(event->code >> 8), (uint8_t)event->code};
    const uint8_t without[] = {0x88, 0};
    if (closing)
        require(event->answer_length == 0);
    else if (event->code == 1005)
        require(event->answer_length == 2 && memcmp(event->answer, without, 2) == 0);
    else
        require(event->answer_length == 4 && memcmp(event->answer, with_code, 4) == 0);
}

static void check_session(enum frame_sender peer, const uint8_t *frame, size_t size, size_t step, bool closing,
                          struct ending expected)
{
    struct ws_session session;
    struct session_event event = {0};
    session_begin(&session, peer, LIMIT);
    if (closing) {
        session_close(&session, 1001, &event);
        check_answer(&event, false);
        event.type = SESSION_NONE;
    }
    for (size_t at = 0; at < size; at += step) {
        size_t more = size - at < step ? size - at : step;
        require(event.type == SESSION_NONE);
        require(session_feed(&session, edge_copy(0, frame + at, more), more, &event) == more);
    }
    require(event.type == SESSION_CLOSED && event.code == expected.code && event.failed == expected.failed);
    check_answer(&event, closing);
    require(session_feed(&session, frame, size, &event) == size && event.type == SESSION_NONE);
    session_end(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t frame[HEADER + FRAME_CONTROL_MAX] = {0x88, (uint8_t)(0x80 | size), 0x37, 0xfa, 0x21, 0x3d};
    uint8_t by_server[2 + FRAME_CONTROL_MAX] = {0x88, (uint8_t)size};
    if (size > FRAME_CONTROL_MAX)
        return 0;
    if (size) {
        memcpy(frame + HEADER, data, size);
        memcpy(by_server + 2, data, size);
    }
    ws_mask(frame + HEADER, size, frame + 2, 0);
    struct ending expected = expected_ending(data, size);
    unsigned code = size < 2 ? 0 : (unsigned)data[0] << 8 | data[1];
    require(close_code_is_legal(code) == code_may_be_sent(code) && ws_close_code_valid(code) == code_may_be_sent(code));
    check_session(FRAME_BY_CLIENT, frame, HEADER + size, HEADER + size, false, expected);
    check_session(FRAME_BY_CLIENT, frame, HEADER + size, PIECE, true, expected);
    check_session(FRAME_BY_SERVER, by_server, 2 + size, 2 + size, true, expected);
    check_session(FRAME_BY_SERVER, by_server, 2 + size, PIECE, false, expected);
    return 0;
}
