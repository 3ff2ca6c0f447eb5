// WebSocket frames and messages, from a server or a client.
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "run/match.h"

struct incoming {
    struct ws_frame frame;
    size_t header;
    const unsigned char *payload; // masked when the frame is
    size_t size;                  // of header and payload
};

// RSV1 in the first frame of a message, once permessage-deflate was agreed on (RFC 7692 section 6).
static bool is_compressed(const struct match_input *input, const struct ws_frame *frame)
{
    return input->deflate && input->deflate->agreement.agreed && frame->rsv & 4 &&
           (frame->opcode == WS_TEXT || frame->opcode == WS_BINARY);
}

// Takes the frame at `offset`. MATCH_MORE when it is not whole, MATCH_NO when it is illegal.
static enum match_answer frame_at(const struct match_input *input, size_t offset, struct incoming *incoming,
                                  struct match *match)
{
    size_t left = input->length - offset;
    incoming->header = left ? ws_frame_decode(input->bytes + offset, left, &incoming->frame) : 0;
    if (incoming->header) {
        struct ws_frame plain = incoming->frame;
        if (is_compressed(input, &plain))
            plain.rsv &= ~4u;
        const char *fault = ws_frame_fault(&plain, !input->from_client);
        if (fault)
            return match_refuse(match, "%s", fault);
        if (left - incoming->header >= incoming->frame.length) {
            incoming->payload = input->bytes + offset + incoming->header;
            incoming->size = incoming->header + (size_t)incoming->frame.length;
            return MATCH_YES;
        }
    }
    if (!input->final)
        return MATCH_MORE;
    return left ? match_refuse(match, "a frame is not whole") : MATCH_NO;
}

// The payload as it was meant, to be freed.
static unsigned char *unmasked_payload(const struct incoming *incoming)
{
    size_t length = (size_t)incoming->frame.length;
    unsigned char *payload = (unsigned char *)duplicate_bytes(incoming->payload, length);
    if (incoming->frame.masked)
        ws_mask(payload, length, incoming->frame.mask, 0);
    return payload;
}

// The mask of a frame as a number, so that masks can be collected.
static void collect_mask(const struct matcher *matcher, const struct ws_frame *frame, struct match *match)
{
    if (!matcher->sample)
        return;
    const unsigned char *mask = frame->mask;
    match->sample = matcher->sample;
    match->number = (long long)mask[0] << 24 | mask[1] << 16 | mask[2] << 8 | mask[3];
}

static enum match_answer match_content(const struct matcher *matcher, const unsigned char *payload, size_t length,
                                       struct match *match)
{
    if (!matcher->content)
        return MATCH_YES;
    struct match_input inner = {.bytes = payload, .length = length, .whole = true, .final = true};
    struct match attempt = {0};
    enum match_answer answer = match_bytes(matcher->content, &inner, &attempt);
    if (attempt.detail && match->detail)
        free(attempt.detail);
    else if (attempt.detail)
        match->detail = attempt.detail;
    match->sample = attempt.sample;
    match->number = attempt.number;
    // What is only tolerated within a payload is so without.
    if (answer == MATCH_YES && attempt.by->grade != GRADE_PASS)
        match->by = attempt.by;
    return answer == MATCH_MORE ? MATCH_NO : answer;
}

// Puts what a compressed message holds in the place of its payload.
static enum match_answer inflate_message(const struct match_input *input, struct buffer *message, struct match *match)
{
    struct buffer inflated = {0};
    const char *fault = ws_deflate_decode(input->deflate, message->data, message->length, &inflated);
    buffer_free(message);
    *message = inflated;
    return fault ? match_refuse(match, "what is compressed does not inflate: %s", fault) : MATCH_YES;
}

enum match_answer match_frame(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct incoming incoming;
    enum match_answer answer = frame_at(input, 0, &incoming, match);
    if (answer != MATCH_YES)
        return answer;
    if (incoming.frame.opcode != matcher->opcode)
        return match_refuse(match, "it is a %s frame", ws_opcode_name(incoming.frame.opcode));
    match->consumed = incoming.size;
    struct buffer payload = {0};
    unsigned char *unmasked = unmasked_payload(&incoming);
    buffer_append(&payload, unmasked, (size_t)incoming.frame.length);
    if (is_compressed(input, &incoming.frame) && incoming.frame.fin)
        answer = inflate_message(input, &payload, match);
    if (answer == MATCH_YES)
        answer = match_content(matcher, payload.data, payload.length, match);
    collect_mask(matcher, &incoming.frame, match);
    buffer_free(&payload);
    free(unmasked);
    return answer;
}

static enum match_answer finish_message(const struct matcher *matcher, const struct buffer *message, unsigned opcode,
                                        struct match *match)
{
    if (opcode != matcher->opcode)
        return match_refuse(match, "it is a %s message", ws_opcode_name(opcode));
    if (opcode == WS_TEXT && !ws_utf8_valid(message->data, message->length))
        return match_refuse(match, "the text is not UTF-8");
    return match_content(matcher, message->data, message->length, match);
}

