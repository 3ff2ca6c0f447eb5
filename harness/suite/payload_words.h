// The readers of payloads by their word, between payload.c and payload_ws.c. Each takes the whole map, since other keys
// may stand beside the word, and returns false with a problem added when the payload is not good.
#ifndef SOCKSPEC_SUITE_PAYLOAD_WORDS_H
#define SOCKSPEC_SUITE_PAYLOAD_WORDS_H

#include "suite/payload.h"

void payload_set_bytes(struct payload *payload, const void *bytes, size_t length);

bool payload_read_hex(struct reader *reader, const yaml_node_t *node, struct payload *payload);
bool payload_read_deflated(struct reader *reader, const yaml_node_t *map, struct payload *payload);
bool payload_read_frame(struct reader *reader, const yaml_node_t *map, struct payload *payload);
bool payload_read_message(struct reader *reader, const yaml_node_t *map, struct payload *payload);
bool payload_read_close_frame(struct reader *reader, const yaml_node_t *map, struct payload *payload);
bool payload_read_handshake(struct reader *reader, const yaml_node_t *map, struct payload *payload);
bool payload_read_response(struct reader *reader, const yaml_node_t *map, struct payload *payload);

#endif
