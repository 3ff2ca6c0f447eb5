#include "probe/ws_explore.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "probe/ws_finding.h"
#include "run/cpu.h"

#define UNIT_LETTERS 2 // first letters that make a unit

struct explorer {
    const struct ws_explore_settings *settings;
    struct ws_exploration *exploration;
    size_t level;
    size_t units;
    pthread_mutex_t mutex; // guards the exploration and what follows
    size_t next;           // unit
    bool stop;
    // The first path that has shown what is wrong, by state and symbol; none where its length is 0.
    struct shown {
        bool vague; // something was seen there that needs more than one sequence: they go by themselves
        size_t length;
        unsigned char path[WS_DEPTH_MAX];
    } shown[WS_STATE_COUNT][WS_SYMBOL_COUNT];
};

struct explorer_thread {
    pthread_t thread;
    struct explorer *explorer;
    struct ws_probe probe;
    struct ws_receiver receiver;
    int cpu;
    struct ws_explore_level tally;
    unsigned char path[WS_DEPTH_MAX];
    unsigned char (*carried)[WS_DEPTH_MAX]; // the paths that the open connection has carried, of this level
    size_t carried_count;
};

// --- findings ---

static void learn(struct explorer *explorer, const struct ws_finding *finding)
{
    struct shown *shown = &explorer->shown[finding->state][finding->symbol];
    bool counts =
        finding->grade == WS_GRADE_FAIL || (explorer->settings->strict && finding->grade == WS_GRADE_NONSTRICT);
    // What shows behind other sequences alone is looked for on longer paths.
    shown->vague |= finding->unrepeated;
    if (!counts || finding->unrepeated ||
        (shown->length && !ws_path_precedes(finding->path, finding->length, shown->path, shown->length)))
        return;
    shown->length = finding->length;
    memcpy(shown->path, finding->path, finding->length);
}

static void note(struct explorer_thread *self, const struct ws_oracle *oracle, bool unrepeated)
{
    struct explorer *explorer = self->explorer;
    bool failed = oracle->grade == WS_GRADE_FAIL;
    struct ws_finding finding = {
        .grade = oracle->grade,
        .state = oracle->state,
        .symbol = oracle->symbol,
        .length = explorer->level,
        .expected = duplicate(failed ? oracle->expected : "what is best"),
        .actual = duplicate(failed ? oracle->actual : oracle->why),
        .count = 1,
        .unrepeated = unrepeated,
    };
    memcpy(finding.path, self->path, explorer->level);
    // What came unasked for is about the last letter.
    if (oracle->move >= explorer->level || !failed) {
        const struct ws_move *last = &explorer->settings->alphabet->letters[self->path[explorer->level - 1]].move;
        ws_walk(explorer->settings->alphabet, self->path, explorer->level - 1, &self->receiver);
        finding.state = self->receiver.state;
        finding.symbol = ws_symbol_of(&self->receiver, last);
        free(finding.expected);
        finding.expected = duplicate(ws_reply_names[ws_rule_for(finding.state, finding.symbol)->reply]);
    }
    pthread_mutex_lock(&explorer->mutex);
    learn(explorer, &finding);
    if (explorer->settings->found)
        explorer->settings->found(explorer->settings->context, &finding);
    ws_exploration_add(explorer->exploration, &finding);
    pthread_mutex_unlock(&explorer->mutex);
}

static void note_error(struct explorer *explorer, char *message)
{
    pthread_mutex_lock(&explorer->mutex);
    explorer->stop = true;
    if (explorer->exploration->error)
        free(message);
    else
        explorer->exploration->error = message;
    pthread_mutex_unlock(&explorer->mutex);
}

// True when a path that comes before has shown what is wrong at one of the letters. `vague`: whether the path is to have
// a connection of its own.
static bool is_known(struct explorer_thread *self, size_t length, bool *vague)
{
    struct explorer *explorer = self->explorer;
    const struct ws_alphabet *alphabet = explorer->settings->alphabet;
    bool known = false;
    for (size_t i = 0; i < length && !known; i++) {
        ws_walk(alphabet, self->path, i, &self->receiver);
        enum ws_symbol symbol = ws_symbol_of(&self->receiver, &alphabet->letters[self->path[i]].move);
        pthread_mutex_lock(&explorer->mutex);
        const struct shown *shown = &explorer->shown[self->receiver.state][symbol];
        *vague |= shown->vague;
        known = shown->length && ws_path_precedes(shown->path, shown->length, self->path, length);
        pthread_mutex_unlock(&explorer->mutex);
    }
    return known;
}

// --- paths ---

static uint64_t count_below(const struct ws_alphabet *alphabet, unsigned char *path, size_t length, size_t depth,
                            struct ws_receiver *receiver)
{
    if (length + 1 == depth)
        return alphabet->count;
    uint64_t count = 0;
    for (size_t i = 0; i < alphabet->count; i++) {
        path[length] = (unsigned char)i;
        if (ws_path_goes_on(alphabet, path, length + 1, receiver))
            count += count_below(alphabet, path, length + 1, depth, receiver);
    }
    return count;
}

