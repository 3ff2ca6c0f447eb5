#include <string.h>

#include "base/memory.h"
#include "suite/load.h"

static const char *const case_keys[] = {
    "id",      "title",    "checks", "matrix", "rows",      "steps",      "arguments",
    "options", "needs",    "listen", "fresh",  "time",      "transforms", "liveness",
    "source",  "autobahn", "note",   "role",   "transport", "path",       "thorough-transforms",
    "tls",     NULL};

// The keys that `defaults` of a suite may have.
const char *const default_keys[] = {"arguments", "options",    "needs",     "listen", "fresh",
                                    "time",      "transforms", "liveness",  "source", "autobahn",
                                    "note",      "role",       "transport", "path",   "thorough-transforms",
                                    "tls",       NULL};

struct case_reader {
    struct catalog *catalog;
    struct reader *reader;
    const yaml_node_t *defaults; // or NULL
    const yaml_node_t *node;
    struct test_case *test;
};

// A key of the case, or of the suite's defaults.
static const yaml_node_t *case_get(const struct case_reader *in, const char *key)
{
    const yaml_node_t *value = map_get(in->reader, in->node, key);
    return value || !in->defaults ? value : map_get(in->reader, in->defaults, key);
}

static bool id_is_legal(const char *id)
{
    for (const char *at = id; *at; at++)
        if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || strchr("/-._", *at)))
            return false;
    return strchr(id, '/') != NULL;
}

static bool read_case_id(const struct case_reader *in)
{
    const yaml_node_t *id = map_need(in->reader, in->node, "a case", "id");
    if (!id || !read_string(in->reader, id, &in->test->id))
        return false;
    if (!id_is_legal(in->test->id)) {
        reader_problem(in->reader, id,
                       "`%s` is not an id: program/topic/name of lower-case letters, digits, `-`, `.` and `_`",
                       in->test->id);
        return false;
    }
    const struct test_case *other = catalog_case(in->catalog, in->test->id);
    if (other)
        reader_problem(in->reader, id, "the id `%s` stands at %s:%zu already%s", in->test->id, other->suite->path,
                       other->line, other->line == in->test->line ? " (put each variable into the id)" : "");
    return !other;
}

static bool read_checks(const struct case_reader *in)
{
    const yaml_node_t *node = map_need(in->reader, in->node, "a case", "checks");
    const char **ids;
    if (!node || !read_strings(in->reader, node, "checks", &ids, &in->test->check_count))
        return false;
    if (in->test->check_count == 0)
        reader_problem(in->reader, node, "a case checks at least one requirement");
    in->test->checks = arena_allocate(in->reader->arena, in->test->check_count + 1, sizeof *in->test->checks);
    in->test->level = LEVEL_MAY;
    for (size_t i = 0; i < in->test->check_count; i++) {
        struct requirement *requirement = catalog_requirement(in->catalog, ids[i]);
        if (!requirement) {
            size_t count = in->catalog->requirement_count;
            const char **known = arena_allocate(in->reader->arena, count + 1, sizeof *known);
            for (size_t k = 0; k < count; k++)
                known[k] = in->catalog->requirements[k].id;
            reader_problem(in->reader, node_is_list(node) ? list_item(in->reader, node, i) : node,
                           "unknown requirement `%s`%s", ids[i], reader_hint(in->reader, ids[i], known));
            return false;
        }
        in->test->checks[i] = requirement;
        if (requirement->level > in->test->level)
            in->test->level = requirement->level;
    }
    return in->test->check_count > 0;
}

