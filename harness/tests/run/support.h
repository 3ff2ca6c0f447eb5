// Matchers from their YAML, held against bytes that lie in memory of exactly their size.
#ifndef SOCKSPEC_TESTS_RUN_SUPPORT_H
#define SOCKSPEC_TESTS_RUN_SUPPORT_H

#include "tests/suite/support.h"

#include "run/match.h"

// Bytes as a literal that may hold NUL.
#define BYTES(literal) (literal), sizeof(literal) - 1

// How bytes come: on a stream that goes on, on one whose deadline is past, before its end, as a datagram.
#define OPEN ((struct match_input){.end = CHANNEL_OPEN})
#define FINAL ((struct match_input){.final = true})
#define FIN ((struct match_input){.end = CHANNEL_FIN, .final = true})
#define RST ((struct match_input){.end = CHANNEL_RST, .final = true})
#define CUT ((struct match_input){.end = CHANNEL_CUT, .final = true})
#define DATAGRAM ((struct match_input){.whole = true})

struct matching {
    struct document document;
    struct matcher matcher;
    struct match match;
};

static inline void matching_begin(struct matching *matching, const char *text)
{
    const yaml_node_t *root = document_root(&matching->document, text);
    if (!matcher_read(&matching->document.reader, root, NULL, &matching->matcher))
        fail_msg("%s: %s", text, matching->document.problems.items[0].text);
    matching->match = (struct match){0};
}

static inline void matching_end(struct matching *matching)
{
    free(matching->match.detail);
    document_close(&matching->document);
}

// Matches a copy of the bytes in a block of exactly `length` bytes; none at all when it is 0.
static inline enum match_answer matching_do(struct matching *matching, const void *bytes, size_t length,
                                            struct match_input how)
{
    unsigned char *copy = length ? malloc(length) : NULL;
    if (length)
        memcpy(copy, bytes, length);
    free(matching->match.detail);
    matching->match = (struct match){0};
    how.bytes = copy;
    how.length = length;
    enum match_answer answer = match_bytes(&matching->matcher, &how, &matching->match);
    free(copy);
    return answer;
}

static inline void check_yes(const char *text, const void *bytes, size_t length, struct match_input how,
                             size_t consumed)
{
    struct matching matching;
    matching_begin(&matching, text);
    enum match_answer answer = matching_do(&matching, bytes, length, how);
    if (answer != MATCH_YES)
        fail_msg("%s is not satisfied by \"%.*s\": %s", text, (int)length, length ? (const char *)bytes : "",
                 answer == MATCH_MORE ? "more" : matching.match.detail);
    if (matching.match.consumed != consumed)
        fail_msg("%s takes %zu bytes", text, matching.match.consumed);
    matching_end(&matching);
}

// `detail` may be NULL: no reason is given.
static inline void check_no(const char *text, const void *bytes, size_t length, struct match_input how,
                            const char *detail)
{
    struct matching matching;
    matching_begin(&matching, text);
    enum match_answer answer = matching_do(&matching, bytes, length, how);
    if (answer != MATCH_NO)
        fail_msg("%s is not refused for \"%.*s\" (%d)", text, (int)length, length ? (const char *)bytes : "", answer);
    if (detail) {
        assert_non_null(matching.match.detail);
        assert_string_equal(matching.match.detail, detail);
    }
    matching_end(&matching);
}

static inline void check_more(const char *text, const void *bytes, size_t length, struct match_input how)
{
    struct matching matching;
    matching_begin(&matching, text);
    enum match_answer answer = matching_do(&matching, bytes, length, how);
    if (answer != MATCH_MORE)
        fail_msg("%s is decided by \"%.*s\": %d", text, (int)length, length ? (const char *)bytes : "", answer);
    matching_end(&matching);
}

// On a stream that brings the bytes one by one all must be needed; the last satisfies.
static inline void check_bytewise(const char *text, const char *bytes, size_t length)
{
    struct matching matching;
    matching_begin(&matching, text);
    for (size_t i = 0; i <= length; i++) {
        enum match_answer answer = matching_do(&matching, bytes, i, OPEN);
        if (answer != (i < length ? MATCH_MORE : MATCH_YES))
            fail_msg("%s after %zu of %zu bytes: %d, %s", text, i, length, answer,
                     matching.match.detail ? matching.match.detail : "");
    }
    assert_int_equal(matching.match.consumed, length);
    matching_end(&matching);
}

#endif
