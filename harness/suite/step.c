#include "suite/step.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "suite/step_values.h"

const char *const place_states[] = {
    [STATE_ABSENT] = "nothing",
    [STATE_SOCKET] = "a socket",
    [STATE_FILE] = "the file as it was",
    [STATE_DIRECTORY] = "a directory",
    [STATE_OTHER] = "something else, or the file changed",
};

static bool knows(const struct connection_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

// The connection that a step makes: by name, "main" without.
static bool make_name(struct reader *reader, const yaml_node_t *node, struct connection_names *names, struct step *step)
{
    step->on = "main";
    if (node && !node_is_null(node) && !read_string(reader, node, &step->on))
        return false;
    if (knows(names, step->on))
        return true;
    if (names->count == sizeof names->items / sizeof *names->items) {
        reader_problem(reader, node, "more than %zu connections in a case; make a group by `count`", names->count);
        return false;
    }
    names->items[names->count++] = step->on;
    return true;
}

// The connection that a step works on: by name, or the only one there is.
static bool use_name(struct reader *reader, const yaml_node_t *node, const yaml_node_t *place,
                     const struct connection_names *names, struct step *step)
{
    if (node && !node_is_null(node)) {
        if (!read_string(reader, node, &step->on))
            return false;
        if (knows(names, step->on))
            return true;
        const char **known = arena_allocate(reader->arena, names->count + 1, sizeof *known);
        memcpy(known, names->items, names->count * sizeof *known);
        reader_problem(reader, node, "no connection `%s` was made before%s", step->on,
                       reader_hint(reader, step->on, known));
        return false;
    }
    if (names->count == 1) {
        step->on = names->items[0];
        return true;
    }
    if (names->count == 0)
        reader_problem(reader, place, "no connection was made before `%s`", step->name);
    else
        reader_problem(reader, place, "`%s` needs `on`: the case has %zu connections", step->name, names->count);
    return false;
}

// Another of the addresses of the loopback interface.
static bool read_local_address(struct reader *reader, const yaml_node_t *node, struct step *step)
{
    struct in_addr address;
    if (!node)
        return true;
    if (!read_string(reader, node, &step->address))
        return false;
    bool local = inet_pton(AF_INET, step->address, &address) == 1 && ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
    if (!local || step->family != AF_INET)
        reader_problem(reader, node, "an `address` is one of IPv4 that begins with 127");
    return local && step->family == AF_INET;
}

// How much the kernel takes for a reader that does not read.
static bool read_receive_buffer(struct reader *reader, const yaml_node_t *map, struct step *step)
{
    const yaml_node_t *node = map_get(reader, map, "receive-buffer");
    return !node || read_integer(reader, node, 1, 1 << 30, &step->receive_buffer);
}

static bool read_connect(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "family", "address", "count", "receive-buffer", "tls", NULL};
    static const char *const families[] = {"ipv4", "ipv6", NULL};
    struct reader *reader = context->reader;
    step->family = AF_INET;
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    if (!map_check(reader, node, "connect", keys, NULL))
        return false;
    const yaml_node_t *family = map_get(reader, node, "family");
    const yaml_node_t *count = map_get(reader, node, "count");
    size_t index = 0;
    if (family && !read_word(reader, family, "an address family", families, &index))
        return false;
    step->family = index ? AF_INET6 : AF_INET;
    if (count && !read_integer(reader, count, 1, 4096, &step->count))
        return false;
    if (!read_local_address(reader, map_get(reader, node, "address"), step) ||
        !read_receive_buffer(reader, node, step) || !step_read_tls(reader, node, step))
        return false;
    return make_name(reader, map_get(reader, node, "as"), context->names, step);
}

static bool read_accept(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "tls", NULL};
    struct reader *reader = context->reader;
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    return map_check(reader, node, "accept", keys, NULL) && step_read_tls(reader, node, step) &&
           make_name(reader, map_get(reader, node, "as"), context->names, step);
}

static bool read_open(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "path", "receive-buffer", "tls", NULL};
    struct reader *reader = context->reader;
    step->family = AF_INET;
    step->payload = (struct payload){.kind = PAYLOAD_HANDSHAKE};
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    if (!map_check(reader, node, "open", keys, request_keys) ||
        !payload_read_request(reader, node, &step->payload.request) ||
        !map_string(reader, node, "path", &step->payload.request.target) || !read_receive_buffer(reader, node, step) ||
        !step_read_tls(reader, node, step))
        return false;
    return make_name(reader, map_get(reader, node, "as"), context->names, step);
}

