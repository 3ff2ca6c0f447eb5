// Fields whose value is a comma-separated list (RFC 9110 section 5.6.1): elements may be empty, blanks around
// them do not count, and a comma within a quoted string does not separate.
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "ws/handshake.h"

// The comma or NUL at which the element at the start of `list` ends.
static const char *element_end(const char *list)
{
    bool quoted = false;
    for (; *list && (quoted || *list != ','); list++) {
        if (*list == '"')
            quoted = !quoted;
        else if (quoted && *list == '\\' && list[1])
            list++;
    }
    return list;
}

static bool element_is(const char *start, const char *end, const char *token)
{
    while (start < end && (*start == ' ' || *start == '\t'))
        start++;
    while (end > start && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (start == end)
        return false;
    char *element = duplicate_bytes(start, (size_t)(end - start));
    bool equal = equal_ignoring_case(element, token);
    free(element);
    return equal;
}

static bool list_has(const char *list, const char *token)
{
    for (;;) {
        const char *end = element_end(list);
        if (element_is(list, end, token))
            return true;
        if (*end == '\0')
            return false;
        list = end + 1;
    }
}

bool http_field_has_token(const struct http_head *head, const char *name, const char *token)
{
    for (size_t i = 0; i < head->field_count; i++) {
        if (equal_ignoring_case(head->fields[i].name, name) && list_has(head->fields[i].value, token))
            return true;
    }
    return false;
}
