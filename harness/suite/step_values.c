#include "suite/step_values.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

// `within` and `not-before`.
bool step_read_times(struct reader *reader, const yaml_node_t *map, struct step *step)
{
    static const char *const classes[] = {"prompt", "normal", "slow", NULL};
    const yaml_node_t *within = map_get(reader, map, "within");
    const yaml_node_t *not_before = map_get(reader, map, "not-before");
    if (not_before && !read_duration(reader, not_before, &step->not_before_ms))
        return false;
    if (!within)
        return true;
    const char *string;
    if (!read_string(reader, within, &string))
        return false;
    for (size_t i = 0; classes[i]; i++) {
        if (strcmp(string, classes[i]) == 0) {
            step->patience = (enum patience)i;
            return true;
        }
    }
    step->patience = PATIENCE_EXACT;
    return read_duration(reader, within, &step->within_ms);
}

bool step_read_pause(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    return read_duration(context->reader, node, &step->pause_ms);
}

bool step_read_stdin(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    if (node_is_scalar(node) && strcmp((const char *)node->data.scalar.value, "eof") == 0 &&
        node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        step->word = STEP_STDIN_EOF;
        return true;
    }
    if (!payload_read(context->reader, node, NULL, &step->payload))
        return false;
    if (!payload_is_plain(&step->payload))
        reader_problem(context->reader, node, "standard input takes plain bytes");
    return payload_is_plain(&step->payload);
}

bool step_read_signal(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const names[] = {"TERM", "INT", "KILL", "HUP", "USR1", "PIPE", "STOP", "CONT", NULL};
    static const int signals[] = {SIGTERM, SIGINT, SIGKILL, SIGHUP, SIGUSR1, SIGPIPE, SIGSTOP, SIGCONT};
    size_t index;
    if (!read_word(context->reader, node, "a signal", names, &index))
        return false;
    step->signal = signals[index];
    return true;
}

bool step_read_restart(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const names[] = {"TERM", "KILL", NULL};
    size_t index;
    if (!read_word(context->reader, node, "a signal to restart by", names, &index))
        return false;
    step->signal = index ? SIGKILL : SIGTERM;
    return true;
}

static bool read_exit_code(struct reader *reader, const yaml_node_t *node, struct exit_matcher *matcher)
{
    const char *string;
    long long code;
    if (!read_string(reader, node, &string))
        return false;
    matcher->nonzero = strcmp(string, "nonzero") == 0;
    if (matcher->nonzero)
        return true;
    if (!read_integer(reader, node, 0, 255, &code))
        return false;
    matcher->code = (int)code;
    return true;
}

static bool read_exit_alternative(struct reader *reader, const yaml_node_t *node, struct exit_matcher *matcher)
{
    static const char *const keys[] = {"code", "grade", "why", NULL};
    static const char *const grades[] = {"pass", "nonstrict", "info", "fail", NULL};
    size_t index = 0;
    if (!map_check(reader, node, "an alternative", keys, NULL))
        return false;
    const yaml_node_t *code = map_need(reader, node, "an alternative", "code");
    const yaml_node_t *grade = map_get(reader, node, "grade");
    if (!code || !read_exit_code(reader, code, matcher) || !map_string(reader, node, "why", &matcher->why) ||
        (grade && !read_word(reader, grade, "a grade", grades, &index)))
        return false;
    matcher->grade = (enum grade)index;
    if (index != GRADE_PASS && !matcher->why)
        reader_problem(reader, grade, "a grade other than pass needs a `why`");
    return index == GRADE_PASS || matcher->why;
}

bool step_read_expect_exit(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"any", "code", "within", "not-before", NULL};
    struct reader *reader = context->reader;
    const yaml_node_t *list = node_is_list(node) ? node : NULL;
    if (node_is_map(node)) {
        if (!map_check(reader, node, "expect-exit", keys, NULL) || !step_read_times(reader, node, step))
            return false;
        list = map_get(reader, node, "any");
        if (list && map_get(reader, node, "code")) {
            reader_problem(reader, map_get(reader, node, "code"), "`any` and `code` exclude each other");
            return false;
        }
        node = list ? list : map_need(reader, node, "expect-exit", "code");
        if (!node || (list && !list_check(reader, list, "any")))
            return false;
    }
    step->exit_count = list ? list_size(list) : 1;
    if (step->exit_count == 0)
        reader_problem(reader, node, "`expect-exit` needs an alternative");
    step->exits = arena_allocate(reader->arena, step->exit_count + 1, sizeof *step->exits);
    if (!list)
        return read_exit_code(reader, node, step->exits);
    bool good = step->exit_count > 0;
    for (size_t i = 0; i < step->exit_count; i++) {
        const yaml_node_t *item = list_item(reader, list, i);
        good &= node_is_map(item) ? read_exit_alternative(reader, item, &step->exits[i])
                                  : read_exit_code(reader, item, &step->exits[i]);
    }
    return good;
}