// `upgrade: NAME`, or a map with the members of the response.
static bool read_upgrade(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"as", "tls", NULL};
    struct reader *reader = context->reader;
    step->payload = (struct payload){.kind = PAYLOAD_RESPONSE};
    if (node_is_scalar(node))
        return make_name(reader, node, context->names, step);
    if (!map_check(reader, node, "upgrade", keys, response_keys) ||
        !payload_read_response_head(reader, node, &step->payload.response) || !step_read_tls(reader, node, step))
        return false;
    return make_name(reader, map_get(reader, node, "as"), context->names, step);
}

static bool read_send(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const more[] = {"on", "from", "segment", NULL};
    static const char *const others[] = {"other", NULL};
    struct reader *reader = context->reader;
    size_t index;
    bool map = node_is_map(node);
    const yaml_node_t *from = map ? map_get(reader, node, "from") : NULL;
    const yaml_node_t *segment = map ? map_get(reader, node, "segment") : NULL;
    step->from_other = from != NULL;
    if (segment && !read_integer(reader, segment, 1, 1 << 30, &step->segment))
        return false;
    if (from && !read_word(reader, from, "a sender", others, &index))
        return false;
    return payload_read(reader, node, more, &step->payload) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

static bool read_flood(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const more[] = {"on", "within", NULL};
    struct reader *reader = context->reader;
    bool map = node_is_map(node);
    return payload_read(reader, node, more, &step->payload) && (!map || step_read_times(reader, node, step)) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

static const char *const expect_keys[] = {"on", "within", "not-before", NULL};

static bool read_expect(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    struct reader *reader = context->reader;
    bool map = node_is_map(node);
    return (!map || step_read_times(reader, node, step)) && matcher_read(reader, node, expect_keys, &step->matcher) &&
           use_name(reader, map ? map_get(reader, node, "on") : NULL, node, context->names, step);
}

// `expect-end: fin`, or a map with `end` or `any` and the keys of an expectation.
static bool read_expect_end(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    if (!node_is_scalar(node)) {
        if (!read_expect(context, node, step))
            return false;
        if (!matcher_accepts_end(&step->matcher))
            reader_problem(context->reader, node, "`expect-end` is satisfied by no end");
        return matcher_accepts_end(&step->matcher);
    }
    return matcher_read_end(context->reader, node, &step->matcher) &&
           use_name(context->reader, NULL, node, context->names, step);
}

static bool read_expect_output(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"within", "not-before", NULL};
    return (!node_is_map(node) || step_read_times(context->reader, node, step)) &&
           matcher_read(context->reader, node, keys, &step->matcher);
}

static bool read_name(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    return use_name(context->reader, node, node, context->names, step);
}

// `close: NAME` closes a socket, `close: 1000` or a map does the closing handshake of WebSocket.
static bool read_close(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"on", "code", "reason", NULL};
    struct reader *reader = context->reader;
    const yaml_node_t *code = node;
    const yaml_node_t *on = NULL;
    const char *reason = "";
    const char *string;
    if (node_is_map(node)) {
        if (!map_check(reader, node, "close", keys, NULL) || !map_string(reader, node, "reason", &reason))
            return false;
        code = map_need(reader, node, "close", "code");
        on = map_get(reader, node, "on");
    } else if (node_is_null(node) || !read_string(reader, node, &string) || string[0] < '0' || string[0] > '9') {
        return read_name(context, node, step);
    }
    long long number;
    if (!code || !read_integer(reader, code, 0, 65535, &number))
        return false;
    struct buffer bytes = {0};
    buffer_append(&bytes, (unsigned char[]){(unsigned char)(number >> 8), (unsigned char)number}, 2);
    buffer_text(&bytes, reason);
    step->word = STEP_CLOSE_WS;
    step->payload = (struct payload){
        .kind = PAYLOAD_BYTES,
        .pattern = (unsigned char *)arena_bytes(reader->arena, bytes.data, bytes.length),
        .pattern_length = bytes.length,
        .length = bytes.length,
    };
    buffer_free(&bytes);
    return use_name(reader, on, node, context->names, step);
}

static bool read_control(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    return !node || node_is_null(node) || use_name(context->reader, node, node, context->names, step);
}

static bool read_repeat(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"times", "thorough", "all", "steps", NULL};
    struct reader *reader = context->reader;
    if (!map_check(reader, node, "repeat", keys, NULL))
        return false;
    const yaml_node_t *times = map_need(reader, node, "repeat", "times");
    const yaml_node_t *thorough = map_get(reader, node, "thorough");
    const yaml_node_t *steps = map_need(reader, node, "repeat", "steps");
    return times && steps && read_integer(reader, times, 1, 1000000, &step->count) &&
           (!thorough || read_integer(reader, thorough, step->count, 1000000, &step->thorough)) &&
           map_boolean(reader, node, "all", &step->all) &&
           steps_read(reader, steps, context->names, &step->steps, &step->step_count);
}

