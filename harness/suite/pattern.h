// Regular expressions on bytes, by PCRE2: anchored where matching begins, `.` matches any byte.
#ifndef SOCKSPEC_SUITE_PATTERN_H
#define SOCKSPEC_SUITE_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "suite/reader.h"

// Compiles `pattern`, which stands at `node`, into the reader's arena. NULL with a problem added when it is not a
// regular expression.
pcre2_code *pattern_compile(struct reader *reader, const yaml_node_t *node, const char *pattern);

#endif
