// What the kinds of `sockspec explore` have in common.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd.h"
#include "cmd_explore.h"

static int read_one(struct explore_state *state, const char *path, const struct explore_head *head,
                    explore_take_finding *take, void *context, bool may_be_missing)
{
    char *message = NULL;
    int result = explore_state_read(state, path, head, take, context, &message);
    if (result < 0 && !(result == -ENOENT && may_be_missing)) {
        if (message)
            usage_error("%s", message);
        else
            usage_error("cannot read %s: %s", path, strerror(-result));
        free(message);
        return EXIT_USAGE;
    }
    return 0;
}

int explore_open(struct explore_state *state, const struct explore_options *options, const struct explore_head *head,
                 explore_take_finding *take, void *context)
{
    if (!options->state)
        return 0;
    int status = read_one(state, options->state, head, take, context, true);
    if (status != 0)
        return status;
    int result = explore_state_open(state, options->state, head);
    return result < 0 ? usage_error("cannot write %s: %s", options->state, strerror(-result)) : 0;
}

int explore_read_all(struct explore_state *state, const struct explore_options *options,
                     const struct explore_head *head, explore_take_finding *take, void *context)
{
    int status = 0;
    for (int i = 0; i < options->word_count && status == 0; i++)
        status = read_one(state, options->words[i], head, take, context, false);
    return status;
}

int explore_close(struct explore_state *state, const struct explore_options *options, int status)
{
    if (explore_state_close(state) < 0)
        status = (usage_error("cannot write %s", options->state), EXIT_HARNESS);
    return status;
}

void explore_show_progress(void *context, size_t level, uint64_t done, uint64_t all)
{
    struct explore_progress *progress = context;
    int64_t now = clock_now();
    if (level != progress->level || done < progress->first)
        *progress = (struct explore_progress){progress->levels, level, done, now};
    fputs("\r\033[K", stderr);
    if (progress->levels)
        fprintf(stderr, "%s: ", progress->levels[level]);
    else if (level)
        fprintf(stderr, "depth %zu: ", level);
    fprintf(stderr, "%" PRIu64 " of %" PRIu64, done, all);
    if (done > progress->first)
        fprintf(stderr, ", %.0f s left",
                (double)(now - progress->start) / 1e9 * (double)(all - done) / (double)(done - progress->first));
}
