#include "lib/ws_extension.h"

#include <string.h>

static struct span trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (from < to && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (struct span){from, (size_t)(to - from)};
}

/* Takes what stands before the next semicolon. False when nothing is left. */
static bool take_part(struct span *rest, struct span *part)
{
    if (!rest->bytes)
        return false;
    const char *end = rest->bytes + rest->length;
    const char *stop = memchr(rest->bytes, ';', rest->length);
    *part = trimmed(rest->bytes, stop ? stop : end);
    *rest = stop ? (struct span){stop + 1, (size_t)(end - stop - 1)} : (struct span){NULL, 0};
    return true;
}

/* Copies a value, a token or a quoted one. What is quoted must be a token too, so that a comma or semicolon
 * within cannot be. False when it is neither. */
static bool value_read(struct span raw, char value[EXTENSION_VALUE_MAX + 1])
{
    bool quoted = raw.length > 2 && raw.bytes[0] == '"' && raw.bytes[raw.length - 1] == '"';
    struct span inner = quoted ? (struct span){raw.bytes + 1, raw.length - 2} : raw;
    size_t length = 0;
    value[0] = '\0';
    for (size_t i = 0; i < inner.length; i++) {
        if (quoted && inner.bytes[i] == '\\')
            i++;
        if (i == inner.length || !span_is_token((struct span){inner.bytes + i, 1}))
            return false;
        if (length < EXTENSION_VALUE_MAX)
            value[length] = inner.bytes[i];
        length++;
    }
    value[length <= EXTENSION_VALUE_MAX ? length : 0] = '\0';
    return length > 0;
}

/* Reads name, name=token or name="token". False when it is none of them. */
static bool parameter_read(struct span part, struct extension_parameter *parameter)
{
    const char *end = part.bytes + part.length;
    const char *equals = memchr(part.bytes, '=', part.length);
    *parameter =
        (struct extension_parameter){.name = trimmed(part.bytes, equals ? equals : end), .has_value = equals != NULL};
    if (!span_is_token(parameter->name))
        return false;
    return !equals || value_read(trimmed(equals + 1, end), parameter->value);
}

bool extension_next_parameter(struct extension *extension, struct extension_parameter *parameter)
{
    struct span part;
    return take_part(&extension->rest, &part) && parameter_read(part, parameter);
}

static bool parameters_are_legal(struct span rest)
{
    struct span part;
    struct extension_parameter parameter;
    while (take_part(&rest, &part))
        if (!parameter_read(part, &parameter))
            return false;
    return true;
}

bool extension_next(struct span *list, struct extension *extension)
{
    struct span element;
    if (!span_take_element(list, &element))
        return false;
    extension->rest = element;
    take_part(&extension->rest, &extension->name);
    extension->legal = span_is_token(extension->name) && parameters_are_legal(extension->rest);
    return true;
}

bool extensions_are_legal(const struct message_head *head)
{
    struct field_line field = {0};
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, "Sec-WebSocket-Extensions"))
            continue;
        struct extension extension;
        while (extension_next(&field.value, &extension))
            if (!extension.legal)
                return false;
    }
    return true;
}
