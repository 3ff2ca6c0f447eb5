#include "cmd_cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "cmd.h"
#include "model/ws_case.h"
#include "probe/case_fuzz.h"

#define JOBS_FACTOR 4 // a case mostly waits

struct case_player cases_player(struct target_session *session, const struct target_options *options,
                                const struct case_model *model, struct explore_progress *progress)
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
        .stop = &interrupted,
        .progress = isatty(STDERR_FILENO) ? explore_show_progress : NULL,
        .context = progress,
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

void cases_print(const struct case_model *model, const struct target_options *options,
                 const struct case_findings *findings, const char *kind, const char *out, case_explain *explain)
{
    struct buffer first = {0};
    struct buffer all = {0};
    ws_case_write_suite(&first, "Found by playing sequences", options->program);
    ws_case_write_suite(&all, "Found by playing sequences", options->program);
    for (size_t i = 0; i < findings->count; i++) {
        const struct case_finding *finding = &findings->items[i];
        struct buffer text = {0};
        model->describe(model->context, finding->path.letters, finding->path.length, &text);
        printf("FAIL        %s\n", buffer_string(&text));
        if (explain)
            explain(model, &finding->path);
        printf("  expected     %s\n  actual       %s\n", finding->expected, finding->actual);
        buffer_free(&text);
        write_case(model, finding, kind, &all);
        if (i == 0)
            write_case(model, finding, kind, &first);
    }
    if (findings->count)
        target_print_cases(options, out, buffer_string(&first), buffer_string(&all));
    buffer_free(&first);
    buffer_free(&all);
}

int cases_status(struct case_player *player, const struct case_findings *findings)
{
    problems_print(&player->catalog->problems, stderr);
    if (player->error) {
        usage_error("%s", player->error);
        free(player->error);
        return player->not_ready ? EXIT_NOT_READY : EXIT_HARNESS;
    }
    if (interrupted)
        return EXIT_INTERRUPTED;
    return findings->count ? EXIT_FAILED : EXIT_AS_EXPECTED;
}

void cases_end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

int cases_fuzz(struct target_session *session, const struct target_options *options, const struct case_model *model,
               uint64_t seed, uint64_t cases, const char *out)
{
    struct explore_progress progress = {0};
    struct case_player player = cases_player(session, options, model, &progress);
    struct case_findings findings = {0};
    int64_t start = clock_now();
    uint64_t number = case_fuzz(&player, seed, cases, &findings);
    double seconds = (double)(clock_now() - start) / 1e9;
    cases_end_progress();
    printf("%" PRIu64 " sequences in %.1f s, %.0f sequences a second\n", player.played, seconds,
           (double)player.played / seconds);
    if (findings.weak)
        printf("%" PRIu64 " were answered weaker than best\n", findings.weak);
    if (number < cases)
        printf("sequence %" PRIu64 " failed; the least that fails:\n", number);
    cases_print(model, options, &findings, "fuzz", out, NULL);
    int status = cases_status(&player, &findings);
    case_findings_free(&findings);
    return status;
}
