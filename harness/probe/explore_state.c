#include "probe/explore_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

// --- writing ---

static void write_line(struct explore_state *state, json_t *line)
{
    if (state->file) {
        json_dumpf(line, state->file, JSON_COMPACT);
        fputc('\n', state->file);
        fflush(state->file);
    }
    json_decref(line);
}

// What a killed run has left of its last line.
static int drop_half_line(FILE *file)
{
    long end = 0;
    long here = 0;
    rewind(file);
    for (int c = getc(file); c != EOF; c = getc(file)) {
        here++;
        if (c == '\n')
            end = here;
    }
    return ftruncate(fileno(file), end);
}

int explore_state_open(struct explore_state *state, const char *path, const struct explore_head *head)
{
    state->file = fopen(path, "a+");
    if (!state->file || drop_half_line(state->file) < 0)
        return -errno;
    write_line(state, json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:I}", "explore", head->program, "what", head->what,
                                "letters", (int)head->letters, "depth", (int)head->depth, "shard", (int)head->shard + 1,
                                "shards", (int)head->shards, "seed", (json_int_t)head->seed));
    return 0;
}

void explore_state_unit(struct explore_state *state, size_t level, size_t unit, uint64_t sequences)
{
    write_line(state, json_pack("{s:[i,i], s:I}", "unit", (int)level, (int)unit, "sequences", (json_int_t)sequences));
}

void explore_state_finding(struct explore_state *state, json_t *finding)
{
    write_line(state, finding);
}

int explore_state_close(struct explore_state *state)
{
    int result = 0;
    if (state->file) {
        if (ferror(state->file))
            result = -EIO;
        if (fclose(state->file) != 0)
            result = -errno;
    }
    for (size_t level = 0; level <= EXPLORE_LEVELS_MAX; level++)
        free(state->done[level]);
    free(state->program);
    *state = (struct explore_state){0};
    return result;
}

// --- reading ---

struct state_reader {
    struct explore_state *state;
    const struct explore_head *head;
    explore_take_finding *take;
    void *context;
};

static size_t number_of(const json_t *line, const char *key)
{
    return (size_t)json_integer_value(json_object_get(line, key));
}

// False when the line tells of no program.
static bool parse_head(const json_t *line, struct explore_head *head)
{
    const char *what = json_string_value(json_object_get(line, "what"));
    *head = (struct explore_head){
        .program = json_string_value(json_object_get(line, "explore")),
        .what = what ? what : "sequences",
        .letters = number_of(line, "letters"),
        .depth = number_of(line, "depth"),
        .shard = number_of(line, "shard") - 1,
        .shards = number_of(line, "shards"),
        .seed = (uint64_t)json_integer_value(json_object_get(line, "seed")),
    };
    return head->program && head->shards >= 1;
}

static const char *read_head(struct state_reader *reader, const json_t *line)
{
    struct explore_state *state = reader->state;
    struct explore_head head;
    if (!parse_head(line, &head))
        return "it does not say what was explored";
    if (strcmp(head.program, reader->head->program) != 0)
        return "it is about another program";
    if (strcmp(head.what, reader->head->what) != 0)
        return strcmp(head.what, "handshake") == 0 ? "it is about the handshake" : "it is not about the handshake";
    if (head.letters != reader->head->letters)
        return "it has other letters: an older or newer sockspec wrote it";
    if (head.seed != reader->head->seed)
        return "it is of another seed";
    if ((state->shards && head.shards != state->shards) ||
        (reader->head->shards && head.shards != reader->head->shards))
        return "it is of another number of shards";
    if (head.depth > state->depth)
        state->depth = head.depth > EXPLORE_LEVELS_MAX ? EXPLORE_LEVELS_MAX : head.depth;
    state->shards = head.shards;
    if (!state->program)
        state->program = duplicate(head.program);
    return NULL;
}

static const char *read_unit(struct state_reader *reader, const json_t *line)
{
    struct explore_state *state = reader->state;
    const json_t *numbers = json_object_get(line, "unit");
    size_t level = (size_t)json_integer_value(json_array_get(numbers, 0));
    size_t unit = (size_t)json_integer_value(json_array_get(numbers, 1));
    if (level < 1 || level > EXPLORE_LEVELS_MAX || unit >= EXPLORE_UNITS_MAX)
        return "a unit that there is not";
    if (unit >= state->units[level]) {
        state->done[level] = reallocate(state->done[level], unit + 1, 1);
        memset(state->done[level] + state->units[level], 0, unit + 1 - state->units[level]);
        state->units[level] = unit + 1;
    }
    if (!state->done[level][unit])
        state->sequences[level] += (uint64_t)json_integer_value(json_object_get(line, "sequences"));
    state->done[level][unit] = 1;
    return NULL;
}

static const char *read_line(struct state_reader *reader, const json_t *line)
{
    if (json_string_value(json_object_get(line, "explore")))
        return read_head(reader, line);
    if (!reader->state->program)
        return "it does not begin with what was explored";
    if (json_object_get(line, "unit"))
        return read_unit(reader, line);
    return json_object_get(line, "finding") ? reader->take(reader->context, line) : "a line of another kind";
}

int explore_state_read(struct explore_state *state, const char *path, const struct explore_head *head,
                       explore_take_finding *take, void *context, char **message)
{
    struct state_reader reader = {state, head, take, context};
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    int number = 0;
    const char *wrong = NULL;
    if (!file)
        return -errno;
    while (!wrong && getline(&text, &size, file) > 0) {
        json_error_t error;
        json_t *line = json_loads(text, 0, &error);
        number++;
        // The last line of a run that was killed may be half a line.
        if (!line && !strchr(text, '\n'))
            break;
        wrong = line ? read_line(&reader, line) : "no JSON";
        json_decref(line);
    }
    if (wrong)
        *message = format_text("%s:%d: %s", path, number, wrong);
    free(text);
    fclose(file);
    return wrong ? -EBADMSG : 0;
}

int explore_state_peek(const char *path, struct explore_head *head, char **message)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!file)
        return -errno;
    json_t *line = getline(&text, &size, file) > 0 ? json_loads(text, 0, NULL) : NULL;
    int result = 0;
    if (line && parse_head(line, head)) {
        head->program = duplicate(head->program);
        head->what = duplicate(head->what);
    } else {
        *message = format_text("%s:1: %s", path, line ? "it does not begin with what was explored" : "no JSON");
        result = -EBADMSG;
    }
    json_decref(line);
    free(text);
    fclose(file);
    return result;
}

bool explore_state_is_done(const struct explore_state *state, size_t level, size_t unit)
{
    return level <= EXPLORE_LEVELS_MAX && unit < state->units[level] && state->done[level][unit];
}