void steps_be_thorough(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].thorough)
            steps[i].count = steps[i].thorough;
        steps_be_thorough(steps[i].steps, steps[i].step_count);
    }
}

static const struct {
    const char *name;
    enum step_word word;
    bool (*read)(struct step_context *context, const yaml_node_t *node, struct step *step);
    bool bare; // may stand without a value
} step_table[] = {
    {"connect", STEP_CONNECT, read_connect, true},
    {"accept", STEP_ACCEPT, read_accept, true},
    {"open", STEP_OPEN, read_open, true},
    {"upgrade", STEP_UPGRADE, read_upgrade, true},
    {"send", STEP_SEND, read_send, false},
    {"flood", STEP_FLOOD, read_flood, false},
    {"expect", STEP_EXPECT, read_expect, false},
    {"expect-end", STEP_EXPECT, read_expect_end, false},
    {"shutdown", STEP_SHUTDOWN, read_name, true},
    {"cut", STEP_CUT, read_name, true},
    {"reset", STEP_RESET, read_name, true},
    {"close", STEP_CLOSE, read_close, true},
    {"pause", STEP_PAUSE, step_read_pause, false},
    {"stdin", STEP_STDIN, step_read_stdin, false},
    {"expect-stdout", STEP_EXPECT_STDOUT, read_expect_output, false},
    {"expect-stderr", STEP_EXPECT_STDERR, read_expect_output, false},
    {"signal", STEP_SIGNAL, step_read_signal, false},
    {"expect-exit", STEP_EXPECT_EXIT, step_read_expect_exit, false},
    {"restart", STEP_RESTART, step_read_restart, false},
    {"control", STEP_CONTROL, read_control, true},
    {"repeat", STEP_REPEAT, read_repeat, false},
    {"resources", STEP_RESOURCES, step_read_resources, false},
    {"expect-resources", STEP_EXPECT_RESOURCES, step_read_expect_resources, false},
    {"expect-keepalive", STEP_EXPECT_KEEPALIVE, read_name, true},
    {"expect-open", STEP_EXPECT_OPEN, read_name, true},
    {"expect-uniform", STEP_EXPECT_UNIFORM, step_read_expect_uniform, false},
    {"expect-different", STEP_EXPECT_DIFFERENT, step_read_samples, false},
    {"expect-same", STEP_EXPECT_SAME, step_read_samples, false},
    {"expect-distinct", STEP_EXPECT_DISTINCT, step_read_sample, false},
    {"expect-path", STEP_EXPECT_PATH, step_read_expect_path, false},
};
#define STEP_WORDS (sizeof step_table / sizeof *step_table)

static size_t find_step(struct reader *reader, const yaml_node_t *word)
{
    const char *words[STEP_WORDS + 1] = {NULL};
    for (size_t i = 0; i < STEP_WORDS; i++)
        words[i] = step_table[i].name;
    size_t index = STEP_WORDS;
    return read_word(reader, word, "a step", words, &index) ? index : STEP_WORDS;
}

static bool read_step(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    // What a bare word stands for: a step without a value.
    static yaml_char_t nothing[] = "";
    yaml_node_t null = {.type = YAML_SCALAR_NODE, .start_mark = node->start_mark};
    null.data.scalar.value = nothing;
    null.data.scalar.style = YAML_PLAIN_SCALAR_STYLE;

    const yaml_node_t *word = node;
    const yaml_node_t *value = &null;
    if (!node_is_scalar(node)) {
        if (!node_is_map(node) || map_size(node) != 1) {
            reader_problem(context->reader, node, "a step is one word, or a map with one step word");
            return false;
        }
        word = map_key(context->reader, node, 0);
        value = map_value(context->reader, node, 0);
    }
    size_t index = find_step(context->reader, word);
    if (index == STEP_WORDS)
        return false;
    step->word = step_table[index].word;
    step->name = step_table[index].name;
    step->file = context->reader->path;
    step->line = node_line(word);
    step->column = node_column(word);
    step->patience = PATIENCE_NORMAL;
    if (node_is_null(value) && !step_table[index].bare) {
        reader_problem(context->reader, word, "`%s` needs a value", step->name);
        return false;
    }
    return step_table[index].read(context, value, step);
}

bool steps_read(struct reader *reader, const yaml_node_t *node, struct connection_names *names, struct step **steps,
                size_t *count)
{
    struct step_context context = {reader, names};
    *steps = NULL;
    *count = 0;
    if (!list_check(reader, node, "steps"))
        return false;
    *steps = arena_allocate(reader->arena, list_size(node) + 1, sizeof **steps);
    bool good = true;
    for (size_t i = 0; i < list_size(node); i++)
        good &= read_step(&context, list_item(reader, node, i), &(*steps)[i]);
    *count = list_size(node);
    return good;
}
