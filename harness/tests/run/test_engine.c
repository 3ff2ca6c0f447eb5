// The engine against a server that runs already: many workers, results in the order of the plan.
#include "tests/suite/tree.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "run/engine.h"
#include "wire/channel.h"

#define CASES                                                                                                          \
    "  - id: greet/{n}\n    title: t\n    checks: doc-1-greets\n"                                                      \
    "    matrix: {n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}\n"                    \
    "    transforms: [bytewise, split, coalesced]\n"                                                                   \
    "    steps: [connect, {send: \"hi\\n\"}, {expect: {regex: \"hello (\\\\d+)\\\\n\"}}, {expect-end: fin}]\n"         \
    "  - {id: wrong/a, title: t, checks: doc-1-greets, steps: [connect, {send: \"hi\\n\"}, {expect: bye}]}\n"          \
    "  - {id: wrong/b, title: t, checks: doc-2-polite, steps: [connect, {send: \"hi\\n\"}, {expect: bye}]}\n"          \
    "  - {id: wrong/c, title: t, checks: doc-3-fast, steps: [connect, {send: \"hi\\n\"}, {expect: bye}]}\n"            \
    "  - {id: wrong/d, title: t, checks: doc-1-greets, steps: [connect, {send: \"hi\\n\"}, {expect: hello}]}\n"        \
    "  - {id: slow/a, title: t, checks: doc-1-greets, time: slow, steps: [connect, {expect: never}]}\n"                \
    "  - {id: own/a, title: t, checks: doc-1-greets, arguments: [x], steps: [connect, {expect: never}]}\n"

// Answers each line with a greeting and closes.
static void *greet(void *argument)
{
    int listener = *(int *)argument;
    int connection;
    while ((connection = accept(listener, NULL, NULL)) >= 0) {
        char byte = 0;
        while (byte != '\n' && recv(connection, &byte, 1, 0) == 1)
            continue;
        send(connection, "hello 42\n", 9, MSG_NOSIGNAL);
        close(connection);
    }
    return NULL;
}

struct running {
    struct tree tree;
    struct target target;
    struct plan plan;
    pthread_t thread;
    int listener;
    size_t published;
    size_t counts[VERDICT_COUNT];
    atomic_bool stop;
    size_t stop_after;
};

static void running_begin(struct running *running)
{
    struct net_address any = net_loopback(AF_INET, 0);
    struct selection selection = {.skip_slow = true};
    char *message;
    *running = (struct running){.target = {.running = true}, .stop_after = SIZE_MAX};
    tree_of_cases(&running->tree, CASES);
    assert_tree_problems(&running->tree, "");
    assert_int_equal(plan_make(&running->tree.catalog, &selection, &running->plan, &message), 0);
    running->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(running->listener, &any.any, any.length), 0);
    assert_int_equal(listen(running->listener, 100), 0);
    running->target.address.length = sizeof(struct sockaddr_in);
    assert_int_equal(getsockname(running->listener, &running->target.address.any, &running->target.address.length), 0);
    assert_int_equal(pthread_create(&running->thread, NULL, greet, &running->listener), 0);
}

static void running_end(struct running *running)
{
    shutdown(running->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(running->thread, NULL), 0);
    close(running->listener);
    plan_free(&running->plan);
    tree_end(&running->tree);
}

static enum verdict expected_of(const struct plan_entry *entry)
{
    static const struct {
        const char *id;
        enum verdict verdict;
    } rows[] = {{"wrong/a", VERDICT_FAIL}, {"wrong/b", VERDICT_NONSTRICT}, {"wrong/c", VERDICT_INFO},
                {"wrong/d", VERDICT_FAIL}, {"slow/a", VERDICT_SKIP},       {"own/a", VERDICT_UNSUPPORTED}};
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strcmp(entry->id, rows[i].id) == 0)
            return rows[i].verdict;
    return VERDICT_PASS;
}

static void publish(void *context, const struct plan_entry *entry, struct result *result)
{
    struct running *running = context;
    assert_ptr_equal(entry, &running->plan.entries[running->published]);
    running->published++;
    running->counts[result->verdict]++;
    bool interrupted = result->verdict == VERDICT_SKIP && atomic_load(&running->stop);
    if (result->verdict != expected_of(entry) && !interrupted)
        fail_msg("%s: %d %s", entry->id, (int)result->verdict, result->actual ? result->actual : result->why);
    if (running->published == running->stop_after)
        atomic_store(&running->stop, true);
}

static void run(struct running *running, size_t workers)
{
    struct engine_settings settings = {
        .catalog = &running->tree.catalog,
        .target = &running->target,
        .workers = workers,
        .time_scale = 1,
        .stop = &running->stop,
        .publish = publish,
        .context = running,
    };
    assert_int_equal(engine_run(&settings, &running->plan), 0);
    assert_int_equal(running->published, running->plan.count);
}

static void test_results_come_in_the_order_of_the_plan(void **state)
{
    (void)state;
    static const size_t workers[] = {1, 2, 16, 1000};
    for (size_t i = 0; i < COUNT(workers); i++) {
        struct running running;
        running_begin(&running);
        assert_int_equal(running.plan.count, 21 * 4 + 6);
        run(&running, workers[i]);
        assert_int_equal(running.counts[VERDICT_PASS], 84);
        assert_int_equal(running.counts[VERDICT_FAIL], 2);
        running_end(&running);
    }
}

static void test_an_interrupted_run_publishes_the_rest_as_skipped(void **state)
{
    (void)state;
    struct running running;
    running_begin(&running);
    running.stop_after = 3;
    run(&running, 2);
    assert_true(running.counts[VERDICT_PASS] >= 3);
    running_end(&running);

    running_begin(&running);
    atomic_store(&running.stop, true);
    run(&running, 2);
    assert_int_equal(running.counts[VERDICT_SKIP], running.plan.count);
    running_end(&running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_come_in_the_order_of_the_plan),
        cmocka_unit_test(test_an_interrupted_run_publishes_the_rest_as_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
