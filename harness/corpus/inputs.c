#include "corpus/inputs.h"

#include <fnmatch.h>
#include <string.h>

#include "corpus/sent.h"
#include "run/target.h"
#include "ws/frame.h"

// Where an input comes from.
enum source {
    ARGUMENT,           // each argument of the program
    ARGUMENT_WITH_PORT, // each with a colon in it that is no URL
    ARGUMENT_URL,       // each with "://" in it
    ARGUMENT_PAIR,      // the first two where they are no options, a blank between them
    LINES,              // each line sent
    CONNECTION,         // everything
    OPENING,            // the opening handshake
    FRAMES,             // each frame
    SESSION,            // all frames of a connection
    DEFLATED_SESSION,   // the same, where one is compressed
    TEXTS,              // the payload of each text message that is not compressed
    DEFLATED,           // the payload of each compressed message
    CLOSES,             // the payload of each close frame
};

enum direction { EITHER, BY_CLIENT, BY_SERVER };

// The first four bytes of targets that cut the rest in pieces (fuzz/fuzz.h): each has the size of a piece in its low six
// bits and in the upper two what the target chooses by.
#define CUTS(a, b, c, d)                                                                                               \
    4,                                                                                                                 \
    {                                                                                                                  \
        (a) << 6 | 1, (b) << 6, (c) << 6 | 7, (d) << 6 | 63                                                            \
    }

