// `{name}` in the scalars of a case: replaced from `matrix` and `rows` when the case is made, or left in place for the
// names that only the run knows ({port} and its like). An unknown name is a problem; `{{` is a literal brace.
#ifndef SOCKSPEC_SUITE_TEMPLATE_H
#define SOCKSPEC_SUITE_TEMPLATE_H

#include <stdbool.h>

#include "suite/reader.h"

// Replaces the variables of `reader` in `written`, which stands at `node`. Without variables the text is copied as it
// is. False with a problem added when a name is unknown.
bool template_expand(struct reader *reader, const yaml_node_t *node, struct text written, struct text *expanded);

// Tells where a `{name}` begins at or after `from`: its name's offset and length. False when there is none.
bool template_find(const char *text, size_t length, size_t from, size_t *start, size_t *name_length);

// True when the name is one of `names` (NULL at the end, or no list at all), and when the text holds such a `{name}`.
bool template_is_name(const char *name, size_t length, const char *const *names);
bool template_mentions(const char *text, const char *const *names);

#endif
