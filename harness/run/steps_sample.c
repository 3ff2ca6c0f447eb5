// Steps that judge the numbers that a case has collected.
#include "base/memory.h"
#include "run/script.h"

int step_expect_uniform(struct script_context *context, const struct step *step)
{
    struct sample sample = sample_find(context->samples, step->samples.names[0]);
    char *bias = sample_bias(&sample, step->samples.minimum, step->samples.maximum);
    if (!bias)
        return 0;
    context->result->by_chance = true;
    return step_fail(
        context, step,
        format_text("numbers that are uniform from %lld to %lld", step->samples.minimum, step->samples.maximum), bias);
}

static char *same_numbers(const struct sample *a, const struct sample *b)
{
    struct buffer out = {0};
    size_t count = a->count < b->count ? a->count : b->count;
    buffer_format(&out, "`%s` and `%s` begin with the same %zu numbers:", a->name, b->name, count);
    for (size_t i = 0; i < count && i < 10; i++)
        buffer_format(&out, " %lld", a->numbers[i]);
    buffer_text(&out, count > 10 ? " …" : "");
    return buffer_take(&out);
}

int step_expect_different(struct script_context *context, const struct step *step)
{
    for (size_t i = 0; i < step->samples.count; i++) {
        struct sample a = sample_find(context->samples, step->samples.names[i]);
        for (size_t k = i + 1; k < step->samples.count; k++) {
            struct sample b = sample_find(context->samples, step->samples.names[k]);
            if (samples_agree(&a, &b))
                return step_fail(context, step, duplicate("another sequence of numbers each time"),
                                 same_numbers(&a, &b));
        }
    }
    return 0;
}

// Where two samples part, in words, or NULL.
static char *first_difference(const struct sample *a, const struct sample *b)
{
    if (a->count != b->count)
        return format_text("`%s` has %zu numbers and `%s` has %zu", a->name, a->count, b->name, b->count);
    for (size_t i = 0; i < a->count; i++)
        if (a->numbers[i] != b->numbers[i])
            return format_text("number %zu is %lld in `%s` and %lld in `%s`", i + 1, a->numbers[i], a->name,
                               b->numbers[i], b->name);
    return NULL;
}

int step_expect_same(struct script_context *context, const struct step *step)
{
    struct sample first = sample_find(context->samples, step->samples.names[0]);
    for (size_t i = 1; i < step->samples.count; i++) {
        struct sample other = sample_find(context->samples, step->samples.names[i]);
        char *difference = first_difference(&first, &other);
        if (difference)
            return step_fail(context, step, duplicate("the same numbers in the same order"), difference);
    }
    return 0;
}

int step_expect_distinct(struct script_context *context, const struct step *step)
{
    struct sample sample = sample_find(context->samples, step->samples.names[0]);
    size_t first = sample_repeated(&sample);
    if (first == sample.count)
        return 0;
    return step_fail(context, step, format_text("%zu numbers, each another one", sample.count),
                     format_text("%lld comes twice, first as number %zu", sample.numbers[first], first + 1));
}
