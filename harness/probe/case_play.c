#include "probe/case_play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/ws_case.h"

struct batch {
    struct case_player *player;
    const struct case_path *paths;
    size_t count;
    size_t next;
    bool *failed; // by path
    struct case_findings *findings;
};

static void add_finding(struct case_findings *findings, const struct case_path *path, const struct result *result)
{
    findings->items = grow(findings->items, findings->count, sizeof *findings->items);
    findings->items[findings->count++] = (struct case_finding){
        .path = *path,
        .expected = duplicate(result->expected ? result->expected : "what is best"),
        .actual = duplicate(result->actual ? result->actual
                            : result->why  ? result->why
                                           : "something else"),
    };
}

void case_findings_free(struct case_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].expected);
        free(findings->items[i].actual);
    }
    free(findings->items);
    *findings = (struct case_findings){0};
}

// --- findings as lines of a state file ---

json_t *case_finding_line(const struct case_finding *finding)
{
    json_t *path = json_array();
    for (size_t i = 0; i < finding->path.length; i++)
        json_array_append_new(path, json_integer(finding->path.letters[i]));
    return json_pack("{s:s, s:o, s:s, s:s}", "finding", "fail", "path", path, "expected", finding->expected, "actual",
                     finding->actual);
}

const char *case_finding_read(struct case_findings *findings, size_t letters, const json_t *line)
{
    const json_t *path = json_object_get(line, "path");
    const char *expected = json_string_value(json_object_get(line, "expected"));
    const char *actual = json_string_value(json_object_get(line, "actual"));
    struct case_finding finding = {.path = {.length = json_array_size(path)}};
    if (!expected || !actual || finding.path.length < 1 || finding.path.length > CASE_PATH_MAX)
        return "a finding that is none";
    for (size_t i = 0; i < finding.path.length; i++) {
        json_int_t letter = json_integer_value(json_array_get(path, i));
        if (letter < 0 || letter >= (json_int_t)letters)
            return "a letter that there is not";
        finding.path.letters[i] = (unsigned char)letter;
    }
    finding.expected = duplicate(expected);
    finding.actual = duplicate(actual);
    findings->items = grow(findings->items, findings->count, sizeof *findings->items);
    findings->items[findings->count++] = finding;
    return NULL;
}

// --- a batch ---

static void publish(void *context, const struct plan_entry *entry, struct result *result)
{
    struct batch *batch = context;
    struct case_player *player = batch->player;
    size_t index = batch->next++;
    (void)entry;
    if (result->not_ready && !player->error) {
        player->error = duplicate(result->why ? result->why : "the program never became ready");
        player->not_ready = true;
    }
    if (result->verdict == VERDICT_SKIP || result->not_ready)
        return;
    player->played++;
    batch->findings->weak += result->verdict == VERDICT_NONSTRICT;
    batch->failed[index] = verdict_spoils(result->verdict, player->strict);
    if (batch->failed[index])
        add_finding(batch->findings, &batch->paths[index], result);
}

// Writes the cases to a file, which is loaded and goes. Returns its path, or NULL; to be freed.
static char *load_cases(struct batch *batch)
{
    struct case_player *player = batch->player;
    struct buffer text = {0};
    char *path = duplicate("/tmp/sockspec-XXXXXX.yaml");
    int fd = mkstemps(path, 5);
    ws_case_write_suite(&text, "Sequences", player->program);
    for (size_t i = 0; i < batch->count; i++) {
        char *id = format_text("sequence/%llu-%zu", (unsigned long long)player->batches, i);
        player->model->write(player->model->context, batch->paths[i].letters, batch->paths[i].length, id, &text);
        free(id);
    }
    player->batches++;
    bool written = fd >= 0 && write(fd, text.data, text.length) == (ssize_t)text.length;
    if (fd >= 0)
        close(fd);
    if (!written)
        player->error = format_text("cannot write %s: %s", path, strerror(errno));
    else if (catalog_need_suite(player->catalog, path) < 0)
        player->error = duplicate("the model wrote a case that cannot be read");
    unlink(path);
    buffer_free(&text);
    return path;
}

static void run_batch(struct batch *batch)
{
    struct case_player *player = batch->player;
    struct plan plan = {0};
    size_t before = player->catalog->case_count;
    char *path = load_cases(batch);
    struct engine_settings settings = {
        .catalog = player->catalog,
        .target = player->target,
        .sandbox = player->sandbox,
        .workers = player->jobs,
        .time_scale = player->time_scale,
        .keep_going = true,
        .stop = player->stop,
        .publish = publish,
        .context = batch,
    };
    plan.count = player->catalog->case_count - before;
    plan.entries = allocate(plan.count + 1, sizeof *plan.entries);
    for (size_t i = 0; i < plan.count; i++)
        plan.entries[i] = (struct plan_entry){.test = player->catalog->cases[before + i],
                                              .id = duplicate(player->catalog->cases[before + i]->id)};
    if (!player->error && engine_run(&settings, &plan) < 0)
        player->error = duplicate("cannot start a worker");
    plan_free(&plan);
    free(path);
}

void case_play(struct case_player *player, const struct case_path *paths, size_t count, bool *failed,
               struct case_findings *findings)
{
    for (size_t start = 0; start < count && !player->error && !*player->stop; start += CASE_BATCH) {
        size_t size = count - start < CASE_BATCH ? count - start : CASE_BATCH;
        struct batch batch = {player, paths + start, size, 0, failed + start, findings};
        run_batch(&batch);
    }
}
