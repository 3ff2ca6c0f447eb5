// Bytes as the payloads and arguments of cases, in YAML.
#ifndef SOCKSPEC_CORPUS_YAML_H
#define SOCKSPEC_CORPUS_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

// Appends a text in double quotes, braces doubled so that it holds no variable. False, with nothing appended, when it
// is not UTF-8 or holds a NUL: no scalar of a case can say that.
bool yaml_text(struct buffer *out, const unsigned char *bytes, size_t length);

// Appends the members of a payload map, `text: "hello"`, `fill: 0xfe, length: 126` or `hex: "00 ff"`, whichever reads
// best. Long ones go on in further lines, indented.
void yaml_payload(struct buffer *out, const unsigned char *bytes, size_t length);

// Appends the steps that send a stream of WebSocket frames, on lines of their own: each frame as what it is, and as
// bytes what makes none.
void yaml_frames(struct buffer *out, const unsigned char *bytes, size_t length);

#endif