uint64_t ws_explore_count(const struct ws_alphabet *alphabet, size_t length)
{
    struct ws_receiver receiver = {.server = alphabet->server, .limit = WS_PROBE_LIMIT};
    unsigned char path[WS_DEPTH_MAX];
    uint64_t count = count_below(alphabet, path, 0, length, &receiver);
    ws_receiver_free(&receiver);
    return count;
}

// Plays a path by itself and notes it when it fails so. Returns whether it did.
static bool confirm(struct explorer_thread *self, const unsigned char *path)
{
    struct explorer *explorer = self->explorer;
    struct ws_move moves[WS_PATH_MOVES];
    char *message = NULL;
    memcpy(self->path, path, explorer->level);
    struct ws_sequence sequence =
        ws_path_sequence(explorer->settings->alphabet, path, explorer->level, &self->receiver, moves);
    if (ws_probe_play(&self->probe, &sequence, true, &message) < 0) {
        note_error(explorer, message);
        return true;
    }
    if (self->probe.oracle.grade != WS_GRADE_FAIL)
        return false;
    note(self, &self->probe.oracle, false);
    return true;
}

// A failure on a connection that carried others before may be the fault of one of those.
static void note_failure(struct explorer_thread *self)
{
    unsigned char path[WS_DEPTH_MAX];
    size_t level = self->explorer->level;
    memcpy(path, self->path, level);
    char *expected = duplicate(self->probe.oracle.expected);
    char *actual = duplicate(self->probe.oracle.actual);
    bool found = confirm(self, path);
    for (size_t i = 0; i < self->carried_count && !found; i++)
        found = confirm(self, self->carried[i]);
    memcpy(self->path, path, level);
    if (!found) {
        struct ws_oracle oracle = {.grade = WS_GRADE_FAIL, .move = level, .expected = expected};
        oracle.actual = format_text("%s, once, behind %zu other sequences", actual, self->carried_count);
        note(self, &oracle, true);
        free(oracle.actual);
    }
    free(expected);
    free(actual);
}

static void carry(struct explorer_thread *self)
{
    self->carried = grow(self->carried, self->carried_count, sizeof *self->carried);
    memcpy(self->carried[self->carried_count++], self->path, self->explorer->level);
}

static bool play_path(struct explorer_thread *self)
{
    struct explorer *explorer = self->explorer;
    const struct ws_alphabet *alphabet = explorer->settings->alphabet;
    struct ws_move moves[WS_PATH_MOVES];
    char *message = NULL;
    bool alone = false;
    if (is_known(self, explorer->level, &alone)) {
        self->tally.pruned++;
        return true;
    }
    struct ws_sequence sequence = ws_path_sequence(alphabet, self->path, explorer->level, &self->receiver, moves);
    if (!self->probe.open || alone)
        self->carried_count = 0;
    int result = ws_probe_play(&self->probe, &sequence, alone, &message);
    self->tally.sequences++;
    if (result < 0) {
        note_error(explorer, message);
        return false;
    }
    if (self->probe.oracle.grade == WS_GRADE_FAIL)
        note_failure(self);
    else if (self->probe.oracle.grade != WS_GRADE_PASS)
        note(self, &self->probe.oracle, false);
    carry(self);
    return !explorer->stop && !*explorer->settings->stop;
}

// Plays all paths that begin with the first `length` letters of the thread's. False when the run is to stop.
static bool play_below(struct explorer_thread *self, size_t length)
{
    const struct ws_alphabet *alphabet = self->explorer->settings->alphabet;
    size_t level = self->explorer->level;
    if (length == level)
        return play_path(self);
    if (length > 0 && !ws_path_goes_on(alphabet, self->path, length, &self->receiver))
        return true;
    for (size_t i = 0; i < alphabet->count; i++) {
        self->path[length] = (unsigned char)i;
        if (!play_below(self, length + 1))
            return false;
    }
    return true;
}

// --- units ---

static size_t letters_of_unit(const struct explorer *explorer)
{
    return explorer->level - 1 < UNIT_LETTERS ? explorer->level - 1 : UNIT_LETTERS;
}

// The first letters of a unit. False when no path begins with them.
static bool begin_unit(struct explorer_thread *self, size_t unit)
{
    const struct ws_alphabet *alphabet = self->explorer->settings->alphabet;
    size_t letters = letters_of_unit(self->explorer);
    for (size_t i = letters; i > 0; i--, unit /= alphabet->count)
        self->path[i - 1] = (unsigned char)(unit % alphabet->count);
    return letters == 0 || ws_path_goes_on(alphabet, self->path, letters, &self->receiver);
}

static uint64_t count_unit(struct explorer_thread *self, size_t unit)
{
    const struct explorer *explorer = self->explorer;
    if (!begin_unit(self, unit))
        return 0;
    return count_below(explorer->settings->alphabet, self->path, letters_of_unit(explorer), explorer->level,
                       &self->receiver);
}

static bool is_mine(const struct explorer *explorer, size_t unit)
{
    return unit % explorer->settings->shards == explorer->settings->shard;
}

