#include "run/match.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "suite/pattern.h"

#define LOOKED_AT_AT_ONCE 65536

enum match_answer match_refuse(struct match *match, const char *format, ...)
{
    struct buffer text = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&text, format, arguments);
    va_end(arguments);
    if (match->detail)
        buffer_free(&text);
    else
        match->detail = buffer_take(&text);
    return MATCH_NO;
}

// The offset of the first difference, or the shorter length.
static size_t common_prefix(const unsigned char *a, const unsigned char *b, size_t length)
{
    if (memcmp(a, b, length) == 0)
        return length;
    size_t i = 0;
    while (a[i] == b[i])
        i++;
    return i;
}

static enum match_answer match_exactly(const struct payload *payload, const struct match_input *input,
                                       struct match *match)
{
    // Megabytes are not compared anew with each piece that comes.
    if (!input->final && !input->whole && input->length > LOOKED_AT_AT_ONCE &&
        payload_length(payload) > input->length + LOOKED_AT_AT_ONCE)
        return MATCH_MORE;
    struct buffer expected = {0};
    payload_append(payload, &expected);
    size_t shared = input->length < expected.length ? input->length : expected.length;
    size_t same = shared ? common_prefix(input->bytes, expected.data, shared) : 0;
    enum match_answer answer = MATCH_YES;
    match->consumed = expected.length;
    if (same < shared)
        answer = match_refuse(match, "byte %zu is 0x%02x instead of 0x%02x", same + 1, input->bytes[same],
                              expected.data[same]);
    else if (input->length < expected.length)
        answer = input->final || input->whole
                     ? match_refuse(match, "%zu bytes instead of %zu", input->length, expected.length)
                     : MATCH_MORE;
    buffer_free(&expected);
    return answer;
}

static enum match_answer match_prefix(const struct matcher *matcher, const struct match_input *input,
                                      struct match *match)
{
    enum match_answer answer = match_exactly(&matcher->payload, input, match);
    if (answer == MATCH_YES && (input->whole || matcher->until_end))
        match->consumed = input->length;
    return answer;
}

static enum match_answer match_pattern(const struct matcher *matcher, const struct match_input *input,
                                       struct match *match)
{
    bool to_end = input->whole || matcher->until_end;
    if (matcher->until_end && !input->whole && !input->final)
        return MATCH_MORE;
    uint32_t options = to_end ? PCRE2_ENDANCHORED : 0;
    if (!to_end && !input->final)
        options |= PCRE2_PARTIAL_SOFT;
    int found = pattern_match(matcher->regex, input->bytes, input->length, options, &match->consumed);
    if (found >= 0 && !to_end && !input->final && match->consumed == input->length)
        match->extendable =
            pattern_match(matcher->regex, input->bytes, input->length, PCRE2_PARTIAL_HARD, NULL) == PCRE2_ERROR_PARTIAL;
    bool nothing_yet = input->length == 0 && !input->final && !input->whole;
    if (found == PCRE2_ERROR_PARTIAL || (found == PCRE2_ERROR_NOMATCH && nothing_yet))
        return MATCH_MORE;
    return found >= 0 ? MATCH_YES : MATCH_NO;
}

static enum match_answer match_bytes_of_any_kind(const struct matcher *matcher, const struct match_input *input,
                                                 struct match *match)
{
    size_t minimum = (size_t)matcher->minimum;
    size_t maximum = (size_t)matcher->maximum;
    if (input->length < minimum)
        return input->final || input->whole
                   ? match_refuse(match, "%zu bytes instead of %zu or more", input->length, minimum)
                   : MATCH_MORE;
    match->consumed = input->length < maximum ? input->length : maximum;
    match->extendable = match->consumed < maximum;
    return MATCH_YES;
}

