#ifndef IMPL_HTTP_HEAD_H
#define IMPL_HTTP_HEAD_H

/*
 * The head of an HTTP request or response (RFC 9112), read as its bytes come.
 *
 * The bytes stay with the caller, who keeps them in one piece from the first one and calls again as more
 * arrive; no byte is looked at twice. Reading is strict: CRLF at each line's end, no folded lines, no blank
 * before a colon, no control characters. Fields are found by walking the head: nothing is allocated.
 */

#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_HEAD_MAX 16384 /* bytes, with the blank line */

/* Bytes of the head, not ended by a NUL. */
struct span {
    const char *bytes;
    size_t length;
};

struct message_head {
    struct span method;    /* of a request */
    struct span target;    /* of a request */
    unsigned status;       /* of a response, 0 to 999 */
    unsigned major, minor; /* of the HTTP version */
    struct span fields;    /* all field lines */

    unsigned state; /* of the reader: zero at the beginning */
    size_t scanned;
    size_t mark;
};

struct field_line {
    struct span name;
    struct span value; /* without the blanks around it */
};

/* Reads on. `bytes` are the `size` bytes that have come since the beginning of the head, at the address of
 * the call before or another; `head` is all zero before the first call. Returns the length of the head in
 * bytes with its blank line, above 0, when it is whole: its spans point into `bytes` then. Otherwise:
 *   0               more bytes are needed
 *   -EBADMSG        this is no request head, whatever may follow (RFC 9112 sections 2.2, 3, 5)
 *   -ENAMETOOLONG   the target alone goes beyond MESSAGE_HEAD_MAX (a 414, RFC 9112 section 3)
 *   -EMSGSIZE       the head goes beyond MESSAGE_HEAD_MAX (a 431, RFC 6585 section 5)
 * One empty line before the request line is skipped (RFC 9112 section 2.2); it counts. */
int request_head_parse(struct message_head *head, const char *bytes, size_t size);

/* The same for the head of a response; its status line may lack a reason and the blank before it. An empty
 * line before it is an error. Never returns -ENAMETOOLONG. */
int response_head_parse(struct message_head *head, const char *bytes, size_t size);

/* Goes from field to field of a whole head, in order, beginning with a zeroed `field`. False behind the last.
 */
bool message_head_next(const struct message_head *head, struct field_line *field);

/* Counts the fields of that name (letter case ignored), and sets `value` to the first one's when there is
 * one. */
size_t message_head_find(const struct message_head *head, const char *name, struct span *value);

/* True when `token` is an element of the list that all fields of that name make together (RFC 9110 section
 * 5.6.1), letter case ignored. */
bool message_head_has_token(const struct message_head *head, const char *name, const char *token);

/* Takes the first element off a comma-separated list, without the blanks around it; empty elements are
 * skipped (RFC 9110 section 5.6.1.2). False when there is none left. */
bool span_take_element(struct span *list, struct span *element);

/* Letter case counts in the first one only. */
bool span_equals(struct span span, const char *text);
bool span_equals_nocase(struct span span, const char *text);

/* True for a token: one or more characters of RFC 9110 section 5.6.2. */
bool span_is_token(struct span span);

#endif
