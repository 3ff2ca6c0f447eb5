#include "run/engine.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "run/cpu.h"
#include "run/schedule.h"

struct slot {
    bool done;
    struct result result;
};

struct engine {
    const struct engine_settings *settings;
    const struct plan *plan;
    struct schedule schedule;
    struct program_health *health;
    struct credentials *credentials;
    pthread_mutex_t mutex; // guards `done` of all slots, and `running`
    pthread_cond_t changed;
    struct slot *slots;
    size_t running; // workers
};

struct engine_worker {
    pthread_t thread;
    struct engine *engine;
    struct worker worker;
};

static void finish(struct engine *engine, size_t index)
{
    pthread_mutex_lock(&engine->mutex);
    engine->slots[index].done = true;
    pthread_cond_signal(&engine->changed);
    pthread_mutex_unlock(&engine->mutex);
}

static void *work(void *argument)
{
    struct engine_worker *self = argument;
    struct engine *engine = self->engine;
    size_t group = SCHEDULE_NO_GROUP;
    size_t last = SIZE_MAX;
    thread_bind(self->worker.cpu);
    for (;;) {
        size_t index = *engine->settings->stop ? SIZE_MAX : schedule_take(&engine->schedule, &group);
        const struct plan_entry *entry = index == SIZE_MAX ? NULL : &engine->plan->entries[index];
        // The end of a server may still say something about the last case that used it.
        if (last != SIZE_MAX) {
            worker_settle(&self->worker, entry, &engine->slots[last].result);
            finish(engine, last);
        }
        if (!entry)
            break;
        worker_run(&self->worker, entry, &engine->slots[index].result);
        last = index;
    }
    worker_close(&self->worker);
    pthread_mutex_lock(&engine->mutex);
    engine->running--;
    pthread_cond_signal(&engine->changed);
    pthread_mutex_unlock(&engine->mutex);
    return NULL;
}

// Waits for the result of an entry. False when no worker is left that could bring it.
static bool await(struct engine *engine, size_t index)
{
    pthread_mutex_lock(&engine->mutex);
    while (!engine->slots[index].done && engine->running > 0)
        pthread_cond_wait(&engine->changed, &engine->mutex);
    bool done = engine->slots[index].done;
    pthread_mutex_unlock(&engine->mutex);
    return done;
}

static void publish_in_order(struct engine *engine)
{
    for (size_t i = 0; i < engine->plan->count; i++) {
        struct result *result = &engine->slots[i].result;
        if (!await(engine, i))
            result_decide(result, VERDICT_SKIP, NULL, NULL, NULL, duplicate("the run ended before it"));
        engine->settings->publish(engine->settings->context, &engine->plan->entries[i], result);
        result_free(result);
    }
}

static size_t start_workers(struct engine *engine, struct engine_worker *workers, size_t count)
{
    size_t started = 0;
    engine->running = count;
    while (started < count) {
        struct engine_worker *worker = &workers[started];
        worker->engine = engine;
        worker->worker = (struct worker){
            .target = engine->settings->target,
            .sandbox = engine->settings->sandbox,
            .time_scale = engine->settings->time_scale,
            .seed = engine->settings->seed,
            .keep_going = engine->settings->keep_going,
            .health = engine->health,
            .catalog = engine->settings->catalog,
            .credentials = engine->credentials,
            .cpu = cpu_for(started),
        };
        if (pthread_create(&worker->thread, NULL, work, worker) != 0)
            break;
        started++;
    }
    pthread_mutex_lock(&engine->mutex);
    engine->running -= count - started;
    pthread_mutex_unlock(&engine->mutex);
    return started;
}

// The profile whose fixed ports could collide: none where each worker has a network of its own.
static const struct profile *shared_ports(const struct engine_settings *settings)
{
    return settings->sandbox && sandbox_isolated(settings->sandbox) ? NULL : settings->target->profile;
}

static bool needs_certificates(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->entries[i].test->certificate != CERTIFICATE_NONE && !plan->entries[i].deselected)
            return true;
    return false;
}

int engine_run(const struct engine_settings *settings, const struct plan *plan)
{
    struct engine engine = {.settings = settings, .plan = plan};
    size_t count = settings->workers < plan->count ? settings->workers : plan->count;
    struct engine_worker *workers = allocate(count, sizeof *workers);
    pthread_mutex_init(&engine.mutex, NULL);
    pthread_cond_init(&engine.changed, NULL);
    schedule_make(&engine.schedule, plan, shared_ports(settings));
    engine.health = allocate(settings->catalog->program_count, sizeof *engine.health);
    engine.slots = allocate(plan->count, sizeof *engine.slots);
    if (needs_certificates(plan) && !settings->target->running)
        engine.credentials = credentials_make();

    size_t started = start_workers(&engine, workers, count);
    if (started > 0)
        publish_in_order(&engine);
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);

    credentials_free(engine.credentials);
    free(engine.slots);
    free(engine.health);
    schedule_free(&engine.schedule);
    pthread_cond_destroy(&engine.changed);
    pthread_mutex_destroy(&engine.mutex);
    free(workers);
    return started > 0 ? 0 : -EAGAIN;
}
