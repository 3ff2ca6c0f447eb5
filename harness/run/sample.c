#include "run/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define TOO_UNEVEN 3.719016 // the normal deviate of p = 0.0001
#define TOO_EVEN 4.753424   // and of p = 0.000001
#define MOST_BINS 1000
#define LEAST_EXPECTED 10 // numbers in a bin

__extension__ typedef unsigned __int128 wide; // a range may have 2 to the 64 values

void sample_add(struct samples *samples, const char *name, long long number)
{
    size_t i = 0;
    while (i < samples->count && strcmp(samples->items[i].name, name) != 0)
        i++;
    if (i == samples->count) {
        samples->items = grow(samples->items, samples->count, sizeof *samples->items);
        samples->items[samples->count++] = (struct sample){.name = name};
    }
    struct sample *sample = &samples->items[i];
    sample->numbers = grow(sample->numbers, sample->count, sizeof *sample->numbers);
    sample->numbers[sample->count++] = number;
}

struct sample sample_find(const struct samples *samples, const char *name)
{
    for (size_t i = 0; i < samples->count; i++)
        if (strcmp(samples->items[i].name, name) == 0)
            return samples->items[i];
    return (struct sample){.name = name};
}

void samples_free(struct samples *samples)
{
    for (size_t i = 0; samples && i < samples->count; i++)
        free(samples->items[i].numbers);
    if (samples)
        free(samples->items);
    free(samples);
}

bool samples_agree(const struct sample *a, const struct sample *b)
{
    size_t count = a->count < b->count ? a->count : b->count;
    return count == 0 || memcmp(a->numbers, b->numbers, count * sizeof *a->numbers) == 0;
}

double chi_square_quantile(size_t degrees, double deviate)
{
    double share = 2.0 / (9.0 * (double)degrees);
    double root = 1 - share + deviate * sqrt(share);
    return root > 0 ? (double)degrees * root * root * root : 0;
}

// The range of a sample cut into bins.
struct bins {
    long long minimum;
    wide width;
    size_t count;
    size_t hits[MOST_BINS];
};

static size_t bin_of(const struct bins *bins, long long number)
{
    wide offset = (unsigned long long)number - (unsigned long long)bins->minimum;
    return (size_t)(offset * bins->count / bins->width);
}

// The offset of the first value of a bin.
static wide bin_start(const struct bins *bins, size_t index)
{
    return (bins->width * index + bins->count - 1) / bins->count;
}

static void bins_fill(struct bins *bins, const struct sample *sample, long long minimum, long long maximum)
{
    size_t most = sample->count / LEAST_EXPECTED < MOST_BINS ? sample->count / LEAST_EXPECTED : MOST_BINS;
    *bins = (struct bins){.minimum = minimum};
    bins->width = (wide)((unsigned long long)maximum - (unsigned long long)minimum) + 1;
    bins->count = bins->width < most ? (size_t)bins->width : most;
    for (size_t i = 0; i < sample->count; i++)
        bins->hits[bin_of(bins, sample->numbers[i])]++;
}

static char *chi_square_bias(const struct bins *bins, size_t count)
{
    double statistic = 0;
    size_t most = 0;
    for (size_t i = 0; i < bins->count; i++) {
        wide values = bin_start(bins, i + 1) - bin_start(bins, i);
        double expected = (double)count * ((double)values / (double)bins->width);
        double off = (double)bins->hits[i] - expected;
        statistic += off * off / expected;
        most = bins->hits[i] > bins->hits[most] ? i : most;
    }
    double upper = chi_square_quantile(bins->count - 1, TOO_UNEVEN);
    if (statistic > upper) {
        long long first = (long long)((unsigned long long)bins->minimum + (unsigned long long)bin_start(bins, most));
        long long last =
            (long long)((unsigned long long)bins->minimum + (unsigned long long)bin_start(bins, most + 1) - 1);
        return format_text("chi-square is %.1f where chance exceeds %.1f once in 10,000 times (%zu numbers, %zu bins); "
                           "%lld to %lld came most often, %zu times",
                           statistic, upper, count, bins->count, first, last, bins->hits[most]);
    }
    double lower = chi_square_quantile(bins->count - 1, -TOO_EVEN);
    if (statistic < lower)
        return format_text("they are more even than chance: chi-square is %.1f (%zu numbers, %zu bins)", statistic,
                           count, bins->count);
    return NULL;
}

static bool holds(const struct sample *sample, long long number)
{
    for (size_t i = 0; i < sample->count; i++)
        if (sample->numbers[i] == number)
            return true;
    return false;
}

char *sample_bias(const struct sample *sample, long long minimum, long long maximum)
{
    struct bins bins;
    for (size_t i = 0; i < sample->count; i++)
        if (sample->numbers[i] < minimum || sample->numbers[i] > maximum)
            return format_text("%lld is out of the range", sample->numbers[i]);
    if (sample->count < 2 * (size_t)LEAST_EXPECTED)
        return format_text("%zu numbers are too few to tell", sample->count);
    bins_fill(&bins, sample, minimum, maximum);
    if (bins.count == 1)
        return NULL;
    bool few = bins.width > sample->count / LEAST_EXPECTED;
    if (!few && (!holds(sample, minimum) || !holds(sample, maximum)))
        return format_text("%lld never came among %zu numbers", holds(sample, minimum) ? maximum : minimum,
                           sample->count);
    return chi_square_bias(&bins, sample->count);
}

size_t sample_repeated(const struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        for (size_t k = i + 1; k < sample->count; k++)
            if (sample->numbers[i] == sample->numbers[k])
                return i;
    return sample->count;
}
