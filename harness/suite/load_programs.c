#include <string.h>

#include "base/memory.h"
#include "suite/load.h"

const char *const late_names[] = {"host",      "port",  "address",      "url",       "path",
                                  "arguments", "value", "refused-port", "used-port", "full-port",
                                  "cert",      "key",   "ca",           "other-key", NULL};
const char *const file_names[] = {"cert", "key", "ca", "other-key", NULL};
const char tls_capability[] = "tls";

const char *const role_names[] = {"server", "client", "command", NULL};
const char *const transport_names[] = {"none", "tcp", "udp", "unix", NULL};

bool load_options(struct reader *reader, const yaml_node_t *node, struct program_option **options, size_t *count)
{
    *count = 0;
    if (!node)
        return true;
    if (!node_is_map(node)) {
        reader_problem(reader, node, "`options` must be a map from names to lists of arguments");
        return false;
    }
    *options = arena_allocate(reader->arena, map_size(node) + 1, sizeof **options);
    *count = map_size(node);
    bool good = true;
    for (size_t i = 0; i < *count; i++) {
        size_t arguments;
        good &= read_string(reader, map_key(reader, node, i), &(*options)[i].name);
        good &= read_strings(reader, map_value(reader, node, i), "an option", &(*options)[i].arguments, &arguments);
    }
    return good;
}

static bool read_control(struct reader *reader, const yaml_node_t *node, struct program *program)
{
    static const char *const keys[] = {"open", "check", "close", NULL};
    if (!map_check(reader, node, "a control", keys, NULL))
        return false;
    const struct {
        const char *key;
        struct script *script;
    } parts[] = {
        {"open", &program->control_open},
        {"check", &program->control_check},
        {"close", &program->control_close},
    };
    struct connection_names names = {0};
    program->has_control = true;
    bool good = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const yaml_node_t *steps = map_get(reader, node, parts[i].key);
        good &= !steps || steps_read(reader, steps, &names, &parts[i].script->steps, &parts[i].script->count);
    }
    return good;
}

static bool read_kind(struct reader *reader, const yaml_node_t *node, struct program *program)
{
    static const char *const lifetimes[] = {"one", "many", NULL};
    static const char *const outputs[] = {"free", "strict", NULL};
    const yaml_node_t *role = map_need(reader, node, "a program", "role");
    const yaml_node_t *transport = map_get(reader, node, "transport");
    const yaml_node_t *lifetime = map_get(reader, node, "lifetime");
    const yaml_node_t *output = map_get(reader, node, "stdout");
    size_t index = 0;
    if (!role || !read_word(reader, role, "a role", role_names, &index))
        return false;
    program->role = (enum role)index;
    index = 0;
    if (transport && !read_word(reader, transport, "a transport", transport_names, &index))
        return false;
    program->transport = (enum transport)index;
    if (program->role != ROLE_COMMAND && program->transport == TRANSPORT_NONE) {
        reader_problem(reader, node, "a server or client needs a `transport`");
        return false;
    }
    index = 0;
    if (lifetime && !read_word(reader, lifetime, "a lifetime", lifetimes, &index))
        return false;
    program->serves_many = index == 1;
    index = program->role != ROLE_SERVER;
    if (output && !read_word(reader, output, "a rule for stdout", outputs, &index))
        return false;
    program->strict_stdout = index == 1;
    return true;
}

static void read_program(struct catalog *catalog, struct reader *reader, const yaml_node_t *key,
                         const yaml_node_t *node)
{
    static const char *const keys[] = {"about",     "role",    "transport", "lifetime", "stdout",
                                       "arguments", "options", "control",   NULL};
    struct program program = {.about = ""};
    size_t count;
    const yaml_node_t *control;
    if (!read_string(reader, key, &program.name) || !map_check(reader, node, "a program", keys, NULL))
        return;
    program.arguments = arena_allocate(reader->arena, 1, sizeof *program.arguments);
    control = map_get(reader, node, "control");
    if (!map_string(reader, node, "about", &program.about) || !read_kind(reader, node, &program) ||
        !map_strings(reader, node, "arguments", &program.arguments, &count) ||
        !load_options(reader, map_get(reader, node, "options"), &program.options, &program.option_count) ||
        (control && !read_control(reader, control, &program)))
        return;
    catalog->programs = grow(catalog->programs, catalog->program_count, sizeof *catalog->programs);
    catalog->programs[catalog->program_count++] = program;
}

void load_programs(struct catalog *catalog, struct reader *reader)
{
    static const char *const keys[] = {"programs", NULL};
    const yaml_node_t *root = reader_root(reader);
    if (!map_check(reader, root, "a file of programs", keys, NULL))
        return;
    const yaml_node_t *programs = map_need(reader, root, "a file of programs", "programs");
    if (!programs)
        return;
    if (!node_is_map(programs)) {
        reader_problem(reader, programs, "`programs` must be a map");
        return;
    }
    for (size_t i = 0; i < map_size(programs); i++)
        read_program(catalog, reader, map_key(reader, programs, i), map_value(reader, programs, i));
}
