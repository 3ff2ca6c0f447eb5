#ifndef IMPL_WS_EXTENSION_H
#define IMPL_WS_EXTENSION_H

/*
 * The syntax of Sec-WebSocket-Extensions (RFC 6455 section 9.1): a list of extensions, each a name and
 * parameters, which may have values. What they mean is not known here. Nothing is copied: spans point into
 * the head.
 *
 *     struct span list = field.value;
 *     struct extension extension;
 *     while (extension_next(&list, &extension))
 *         while (extension_next_parameter(&extension, &parameter))
 */

#include <stdbool.h>

#include "lib/http_head.h"

/* At most this many letters of a value are kept: no extension that is spoken here has longer ones. */
#define EXTENSION_VALUE_MAX 7

struct extension {
    struct span name;
    struct span rest; /* the parameters that have not been taken */
    bool legal;       /* name and parameters are as the grammar has them */
};

struct extension_parameter {
    struct span name;
    bool has_value;
    char value[EXTENSION_VALUE_MAX + 1]; /* without quotes and escapes; empty when it is longer than that */
};

/* Takes the next extension off a field's value. False behind the last. One that is not legal is to be looked
 * at no further. */
bool extension_next(struct span *list, struct extension *extension);

/* Takes the next parameter off a legal extension. False behind the last. */
bool extension_next_parameter(struct extension *extension, struct extension_parameter *parameter);

/* True when all fields of that name in the head are lists of legal extensions. */
bool extensions_are_legal(const struct message_head *head);

#endif
