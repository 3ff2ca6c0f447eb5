// The expected HTTP response of an opening handshake or a plain request, read from a suite.
#ifndef SOCKSPEC_SUITE_RESPONSE_H
#define SOCKSPEC_SUITE_RESPONSE_H

#include "suite/matcher.h"

// Reads `response: {status, headers, accept, body}`.
bool response_read(struct reader *reader, const yaml_node_t *node, struct response_matcher **response);

// Appends it in words.
void response_describe(const struct response_matcher *response, struct buffer *out);

#endif
