#include "serve/agents.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "report/autobahn_index.h"
#include "report/reporter.h"
#include "run/event.h"

enum { STATUS_AS_EXPECTED = 0, STATUS_FAILED = 1, STATUS_NOTHING = 2, STATUS_HARNESS = 4 };

struct agent {
    char *name;
    char *file; // of its events, within the directory
    int64_t start;
    size_t running;         // cases that began and are not recorded
    enum verdict *verdicts; // of the cases; VERDICT_UNKNOWN: not run
    struct reporter *reporters[2];
    size_t reporter_count;
};

struct agents {
    struct agents_settings settings;
    pthread_mutex_t mutex; // guards all of the rest
    pthread_cond_t recorded;
    struct agent **items; // whose run goes on
    size_t count;
    json_t *index;
    char **files; // all that were written
    size_t file_count;
    bool any_case;
    bool failed;
    bool report_failed;
};

struct agents *agents_make(const struct agents_settings *settings)
{
    struct agents *agents = allocate(1, sizeof *agents);
    *agents = (struct agents){.settings = *settings, .index = json_object()};
    pthread_mutex_init(&agents->mutex, NULL);
    pthread_cond_init(&agents->recorded, NULL);
    return agents;
}

static void note_report(struct agents *agents, const char *file, int result)
{
    if (result < 0 && !agents->report_failed) {
        fprintf(stderr, "sockspec: cannot write %s/%s: %s\n", agents->settings.directory, file, strerror(-result));
        agents->report_failed = true;
    }
}

// --- one agent ---

static bool file_taken(const struct agents *agents, const char *file)
{
    for (size_t i = 0; i < agents->file_count; i++)
        if (strcmp(agents->files[i], file) == 0)
            return true;
    return false;
}

// A file name of the agent's own: an agent may call itself what it likes, and come again.
static char *file_for(struct agents *agents, const char *name)
{
    char *base = duplicate(name);
    for (char *at = base; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("-_.", *at))
            *at = '_';
    if (*base == '.')
        *base = '_';
    char *file = format_text("%s.jsonl", base);
    for (size_t number = 2; file_taken(agents, file); number++) {
        free(file);
        file = format_text("%s-%zu.jsonl", base, number);
    }
    free(base);
    agents->files = grow(agents->files, agents->file_count, sizeof *agents->files);
    agents->files[agents->file_count++] = duplicate(file);
    return file;
}

static void report(struct agents *agents, struct agent *agent, json_t *event)
{
    for (size_t i = 0; i < agent->reporter_count; i++)
        note_report(agents, agent->file, reporter_event(agent->reporters[i], event));
    json_decref(event);
}

static void open_reporters(struct agents *agents, struct agent *agent)
{
    struct terminal_options terminal = {.color = agents->settings.color};
    char *path = format_text("%s/%s", agents->settings.directory, agent->file);
    int result = reporter_open(REPORT_JSONL, path, NULL, &agent->reporters[agent->reporter_count]);
    agent->reporter_count += result == 0;
    note_report(agents, agent->file, result);
    free(path);
    if (reporter_open(REPORT_TERMINAL, "-", &terminal, &agent->reporters[agent->reporter_count]) == 0)
        agent->reporter_count++;
}

static struct agent *agent_begin(struct agents *agents, const char *name)
{
    struct agent *agent = allocate(1, sizeof *agent);
    size_t cases = agents->settings.plan->count;
    *agent = (struct agent){.name = duplicate(name), .file = file_for(agents, name), .start = clock_now()};
    agent->verdicts = allocate(cases, sizeof *agent->verdicts);
    for (size_t i = 0; i < cases; i++)
        agent->verdicts[i] = VERDICT_UNKNOWN;
    agents->items = grow(agents->items, agents->count, sizeof *agents->items);
    agents->items[agents->count++] = agent;
    open_reporters(agents, agent);

    char time_text[32];
    char host[256] = "localhost";
    time_t now = time(NULL);
    struct tm utc;
    strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    gethostname(host, sizeof host - 1);
    report(agents, agent,
           json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:f, s:s, s:b}", "event", "run", "version",
                     agents->settings.version, "time", time_text, "hostname", host, "cases", (int)cases, "workers", 1,
                     "sandbox", "none: the client came by itself", "time_scale", agents->settings.time_scale, "profile",
                     name, "strict", (int)agents->settings.strict));
    json_object_set_new(agents->index, name, json_object());
    return agent;
}

static struct agent *agent_find(const struct agents *agents, const char *name)
{
    for (size_t i = 0; i < agents->count; i++)
        if (strcmp(agents->items[i]->name, name) == 0)
            return agents->items[i];
    return NULL;
}

