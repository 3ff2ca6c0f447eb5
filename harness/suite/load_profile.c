#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "suite/load.h"
#include "suite/template.h"

bool has_late_name(const char *word)
{
    return template_mentions(word, late_names);
}

// NAME=VALUE for each member of a map.
static bool read_environment(struct reader *reader, const yaml_node_t *node, struct launch *launch)
{
    size_t count = node && node_is_map(node) ? map_size(node) : 0;
    launch->environment = arena_allocate(reader->arena, count + 1, sizeof *launch->environment);
    if (node && !node_is_map(node)) {
        reader_problem(reader, node, "`env` must be a map");
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const char *value;
        if (!read_string(reader, map_key(reader, node, i), &name) ||
            !read_string(reader, map_value(reader, node, i), &value))
            return false;
        char *pair = format_text("%s=%s", name, value);
        launch->environment[i] = arena_text(reader->arena, pair);
        free(pair);
    }
    return true;
}

static bool read_capabilities(const struct catalog *catalog, struct reader *reader, const yaml_node_t *node,
                              struct launch *launch)
{
    size_t count = node && node_is_map(node) ? map_size(node) : 0;
    launch->absent = arena_allocate(reader->arena, count + 1, sizeof *launch->absent);
    if (node && !node_is_map(node)) {
        reader_problem(reader, node, "`capabilities` must be a map from names to yes or no");
        return false;
    }
    const char **known = catalog_capabilities(catalog, reader->arena, launch->program);
    for (size_t i = 0; i < count; i++) {
        bool present;
        const char *name;
        size_t index;
        const yaml_node_t *key = map_key(reader, node, i);
        if (!read_string(reader, key, &name) ||
            (known[0] && !read_word(reader, key, "a capability of the program", known, &index)) ||
            !read_boolean(reader, map_value(reader, node, i), &present))
            return false;
        if (!present)
            launch->absent[launch->absent_count++] = name;
    }
    return true;
}

// What no case can ask for is a typing mistake.
static bool check_options(struct reader *reader, const yaml_node_t *node, const struct launch *launch)
{
    const struct program *program = launch->program;
    const char **known = arena_allocate(reader->arena, program->option_count + 1, sizeof *known);
    for (size_t i = 0; i < program->option_count; i++)
        known[i] = program->options[i].name;
    bool good = true;
    for (size_t i = 0; i < launch->option_count; i++) {
        const char *name = launch->options[i].name;
        size_t at = 0;
        while (known[at] && strcmp(known[at], name) != 0)
            at++;
        if (!known[at])
            reader_problem(reader, map_key(reader, node, i), "`%s` is not an option of `%s`%s", name, program->name,
                           reader_hint(reader, name, known));
        good &= known[at] != NULL;
    }
    return good;
}

// A server must learn its port, or have a fixed one; a client must learn where to connect.
static bool check_command(struct reader *reader, const yaml_node_t *node, const struct launch *launch)
{
    bool told = launch->port != 0 || launch->program->role == ROLE_COMMAND;
    for (size_t i = 0; launch->command[i]; i++)
        told |= has_late_name(launch->command[i]);
    if (!told)
        reader_problem(reader, node, "the command must hold a placeholder such as %s, or `port` must name a fixed port",
                       launch->program->role == ROLE_CLIENT ? "{address}" : "{port}");
    return told;
}

static bool read_launch(struct catalog *catalog, struct reader *reader, const yaml_node_t *key, const yaml_node_t *node,
                        struct launch *launch)
{
    static const char *const keys[] = {"command", "directory", "port", "env", "options", "capabilities", NULL};
    const char *name;
    size_t count;
    if (!read_string(reader, key, &name) || !map_check(reader, node, "a program of a profile", keys, NULL))
        return false;
    launch->program = catalog_program(catalog, name);
    if (!launch->program) {
        const char **names = arena_allocate(reader->arena, catalog->program_count + 1, sizeof *names);
        for (size_t i = 0; i < catalog->program_count; i++)
            names[i] = catalog->programs[i].name;
        reader_problem(reader, key, "unknown program `%s`%s", name, reader_hint(reader, name, names));
        return false;
    }
    const yaml_node_t *command = map_need(reader, node, "a program of a profile", "command");
    const yaml_node_t *port = map_get(reader, node, "port");
    long long number = 0;
    if (!command || !read_strings(reader, command, "command", &launch->command, &count) ||
        (port && !read_integer(reader, port, 1, 65535, &number)))
        return false;
    if (count == 0) {
        reader_problem(reader, command, "the command is empty");
        return false;
    }
    launch->port = (int)number;
    const yaml_node_t *options = map_get(reader, node, "options");
    return map_string(reader, node, "directory", &launch->directory) &&
           read_environment(reader, map_get(reader, node, "env"), launch) &&
           load_options(reader, options, &launch->options, &launch->option_count) &&
           check_options(reader, options, launch) &&
           read_capabilities(catalog, reader, map_get(reader, node, "capabilities"), launch) &&
           check_command(reader, command, launch);
}

void load_profile(struct catalog *catalog, struct reader *reader, struct profile *profile)
{
    static const char *const keys[] = {"name", "packages", "programs", NULL};
    const yaml_node_t *root = reader_root(reader);
    profile->path = reader->path;
    if (!map_check(reader, root, "a profile", keys, NULL))
        return;
    // Who installs the programs reads them; here they only have to be a list.
    const yaml_node_t *packages = map_get(reader, root, "packages");
    const char **ignored;
    size_t count;
    if (packages && !read_strings(reader, packages, "packages", &ignored, &count))
        return;
    const yaml_node_t *name = map_need(reader, root, "a profile", "name");
    const yaml_node_t *programs = map_need(reader, root, "a profile", "programs");
    if (!name || !programs || !read_string(reader, name, &profile->name))
        return;
    if (!node_is_map(programs)) {
        reader_problem(reader, programs, "`programs` must be a map");
        return;
    }
    profile->launches = arena_allocate(reader->arena, map_size(programs) + 1, sizeof *profile->launches);
    for (size_t i = 0; i < map_size(programs); i++)
        if (read_launch(catalog, reader, map_key(reader, programs, i), map_value(reader, programs, i),
                        &profile->launches[profile->launch_count]))
            profile->launch_count++;
}

const struct launch *profile_launch(const struct profile *profile, const struct program *program)
{
    for (size_t i = 0; i < profile->launch_count; i++)
        if (profile->launches[i].program == program)
            return &profile->launches[i];
    return NULL;
}