static bool read_case_options(const struct case_reader *in)
{
    const yaml_node_t *node = case_get(in, "options");
    if (!node)
        return true;
    if (!node_is_map(node)) {
        reader_problem(in->reader, node, "`options` must be a map from names to values");
        return false;
    }
    const struct program *program = in->test->program;
    const char **known = arena_allocate(in->reader->arena, program->option_count + 1, sizeof *known);
    for (size_t i = 0; i < program->option_count; i++)
        known[i] = program->options[i].name;
    in->test->option_count = map_size(node);
    in->test->options = arena_allocate(in->reader->arena, map_size(node) + 1, sizeof *in->test->options);
    for (size_t i = 0; i < map_size(node); i++) {
        struct setting *setting = &in->test->options[i];
        const yaml_node_t *key = map_key(in->reader, node, i);
        size_t index;
        if (!read_word(in->reader, key, "an option of the program", known, &index))
            return false;
        in->reader->late_names = file_names;
        bool good = read_string(in->reader, map_value(in->reader, node, i), &setting->value);
        in->reader->late_names = NULL;
        if (!good)
            return false;
        setting->name = known[index];
    }
    return true;
}

static bool read_arguments(const struct case_reader *in)
{
    const yaml_node_t *node = case_get(in, "arguments");
    size_t count;
    in->reader->late_names = late_names;
    bool good = !node || read_strings(in->reader, node, "arguments", &in->test->arguments, &count);
    in->reader->late_names = NULL;
    return good;
}

static bool read_transforms(const struct case_reader *in, const char *key, unsigned *transforms)
{
    static const char *const names[] = {"bytewise", "split", "coalesced", NULL};
    const yaml_node_t *node = case_get(in, key);
    if (!node)
        return true;
    bool single = node_is_scalar(node);
    if (!single && !list_check(in->reader, node, key))
        return false;
    for (size_t i = 0; i < (single ? 1 : list_size(node)); i++) {
        size_t index;
        if (!read_word(in->reader, single ? node : list_item(in->reader, node, i), "a transform", names, &index))
            return false;
        *transforms |= 1U << index;
    }
    return true;
}

static bool optional_boolean(const struct case_reader *in, const char *key, bool *value)
{
    const yaml_node_t *node = case_get(in, key);
    return !node || read_boolean(in->reader, node, value);
}

static bool optional_strings(const struct case_reader *in, const char *key, const char ***strings, size_t *count)
{
    const yaml_node_t *node = case_get(in, key);
    return !node || read_strings(in->reader, node, key, strings, count);
}

// 1.1.1 or 2.10: two or three numbers with dots between them.
static bool is_autobahn_number(const char *text, size_t length)
{
    size_t dots = 0;
    for (size_t i = 0; i < length; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        dots += !digit;
        if (!digit && (text[i] != '.' || i == 0 || i + 1 == length || text[i - 1] == '.'))
            return false;
    }
    return dots == 1 || dots == 2;
}