// Finds an agent when none of its cases is running: a client goes on as soon as its connection ends, and must not
// overtake the verdict.
static struct agent *agent_settled(struct agents *agents, const char *name)
{
    struct agent *agent;
    while ((agent = agent_find(agents, name)) && agent->running > 0)
        pthread_cond_wait(&agents->recorded, &agents->mutex);
    return agent;
}

void agents_begin_case(struct agents *agents, const char *name)
{
    pthread_mutex_lock(&agents->mutex);
    struct agent *agent = agent_find(agents, name);
    if (!agent)
        agent = agent_begin(agents, name);
    agent->running++;
    pthread_mutex_unlock(&agents->mutex);
}

void agents_record(struct agents *agents, const char *name, size_t number, struct result *result)
{
    pthread_mutex_lock(&agents->mutex);
    struct agent *agent = agent_find(agents, name);
    const struct plan_entry *entry = &agents->settings.plan->entries[number - 1];
    if (agents->settings.expectations)
        result_expect(result, expectations_find(agents->settings.expectations, entry->id));
    char *rerun = format_text("sockspec serve '%s', and the client again", entry->id);
    json_t *event = case_event(entry, result, rerun);
    agent->verdicts[number - 1] = result->verdict;
    agents->any_case = true;
    autobahn_add(json_object_get(agents->index, name), event, agent->file);
    report(agents, agent, event);
    free(rerun);
    agent->running--;
    pthread_cond_broadcast(&agents->recorded);
    pthread_mutex_unlock(&agents->mutex);
}

char *agents_status(struct agents *agents, const char *name, size_t number)
{
    pthread_mutex_lock(&agents->mutex);
    const struct agent *agent = agent_settled(agents, name);
    enum verdict verdict = agent ? agent->verdicts[number - 1] : VERDICT_UNKNOWN;
    pthread_mutex_unlock(&agents->mutex);
    const char *behavior =
        verdict == VERDICT_UNKNOWN ? "UNIMPLEMENTED" : autobahn_behavior(verdict_table[verdict].name);
    return format_text("{\"behavior\": \"%s\"}", behavior);
}

// --- the end ---

static int status_of(const struct agents *agents, const size_t counts[VERDICT_COUNT])
{
    return verdicts_spoil(counts, agents->settings.strict) ? STATUS_FAILED : STATUS_AS_EXPECTED;
}

static void agent_end(struct agents *agents, struct agent *agent, bool whole)
{
    size_t counts[VERDICT_COUNT] = {0};
    json_t *counted = json_object();
    for (size_t i = 0; i < agents->settings.plan->count; i++)
        counts[agent->verdicts[i]]++;
    for (size_t i = 0; i < VERDICT_UNKNOWN; i++)
        if (counts[i])
            json_object_set_new(counted, verdict_table[i].name, json_integer((json_int_t)counts[i]));
    int status = status_of(agents, counts);
    double seconds = (double)((clock_now() - agent->start) / 1000) / 1e6;
    agents->failed |= status != STATUS_AS_EXPECTED;
    if (whole)
        report(agents, agent,
               json_pack("{s:s, s:O, s:f, s:i}", "event", "summary", "counts", counted, "seconds", seconds, "exit",
                         status));
    json_decref(counted);
    for (size_t i = 0; i < agent->reporter_count; i++)
        note_report(agents, agent->file, reporter_close(agent->reporters[i]));
    char *path = format_text("%s/index.json", agents->settings.directory);
    note_report(agents, "index.json", autobahn_write(agents->index, path));
    free(path);
    free(agent->name);
    free(agent->file);
    free(agent->verdicts);
    free(agent);
}

bool agents_finish(struct agents *agents, const char *name)
{
    pthread_mutex_lock(&agents->mutex);
    struct agent *agent = agent_settled(agents, name);
    for (size_t i = 0, kept = 0; agent && i < agents->count; i++)
        if (agents->items[i] != agent)
            agents->items[kept++] = agents->items[i];
    if (agent) {
        agents->count--;
        agent_end(agents, agent, true);
    }
    pthread_mutex_unlock(&agents->mutex);
    return agent != NULL;
}

int agents_close(struct agents *agents)
{
    for (size_t i = 0; i < agents->count; i++)
        agent_end(agents, agents->items[i], false);
    int status = agents->report_failed ? STATUS_HARNESS
                 : agents->failed      ? STATUS_FAILED
                 : agents->any_case    ? STATUS_AS_EXPECTED
                                       : STATUS_NOTHING;
    for (size_t i = 0; i < agents->file_count; i++)
        free(agents->files[i]);
    free(agents->files);
    free(agents->items);
    json_decref(agents->index);
    pthread_cond_destroy(&agents->recorded);
    pthread_mutex_destroy(&agents->mutex);
    free(agents);
    return status;
}
