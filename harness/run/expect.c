// Waiting until a matcher is satisfied, or cannot be any more.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/script.h"

// How long a match that could still grow (a time without an end mark) is given to do so.
#define GROW_MS 2

// Where bytes come from: a connection or an output of the program.
struct source {
    struct script_context *context;
    const struct matcher *matcher;
    struct connection *connection;
    struct output *output;
};

static struct buffer *source_bytes(const struct source *source)
{
    return source->connection ? &source->connection->channel.in : &source->output->unread;
}

static int source_receive(const struct source *source, int64_t deadline)
{
    if (source->connection)
        return channel_receive(&source->connection->channel, deadline);
    return instance_read(source->context->instance, source->output, deadline);
}

static struct match_input source_input(const struct source *source, bool final)
{
    const struct buffer *bytes = source_bytes(source);
    struct match_input input = {.bytes = bytes->data, .length = bytes->length, .final = final};
    if (!source->connection) {
        input.end = source->output->ended ? CHANNEL_FIN : CHANNEL_OPEN;
        input.exited = source->output->ended;
    } else {
        const struct channel *channel = &source->connection->channel;
        input.end = channel->end;
        input.key = source->connection->key;
        input.from_client = source->connection->accepted;
        input.deflate = &source->connection->deflate;
        if (source->connection->waiting_since)
            input.waiting_ns = clock_now() - source->connection->waiting_since;
        input.whole = channel->datagrams && channel->has_datagram;
    }
    input.final |= input.end != CHANNEL_OPEN;
    return input;
}

// An empty datagram matches what no datagram at all must not: there is nothing to judge before one has come.
static bool lacks_datagram(const struct source *source, const struct match_input *input)
{
    return source->connection && source->connection->channel.datagrams && !input->whole;
}

// --- what came, in words ---

static void describe_payload(const struct ws_frame *frame, const unsigned char *content, size_t length,
                             struct buffer *out)
{
    struct buffer payload = {0};
    buffer_append(&payload, content, length);
    if (frame->masked && length)
        ws_mask(payload.data, length, frame->mask, 0);
    size_t code = frame->opcode == WS_CLOSE && length >= 2 ? 2 : 0;
    if (code)
        buffer_format(out, " with code %u", (unsigned)payload.data[0] << 8 | payload.data[1]);
    if (length > code) {
        buffer_text(out, ": \"");
        buffer_escaped(out, payload.data + code, length - code, 80);
        buffer_text(out, "\"");
    }
    buffer_free(&payload);
}

static void describe_frame(const struct buffer *bytes, struct buffer *out)
{
    struct ws_frame frame;
    size_t header = ws_frame_decode(bytes->data, bytes->length, &frame);
    if (header == 0) {
        buffer_text(out, "the start of a frame: \"");
        buffer_escaped(out, bytes->data, bytes->length, 40);
        buffer_text(out, "\"");
        return;
    }
    size_t payload = bytes->length - header < frame.length ? bytes->length - header : (size_t)frame.length;
    buffer_format(out, "a %s frame of %llu bytes%s", ws_opcode_name(frame.opcode), (unsigned long long)frame.length,
                  frame.fin ? "" : " without FIN");
    describe_payload(&frame, bytes->data + header, payload, out);
}

const char *end_text(enum channel_end end)
{
    static const char *const ends[] = {
        [CHANNEL_OPEN] = "",
        [CHANNEL_FIN] = "the end of the connection (FIN)",
        [CHANNEL_RST] = "a reset (RST)",
        [CHANNEL_CUT] = "the end of the connection (FIN without close_notify)",
    };
    return ends[end];
}

static void describe_end(const struct source *source, struct buffer *out)
{
    if (!source->connection) {
        buffer_text(out, source->output->ended ? "the end" : "");
        return;
    }
    buffer_text(out, end_text(source->connection->channel.end));
}

static char *describe_source(const struct source *source, const struct match *match, int error)
{
    const struct buffer *bytes = source_bytes(source);
    struct buffer out = {0};
    if (source->connection && source->connection->websocket && bytes->length) {
        describe_frame(bytes, &out);
    } else if (bytes->length || (source->connection && source->connection->channel.has_datagram)) {
        buffer_text(&out, "\"");
        buffer_escaped(&out, bytes->data, bytes->length, 200);
        buffer_text(&out, "\"");
    }
    struct buffer end = {0};
    describe_end(source, &end);
    if (end.length)
        buffer_format(&out, "%s%s", out.length ? ", then " : "", buffer_string(&end));
    buffer_free(&end);
    if (error) {
        char *why = failure_text(source->context, out.length ? "and no more" : "nothing", error);
        buffer_format(&out, "%s%s", out.length ? ", " : "", why);
        free(why);
    }
    if (!out.length)
        buffer_text(&out, "nothing");
    if (match->detail)
        buffer_format(&out, " (%s)", match->detail);
    return buffer_take(&out);
}

// --- frames that nobody has to expect ---

