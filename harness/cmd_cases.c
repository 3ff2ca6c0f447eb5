#include "cmd_cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cmd.h"
#include "model/ws_case.h"
#include "probe/case_play.h"

#define JOBS_FACTOR 4 // a case mostly waits

static void show_progress(void *context, size_t level, uint64_t done, uint64_t all)
{
    (void)context;
    if (level)
        fprintf(stderr, "\r\033[Kdepth %zu: ", level);
    else
        fputs("\r\033[K", stderr);
    fprintf(stderr, "%" PRIu64 " of %" PRIu64 " sequences", done, all);
}

static struct case_player make_player(struct target_session *session, const struct target_options *options,
                                      const struct case_model *model)
{
    return (struct case_player){
        .model = model,
        .catalog = &session->catalog,
        .target = &session->target,
        .sandbox = session->sandbox,
        .program = options->program,
        .jobs = JOBS_FACTOR * options->jobs,
        .time_scale = options->time_scale,
        .strict = options->strict,
        .stop = &target_interrupted,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
}

static void write_case(const struct case_model *model, const struct case_finding *finding, const char *kind,
                       struct buffer *out)
{
    struct buffer id = {0};
    buffer_format(&id, "%s/", kind);
    size_t start = id.length;
    model->describe(model->context, finding->path.letters, finding->path.length, &id);
    for (size_t i = start; i < id.length; i++)
        if (id.data[i] == ' ' || id.data[i] == ':')
            id.data[i] = id.data[i] == ' ' ? '.' : '-';
    model->write(model->context, finding->path.letters, finding->path.length, buffer_string(&id), out);
    buffer_free(&id);
}

// Prints what was found, the first as a case. Returns the exit status.
static int report(struct case_player *player, const struct target_options *options,
                  const struct case_findings *findings, const char *kind, const char *out)
{
    struct buffer first = {0};
    struct buffer all = {0};
    const struct case_model *model = player->model;
    ws_case_write_suite(&first, "Found by playing sequences", options->program);
    ws_case_write_suite(&all, "Found by playing sequences", options->program);
    for (size_t i = 0; i < findings->count; i++) {
        const struct case_finding *finding = &findings->items[i];
        struct buffer text = {0};
        model->describe(model->context, finding->path.letters, finding->path.length, &text);
        printf("FAIL        %s\n  expected     %s\n  actual       %s\n", buffer_string(&text), finding->expected,
               finding->actual);
        buffer_free(&text);
        write_case(model, finding, kind, &all);
        if (i == 0)
            write_case(model, finding, kind, &first);
    }
    if (findings->count)
        target_print_cases(options, out, buffer_string(&first), buffer_string(&all));
    buffer_free(&first);
    buffer_free(&all);
    problems_print(&player->catalog->problems, stderr);
    if (player->error) {
        usage_error("%s", player->error);
        free(player->error);
        return player->not_ready ? EXIT_NOT_READY : EXIT_HARNESS;
    }
    if (target_interrupted)
        return 130;
    return findings->count ? EXIT_FAILED : EXIT_AS_EXPECTED;
}

static void end_progress(const struct case_player *player)
{
    if (player->progress)
        fputs("\r\033[K", stderr);
}

static void print_level(size_t length, uint64_t played, uint64_t left_out, double seconds)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    printf("depth %zu: %" PRIu64 " sequences in %.1f s", length, played, seconds);
    if (left_out)
        printf(", %" PRIu64 " left out behind a deviation", left_out);
    printf("\n");
    fflush(stdout);
}

int cases_explore(struct target_session *session, const struct target_options *options, const struct case_model *model,
                  size_t depth, const char *out)
{
    struct case_player player = make_player(session, options, model);
    struct case_findings findings = {0};
    int64_t start = clock_now();
    case_explore(&player, depth, &findings, print_level);
    double seconds = (double)(clock_now() - start) / 1e9;
    end_progress(&player);
    printf("%" PRIu64 " sequences in %.1f s, %.0f a second\n", player.played, seconds, (double)player.played / seconds);
    if (findings.weak)
        printf("%" PRIu64 " were answered weaker than best\n", findings.weak);
    printf("%zu deviation%s\n", findings.count, findings.count == 1 ? "" : "s");
    int status = report(&player, options, &findings, "explore", out);
    case_findings_free(&findings);
    return status;
}

int cases_fuzz(struct target_session *session, const struct target_options *options, const struct case_model *model,
               uint64_t seed, uint64_t cases, const char *out)
{
    struct case_player player = make_player(session, options, model);
    struct case_findings findings = {0};
    int64_t start = clock_now();
    uint64_t number = case_fuzz(&player, seed, cases, &findings);
    double seconds = (double)(clock_now() - start) / 1e9;
    end_progress(&player);
    printf("%" PRIu64 " sequences in %.1f s, %.0f sequences a second\n", player.played, seconds,
           (double)player.played / seconds);
    if (findings.weak)
        printf("%" PRIu64 " were answered weaker than best\n", findings.weak);
    if (number < cases)
        printf("sequence %" PRIu64 " failed; the least that fails:\n", number);
    int status = report(&player, options, &findings, "fuzz", out);
    case_findings_free(&findings);
    return status;
}
