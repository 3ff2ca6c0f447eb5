// Numbers that a case collects from a program, and whether they look random.
//
// Uniform means: Pearson's chi-square test does not reject at p = 0.0001, and both ends of the range occur where ten or
// more of each are to be expected. A range with more values than the sample fills is cut into bins of equal width (by
// one value more or less, which their expected shares account for). A statistic so small that chance alone gives it
// once in a million times, as that of a counter, is no better.
#ifndef SOCKSPEC_RUN_SAMPLE_H
#define SOCKSPEC_RUN_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

struct sample {
    const char *name;
    long long *numbers;
    size_t count;
};

struct samples {
    struct sample *items;
    size_t count;
};

void sample_add(struct samples *samples, const char *name, long long number);

// An empty sample when there is none of that name.
struct sample sample_find(const struct samples *samples, const char *name);

// Frees NULL too.
void samples_free(struct samples *samples);

// Why the numbers are not uniform from `minimum` to `maximum`, to be freed, or NULL.
char *sample_bias(const struct sample *sample, long long minimum, long long maximum);

// The place of the first number that stands in the sample once more behind it, or the count when there is none.
size_t sample_repeated(const struct sample *sample);

// True when one is the beginning of the other.
bool samples_agree(const struct sample *a, const struct sample *b);

// The value that chi-square exceeds as rarely as a normal variable exceeds `deviate`, by Wilson and Hilferty.
double chi_square_quantile(size_t degrees, double deviate);

#endif
