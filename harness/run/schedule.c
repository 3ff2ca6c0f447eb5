#include "run/schedule.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "run/worker.h"

// How many cases of a shared server a worker must find to be worth another start of it.
#define WORTH_A_START 8
// Larger than any count of cases.
#define WAITS_FIRST ((size_t)1 << 32)

static bool has_fixed_port(const struct schedule *schedule, const struct test_case *test)
{
    const struct launch *launch = schedule->fixed_ports ? profile_launch(schedule->fixed_ports, test->program) : NULL;
    return launch && launch->port != 0;
}

// A case that starts its own program shares the group of its program's other such cases: workers lose nothing by
// moving between them.
static bool belongs(const struct schedule *schedule, const struct test_case *a, const struct test_case *b)
{
    bool fixed = has_fixed_port(schedule, a);
    if (fixed || has_fixed_port(schedule, b))
        return fixed && has_fixed_port(schedule, b); // two programs may have the same one
    if (share_instance(a, b))
        return true;
    return a->program == b->program && !share_instance(a, a) && !share_instance(b, b);
}

static struct schedule_group *group_of(struct schedule *schedule, const struct test_case *test)
{
    for (size_t i = 0; i < schedule->group_count; i++) {
        const struct schedule_group *group = &schedule->groups[i];
        if (belongs(schedule, schedule->plan->entries[group->entries[0]].test, test))
            return &schedule->groups[i];
    }
    schedule->groups = grow(schedule->groups, schedule->group_count, sizeof *schedule->groups);
    struct schedule_group *group = &schedule->groups[schedule->group_count++];
    *group = (struct schedule_group){0};
    return group;
}

// Slow cases, and those that ask for a deadline by an option, come first within a group.
static bool waits(const struct test_case *test)
{
    return test->slow || test->option_count > 0;
}

static void add_all(struct schedule *schedule, bool waiting)
{
    for (size_t i = 0; i < schedule->plan->count; i++) {
        const struct test_case *test = schedule->plan->entries[i].test;
        if (waits(test) != waiting)
            continue;
        struct schedule_group *group = group_of(schedule, test);
        group->entries = grow(group->entries, group->count, sizeof *group->entries);
        group->entries[group->count++] = i;
        group->waits |= waiting;
        group->alone = has_fixed_port(schedule, test);
        group->shares = share_instance(test, test);
    }
}

void schedule_make(struct schedule *schedule, const struct plan *plan, const struct profile *fixed_ports)
{
    *schedule = (struct schedule){.plan = plan, .fixed_ports = fixed_ports};
    pthread_mutex_init(&schedule->mutex, NULL);
    add_all(schedule, true);
    add_all(schedule, false);
}

void schedule_free(struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->group_count; i++)
        free(schedule->groups[i].entries);
    free(schedule->groups);
    pthread_mutex_destroy(&schedule->mutex);
}

// What a worker more would get of a group: nothing when that would not be worth another start of the program.
static size_t share_of(const struct schedule_group *group)
{
    size_t left = group->count - group->next;
    size_t share = left / (group->workers + 1);
    size_t least = group->shares && !group->waits ? WORTH_A_START : 1;
    if (group->alone && group->workers > 0)
        return 0;
    if (left == 0 || (group->workers > 0 && share < least))
        return 0;
    return (group->waits ? WAITS_FIRST : 1) + share;
}

size_t schedule_take(struct schedule *schedule, size_t *group)
{
    size_t taken = SIZE_MAX;
    pthread_mutex_lock(&schedule->mutex);
    struct schedule_group *current = *group == SCHEDULE_NO_GROUP ? NULL : &schedule->groups[*group];
    if (!current || current->next == current->count) {
        if (current)
            current->workers--;
        current = NULL;
        *group = SCHEDULE_NO_GROUP;
        for (size_t i = 0; i < schedule->group_count; i++) {
            if (share_of(&schedule->groups[i]) > (current ? share_of(current) : 0)) {
                current = &schedule->groups[i];
                *group = i;
            }
        }
        if (current)
            current->workers++;
    }
    if (current)
        taken = current->entries[current->next++];
    pthread_mutex_unlock(&schedule->mutex);
    return taken;
}