static bool wants_opcode(const struct matcher *matcher, unsigned opcode)
{
    for (size_t i = 0; i < matcher->alternative_count; i++)
        if (wants_opcode(&matcher->alternatives[i], opcode))
            return true;
    return (matcher->kind == MATCH_FRAME && matcher->opcode == opcode) ||
           (matcher->kind == MATCH_PONGS && opcode == WS_PONG);
}

static void send_frame(struct connection *connection, unsigned opcode, const unsigned char *payload, size_t length,
                       int64_t deadline)
{
    struct ws_frame frame = {.fin = true, .opcode = opcode, .masked = !connection->accepted, .length = length};
    struct buffer out = {0};
    ws_frame_encode(&out, &frame, payload, length);
    channel_send(&connection->channel, out.data, out.length, deadline);
    buffer_free(&out);
}

// Answers pings and drops pongs at the front, unless the step is about them. Both are legal at any time.
static void pass_over_control_frames(const struct source *source, const struct matcher *matcher, int64_t deadline)
{
    struct connection *connection = source->connection;
    struct buffer *in = &connection->channel.in;
    struct ws_frame frame;
    for (;;) {
        size_t header = in->length ? ws_frame_decode(in->data, in->length, &frame) : 0;
        if (!header || frame.length > 125 || in->length < header + frame.length ||
            ws_frame_fault(&frame, !connection->accepted))
            return;
        if ((frame.opcode != WS_PING && frame.opcode != WS_PONG) || wants_opcode(matcher, frame.opcode))
            return;
        transcript_note(connection->channel.transcript, connection->channel.name, "that held an unasked %s",
                        ws_opcode_name(frame.opcode));
        if (frame.masked)
            ws_mask(in->data + header, (size_t)frame.length, frame.mask, 0);
        if (frame.opcode == WS_PING)
            send_frame(connection, WS_PONG, in->data + header, (size_t)frame.length, deadline);
        channel_consume(&connection->channel, header + (size_t)frame.length);
    }
}

// --- the wait ---

static void record_grade(const struct source *source, const struct step *step, const struct matcher *by)
{
    enum verdict verdict = by->grade == GRADE_INFO        ? VERDICT_INFO
                           : by->grade == GRADE_NONSTRICT ? VERDICT_NONSTRICT
                                                          : VERDICT_PASS;
    if (verdict == VERDICT_PASS)
        return;
    struct buffer got = {0};
    struct buffer expected = {0};
    matcher_describe(by, &got);
    matcher_describe(source->matcher->alternatives ? &source->matcher->alternatives[0] : source->matcher, &expected);
    result_decide(source->context->result, verdict, step, buffer_take(&expected), buffer_take(&got),
                  duplicate(by->why));
}

static int fail_expectation(const struct source *source, const struct step *step, struct match *match, int error)
{
    struct buffer expected = {0};
    matcher_describe(source->matcher, &expected);
    char *actual = describe_source(source, match, error);
    free(match->detail);
    return step_fail(source->context, step, buffer_take(&expected), actual);
}

// The close codes for which nobody does anything wrong are 1000, 1001 and none.
static bool tells_of_failure(const struct match *match)
{
    unsigned code = (unsigned)match->code[0] << 8 | match->code[1];
    return match->has_code && code != 1000 && code != 1001;
}

// What a match means for the connection: it has become a WebSocket, a close frame wants its answer.
static void apply_match(const struct source *source, const struct match *match, int64_t deadline)
{
    struct connection *connection = source->connection;
    if (!connection) {
        buffer_consume(&source->output->unread, match->consumed);
        return;
    }
    ws_deflate_taken(&connection->deflate, connection->channel.in.data, match->consumed);
    channel_consume(&connection->channel, match->consumed);
    if (match->opened)
        ws_deflate_agree(&connection->deflate, &match->deflate, false);
    connection->waiting_since = 0;
    connection->heard |= connection->websocket && match->consumed > 0;
    connection->websocket |= match->opened;
    if (match->key[0])
        snprintf(connection->key, sizeof connection->key, "%s", match->key);
    connection->close_seen |= match->closing;
    connection->failed |= match->closing && !connection->close_sent && tells_of_failure(match);
    if (match->closing && !connection->close_sent) {
        connection->close_sent = true;
        send_frame(connection, WS_CLOSE, match->code, match->has_code ? 2 : 0, deadline);
    }
}

static int accept_match(const struct source *source, const struct step *step, struct match *match, int64_t deadline)
{
    const struct matcher *by = match->by;
    if (by->grade == GRADE_FAIL) {
        struct buffer expected = {0};
        matcher_describe(source->matcher, &expected);
        char *actual = describe_source(source, match, 0);
        result_decide(source->context->result, VERDICT_FAIL, step, buffer_take(&expected), actual, duplicate(by->why));
        free(match->detail);
        return -1;
    }
    record_grade(source, step, by);
    if (match->sample && source->context->samples)
        sample_add(source->context->samples, match->sample, match->number);
    apply_match(source, match, deadline);
    free(match->detail);
    if (step->not_before_ms && source->connection) {
        int64_t after = (clock_now() - source->connection->last_action) / NANOSECONDS_PER_MS;
        if (after < step->not_before_ms)
            return step_fail(source->context, step, format_text("not before %lld ms", (long long)step->not_before_ms),
                             format_text("after %lld ms", (long long)after));
    }
    return 0;
}