// Case numbers of the Autobahn Testsuite. One string may have several with blanks between them, or none, so that a
// variable can stand for those of a row.
static bool read_autobahn(const struct case_reader *in)
{
    static const char blanks[] = " ";
    struct test_case *test = in->test;
    const yaml_node_t *node = case_get(in, "autobahn");
    const char **strings;
    size_t count;
    size_t room = 0;
    if (!node)
        return true;
    if (!read_strings(in->reader, node, "autobahn", &strings, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        room += strlen(strings[i]);
    test->autobahn = arena_allocate(in->reader->arena, room + 1, sizeof *test->autobahn);
    for (size_t i = 0; i < count; i++) {
        for (const char *at = strings[i] + strspn(strings[i], blanks); *at; at += strspn(at, blanks)) {
            size_t length = strcspn(at, blanks);
            if (!is_autobahn_number(at, length)) {
                reader_problem(in->reader, node_is_list(node) ? list_item(in->reader, node, i) : node,
                               "`%s` is no case number of the Autobahn Testsuite such as 2.10 or 6.4.1", strings[i]);
                return false;
            }
            test->autobahn[test->autobahn_count++] = arena_bytes(in->reader->arena, at, length);
            at += length;
        }
    }
    return true;
}

// What the program is in this case, where it can be several things.
static bool read_kind(const struct case_reader *in)
{
    const yaml_node_t *role = case_get(in, "role");
    const yaml_node_t *transport = case_get(in, "transport");
    size_t index = in->test->program->role;
    if (role && !read_word(in->reader, role, "a role", role_names, &index))
        return false;
    in->test->role = (enum role)index;
    index = in->test->program->transport;
    if (transport && !read_word(in->reader, transport, "a transport", transport_names, &index))
        return false;
    in->test->transport = (enum transport)index;
    if (in->test->role != ROLE_COMMAND && in->test->transport == TRANSPORT_NONE) {
        reader_problem(in->reader, role, "a server or client needs a `transport`");
        return false;
    }
    return true;
}

static bool read_circumstances(const struct case_reader *in)
{
    static const char *const times[] = {"normal", "slow", NULL};
    static const char *const families[] = {"ipv4", "ipv6", NULL};
    const yaml_node_t *time = case_get(in, "time");
    const yaml_node_t *listen = case_get(in, "listen");
    const yaml_node_t *note = case_get(in, "note");
    size_t index = 0;
    if (time && !read_word(in->reader, time, "a class of time", times, &index))
        return false;
    in->test->slow = index == 1;
    index = 0;
    if (listen && !read_word(in->reader, listen, "an address family", families, &index))
        return false;
    in->test->listen_ipv6 = index == 1;
    in->test->liveness = true;
    return optional_boolean(in, "fresh", &in->test->fresh) && optional_boolean(in, "liveness", &in->test->liveness) &&
           optional_strings(in, "needs", &in->test->needs, &in->test->need_count) &&
           optional_strings(in, "source", &in->test->sources, &in->test->source_count) && read_autobahn(in) &&
           (!note || read_string(in->reader, note, &in->test->note));
}

static bool read_place(const struct case_reader *in)
{
    static const char *const names[] = {"nothing",   "stale-socket",      "live-socket", "file",
                                        "directory", "missing-directory", "too-long",    NULL};
    const yaml_node_t *path = case_get(in, "path");
    size_t index;
    if (!path)
        return true;
    if (!read_word(in->reader, path, "what can be at a path", names, &index))
        return false;
    in->test->place = (enum place)(PLACE_NOTHING + index);
    if (in->test->transport != TRANSPORT_UNIX)
        reader_problem(in->reader, path, "only a program on a Unix socket has a `path`");
    return in->test->transport == TRANSPORT_UNIX;
}

static bool read_script(const struct case_reader *in)
{
    const yaml_node_t *node = map_need(in->reader, in->node, "a case", "steps");
    struct connection_names names = {0};
    if (!node)
        return false;
    // A UDP endpoint that a client is sent to exists from the beginning.
    if (in->test->role == ROLE_CLIENT && in->test->transport == TRANSPORT_UDP)
        names = (struct connection_names){{"main"}, 1};
    struct script *script = &in->test->script;
    return steps_read(in->reader, node, &names, &script->steps, &script->count) &&
           steps_check(in->reader, node, script->steps, script->count) &&
           (in->test->certificate != CERTIFICATE_NONE || steps_check_plain(in->reader, script->steps, script->count));
}

void load_case(struct catalog *catalog, struct reader *reader, const struct suite *suite, const yaml_node_t *defaults,
               const yaml_node_t *node)
{
    struct test_case *test = arena_allocate(reader->arena, 1, sizeof *test);
    struct case_reader in = {catalog, reader, defaults, node, test};
    test->suite = suite;
    test->program = suite->program;
    test->line = node_line(node);
    if (!map_check(reader, node, "a case", case_keys, NULL))
        return;
    const yaml_node_t *title = map_need(reader, node, "a case", "title");
    if (!title || !read_string(reader, title, &test->title) || !read_case_id(&in) || !read_checks(&in) ||
        !read_case_options(&in) || !read_arguments(&in) || !read_transforms(&in, "transforms", &test->transforms) ||
        !read_transforms(&in, "thorough-transforms", &test->thorough_transforms) || !read_kind(&in) ||
        !read_place(&in) || !load_tls(reader, case_get(&in, "tls"), node, test) || !read_circumstances(&in) ||
        !read_script(&in))
        return;
    for (size_t i = 0; i < test->check_count; i++)
        test->checks[i]->case_count++;
    catalog->cases = grow(catalog->cases, catalog->case_count, sizeof *catalog->cases);
    index_add(&catalog->case_ids, test->id, catalog->case_count);
    catalog->cases[catalog->case_count++] = test;
}