// Puts a message together. Pongs in between are passed over; anything else there is a fault.
enum match_answer match_message(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct buffer message = {0};
    struct incoming incoming;
    unsigned opcode = 0;
    bool compressed = false;
    size_t offset = 0;
    enum match_answer answer;
    for (;;) {
        answer = frame_at(input, offset, &incoming, match);
        if (answer != MATCH_YES)
            break;
        offset += incoming.size;
        if (incoming.frame.opcode == WS_PONG || incoming.frame.opcode == WS_PING)
            continue;
        bool first = opcode == 0;
        if (first == (incoming.frame.opcode == WS_CONTINUATION) || incoming.frame.opcode == WS_CLOSE) {
            answer = match_refuse(match, "it is a %s frame", ws_opcode_name(incoming.frame.opcode));
            break;
        }
        if (first) {
            opcode = incoming.frame.opcode;
            compressed = incoming.frame.rsv & 4;
        }
        size_t before = message.length;
        buffer_append(&message, incoming.payload, (size_t)incoming.frame.length);
        if (incoming.frame.masked)
            ws_mask(message.data + before, message.length - before, incoming.frame.mask, 0);
        if (!incoming.frame.fin)
            continue;
        match->consumed = offset;
        if (compressed)
            answer = inflate_message(input, &message, match);
        if (answer == MATCH_YES)
            answer = finish_message(matcher, &message, opcode, match);
        collect_mask(matcher, &incoming.frame, match);
        break;
    }
    buffer_free(&message);
    return answer;
}

// Which of the pings from `first` on a pong answers; the number of pings when it is none of them.
static size_t ping_of(const struct matcher *matcher, size_t first, const struct incoming *pong)
{
    unsigned char *payload = unmasked_payload(pong);
    size_t which = first;
    for (; which < matcher->alternative_count; which++) {
        struct match_input inner = {
            .bytes = payload, .length = (size_t)pong->frame.length, .whole = true, .final = true};
        struct match attempt = {0};
        enum match_answer answer = match_bytes(&matcher->alternatives[which], &inner, &attempt);
        free(attempt.detail);
        if (answer == MATCH_YES)
            break;
    }
    free(payload);
    return which;
}

// RFC 6455 section 5.5.3: of several pings that wait only the latest needs an answer.
enum match_answer match_pongs(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct incoming incoming;
    size_t offset = 0;
    size_t next = 0;
    while (next < matcher->alternative_count) {
        enum match_answer answer = frame_at(input, offset, &incoming, match);
        if (answer != MATCH_YES)
            return answer;
        if (incoming.frame.opcode != WS_PONG)
            return match_refuse(match, "it is a %s frame", ws_opcode_name(incoming.frame.opcode));
        next = ping_of(matcher, next, &incoming) + 1;
        if (next > matcher->alternative_count)
            return match_refuse(match, "a pong is for none of the pings that wait");
        offset += incoming.size;
    }
    match->consumed = offset;
    return MATCH_YES;
}

static enum match_answer match_close_payload(const struct matcher *matcher, const unsigned char *payload, size_t length,
                                             struct match *match)
{
    match->closing = true;
    match->has_code = length >= 2;
    if (length == 1)
        return match_refuse(match, "the close frame has one byte, half a code");
    if (length == 0)
        return matcher->no_code || matcher->code_count == 0 ? MATCH_YES : match_refuse(match, "it has no code");
    memcpy(match->code, payload, 2);
    unsigned code = (unsigned)match->code[0] << 8 | match->code[1];
    if (!ws_close_code_valid(code))
        return match_refuse(match, "%u must not stand in a close frame", code);
    if (!ws_utf8_valid(payload + 2, length - 2))
        return match_refuse(match, "the reason is not UTF-8");
    if (matcher->no_code)
        return match_refuse(match, "it has the code %u", code);
    for (size_t i = 0; i < matcher->code_count; i++)
        if (matcher->codes[i] == (int)code)
            return MATCH_YES;
    return matcher->code_count == 0 ? MATCH_YES : match_refuse(match, "it has the code %u", code);
}

enum match_answer match_close(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    struct incoming incoming;
    enum match_answer answer = frame_at(input, 0, &incoming, match);
    if (answer != MATCH_YES)
        return answer;
    if (incoming.frame.opcode != WS_CLOSE)
        return match_refuse(match, "it is a %s frame", ws_opcode_name(incoming.frame.opcode));
    match->consumed = incoming.size;
    unsigned char *payload = unmasked_payload(&incoming);
    answer = match_close_payload(matcher, payload, (size_t)incoming.frame.length, match);
    free(payload);
    return answer;
}
