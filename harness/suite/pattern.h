// Regular expressions on bytes, by PCRE2: anchored where matching begins, `.` matches any byte.
#ifndef SOCKSPEC_SUITE_PATTERN_H
#define SOCKSPEC_SUITE_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "suite/reader.h"

// Compiles `pattern`, which stands at `node`, into the reader's arena. NULL with a problem added when it is not a
// regular expression.
pcre2_code *pattern_compile(struct reader *reader, const yaml_node_t *node, const char *pattern);

// Matches `pattern` at the start of the bytes (NULL with length 0 is fine) under options of pcre2_match(). Returns 0 or
// more with the end of the match in `end` (may be NULL), or a PCRE2_ERROR_ code. Any thread may match any pattern.
int pattern_match(const pcre2_code *pattern, const void *bytes, size_t length, uint32_t options, size_t *end);

#endif
