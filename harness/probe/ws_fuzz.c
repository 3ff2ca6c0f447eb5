#include "probe/ws_fuzz.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "model/ws_generate.h"
#include "run/cpu.h"

#define BLOCK 64

struct fuzz {
    const struct ws_fuzz_settings *settings;
    struct ws_fuzz_outcome *outcome;
    pthread_mutex_t mutex; // guards the outcome and what follows
    uint64_t next;         // the first sequence of the next block
    bool stop;
};

struct fuzz_thread {
    pthread_t thread;
    struct fuzz *fuzz;
    struct ws_probe probe;
    int cpu;
};

struct ws_sequence ws_fuzz_sequence(uint64_t seed, uint64_t number, struct arena *arena)
{
    struct random random = random_for(seed, number);
    return ws_generate(&random, arena, true, WS_PROBE_LIMIT);
}

static void note_weakness(struct ws_fuzz_outcome *outcome, const char *why, uint64_t number)
{
    struct ws_fuzz_weakness *weakness = outcome->weaknesses;
    struct ws_fuzz_weakness *end = weakness + outcome->weakness_count;
    while (weakness < end && weakness->why != why)
        weakness++;
    if (weakness == outcome->weaknesses + WS_FUZZ_WHYS)
        return;
    if (weakness == end) {
        outcome->weakness_count++;
        *weakness = (struct ws_fuzz_weakness){.why = why, .first = number};
    }
    weakness->count++;
    if (number < weakness->first)
        weakness->first = number;
}

// Of several failures the one with the lowest number counts: all sequences before it have been played.
static void note_failure(struct fuzz *fuzz, const struct ws_oracle *oracle, uint64_t number, uint64_t first)
{
    struct ws_fuzz_outcome *outcome = fuzz->outcome;
    fuzz->stop = true;
    if (outcome->failed && outcome->number < number)
        return;
    free(outcome->actual);
    outcome->failed = true;
    outcome->number = number;
    outcome->first = first;
    outcome->actual = duplicate(oracle->actual ? oracle->actual : oracle->why);
}

// What a block brought; written into the outcome at its end.
struct tally {
    uint64_t sequences;
    uint64_t moves;
    size_t connections;
};

// Returns whether the block goes on.
static bool judge(struct fuzz *fuzz, const struct ws_oracle *oracle, uint64_t number, uint64_t first)
{
    bool failed = oracle->grade == WS_GRADE_FAIL || (fuzz->settings->strict && oracle->grade == WS_GRADE_NONSTRICT);
    if (oracle->grade == WS_GRADE_PASS)
        return true;
    pthread_mutex_lock(&fuzz->mutex);
    if (failed)
        note_failure(fuzz, oracle, number, first);
    else
        note_weakness(fuzz->outcome, oracle->why, number);
    pthread_mutex_unlock(&fuzz->mutex);
    return !failed;
}

static void note_error(struct fuzz *fuzz, int code, char *message)
{
    pthread_mutex_lock(&fuzz->mutex);
    fuzz->stop = true;
    if (fuzz->outcome->error)
        free(message);
    else
        fuzz->outcome->error = message;
    fuzz->outcome->error_code = code;
    pthread_mutex_unlock(&fuzz->mutex);
}

static void play_block(struct fuzz_thread *self, uint64_t start, uint64_t end, struct tally *tally)
{
    struct fuzz *fuzz = self->fuzz;
    struct ws_probe *probe = &self->probe;
    uint64_t first = start;
    for (uint64_t number = start; number < end; number++) {
        struct arena arena = {0};
        char *message = NULL;
        struct ws_sequence sequence = ws_fuzz_sequence(fuzz->settings->seed, number, &arena);
        if (!probe->open)
            first = number;
        int result = ws_probe_play(probe, &sequence, false, &message);
        tally->sequences++;
        tally->moves += sequence.count;
        arena_free(&arena);
        if (result < 0) {
            note_error(fuzz, result, message);
            return;
        }
        if (!judge(fuzz, &probe->oracle, number, first))
            return;
    }
    if (probe->open) {
        ws_probe_finish(probe);
        judge(fuzz, &probe->oracle, end - 1, first);
    }
}

static bool take_block(struct fuzz *fuzz, const struct tally *done, uint64_t *start, uint64_t *end)
{
    const struct ws_fuzz_settings *settings = fuzz->settings;
    pthread_mutex_lock(&fuzz->mutex);
    fuzz->outcome->sequences += done->sequences;
    fuzz->outcome->moves += done->moves;
    fuzz->outcome->connections += done->connections;
    if (settings->progress && done->sequences)
        settings->progress(settings->context, fuzz->outcome->sequences);
    *start = fuzz->next;
    *end = settings->cases - *start < BLOCK ? settings->cases : *start + BLOCK;
    bool more = !fuzz->stop && !*settings->stop && *start < settings->cases;
    if (more)
        fuzz->next = *end;
    pthread_mutex_unlock(&fuzz->mutex);
    return more;
}

static void *work(void *argument)
{
    struct fuzz_thread *self = argument;
    struct tally tally = {0};
    uint64_t start;
    uint64_t end;
    thread_bind(self->cpu);
    ws_probe_begin(&self->probe, &self->fuzz->settings->host, self->cpu);
    while (take_block(self->fuzz, &tally, &start, &end)) {
        size_t before = self->probe.connections;
        tally = (struct tally){0};
        play_block(self, start, end, &tally);
        tally.connections = self->probe.connections - before;
    }
    char *report = host_stop(&self->probe.host);
    if (report)
        note_error(self->fuzz, 0, report);
    ws_probe_end(&self->probe);
    return NULL;
}

void ws_fuzz_run(const struct ws_fuzz_settings *settings, struct ws_fuzz_outcome *outcome)
{
    *outcome = (struct ws_fuzz_outcome){0};
    struct fuzz fuzz = {.settings = settings, .outcome = outcome};
    struct fuzz_thread *threads = allocate(settings->jobs, sizeof *threads);
    size_t started = 0;
    int64_t start = clock_now();
    pthread_mutex_init(&fuzz.mutex, NULL);
    for (; started < settings->jobs; started++) {
        threads[started] = (struct fuzz_thread){.fuzz = &fuzz, .cpu = cpu_for(started)};
        if (pthread_create(&threads[started].thread, NULL, work, &threads[started]) != 0)
            break;
    }
    if (started == 0)
        note_error(&fuzz, 0, duplicate("cannot start a thread"));
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    outcome->seconds = (double)(clock_now() - start) / 1e9;
    pthread_mutex_destroy(&fuzz.mutex);
    free(threads);
}

void ws_fuzz_outcome_free(struct ws_fuzz_outcome *outcome)
{
    free(outcome->actual);
    free(outcome->error);
    *outcome = (struct ws_fuzz_outcome){0};
}
