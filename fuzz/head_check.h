// What must hold of a head that impl/lib/http_head.c took, whether of a request or of a response.
#ifndef SOCKSPEC_FUZZ_HEAD_CHECK_H
#define SOCKSPEC_FUZZ_HEAD_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/http_head.h"
#include "ws/handshake.h"

typedef int head_parser(struct message_head *head, const char *bytes, size_t size);

// Parsing in pieces of the sizes that the first bytes of `data` choose results in `expected` too. So do parsing byte by
// byte, with the same spans, and cut in two at every place; these only for short heads, but for all when seeds are
// replayed.
void head_require_same_when_cut(head_parser *parse, int expected, const uint8_t *data, const char *text, size_t size);

// It consists of whole lines without control characters, and its fields and their elements lie inside it.
void head_require_whole(const struct message_head *head, const char *text, size_t length);

// Both parsers found the same fields.
void head_require_same_fields(const struct message_head *ours, const struct http_head *theirs);

#endif
