// Payloads and matchers in words, for `explain` and for failures.
#include <string.h>

#include "base/buffer.h"
#include "suite/matcher.h"
#include "suite/response.h"

#define SHOWN 60

static void describe_bytes(const struct payload *payload, struct buffer *out)
{
    if (payload->length > SHOWN && payload->pattern_length < payload->length) {
        buffer_format(out, "%zu bytes of \"", payload->length);
        buffer_escaped(out, payload->pattern, payload->pattern_length, SHOWN);
        buffer_text(out, "\"");
        return;
    }
    struct buffer bytes = {0};
    payload_append(payload, &bytes);
    buffer_text(out, "\"");
    buffer_escaped(out, bytes.data, bytes.length, SHOWN);
    buffer_text(out, "\"");
    buffer_free(&bytes);
}

static void describe_frame(const struct payload *payload, struct buffer *out)
{
    const struct ws_frame *frame = &payload->frame;
    buffer_format(out, "%s %s", ws_opcode_name(frame->opcode), payload->kind == PAYLOAD_MESSAGE ? "message" : "frame");
    if (!frame->fin)
        buffer_text(out, " without FIN");
    if (frame->rsv)
        buffer_format(out, " with RSV %u", frame->rsv);
    if (!frame->masked)
        buffer_text(out, " without mask");
    if (payload->declared)
        buffer_format(out, " that declares %llu bytes", (unsigned long long)frame->length);
    if (payload->fragment)
        buffer_format(out, " in frames of %zu bytes", payload->fragment);
    buffer_text(out, " of ");
    payload_describe(payload->parts, out);
}

static void describe_deflated(const struct payload *payload, struct buffer *out)
{
    static const char *const blocks[] = {"", " with fixed codes", " in stored blocks"};
    buffer_format(out, "deflated%s%s%s%s ", blocks[payload->style.blocks], payload->style.final ? " with BFINAL" : "",
                  payload->style.keep_tail ? " with the tail" : "", payload->style.no_takeover ? " by itself" : "");
    payload_describe(payload->parts, out);
}

void payload_describe(const struct payload *payload, struct buffer *out)
{
    switch (payload->kind) {
    case PAYLOAD_BYTES:
        describe_bytes(payload, out);
        break;
    case PAYLOAD_CONCAT:
        for (size_t i = 0; i < payload->part_count; i++) {
            buffer_text(out, i ? " + " : "");
            payload_describe(&payload->parts[i], out);
        }
        break;
    case PAYLOAD_DEFLATED:
        describe_deflated(payload, out);
        break;
    case PAYLOAD_FRAME:
    case PAYLOAD_MESSAGE:
        describe_frame(payload, out);
        break;
    case PAYLOAD_HANDSHAKE:
        buffer_format(out, "%s %s %s with the fields of a handshake",
                      payload->request.method ? payload->request.method : "GET",
                      payload->request.target ? payload->request.target : "/ws",
                      payload->request.version ? payload->request.version : "HTTP/1.1");
        break;
    case PAYLOAD_RESPONSE:
        buffer_format(out, "a response with status %d", payload->response.status ? payload->response.status : 101);
        break;
    }
}

static void describe_close(const struct matcher *matcher, struct buffer *out)
{
    buffer_text(out, "a close frame");
    if (matcher->no_code)
        buffer_text(out, " without a code");
    for (size_t i = 0; i < matcher->code_count; i++)
        buffer_format(out, "%s%d", i ? " or " : " with code ", matcher->codes[i]);
}

static void describe_framed(const struct matcher *matcher, const char *noun, struct buffer *out)
{
    buffer_format(out, "a %s %s", ws_opcode_name(matcher->opcode), noun);
    if (matcher->content) {
        buffer_text(out, " of ");
        matcher_describe(matcher->content, out);
    }
}

static void describe_end(enum end_kind end, struct buffer *out)
{
    static const char *const words[] = {
        [END_FIN] = "the end of the connection (FIN)",
        [END_RST] = "a reset (RST)",
        [END_CUT] = "a FIN without close_notify",
        [END_ANY] = "the end of the connection",
    };
    buffer_text(out, words[end]);
}

static void describe_alternatives(const struct matcher *matcher, struct buffer *out)
{
    const char *between = "";
    for (size_t i = 0; i < matcher->alternative_count; i++) {
        if (matcher->alternatives[i].grade == GRADE_FAIL)
            continue;
        buffer_text(out, between);
        between = ", or ";
        matcher_describe(&matcher->alternatives[i], out);
    }
}

static void describe_kind(const struct matcher *matcher, struct buffer *out)
{
    double skew = (double)matcher->skew_ms / 1000;
    switch (matcher->kind) {
    case MATCH_NONE:
        buffer_text(out, "nothing");
        break;
    case MATCH_PAYLOAD:
        payload_describe(&matcher->payload, out);
        break;
    case MATCH_PREFIX:
        buffer_text(out, "what begins with ");
        payload_describe(&matcher->payload, out);
        break;
    case MATCH_REGEX:
        buffer_format(out, "what matches /%s/", matcher->pattern);
        break;
    case MATCH_BYTES:
        buffer_format(out, "%lld to %lld bytes", matcher->minimum, matcher->maximum);
        break;
    case MATCH_INTEGER:
        buffer_format(out, "an integer from %lld to %lld", matcher->minimum, matcher->maximum);
        if (*matcher->then) {
            buffer_text(out, " and \"");
            buffer_escaped(out, matcher->then, strlen(matcher->then), SIZE_MAX);
            buffer_text(out, "\"");
        }
        break;
    case MATCH_UNIX_SECONDS:
        buffer_format(out, "Unix seconds within %g s of now", skew);
        break;
    case MATCH_GO_TIME:
        buffer_format(out, "daytime text (2006-01-02 15:04:05.9 +0000 UTC) within %g s of now", skew);
        break;
    case MATCH_RFC3339_TIME:
        buffer_format(out, "RFC 3339 text (2006-01-02T15:04:05Z) within %g s of now", skew);
        break;
    case MATCH_REQUEST:
        request_describe(matcher->request, out);
        break;
    case MATCH_RESPONSE:
        response_describe(matcher->response, out);
        break;
    case MATCH_FRAME:
        describe_framed(matcher, "frame", out);
        break;
    case MATCH_MESSAGE:
        describe_framed(matcher, "message", out);
        break;
    case MATCH_CLOSE_FRAME:
        describe_close(matcher, out);
        break;
    case MATCH_PONGS:
        buffer_text(out, "a pong for ");
        matcher_describe(&matcher->alternatives[matcher->alternative_count - 1], out);
        buffer_text(out, ", and before it, in order, for any of the pings before");
        break;
    case MATCH_END:
        describe_end(matcher->end, out);
        break;
    case MATCH_ANY:
        describe_alternatives(matcher, out);
        break;
    }
}

void matcher_describe(const struct matcher *matcher, struct buffer *out)
{
    describe_kind(matcher, out);
    if (matcher->until_end && matcher->kind != MATCH_END)
        buffer_text(out, ", and then the end");
}
