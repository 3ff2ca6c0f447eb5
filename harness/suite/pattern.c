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

int pattern_match(const pcre2_code *pattern, const void *bytes, size_t length, uint32_t options, size_t *end)
{
    // Made from the pattern, it would take its memory from the arena, which must not change any more.
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int found = pcre2_match(pattern, length ? bytes : (PCRE2_SPTR) "", length, 0, options, data, NULL);
    if (found >= 0 && end)
        *end = pcre2_get_ovector_pointer(data)[1];
    pcre2_match_data_free(data);
    return found;
}
