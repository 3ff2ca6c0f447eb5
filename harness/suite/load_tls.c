// What a case says of TLS.
#include <string.h>

#include "suite/load.h"
#include "suite/template.h"

const char *const certificate_names[] = {
    [CERTIFICATE_NONE] = "no",
    [CERTIFICATE_TRUSTED] = "yes",
    [CERTIFICATE_EXPIRED] = "expired",
    [CERTIFICATE_NOT_YET_VALID] = "not-yet-valid",
    [CERTIFICATE_OTHER_NAME] = "other-name",
    [CERTIFICATE_OTHER_AUTHORITY] = "other-authority",
    [CERTIFICATE_SELF_SIGNED] = "self-signed",
    [CERTIFICATE_FOR_CLIENTS] = "for-clients",
    [CERTIFICATE_KINDS] = NULL,
};

// Without TLS there are no files to name.
static bool check_no_files(struct reader *reader, const yaml_node_t *test_node, const struct test_case *test)
{
    bool named = false;
    for (size_t i = 0; i < test->option_count; i++)
        named |= template_mentions(test->options[i].value, file_names);
    for (size_t i = 0; test->arguments && test->arguments[i]; i++)
        named |= template_mentions(test->arguments[i], file_names);
    if (named)
        reader_problem(reader, test_node, "{cert}, {key}, {ca} and {other-key} need a case with `tls`");
    return !named;
}

static bool has_option(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->option_count; i++)
        if (strcmp(program->options[i].name, name) == 0)
            return true;
    return false;
}

// A server is told its certificate and key by options, which a case need not name.
static void tell_server(struct test_case *test, struct arena *arena)
{
    static const struct setting told[] = {{"cert", "{cert}"}, {"key", "{key}"}};
    struct setting *settings = arena_allocate(arena, test->option_count + 2, sizeof *settings);
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        bool named = false;
        for (size_t k = 0; k < test->option_count; k++)
            named |= strcmp(test->options[k].name, told[i].name) == 0;
        if (!named)
            settings[count++] = told[i];
    }
    if (test->option_count)
        memcpy(settings + count, test->options, test->option_count * sizeof *settings);
    test->options = settings;
    test->option_count += count;
}

static bool load_server_tls(struct reader *reader, const yaml_node_t *node, struct test_case *test)
{
    bool told = has_option(test->program, "cert") && has_option(test->program, "key");
    if (test->certificate != CERTIFICATE_TRUSTED)
        reader_problem(reader, node, "it is clients that judge certificates: a case of a server has `tls: yes`");
    else if (!told)
        reader_problem(reader, node, "`%s` has no options `cert` and `key` to be told its certificate by",
                       test->program->name);
    else
        tell_server(test, reader->arena);
    return told && test->certificate == CERTIFICATE_TRUSTED;
}

bool load_tls(struct reader *reader, const yaml_node_t *node, const yaml_node_t *test_node, struct test_case *test)
{
    size_t index = CERTIFICATE_NONE;
    if (node && !read_word(reader, node, "a certificate", certificate_names, &index))
        return false;
    test->certificate = (enum certificate_kind)index;
    if (index == CERTIFICATE_NONE)
        return check_no_files(reader, test_node, test);
    if (test->transport == TRANSPORT_TCP)
        return test->role != ROLE_SERVER || load_server_tls(reader, node, test);
    reader_problem(reader, node, "only a program on TCP can have `tls`");
    return false;
}
