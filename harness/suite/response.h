// The expected heads of an opening handshake or of plain HTTP, read from a suite.
#ifndef SOCKSPEC_SUITE_RESPONSE_H
#define SOCKSPEC_SUITE_RESPONSE_H

#include "suite/matcher.h"

// Reads `response: {status, headers, accept, body}`.
bool response_read(struct reader *reader, const yaml_node_t *node, struct response_matcher **response);

// Appends it in words.
void response_describe(const struct response_matcher *response, struct buffer *out);

// The same for `request: {method, target, headers, opening, key}`.
bool request_read(struct reader *reader, const yaml_node_t *node, struct request_matcher **request);
void request_describe(const struct request_matcher *request, struct buffer *out);

#endif