// A pattern whose text must have a value that fits.
static enum match_answer match_value(const struct matcher *matcher, const struct match_input *input,
                                     struct match *match)
{
    enum match_answer answer = match_pattern(matcher, input, match);
    if (answer != MATCH_YES)
        return answer;
    size_t tail = matcher->kind == MATCH_INTEGER ? strlen(matcher->then) : 0;
    char *text = duplicate_bytes(input->bytes, match->consumed - tail);
    long long number = 0;
    if (matcher->kind != MATCH_INTEGER)
        answer = match_time(matcher, text, input->waiting_ns, &match->detail) ? MATCH_YES : MATCH_NO;
    else if (parse_integer(text, &number) < 0 || number < matcher->minimum || number > matcher->maximum)
        // With more digits it may be in the range yet.
        answer = match->extendable ? MATCH_MORE : match_refuse(match, "%s is out of the range", text);
    free(text);
    match->sample = matcher->sample;
    match->number = number;
    return answer;
}

static enum match_answer match_end(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    if (input->length > 0)
        return match_refuse(match, "bytes came first");
    if (input->end == CHANNEL_OPEN)
        return input->final ? match_refuse(match, "the connection stayed open") : MATCH_MORE;
    if (matcher->end == END_FIN && input->end == CHANNEL_RST)
        return match_refuse(match, "it was a reset (RST)");
    if (matcher->end == END_FIN && input->end == CHANNEL_CUT)
        return match_refuse(match, "no close_notify came before the FIN");
    if (matcher->end == END_CUT && input->end != CHANNEL_CUT)
        return match_refuse(match, "it was not a FIN without close_notify");
    if (matcher->end == END_RST && input->end != CHANNEL_RST)
        return match_refuse(match, "it was an orderly end (FIN)");
    return MATCH_YES;
}

static enum match_answer match_any(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    for (size_t i = 0; i < matcher->alternative_count; i++) {
        struct match attempt = {0};
        enum match_answer answer = match_bytes(&matcher->alternatives[i], input, &attempt);
        if (answer == MATCH_YES) {
            free(match->detail);
            *match = attempt;
            return MATCH_YES;
        }
        if (attempt.detail && !match->detail)
            match->detail = attempt.detail;
        else
            free(attempt.detail);
        if (answer == MATCH_MORE && !input->final)
            return MATCH_MORE;
    }
    return MATCH_NO;
}

static enum match_answer match_kind(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    switch (matcher->kind) {
    case MATCH_NONE:
        return MATCH_YES;
    case MATCH_PAYLOAD:
        return match_exactly(&matcher->payload, input, match);
    case MATCH_PREFIX:
        return match_prefix(matcher, input, match);
    case MATCH_REGEX:
        return match_pattern(matcher, input, match);
    case MATCH_BYTES:
        return match_bytes_of_any_kind(matcher, input, match);
    case MATCH_INTEGER:
    case MATCH_UNIX_SECONDS:
    case MATCH_GO_TIME:
    case MATCH_RFC3339_TIME:
        return match_value(matcher, input, match);
    case MATCH_REQUEST:
        return match_request(matcher, input, match);
    case MATCH_RESPONSE:
        return match_response(matcher, input, match);
    case MATCH_FRAME:
        return match_frame(matcher, input, match);
    case MATCH_MESSAGE:
        return match_message(matcher, input, match);
    case MATCH_CLOSE_FRAME:
        return match_close(matcher, input, match);
    case MATCH_PONGS:
        return match_pongs(matcher, input, match);
    case MATCH_END:
        return match_end(matcher, input, match);
    case MATCH_ANY:
        return match_any(matcher, input, match);
    }
    return MATCH_NO;
}

enum match_answer match_bytes(const struct matcher *matcher, const struct match_input *input, struct match *match)
{
    if (input->exited && matcher->kind == MATCH_NONE)
        return MATCH_YES;
    enum match_answer answer = match_kind(matcher, input, match);
    if (answer != MATCH_YES)
        return answer;
    if (!match->by)
        match->by = matcher;
    bool must_end = input->whole || (matcher->until_end && matcher->kind != MATCH_END);
    if (must_end && match->consumed < input->length)
        return match_refuse(match, "%zu bytes more follow", input->length - match->consumed);
    if (must_end && !input->whole && input->end == CHANNEL_OPEN)
        return input->final ? match_refuse(match, "the end does not follow") : MATCH_MORE;
    return MATCH_YES;
}
