// The schedule: every entry is taken exactly once, whoever takes it, in an order that keeps servers running.
#include "support.h"

#include <pthread.h>
#include <sched.h>

#include "run/schedule.h"

#define ENTRIES 600
#define WORKERS 16

// Three programs: a server for many cases, one for each case, and a client.
static const struct program programs[] = {
    {.name = "many", .role = ROLE_SERVER, .serves_many = true},
    {.name = "one", .role = ROLE_SERVER},
    {.name = "client", .role = ROLE_CLIENT},
};
static struct setting timeout[] = {{"timeout", "1s"}};

struct fixture {
    struct test_case tests[ENTRIES];
    struct plan_entry entries[ENTRIES];
    struct plan plan;
    struct schedule schedule;
};

static void fixture_begin(struct fixture *fixture, size_t count, const struct profile *fixed_ports)
{
    for (size_t i = 0; i < count; i++) {
        struct test_case *test = &fixture->tests[i];
        *test = (struct test_case){.program = &programs[i % 3], .slow = i % 31 == 0, .fresh = i % 12 == 0};
        if (i % 15 == 0) {
            test->options = timeout;
            test->option_count = 1;
        }
        fixture->entries[i] = (struct plan_entry){.test = test};
    }
    fixture->plan = (struct plan){fixture->entries, count};
    schedule_make(&fixture->schedule, &fixture->plan, fixed_ports);
}

static void test_one_worker_takes_all(void **state)
{
    (void)state;
    static struct fixture fixture;
    static const size_t counts[] = {0, 1, 2, 50, ENTRIES};
    for (size_t i = 0; i < COUNT(counts); i++) {
        bool taken[ENTRIES] = {false};
        size_t group = SCHEDULE_NO_GROUP;
        size_t total = 0;
        fixture_begin(&fixture, counts[i], NULL);
        for (size_t entry; (entry = schedule_take(&fixture.schedule, &group)) != SIZE_MAX; total++) {
            assert_true(entry < counts[i]);
            assert_false(taken[entry]);
            taken[entry] = true;
        }
        assert_int_equal(total, counts[i]);
        assert_int_equal(schedule_take(&fixture.schedule, &group), SIZE_MAX);
        schedule_free(&fixture.schedule);
    }
}

static void test_a_worker_stays_with_a_server_that_runs(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_begin(&fixture, ENTRIES, NULL);
    size_t group = SCHEDULE_NO_GROUP;
    size_t changes = 0;
    for (size_t before = group; schedule_take(&fixture.schedule, &group) != SIZE_MAX; before = group)
        changes += group != before;
    assert_int_equal(changes, fixture.schedule.group_count);
    schedule_free(&fixture.schedule);
}

static void test_what_waits_goes_first(void **state)
{
    (void)state;
    static struct fixture fixture;
    fixture_begin(&fixture, ENTRIES, NULL);
    bool seen_plain_group = false;
    size_t group = SCHEDULE_NO_GROUP;
    while (schedule_take(&fixture.schedule, &group) != SIZE_MAX) {
        seen_plain_group |= !fixture.schedule.groups[group].waits;
        assert_false(seen_plain_group && fixture.schedule.groups[group].waits);
    }
    schedule_free(&fixture.schedule);
}

struct crew {
    struct fixture fixture;
    pthread_mutex_t mutex;
    int taken[ENTRIES];
    int at_work[3]; // by program
    bool alone_broken;
};

static void *work(void *argument)
{
    struct crew *crew = argument;
    size_t group = SCHEDULE_NO_GROUP;
    size_t entry;
    while ((entry = schedule_take(&crew->fixture.schedule, &group)) != SIZE_MAX) {
        size_t program = (size_t)(crew->fixture.tests[entry].program - programs);
        pthread_mutex_lock(&crew->mutex);
        crew->taken[entry]++;
        crew->alone_broken |= ++crew->at_work[program] > 1 && program == 0;
        pthread_mutex_unlock(&crew->mutex);
        sched_yield();
        pthread_mutex_lock(&crew->mutex);
        crew->at_work[program]--;
        pthread_mutex_unlock(&crew->mutex);
    }
    return NULL;
}

static void run_crew(struct crew *crew, const struct profile *fixed_ports)
{
    pthread_t threads[WORKERS];
    *crew = (struct crew){0};
    pthread_mutex_init(&crew->mutex, NULL);
    fixture_begin(&crew->fixture, ENTRIES, fixed_ports);
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, crew), 0);
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < ENTRIES; i++)
        assert_int_equal(crew->taken[i], 1);
    schedule_free(&crew->fixture.schedule);
    pthread_mutex_destroy(&crew->mutex);
}

static void test_many_workers_take_each_entry_once(void **state)
{
    (void)state;
    static struct crew crew;
    for (int round = 0; round < 20; round++)
        run_crew(&crew, NULL);
}

static void test_a_fixed_port_is_used_by_one_worker_at_a_time(void **state)
{
    (void)state;
    static struct crew crew;
    struct launch launch = {.program = &programs[0], .port = 1200};
    struct profile profile = {.launches = &launch, .launch_count = 1};
    for (int round = 0; round < 20; round++) {
        run_crew(&crew, &profile);
        assert_false(crew.alone_broken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_worker_takes_all),
        cmocka_unit_test(test_a_worker_stays_with_a_server_that_runs),
        cmocka_unit_test(test_what_waits_goes_first),
        cmocka_unit_test(test_many_workers_take_each_entry_once),
        cmocka_unit_test(test_a_fixed_port_is_used_by_one_worker_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
