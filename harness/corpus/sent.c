#include "corpus/sent.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "run/script.h"

const char sent_client_key[] = "QUJDREVGR0hJSktMTU5PUA==";

struct stream {
    struct connection connection;
    struct sent sent;
};

struct reading {
    const struct test_case *test;
    const struct sent_listener *listener;
    struct stream **streams;
    size_t count;
    struct stream *stand_in; // while the control is done on a connection of the case: its "main"
};

// A head may have frames behind it in the same write.
static size_t head_length(const struct sent *sent)
{
    struct http_head head = {0};
    const char *fault;
    int length = sent->by_server ? http_response_decode(sent->bytes.data, sent->opening, &head, &fault)
                                 : http_request_decode(sent->bytes.data, sent->opening, &head, &fault);
    http_head_free(&head);
    return length > 0 ? (size_t)length : sent->opening;
}

static void stream_tell(const struct reading *reading, struct stream *stream)
{
    struct sent *sent = &stream->sent;
    if (sent->bytes.length > 0) {
        sent->opening = stream->connection.websocket ? head_length(sent) : sent->bytes.length;
        reading->listener->take(reading->listener->context, sent);
    }
    buffer_free(&sent->bytes);
}

static void stream_end(const struct reading *reading, struct stream *stream)
{
    stream_tell(reading, stream);
    ws_deflate_free(&stream->connection.deflate);
    free(stream);
}

static void streams_end(struct reading *reading, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < reading->count; i++) {
        struct stream *stream = reading->streams[i];
        if (strcmp(stream->connection.name, name) == 0)
            stream_end(reading, stream);
        else
            reading->streams[kept++] = stream;
    }
    reading->count = kept;
}

static struct stream *stream_begin(struct reading *reading, const char *name)
{
    bool by_server = reading->test->role == ROLE_CLIENT;
    streams_end(reading, name);
    struct stream *stream = allocate(1, sizeof *stream);
    stream->connection.name = name;
    stream->connection.examples = true;
    stream->connection.accepted = by_server;
    if (by_server)
        memcpy(stream->connection.key, sent_client_key, sizeof sent_client_key);
    stream->connection.channel.peer = net_loopback(AF_INET, 1200);
    stream->sent.test = reading->test;
    stream->sent.connection = name;
    stream->sent.by_server = by_server;
    reading->streams = grow(reading->streams, reading->count, sizeof *reading->streams);
    reading->streams[reading->count++] = stream;
    return stream;
}

// The connection of that name. Endpoints of datagrams are there without having been made.
static struct stream *stream_named(struct reading *reading, const char *name)
{
    if (reading->stand_in && strcmp(name, "main") == 0)
        return reading->stand_in;
    for (size_t i = 0; i < reading->count; i++)
        if (strcmp(reading->streams[i]->connection.name, name) == 0)
            return reading->streams[i];
    return stream_begin(reading, name);
}

static void becomes_websocket(struct stream *stream)
{
    if (stream->connection.websocket)
        return;
    stream->connection.websocket = true;
    stream->sent.opening = stream->sent.bytes.length;
}

static void send_step(struct reading *reading, const struct step *step, struct stream *stream)
{
    bool websocket = stream->connection.websocket;
    step_encode(step, &stream->connection, &stream->sent.bytes);
    if (stream->connection.websocket && !websocket)
        stream->sent.opening = stream->sent.bytes.length;
    if (step->word == STEP_OPEN)
        becomes_websocket(stream);
    if (reading->test->transport == TRANSPORT_UDP)
        stream_tell(reading, stream);
}

static bool expects_upgrade(const struct matcher *matcher)
{
    bool found = false;
    for (size_t i = 0; i < matcher->alternative_count; i++)
        found |= expects_upgrade(&matcher->alternatives[i]);
    if (matcher->kind != MATCH_RESPONSE)
        return found;
    for (size_t i = 0; i < matcher->response->status_count; i++)
        found |= matcher->response->statuses[i] == 101;
    return found;
}

static void read_steps(struct reading *reading, const struct step *steps, size_t count);

// On a fresh connection it is not of the case, and left out.
static void read_control(struct reading *reading, const struct step *step)
{
    const struct script *check = &reading->test->program->control_check;
    if (!step->on)
        return;
    reading->stand_in = stream_named(reading, step->on);
    read_steps(reading, check->steps, check->count);
    reading->stand_in = NULL;
}

static void read_step(struct reading *reading, const struct step *step)
{
    switch (step->word) {
    case STEP_CONNECT:
    case STEP_ACCEPT:
        stream_begin(reading, step->on);
        break;
    case STEP_OPEN:
    case STEP_UPGRADE:
        send_step(reading, step, stream_begin(reading, step->on));
        break;
    case STEP_SEND:
    case STEP_FLOOD:
    case STEP_CLOSE_WS:
        send_step(reading, step, stream_named(reading, step->on));
        break;
    case STEP_EXPECT:
        if (expects_upgrade(&step->matcher))
            becomes_websocket(stream_named(reading, step->on));
        break;
    case STEP_REPEAT:
        read_steps(reading, step->steps, step->step_count);
        break;
    case STEP_CONTROL:
        read_control(reading, step);
        break;
    case STEP_SHUTDOWN:
    case STEP_CUT:
    case STEP_RESET:
    case STEP_CLOSE:
    case STEP_PAUSE:
    case STEP_STDIN:
    case STEP_STDIN_EOF:
    case STEP_EXPECT_STDOUT:
    case STEP_EXPECT_STDERR:
    case STEP_SIGNAL:
    case STEP_EXPECT_EXIT:
    case STEP_RESTART:
    case STEP_RESOURCES:
    case STEP_EXPECT_RESOURCES:
    case STEP_EXPECT_KEEPALIVE:
    case STEP_EXPECT_OPEN:
    case STEP_EXPECT_UNIFORM:
    case STEP_EXPECT_DIFFERENT:
    case STEP_EXPECT_SAME:
    case STEP_EXPECT_DISTINCT:
    case STEP_EXPECT_PATH:
        break; // sends nothing to the program's socket
    }
}

static void read_steps(struct reading *reading, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        read_step(reading, &steps[i]);
}

void case_sent(const struct test_case *test, const struct sent_listener *listener)
{
    struct reading reading = {.test = test, .listener = listener};
    read_steps(&reading, test->script.steps, test->script.count);
    for (size_t i = 0; i < reading.count; i++)
        stream_end(&reading, reading.streams[i]);
    free(reading.streams);
}