// A server that is slow, not silent, gets more time with whatever comes, up to that of the class `slow`: sixteen pongs
// that take half a second each are no fault. Who was told when to be done is not spared.
static int64_t renewed_deadline(const struct source *source, const struct step *step, int64_t deadline, int64_t start)
{
    if (step->patience != PATIENCE_NORMAL)
        return deadline;
    int64_t last = start + patience_ms(source->context, PATIENCE_SLOW) * NANOSECONDS_PER_MS;
    int64_t renewed = step_deadline(source->context, step);
    return renewed < last ? renewed : last;
}

// How long a server took over an answer, unless it was meant to take its time.
static void note_wait(const struct source *source, const struct step *step, const struct match *match, int64_t start)
{
    struct result *result = source->context->result;
    int64_t waited = clock_now() - start;
    if (source->connection && !source->connection->accepted && match->consumed && !step->not_before_ms &&
        (step->patience == PATIENCE_NORMAL || step->patience == PATIENCE_PROMPT) && waited > result->longest_wait)
        result->longest_wait = waited;
}

// A server that has failed the connection, and said so, no longer looks at what comes (RFC 6455 section 7.1.7), our
// close frame included: that it closes TCP at once is a SHOULD then (7.1.1), where 5.5.1 has a MUST after a closing
// handshake.
static bool lingers_after_failure(const struct source *source, const struct match_input *input, int error)
{
    const struct connection *connection = source->connection;
    return source->matcher->kind == MATCH_END && connection && connection->failed && !connection->accepted &&
           error == -ETIMEDOUT && input->length == 0 && input->end == CHANNEL_OPEN;
}

static int record_lingering(const struct source *source, const struct step *step)
{
    static const char why[] =
        "the server failed the connection but leaves TCP open (RFC 6455 section 7.1.1 asks for the "
        "end at once)";
    struct buffer expected = {0};
    matcher_describe(source->matcher, &expected);
    result_decide(source->context->result, VERDICT_NONSTRICT, step, buffer_take(&expected),
                  duplicate("a connection that is still open"), duplicate(why));
    return 0;
}

static int expect_from(const struct source *source, const struct step *step)
{
    int64_t start = clock_now();
    int64_t deadline = step_deadline(source->context, step);
    int64_t patience;
    bool grown = false;
    int error = 0;
    for (;;) {
        if (source->connection && source->connection->websocket)
            pass_over_control_frames(source, source->matcher, deadline);
        struct match match = {0};
        struct match_input input = source_input(source, error != 0);
        enum match_answer answer = match_bytes(source->matcher, &input, &match);
        if (lacks_datagram(source, &input))
            answer = error ? MATCH_NO : MATCH_MORE;
        if (error == -EXDEV)
            answer = MATCH_NO; // a datagram, but not from whom it should be
        if (answer == MATCH_YES && match.extendable && !grown && input.end == CHANNEL_OPEN && !input.whole) {
            grown = true;
            patience = clock_now() + GROW_MS * NANOSECONDS_PER_MS;
        } else if (answer == MATCH_YES) {
            note_wait(source, step, &match, start);
            return accept_match(source, step, &match, deadline);
        } else if (lingers_after_failure(source, &input, error)) {
            free(match.detail);
            return record_lingering(source, step);
        } else if (answer == MATCH_NO || error || input.end != CHANNEL_OPEN || input.whole) {
            return fail_expectation(source, step, &match, error);
        } else {
            patience = deadline;
        }
        free(match.detail);
        int result = source_receive(source, patience);
        if (result > 0)
            deadline = renewed_deadline(source, step, deadline, start);
        else if (result < 0 && !(grown && result == -ETIMEDOUT && patience != deadline))
            error = result;
    }
}

int expect_matcher(struct script_context *context, const struct step *step, const struct matcher *matcher,
                   struct connection *connection)
{
    return expect_from(&(struct source){.context = context, .matcher = matcher, .connection = connection}, step);
}

int expect_on_connection(struct script_context *context, const struct step *step, struct connection *connection)
{
    // Once close frames have been exchanged it is the server who ends the connection (RFC 6455 section 7.1.1).
    if (context->guest == connection && connection->close_seen)
        channel_shutdown(&connection->channel);
    return expect_matcher(context, step, &step->matcher, connection);
}

int expect_on_output(struct script_context *context, const struct step *step, struct output *output)
{
    return expect_from(&(struct source){.context = context, .matcher = &step->matcher, .output = output}, step);
}

char *unexpected_on_connection(struct connection *connection)
{
    struct channel *channel = &connection->channel;
    struct source source = {.connection = connection};
    struct match none = {0};
    if (channel->fd < 0)
        return NULL;
    while (channel_poll(channel) > 0 && !channel->datagrams)
        continue;
    if (connection->websocket)
        pass_over_control_frames(&source, &(struct matcher){0}, clock_now());
    if (channel->in.length == 0 && !channel->has_datagram)
        return NULL;
    channel->end = CHANNEL_OPEN; // only the bytes are of interest
    return describe_source(&source, &none, 0);
}