bool step_read_resources(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    return read_string(context->reader, node, &step->on);
}

// "512KiB" or "2MiB" into KiB.
static bool read_memory(struct reader *reader, const yaml_node_t *node, long long *kib)
{
    const char *string;
    char *unit;
    if (!read_string(reader, node, &string))
        return false;
    *kib = strtoll(string, &unit, 10);
    bool mebibytes = strcmp(unit, "MiB") == 0;
    bool good = *string >= '0' && *string <= '9' && *kib <= INT_MAX && (mebibytes || strcmp(unit, "KiB") == 0);
    if (mebibytes && good)
        *kib *= 1024;
    if (!good) {
        reader_problem(reader, node, "`%s` is not a size such as 512KiB or 2MiB", string);
        return false;
    }
    return true;
}

bool step_read_expect_resources(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"since", "descriptors", "threads", "zombies", "memory", "within", NULL};
    struct reader *reader = context->reader;
    if (!map_check(reader, node, "expect-resources", keys, NULL) || !step_read_times(reader, node, step))
        return false;
    const struct {
        const char *key;
        long long *bound;
    } bounds[] = {
        {"descriptors", &step->growth.descriptors},
        {"threads", &step->growth.threads},
        {"zombies", &step->growth.zombies},
    };
    const yaml_node_t *since = map_need(reader, node, "expect-resources", "since");
    const yaml_node_t *memory = map_get(reader, node, "memory");
    step->growth = (struct growth){-1, -1, -1, -1};
    bool good = since && read_string(reader, since, &step->on);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const yaml_node_t *bound = map_get(reader, node, bounds[i].key);
        good &= !bound || read_integer(reader, bound, 0, INT_MAX, bounds[i].bound);
    }
    good &= !memory || read_memory(reader, memory, &step->growth.memory_kib);
    const struct growth *growth = &step->growth;
    if (good && growth->descriptors < 0 && growth->threads < 0 && growth->zombies < 0 && growth->memory_kib < 0) {
        reader_problem(reader, node, "expect-resources bounds nothing: descriptors, threads, zombies or memory");
        return false;
    }
    return good;
}

bool step_read_expect_uniform(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const keys[] = {"sample", "min", "max", NULL};
    struct reader *reader = context->reader;
    struct sample_judgement *samples = &step->samples;
    if (!map_check(reader, node, "expect-uniform", keys, NULL))
        return false;
    const yaml_node_t *sample = map_need(reader, node, "expect-uniform", "sample");
    const yaml_node_t *minimum = map_need(reader, node, "expect-uniform", "min");
    const yaml_node_t *maximum = map_need(reader, node, "expect-uniform", "max");
    samples->count = 1;
    samples->names = arena_allocate(reader->arena, 1, sizeof *samples->names);
    return sample && minimum && maximum && read_string(reader, sample, samples->names) &&
           read_integer(reader, minimum, LLONG_MIN, LLONG_MAX, &samples->minimum) &&
           read_integer(reader, maximum, samples->minimum, LLONG_MAX, &samples->maximum);
}

bool step_read_samples(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    struct reader *reader = context->reader;
    struct sample_judgement *samples = &step->samples;
    if (!list_check(reader, node, step->name) ||
        !read_strings(reader, node, step->name, &samples->names, &samples->count))
        return false;
    if (samples->count < 2)
        reader_problem(reader, node, "`%s` compares two samples or more", step->name);
    return samples->count >= 2;
}

// The name of one sample.
bool step_read_sample(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    step->samples.count = 1;
    step->samples.names = arena_allocate(context->reader->arena, 1, sizeof *step->samples.names);
    return read_string(context->reader, node, step->samples.names);
}

bool step_read_expect_path(struct step_context *context, const yaml_node_t *node, struct step *step)
{
    static const char *const names[] = {"absent", "socket", "file", "directory", NULL};
    size_t index;
    if (!read_word(context->reader, node, "what can be at the path", names, &index))
        return false;
    step->state = (enum place_state)index;
    return true;
}
