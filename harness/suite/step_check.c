// What must hold of a whole script before it is worth running.
#include <string.h>

#include "suite/step.h"

#define MOST_SAMPLES 16

// Which connections have brought something from the program, and whether the control has run.
struct evidence {
    const char *names[64];
    size_t count;
    const char *samples[MOST_SAMPLES];
    size_t sample_count;
    const char *snapshots[SNAPSHOTS_MAX];
    size_t snapshot_count;
    bool control;
    bool expects; // the script expects anything at all
};

static bool has_evidence(const struct evidence *evidence, const char *name)
{
    if (evidence->control)
        return true;
    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->names[i], name) == 0)
            return true;
    return false;
}

static void add_evidence(struct evidence *evidence, const char *name)
{
    if (!has_evidence(evidence, name) && evidence->count < sizeof evidence->names / sizeof *evidence->names)
        evidence->names[evidence->count++] = name;
}

// A connection that is made anew has brought nothing yet.
static void drop_evidence(struct evidence *evidence, const char *name)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->names[i], name) == 0)
            evidence->names[i--] = evidence->names[--evidence->count];
}

static bool has_sample(const struct evidence *evidence, const char *name)
{
    for (size_t i = 0; i < evidence->sample_count; i++)
        if (strcmp(evidence->samples[i], name) == 0)
            return true;
    return false;
}

// Notes the samples that a matcher collects.
static bool add_samples(struct reader *reader, const struct step *step, const struct matcher *matcher,
                        struct evidence *evidence)
{
    bool good = true;
    for (size_t i = 0; i < matcher->alternative_count; i++)
        good &= add_samples(reader, step, &matcher->alternatives[i], evidence);
    if (matcher->content)
        good &= add_samples(reader, step, matcher->content, evidence);
    const char *sample = matcher->kind == MATCH_REQUEST ? matcher->request->sample : matcher->sample;
    if (!sample || has_sample(evidence, sample))
        return good;
    if (evidence->sample_count < MOST_SAMPLES) {
        evidence->samples[evidence->sample_count++] = sample;
        return good;
    }
    problem_add(reader->problems, reader->path, step->line, step->column, "more than %d samples in a case",
                MOST_SAMPLES);
    return false;
}

static bool check_samples(struct reader *reader, const struct step *step, const struct evidence *evidence)
{
    bool good = true;
    for (size_t i = 0; i < step->samples.count; i++) {
        if (has_sample(evidence, step->samples.names[i]))
            continue;
        problem_add(reader->problems, reader->path, step->line, step->column,
                    "no step before collects the sample `%s`: expect an integer with `sample: %s`",
                    step->samples.names[i], step->samples.names[i]);
        good = false;
    }
    return good;
}

static bool has_snapshot(const struct evidence *evidence, const char *name)
{
    for (size_t i = 0; i < evidence->snapshot_count; i++)
        if (strcmp(evidence->snapshots[i], name) == 0)
            return true;
    return false;
}

static bool add_snapshot(struct reader *reader, const struct step *step, struct evidence *evidence)
{
    if (has_snapshot(evidence, step->on))
        return true;
    if (evidence->snapshot_count < SNAPSHOTS_MAX) {
        evidence->snapshots[evidence->snapshot_count++] = step->on;
        return true;
    }
    problem_add(reader->problems, reader->path, step->line, step->column, "more than %d names of `resources` in a case",
                SNAPSHOTS_MAX);
    return false;
}

static bool check_snapshot(struct reader *reader, const struct step *step, const struct evidence *evidence)
{
    if (has_snapshot(evidence, step->on))
        return true;
    problem_add(reader->problems, reader->path, step->line, step->column,
                "no step before takes `%s`: put `resources: %s` where it should be measured from", step->on, step->on);
    return false;
}

static bool check_end(struct reader *reader, const struct step *step, const struct evidence *evidence)
{
    if (has_evidence(evidence, step->on))
        return true;
    problem_add(reader->problems, reader->path, step->line, step->column,
                "the end of `%s` satisfies this step, but nothing has proved before that the program works: "
                "expect something on `%s` first, or do `control`",
                step->on, step->on);
    return false;
}

static bool check_expect(struct reader *reader, const struct step *step, struct evidence *evidence)
{
    if (matcher_accepts_end(&step->matcher) && !check_end(reader, step, evidence))
        return false;
    if (matcher_needs_bytes(&step->matcher))
        add_evidence(evidence, step->on);
    return true;
}

static bool check_list(struct reader *reader, const struct step *steps, size_t count, struct evidence *evidence)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        switch (step->word) {
        case STEP_EXPECT:
            evidence->expects = true;
            good &= check_expect(reader, step, evidence) && add_samples(reader, step, &step->matcher, evidence);
            break;
        case STEP_FLOOD:
            evidence->expects = true;
            good &= check_end(reader, step, evidence);
            break;
        case STEP_CONTROL:
            evidence->control = true;
            break;
        case STEP_REPEAT:
            good &= check_list(reader, step->steps, step->step_count, evidence);
            break;
        case STEP_EXPECT_STDOUT:
        case STEP_EXPECT_STDERR:
            evidence->expects = true;
            good &= add_samples(reader, step, &step->matcher, evidence);
            break;
        case STEP_EXPECT_UNIFORM:
        case STEP_EXPECT_DIFFERENT:
        case STEP_EXPECT_SAME:
        case STEP_EXPECT_DISTINCT:
            good &= check_samples(reader, step, evidence);
            break;
        case STEP_RESOURCES:
            good &= add_snapshot(reader, step, evidence);
            break;
        case STEP_EXPECT_RESOURCES:
            evidence->expects = true;
            good &= check_snapshot(reader, step, evidence);
            break;
        case STEP_EXPECT_EXIT:
        case STEP_EXPECT_KEEPALIVE:
        case STEP_EXPECT_PATH:
        case STEP_EXPECT_OPEN:
        case STEP_CLOSE_WS:
            evidence->expects = true;
            break;
        case STEP_CONNECT:
        case STEP_ACCEPT:
        case STEP_OPEN:
            evidence->expects |= step->tls.refused;
            drop_evidence(evidence, step->on);
            break;
        case STEP_UPGRADE:
            evidence->expects = true;
            drop_evidence(evidence, step->on);
            add_evidence(evidence, step->on);
            break;
        case STEP_SEND:
        case STEP_SHUTDOWN:
        case STEP_CUT:
        case STEP_RESET:
        case STEP_CLOSE:
        case STEP_PAUSE:
        case STEP_STDIN:
        case STEP_STDIN_EOF:
        case STEP_SIGNAL:
        case STEP_RESTART:
            break;
        }
    }
    return good;
}

bool steps_check(struct reader *reader, const yaml_node_t *node, const struct step *steps, size_t count)
{
    struct evidence evidence = {0};
    bool good = check_list(reader, steps, count, &evidence);
    if (!evidence.expects && !evidence.control) {
        reader_problem(reader, node, "the case checks nothing: it has no step that expects");
        return false;
    }
    return good;
}

bool steps_check_plain(struct reader *reader, const struct step *steps, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        good &= steps_check_plain(reader, step->steps, step->step_count);
        if (!step->tls.given && step->word != STEP_CUT)
            continue;
        problem_add(reader->problems, reader->path, step->line, step->column, "%s needs TLS: the case has no `tls`",
                    step->word == STEP_CUT ? "`cut`" : "`tls` in a step");
        good = false;
    }
    return good;
}
