// Steps that judge the numbers that a case has collected.
#include "base/memory.h"
#include "run/script.h"

int step_expect_uniform(struct script_context *context, const struct step *step)
{
    struct sample sample = sample_find(context->samples, step->samples.names[0]);
    char *bias = sample_bias(&sample, step->samples.minimum, step->samples.maximum);
    if (!bias)
        return 0;
    return step_fail(context, step,
                     format_text("numbers that are uniform from %lld to %lld", step->samples.minimum,
                                 step->samples.maximum),
                     bias);
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