static const struct target_row {
    const char *target;
    const char *program; // shell-style pattern
    enum direction direction;
    enum source source;
    size_t prefix_length;
    unsigned char prefix[4];
} rows[] = {
    {"fuzz_address", "ip-parse", EITHER, ARGUMENT, 0, {0}},
    {"fuzz_hostport", "*-client*", EITHER, ARGUMENT_WITH_PORT, 0, {0}},
    {"fuzz_hostport", "tcp-head", EITHER, ARGUMENT_WITH_PORT, 0, {0}},
    {"fuzz_ws_url", "ws-client", EITHER, ARGUMENT_URL, 0, {0}},
    {"fuzz_ws_url", "ws-client", EITHER, ARGUMENT_PAIR, 0, {0}},
    {"fuzz_range", "tcp-random-range-server", BY_CLIENT, LINES, 0, {0}},
    {"fuzz_http_head", "ws-*", BY_CLIENT, OPENING, CUTS(0, 0, 0, 0)},
    {"fuzz_http_response", "ws-*", BY_SERVER, OPENING, CUTS(0, 0, 0, 0)},
    {"fuzz_http_response", "tcp-head", BY_SERVER, OPENING, CUTS(0, 0, 0, 0)},
    {"fuzz_utf8", "ws-*", EITHER, TEXTS, CUTS(0, 0, 0, 0)},
    // It speaks permessage-deflate, trusts an origin and knows subprotocols.
    {"fuzz_ws_handshake", "ws-*", BY_CLIENT, OPENING, 1, {3}},
    {"fuzz_ws_server", "ws-*", BY_CLIENT, CONNECTION, CUTS(3, 0, 0, 0)},
    {"fuzz_ws_client", "ws-*", BY_SERVER, CONNECTION, CUTS(0, 0, 0, 0)},
    {"fuzz_ws_frame", "ws-*", EITHER, FRAMES, 0, {0}},
    {"fuzz_ws_session", "ws-*", BY_CLIENT, SESSION, CUTS(0, 0, 0, 0)},
    {"fuzz_ws_session", "ws-*", BY_SERVER, SESSION, CUTS(1, 0, 0, 0)},
    {"fuzz_ws_session", "ws-*", BY_CLIENT, DEFLATED_SESSION, CUTS(2, 0, 0, 0)},
    {"fuzz_ws_close", "ws-*", EITHER, CLOSES, 0, {0}},
    {"fuzz_ws_message", "ws-*", EITHER, TEXTS, CUTS(1, 0, 1, 0)},
    {"fuzz_ws_message", "ws-*", EITHER, DEFLATED, CUTS(0, 0, 0, 1)},
    {"fuzz_ws_deflate", "ws-*", EITHER, DEFLATED, 1, {7}}, // a window of 15 bits
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

struct sorting {
    const struct test_case *test;
    const struct input_listener *listener;
    size_t most;
};

static void tell(const struct sorting *sorting, const struct target_row *row, const unsigned char *bytes, size_t length)
{
    struct buffer input = {0};
    buffer_append(&input, row->prefix, row->prefix_length);
    buffer_append(&input, bytes, length < sorting->most ? length : sorting->most);
    sorting->listener->take(sorting->listener->context, row->target, (const unsigned char *)buffer_string(&input),
                            input.length);
    buffer_free(&input);
}

static void tell_lines(const struct sorting *sorting, const struct target_row *row, const struct sent *sent)
{
    const unsigned char *at = sent->bytes.data, *end = at + sent->bytes.length;
    while (at < end) {
        const unsigned char *feed = memchr(at, '\n', (size_t)(end - at));
        const unsigned char *stop = feed ? feed : end;
        tell(sorting, row, at, (size_t)(stop - at));
        at = stop + 1;
    }
}

// The payload of a message as its frames come along, or of a close frame.
struct joining {
    enum source source;
    bool within; // of what is wanted
    struct buffer payload;
};

static bool is_wanted_frame(enum source source, const struct ws_frame *frame)
{
    bool deflated = frame->rsv & 4;
    if (source == CLOSES)
        return frame->opcode == WS_CLOSE;
    if (source == TEXTS)
        return frame->opcode == WS_TEXT && !deflated;
    return (frame->opcode == WS_TEXT || frame->opcode == WS_BINARY) && deflated;
}

// Returns whether the payload has come to its end.
static bool join(struct joining *joining, const struct ws_frame *frame, const unsigned char *bytes, size_t length)
{
    bool control = frame->opcode & 8;
    if (control != (joining->source == CLOSES))
        return false;
    if (frame->opcode != WS_CONTINUATION) {
        joining->within = is_wanted_frame(joining->source, frame);
        buffer_shorten(&joining->payload, 0);
    }
    if (joining->within && length) {
        size_t begin = joining->payload.length;
        buffer_append(&joining->payload, bytes, length);
        if (frame->masked)
            ws_mask(joining->payload.data + begin, length, frame->mask, 0);
    }
    return joining->within && (frame->fin || length < frame->length);
}

static void tell_frames(const struct sorting *sorting, const struct target_row *row, const struct sent *sent)
{
    struct joining joining = {.source = row->source};
    const unsigned char *at = sent->bytes.data + sent->opening;
    size_t left = sent->bytes.length - sent->opening;
    while (left > 0) {
        struct ws_frame frame = {0};
        size_t header = ws_frame_decode(at, left, &frame);
        size_t length = header > 0 && frame.length <= left - header ? header + (size_t)frame.length : left;
        if (row->source == FRAMES) {
            tell(sorting, row, at, length);
        } else if (header > 0 && join(&joining, &frame, at + header, length - header)) {
            tell(sorting, row, joining.payload.data, joining.payload.length);
            joining.within = false;
        }
        at += length;
        left -= length;
    }
    buffer_free(&joining.payload);
}

static bool has_deflated(const struct sent *sent)
{
    size_t at = sent->opening;
    struct ws_frame frame = {0};
    while (at < sent->bytes.length) {
        size_t left = sent->bytes.length - at;
        size_t header = ws_frame_decode(sent->bytes.data + at, left, &frame);
        if (header > 0 && is_wanted_frame(DEFLATED, &frame))
            return true;
        if (header == 0 || frame.length > left - header)
            return false;
        at += header + (size_t)frame.length;
    }
    return false;
}

static void tell_sent(const struct sorting *sorting, const struct target_row *row, const struct sent *sent)
{
    const unsigned char *bytes = sent->bytes.data;
    size_t opening = sent->opening, frames = sent->bytes.length - opening;
    switch (row->source) {
    case LINES:
        tell_lines(sorting, row, sent);
        break;
    case CONNECTION:
        tell(sorting, row, bytes, sent->bytes.length);
        break;
    case OPENING:
        if (opening > 0)
            tell(sorting, row, bytes, opening);
        break;
    case SESSION:
        if (frames > 0)
            tell(sorting, row, bytes + opening, frames);
        break;
    case DEFLATED_SESSION:
        if (has_deflated(sent))
            tell(sorting, row, bytes + opening, frames);
        break;
    case FRAMES:
    case TEXTS:
    case DEFLATED:
    case CLOSES:
        tell_frames(sorting, row, sent);
        break;
    case ARGUMENT:
    case ARGUMENT_WITH_PORT:
    case ARGUMENT_URL:
    case ARGUMENT_PAIR:
        break; // nothing that is sent
    }
}

static bool is_for(const struct target_row *row, const struct test_case *test)
{
    return fnmatch(row->program, test->program->name, 0) == 0;
}

static void take_sent(void *context, const struct sent *sent)
{
    const enum direction direction = sent->by_server ? BY_SERVER : BY_CLIENT;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (is_for(&rows[i], sent->test) && (rows[i].direction == EITHER || rows[i].direction == direction))
            tell_sent(context, &rows[i], sent);
}

static bool is_wanted(enum source source, const char *argument)
{
    bool url = strstr(argument, "://") != NULL;
    switch (source) {
    case ARGUMENT:
        return true;
    case ARGUMENT_WITH_PORT:
        return strchr(argument, ':') && !url;
    case ARGUMENT_URL:
        return url;
    case ARGUMENT_PAIR:
    case LINES:
    case CONNECTION:
    case OPENING:
    case FRAMES:
    case SESSION:
    case DEFLATED_SESSION:
    case TEXTS:
    case DEFLATED:
    case CLOSES:
        return false;
    }
    return false;
}

static void tell_pair(const struct sorting *sorting, const struct target_row *row, char **words)
{
    if (!words[0] || !words[1] || words[0][0] == '-' || words[1][0] == '-')
        return;
    struct buffer pair = {0};
    buffer_format(&pair, "%s %s", words[0], words[1]);
    tell(sorting, row, pair.data, pair.length);
    buffer_free(&pair);
}

static void tell_arguments(const struct sorting *sorting)
{
    static const char *words[] = {"", "{arguments}", NULL};
    const struct launch launch = {.program = sorting->test->program, .command = words};
    const struct endpoint endpoint = {.host = "127.0.0.1",
                                      .port = 1200,
                                      .path = "/tmp/socket",
                                      .refused_port = 1201,
                                      .used_port = 1202,
                                      .full_port = 1203};
    char **arguments = target_arguments(&launch, sorting->test, &endpoint);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!is_for(&rows[i], sorting->test))
            continue;
        for (char **word = arguments + 1; *word; word++)
            if (is_wanted(rows[i].source, *word))
                tell(sorting, &rows[i], (const unsigned char *)*word, strlen(*word));
        if (rows[i].source == ARGUMENT_PAIR)
            tell_pair(sorting, &rows[i], arguments + 1);
    }
    arguments_free(arguments);
}

void case_inputs(const struct test_case *test, size_t most, const struct input_listener *listener)
{
    struct sorting sorting = {.test = test, .listener = listener, .most = most};
    const struct sent_listener sent_listener = {take_sent, &sorting};
    tell_arguments(&sorting);
    case_sent(test, &sent_listener);
}

size_t input_prefix(const char *target)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].target, target) == 0)
            return rows[i].prefix_length;
    return 0;
}
