#include "suite/pattern.h"

// PCRE2 asks us for memory; the arena gives it and takes it back as a whole.
static void *pattern_allocate(PCRE2_SIZE size, void *arena)
{
    return arena_allocate(arena, size, 1);
}

static void pattern_release(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

pcre2_code *pattern_compile(struct reader *reader, const yaml_node_t *node, const char *pattern)
{
    pcre2_general_context *general = pcre2_general_context_create(pattern_allocate, pattern_release, reader->arena);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_ANCHORED | PCRE2_DOTALL, &error,
                                     &offset, context);
    if (!code) {
        PCRE2_UCHAR message[120];
        pcre2_get_error_message(error, message, sizeof message);
        reader_problem(reader, node, "not a regular expression: %s at character %zu of `%s`", (const char *)message,
                       (size_t)offset + 1, pattern);
    }
    return code;
}
