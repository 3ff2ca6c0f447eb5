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
    LINES,              // each line sent
    OPENING,            // the opening handshake
    FRAMES,             // each frame
    SESSION,            // all frames of a connection
    TEXTS,              // the payload of each text message that is not compressed
    DEFLATED,           // the payload of each compressed message
};

// The first bytes of the input of targets that cut the rest in pieces: the lengths of four pieces, again and again.
#define CHUNKS "\x01\x00\x07\x40"

static const struct target_row {
    const char *target;
    const char *program; // shell-style pattern
    enum source source;
    const char *prefix;
    size_t prefix_length;
} rows[] = {
    {"fuzz_address", "ip-parse", ARGUMENT, "", 0},
    {"fuzz_hostport", "*-client*", ARGUMENT_WITH_PORT, "", 0},
    {"fuzz_hostport", "tcp-head", ARGUMENT_WITH_PORT, "", 0},
    {"fuzz_ws_url", "ws-client", ARGUMENT_URL, "", 0},
    {"fuzz_range", "tcp-random-range-server", LINES, "", 0},
    {"fuzz_http_head", "ws-*", OPENING, CHUNKS, 4},
    {"fuzz_http_head", "tcp-head", OPENING, CHUNKS, 4},
    {"fuzz_ws_frame", "ws-*", FRAMES, "", 0},
    {"fuzz_ws_session", "ws-*", SESSION, CHUNKS, 4},
    {"fuzz_utf8", "ws-*", TEXTS, CHUNKS, 4},
    {"fuzz_ws_deflate", "ws-*", DEFLATED, "\x07", 1}, // a window of 15 bits
};

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

// A message as its frames come along.
struct joining {
    enum source source;
    bool within; // a message of that source
    struct buffer payload;
};

static void join(struct joining *joining, const struct ws_frame *frame, const unsigned char *bytes, size_t length)
{
    if (frame->opcode == WS_TEXT || frame->opcode == WS_BINARY) {
        bool deflated = frame->rsv & 4;
        joining->within = joining->source == DEFLATED ? deflated : frame->opcode == WS_TEXT && !deflated;
        buffer_shorten(&joining->payload, 0);
    }
    if (!joining->within || (frame->opcode & 8) || length == 0)
        return;
    size_t begin = joining->payload.length;
    buffer_append(&joining->payload, bytes, length);
    if (frame->masked)
        ws_mask(joining->payload.data + begin, length, frame->mask, 0);
}

static void tell_frames(const struct sorting *sorting, const struct target_row *row, const struct sent *sent)
{
    struct joining joining = {.source = row->source};
    const unsigned char *at = sent->bytes.data + sent->opening;
    size_t left = sent->bytes.length - sent->opening;
    while (left > 0) {
        struct ws_frame frame = {0};
        size_t header = ws_frame_decode(at, left, &frame);
        bool whole = header > 0 && frame.length <= left - header;
        size_t length = whole ? header + (size_t)frame.length : left;
        if (row->source == FRAMES) {
            tell(sorting, row, at, length);
        } else if (header > 0) {
            join(&joining, &frame, at + header, length - header);
            if (joining.within && !(frame.opcode & 8) && (frame.fin || !whole)) {
                tell(sorting, row, joining.payload.data, joining.payload.length);
                joining.within = false;
            }
        }
        at += length;
        left -= length;
    }
    buffer_free(&joining.payload);
}

static void tell_sent(const struct sorting *sorting, const struct target_row *row, const struct sent *sent)
{
    switch (row->source) {
    case LINES:
        tell_lines(sorting, row, sent);
        break;
    case OPENING:
        if (sent->opening > 0)
            tell(sorting, row, sent->bytes.data, sent->opening);
        break;
    case SESSION:
        if (sent->bytes.length > sent->opening)
            tell(sorting, row, sent->bytes.data + sent->opening, sent->bytes.length - sent->opening);
        break;
    case FRAMES:
    case TEXTS:
    case DEFLATED:
        tell_frames(sorting, row, sent);
        break;
    case ARGUMENT:
    case ARGUMENT_WITH_PORT:
    case ARGUMENT_URL:
        break; // nothing that is sent
    }
}

static bool is_for(const struct target_row *row, const struct test_case *test)
{
    return fnmatch(row->program, test->program->name, 0) == 0;
}

static void take_sent(void *context, const struct sent *sent)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_for(&rows[i], sent->test))
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
    case LINES:
    case OPENING:
    case FRAMES:
    case SESSION:
    case TEXTS:
    case DEFLATED:
        return false;
    }
    return false;
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
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (char **word = arguments + 1; is_for(&rows[i], sorting->test) && *word; word++)
            if (is_wanted(rows[i].source, *word))
                tell(sorting, &rows[i], (const unsigned char *)*word, strlen(*word));
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
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].target, target) == 0)
            return rows[i].prefix_length;
    return 0;
}