static bool take_unit(struct explorer *explorer, size_t *unit)
{
    pthread_mutex_lock(&explorer->mutex);
    while (explorer->next < explorer->units && !is_mine(explorer, explorer->next))
        explorer->next++;
    bool more = explorer->next < explorer->units && !explorer->stop && !*explorer->settings->stop;
    *unit = explorer->next++;
    pthread_mutex_unlock(&explorer->mutex);
    return more;
}

static void finish_unit(struct explorer_thread *self, size_t unit)
{
    struct explorer *explorer = self->explorer;
    const struct ws_explore_settings *settings = explorer->settings;
    struct ws_explore_level *level = &explorer->exploration->levels[explorer->level];
    pthread_mutex_lock(&explorer->mutex);
    level->sequences += self->tally.sequences;
    level->pruned += self->tally.pruned;
    if (settings->unit_done)
        settings->unit_done(settings->context, explorer->level, unit, self->tally.sequences + self->tally.pruned);
    if (settings->progress)
        settings->progress(settings->context, explorer->level, level->sequences + level->pruned + level->earlier,
                           level->all);
    pthread_mutex_unlock(&explorer->mutex);
    self->tally = (struct ws_explore_level){0};
}

static bool was_done(struct explorer_thread *self, size_t unit)
{
    struct explorer *explorer = self->explorer;
    const struct ws_explore_settings *settings = explorer->settings;
    if (!settings->is_done || !settings->is_done(settings->context, explorer->level, unit))
        return false;
    uint64_t count = count_unit(self, unit);
    pthread_mutex_lock(&explorer->mutex);
    explorer->exploration->levels[explorer->level].earlier += count;
    pthread_mutex_unlock(&explorer->mutex);
    return true;
}

static void *work(void *argument)
{
    struct explorer_thread *self = argument;
    struct explorer *explorer = self->explorer;
    size_t unit;
    thread_bind(self->cpu);
    while (take_unit(explorer, &unit)) {
        if (!begin_unit(self, unit) || was_done(self, unit))
            continue;
        begin_unit(self, unit);
        if (!play_below(self, letters_of_unit(explorer)))
            break;
        if (self->probe.open) {
            ws_probe_finish(&self->probe);
            if (self->probe.oracle.grade == WS_GRADE_FAIL)
                note_failure(self);
        }
        finish_unit(self, unit);
    }
    return NULL;
}

// --- levels ---

static void count_level(struct explorer *explorer, struct explorer_thread *thread)
{
    struct ws_explore_level *level = &explorer->exploration->levels[explorer->level];
    for (size_t unit = 0; unit < explorer->units; unit++)
        if (is_mine(explorer, unit))
            level->all += count_unit(thread, unit);
}

static void run_level(struct explorer *explorer, struct explorer_thread *threads)
{
    const struct ws_explore_settings *settings = explorer->settings;
    struct ws_explore_level *level = &explorer->exploration->levels[explorer->level];
    size_t started = 0;
    int64_t start = clock_now();
    explorer->next = 0;
    explorer->units = 1;
    for (size_t i = 0; i < letters_of_unit(explorer); i++)
        explorer->units *= settings->alphabet->count;
    count_level(explorer, &threads[0]);
    for (; started < settings->jobs; started++)
        if (pthread_create(&threads[started].thread, NULL, work, &threads[started]) != 0)
            break;
    if (started == 0)
        note_error(explorer, duplicate("cannot start a thread"));
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i].thread, NULL);
    for (size_t i = 0; i < settings->jobs; i++) {
        level->connections += threads[i].probe.connections;
        threads[i].probe.connections = 0;
    }
    level->seconds = (double)(clock_now() - start) / 1e9;
}

void ws_explore_run(const struct ws_explore_settings *settings, struct ws_exploration *exploration)
{
    struct explorer explorer = {.settings = settings, .exploration = exploration};
    struct explorer_thread *threads = allocate(settings->jobs, sizeof *threads);
    pthread_mutex_init(&explorer.mutex, NULL);
    for (size_t i = 0; i < settings->jobs; i++) {
        threads[i] = (struct explorer_thread){.explorer = &explorer, .cpu = cpu_for(i)};
        threads[i].receiver = (struct ws_receiver){.server = settings->alphabet->server, .limit = WS_PROBE_LIMIT};
        ws_probe_begin(&threads[i].probe, &settings->host, threads[i].cpu);
    }
    for (size_t i = 0; i < exploration->finding_count; i++)
        learn(&explorer, &exploration->findings[i]);
    for (explorer.level = 1; explorer.level <= settings->depth && !explorer.stop && !*settings->stop; explorer.level++)
        run_level(&explorer, threads);
    for (size_t i = 0; i < settings->jobs; i++) {
        char *report = host_stop(&threads[i].probe.host);
        if (report)
            note_error(&explorer, report);
        ws_probe_end(&threads[i].probe);
        ws_receiver_free(&threads[i].receiver);
        free(threads[i].carried);
    }
    exploration->complete = !explorer.stop && !*settings->stop;
    ws_exploration_settle(exploration);
    pthread_mutex_destroy(&explorer.mutex);
    free(threads);
}
