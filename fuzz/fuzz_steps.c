// Reaches the reader of YAML (harness/suite/document.c, reader.c, template.c), steps_read and all that it calls
// (step.c, step_values.c, payload.c, payload_ws.c, matcher.c, response.c), steps_check of harness/suite/step_check.c, and payload_describe and
// matcher_describe of describe.c.
//
// Oracles:
// - a script is refused if and only if a problem says why;
// - a good script can be put in words, which reads every byte that it sends or expects;
// - every problem has a place in the file and one line of printable text.
#include <string.h>

#include "base/buffer.h"
#include "fuzz.h"
#include "suite/reader.h"
#include "suite/step.h"

static void check_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        unsigned line, column;
        require(sscanf(problems->items[i].place, "input:%u:%u", &line, &column) == 2 && line > 0 && column > 0);
        require(*problems->items[i].text);
        for (const char *at = problems->items[i].text; *at; at++)
            require((unsigned char)*at >= 0x20 && *at != 0x7f);
    }
}

static void describe_matcher(const struct matcher *matcher, struct buffer *words)
{
    if (matcher->kind != MATCH_ANY) {
        matcher_describe(matcher, words);
        require(words->length > 0);
    }
    for (size_t i = 0; matcher->kind == MATCH_ANY && i < matcher->alternative_count; i++)
        describe_matcher(&matcher->alternatives[i], words);
}

// Has every payload and matcher of a good script put in words, as `sockspec explain` does.
static void describe(const struct step *steps, size_t count)
{
    struct buffer words = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_shorten(&words, 0);
        switch (steps[i].word) {
        case STEP_SEND:
        case STEP_FLOOD:
        case STEP_STDIN:
            payload_describe(&steps[i].payload, &words);
            require(words.length > 0);
            break;
        case STEP_EXPECT:
        case STEP_EXPECT_STDOUT:
        case STEP_EXPECT_STDERR:
            describe_matcher(&steps[i].matcher, &words);
            break;
        default:
            describe(steps[i].steps, steps[i].step_count);
        }
    }
    buffer_free(&words);
}

static bool read_script(struct reader *reader)
{
    static struct variable variables[] = {{"length", {"125", 3}}, {"text", {"a\0b", 3}}};
    const struct variables known = {variables, 2};
    struct connection_names names = {0};
    struct step *steps;
    size_t count;
    const yaml_node_t *root = reader_root(reader);
    reader->variables = &known;
    if (!steps_read(reader, root, &names, &steps, &count) || !steps_check(reader, root, steps, count))
        return false;
    describe(steps, count);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct problems problems = {0};
    struct reader reader;
    FILE *file = size ? fmemopen((void *)data, size, "rb") : NULL;
    if (!file)
        return 0;
    int opened = reader_take(&reader, file, "input", &arena, &problems);
    bool good = opened == 0 && read_script(&reader);
    require(good == (problems.count == 0));
    check_problems(&problems);
    reader_close(&reader);
    fclose(file);
    problems_free(&problems);
    arena_free(&arena);
    return 0;
}
