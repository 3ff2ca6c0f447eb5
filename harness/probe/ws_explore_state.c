#include "probe/ws_explore_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static const char *const grades[] = {"pass", "info", "nonstrict", "fail"};

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

int explore_state_open(struct explore_state *state, const char *path, const char *program,
                       const struct ws_explore_settings *settings)
{
    state->file = fopen(path, "a+");
    if (!state->file || drop_half_line(state->file) < 0)
        return -errno;
    write_line(state, json_pack("{s:s, s:i, s:i, s:i, s:i}", "explore", program, "letters",
                                (int)settings->alphabet->count, "depth", (int)settings->depth, "shard",
                                (int)settings->shard + 1, "shards", (int)settings->shards));
    return 0;
}

void explore_state_unit(struct explore_state *state, size_t level, size_t unit, uint64_t sequences)
{
    write_line(state, json_pack("{s:[i,i], s:I}", "unit", (int)level, (int)unit, "sequences", (json_int_t)sequences));
}

void explore_state_finding(struct explore_state *state, const struct ws_alphabet *alphabet,
                           const struct ws_finding *finding)
{
    json_t *path = json_array();
    for (size_t i = 0; i < finding->length; i++)
        json_array_append_new(path, json_string(alphabet->letters[finding->path[i]].name));
    // What a program sent may be no UTF-8, but it is escaped where it is told.
    write_line(state, json_pack("{s:s, s:o, s:i, s:i, s:s, s:s, s:b}", "finding", grades[finding->grade], "path", path,
                                "state", (int)finding->state, "symbol", (int)finding->symbol, "expected",
                                finding->expected, "actual", finding->actual, "unrepeated", finding->unrepeated));
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
    for (size_t level = 0; level <= WS_DEPTH_MAX; level++)
        free(state->done[level]);
    free(state->program);
    *state = (struct explore_state){0};
    return result;
}

// --- reading ---

struct state_reader {
    struct explore_state *state;
    const char *program;
    const struct ws_alphabet *alphabet;
    struct ws_exploration *exploration;
};

static const char *read_head(struct state_reader *reader, const json_t *line)
{
    struct explore_state *state = reader->state;
    const char *program = json_string_value(json_object_get(line, "explore"));
    if (reader->program && strcmp(program, reader->program) != 0)
        return "it is about another program";
    if (state->program && strcmp(program, state->program) != 0)
        return "it is about another program than the files before it";
    if (json_integer_value(json_object_get(line, "letters")) != (json_int_t)reader->alphabet->count)
        return "it has other letters: an older or newer sockspec wrote it";
    size_t shards = (size_t)json_integer_value(json_object_get(line, "shards"));
    if (state->shards && shards != state->shards)
        return "it is of another number of shards";
    size_t depth = (size_t)json_integer_value(json_object_get(line, "depth"));
    if (depth > state->depth)
        state->depth = depth;
    state->shards = shards;
    if (!state->program)
        state->program = duplicate(program);
    return NULL;
}

static const char *read_unit(struct state_reader *reader, const json_t *line)
{
    struct explore_state *state = reader->state;
    const json_t *numbers = json_object_get(line, "unit");
    size_t level = (size_t)json_integer_value(json_array_get(numbers, 0));
    size_t unit = (size_t)json_integer_value(json_array_get(numbers, 1));
    if (level < 1 || level > WS_DEPTH_MAX || unit >= (size_t)WS_LETTERS_MAX * WS_LETTERS_MAX)
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

static int letter_of(const struct ws_alphabet *alphabet, const char *name)
{
    for (size_t i = 0; i < alphabet->count && name; i++)
        if (strcmp(alphabet->letters[i].name, name) == 0)
            return (int)i;
    return -1;
}

static const char *read_finding(struct state_reader *reader, const json_t *line)
{
    struct ws_finding finding = {.count = 1, .unrepeated = json_is_true(json_object_get(line, "unrepeated"))};
    const char *grade = json_string_value(json_object_get(line, "finding"));
    const char *expected = json_string_value(json_object_get(line, "expected"));
    const char *actual = json_string_value(json_object_get(line, "actual"));
    const json_t *path = json_object_get(line, "path");
    finding.length = json_array_size(path);
    finding.state = (enum ws_state)json_integer_value(json_object_get(line, "state"));
    finding.symbol = (enum ws_symbol)json_integer_value(json_object_get(line, "symbol"));
    while (finding.grade < WS_GRADE_FAIL && grade && strcmp(grades[finding.grade], grade) != 0)
        finding.grade++;
    if (!expected || !actual || finding.length < 1 || finding.length > WS_DEPTH_MAX ||
        finding.state >= WS_STATE_COUNT || finding.symbol >= WS_SYMBOL_COUNT)
        return "a finding that is none";
    for (size_t i = 0; i < finding.length; i++) {
        int letter = letter_of(reader->alphabet, json_string_value(json_array_get(path, i)));
        if (letter < 0)
            return "a letter that there is not";
        finding.path[i] = (unsigned char)letter;
    }
    finding.expected = duplicate(expected);
    finding.actual = duplicate(actual);
    ws_exploration_add(reader->exploration, &finding);
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
    return json_object_get(line, "finding") ? read_finding(reader, line) : "a line of another kind";
}

int explore_state_read(struct explore_state *state, const char *path, const char *program,
                       const struct ws_alphabet *alphabet, struct ws_exploration *exploration, char **message)
{
    struct state_reader reader = {state, program, alphabet, exploration};
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

bool explore_state_is_done(const struct explore_state *state, size_t level, size_t unit)
{
    return unit < state->units[level] && state->done[level][unit];
}
