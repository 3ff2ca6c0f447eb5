// Nothing outlives a cell, its sandbox or the harness.
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

// Leaves a process behind that has a session of its own, a parent that is gone, and deaf ears; it holds the
// standard output, so that we see its end there.
static const char daemon_script[] =
    "(setsid sh -c 'trap \"\" HUP TERM INT; echo ready; while :; do sleep 1000; done' &) & wait";

static void test_clear_kills_what_runs(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process first = start_shell(cell, "exec sleep 1000");
    struct process second = start_shell(cell, "exec sleep 1000");
    assert_int_equal(cell_clear(cell), 2);
    assert_int_equal(WTERMSIG(wait_status(&first)), SIGKILL);
    assert_int_equal(WTERMSIG(wait_status(&second)), SIGKILL);
    process_release(&first);
    process_release(&second);
}

static void test_clear_of_a_clean_cell_counts_nothing(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    assert_int_equal(cell_clear(cell), 0);
    struct process process = start_shell(cell, "exit 0");
    read_until(process.output, NULL);
    wait_status(&process);
    assert_int_equal(cell_clear(cell), 0);
    process_release(&process);
}

static void test_clear_kills_a_daemon(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, daemon_script);
    read_until(process.output, "ready");
    assert_int_equal(wait_status(&process), 0);
    assert_true(cell_clear(cell) >= 1);
    read_until(process.output, NULL);
    process_release(&process);
    assert_int_equal(cell_clear(cell), 0);
}

static void test_clear_kills_a_deep_tree_and_stopped_programs(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "f() { if [ $1 -gt 0 ]; then (f $(($1 - 1)); :) & wait; else "
                                               "echo ready; kill -STOP $$; sleep 1000; fi; };"
                                               "f 12");
    read_until(process.output, "ready");
    assert_true(cell_clear(cell) >= 1);
    read_until(process.output, NULL);
    assert_int_equal(WTERMSIG(wait_status(&process)), SIGKILL);
    process_release(&process);
}

static void test_cell_works_after_clear(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    for (int i = 0; i < 20; i++) {
        struct process process = start_shell(cell, "echo ready; exec sleep 1000");
        read_until(process.output, "ready");
        assert_int_equal(cell_clear(cell), 1);
        process_release(&process);
    }
}

static void test_closing_a_cell_kills_its_programs(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct cell *cell;
    assert_int_equal(cell_open(fixture->sandbox, -1, &cell), 0);
    struct process process = start_shell(cell, daemon_script);
    read_until(process.output, "ready");
    cell_close(cell);
    read_until(process.output, NULL);
    process_release(&process);
}

static void test_cells_do_not_clear_each_other(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct cell *other;
    assert_int_equal(cell_open(fixture->sandbox, -1, &other), 0);
    struct process process = start_shell(fixture->cell, "exec sleep 1000");
    assert_int_equal(cell_clear(other), 0);
    cell_close(other);
    assert_int_equal(process_wait(&process, 0), -ETIMEDOUT);
    finish(fixture->cell, &process);
}

static void test_keeper_and_launcher_ignore_the_terminal(void **state)
{
    struct fixture *fixture = fixture_of(state);
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_int_equal(kill(fixture->sandbox->keeper_pid, signals[i]), 0);
        assert_int_equal(kill(fixture->cell->launcher_pid, signals[i]), 0);
    }
    assert_int_not_equal(getsid(fixture->sandbox->keeper_pid), getsid(0));
    struct cell *cell;
    assert_int_equal(cell_open(fixture->sandbox, -1, &cell), 0);
    cell_close(cell);
    assert_int_equal(cell_clear(fixture->cell), 0);
}

static void test_a_dead_launcher_is_an_error_not_a_hang(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct process process = start_shell(fixture->cell, "exec sleep 1000");
    assert_int_equal(kill(fixture->cell->launcher_pid, SIGKILL), 0);
    assert_int_equal(process_wait(&process, soon()), -EPIPE);
    assert_int_equal(cell_clear(fixture->cell), -EPIPE);
    assert_true(cell_socket(fixture->cell, AF_INET, SOCK_STREAM) < 0 || !cell_isolated(fixture->cell));
    process_release(&process);
}

// A harness of its own, for killing: it starts a daemon that holds the FIFO, and waits.
static void doomed_harness(const struct fixture *fixture, const char *fifo)
{
    struct sandbox *sandbox;
    struct cell *cell;
    struct process process;
    char script[512];
    snprintf(script, sizeof script, "exec >%s; sleep 1000 & %s", fifo, daemon_script);
    const char *const arguments[] = {"sh", "-c", script, NULL};
    if (sandbox_open_like(fixture, &sandbox, &cell) == 0 &&
        cell_start(cell, &(struct process_start){.argv = arguments}, &process) == 0)
        for (;;)
            pause();
    _exit(1);
}

static void test_everything_dies_with_the_harness(void **state)
{
    struct fixture *fixture = fixture_of(state);
    char directory[] = "/tmp/sockspec-test-XXXXXX", fifo[64];
    assert_non_null(mkdtemp(directory));
    snprintf(fifo, sizeof fifo, "%s/alive", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    int alive = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(alive >= 0);
    pid_t harness = fork();
    if (harness == 0)
        doomed_harness(fixture, fifo);
    read_until(alive, "ready");
    assert_int_equal(kill(harness, SIGKILL), 0);
    read_until(alive, NULL); // ends when the last process that holds it has
    assert_int_equal(waitpid(harness, NULL, 0), harness);
    close(alive);
    unlink(fifo);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ALL(test_clear_kills_what_runs),
        IN_ALL(test_clear_of_a_clean_cell_counts_nothing),
        IN_ALL(test_clear_kills_a_daemon),
        IN_ALL(test_clear_kills_a_deep_tree_and_stopped_programs),
        IN_ALL(test_cell_works_after_clear),
        IN_ALL(test_closing_a_cell_kills_its_programs),
        IN_ALL(test_cells_do_not_clear_each_other),
        IN_ALL(test_keeper_and_launcher_ignore_the_terminal),
        IN_ALL(test_a_dead_launcher_is_an_error_not_a_hang),
        IN_ALL(test_everything_dies_with_the_harness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
