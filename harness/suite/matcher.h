// What a case expects next, as data. Matching itself is run/'s; here it is read and put into words.
#ifndef SOCKSPEC_SUITE_MATCHER_H
#define SOCKSPEC_SUITE_MATCHER_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "suite/payload.h"

enum matcher_kind {
    MATCH_NONE,
    MATCH_PAYLOAD,
    MATCH_PREFIX,
    MATCH_REGEX,
    MATCH_BYTES,
    MATCH_INTEGER,
    MATCH_UNIX_SECONDS,
    MATCH_GO_TIME,
    MATCH_RFC3339_TIME,
    MATCH_REQUEST,
    MATCH_RESPONSE,
    MATCH_FRAME,
    MATCH_MESSAGE,
    MATCH_CLOSE_FRAME,
    MATCH_PONGS,
    MATCH_END,
    MATCH_ANY,
};

enum grade { GRADE_PASS, GRADE_NONSTRICT, GRADE_INFO, GRADE_FAIL };

enum end_kind { END_FIN, END_RST, END_CUT, END_ANY };

enum field_rule { FIELD_EXACT, FIELD_TOKEN, FIELD_REGEX, FIELD_ABSENT };

// One header field of an expected head.
struct field_matcher {
    const char *name;
    enum field_rule rule;
    const char *text;
    pcre2_code *regex;
};

struct request_matcher {
    const char *method; // or NULL
    const char *target; // or NULL
    struct field_matcher *fields;
    size_t field_count;
    bool opening;       // it is a handshake as section 4.1 of RFC 6455 demands
    const char *sample; // where the key is collected, or NULL
};

struct response_matcher {
    int statuses[8]; // as numbers; a class such as 4xx is 4
    size_t status_count;
    struct field_matcher *fields;
    size_t field_count;
    bool accept;               // Sec-WebSocket-Accept fits the key that was sent
    const char *body_contains; // or NULL
};

struct matcher {
    enum matcher_kind kind;
    struct payload payload; // PAYLOAD, PREFIX
    const char *pattern;    // REGEX
    pcre2_code *regex;      // REGEX, INTEGER and the times
    long long minimum;      // BYTES, INTEGER
    long long maximum;
    const char *then;   // INTEGER: the text that must follow it
    const char *sample; // INTEGER: where the number is collected, or NULL; FRAME, MESSAGE: where the mask is
    int64_t skew_ms;    // the times
    struct request_matcher *request;
    struct response_matcher *response;
    unsigned opcode;              // FRAME, MESSAGE
    struct matcher *content;      // FRAME, MESSAGE: of the payload, NULL when any will do
    int codes[16];                // CLOSE_FRAME
    size_t code_count;            // 0: any
    bool no_code;                 // CLOSE_FRAME: the payload is empty
    enum end_kind end;            // END
    struct matcher *alternatives; // ANY; PONGS: the payloads of the pings, in order
    size_t alternative_count;
    enum grade grade;
    const char *why; // or NULL
    bool until_end;  // the stream must end right behind the match
};

// Reads a matcher from a map, or from a scalar that stands for its text. `more` are keys of the map that belong to
// somebody else.
bool matcher_read(struct reader *reader, const yaml_node_t *node, const char *const *more, struct matcher *matcher);

// `fin`, `rst` or `any` into a MATCH_END.
bool matcher_read_end(struct reader *reader, const yaml_node_t *node, struct matcher *matcher);

// True when the end of a connection can satisfy the matcher with another grade than fail.
bool matcher_accepts_end(const struct matcher *matcher);

// True when only bytes from the program can satisfy it with another grade than fail.
bool matcher_needs_bytes(const struct matcher *matcher);

// Appends what is expected, in words: `the text "hello"`, `a close frame with code 1002`.
void matcher_describe(const struct matcher *matcher, struct buffer *out);

// The same for a payload.
void payload_describe(const struct payload *payload, struct buffer *out);

#endif
