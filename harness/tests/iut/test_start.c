// Starting programs: their input, output, environment, limits and end.
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

static void test_exit_status_is_told(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "exit 7");
    int status = wait_status(&process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(process_wait(&process, 0), 0);
    process_release(&process);
}

static void test_death_by_signal_is_told(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "kill -SEGV $$");
    int status = wait_status(&process);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    process_release(&process);
}

static void test_wait_ends_at_the_deadline(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "exec sleep 1000");
    assert_int_equal(process_wait(&process, clock_now() + 5 * NANOSECONDS_PER_MS), -ETIMEDOUT);
    assert_int_equal(process_wait(&process, 0), -ETIMEDOUT);
    assert_false(process.ended);
    finish(cell, &process);
    assert_int_equal(WTERMSIG(process.status), SIGKILL);
}

static void test_signal_reaches_the_program(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
    read_until(process.output, "ready");
    assert_int_equal(cell_signal(cell, &process, SIGTERM), 0);
    assert_int_equal(WEXITSTATUS(wait_status(&process)), 5);
    assert_int_equal(cell_signal(cell, &process, SIGTERM), -ESRCH);
    process_release(&process);
}

static char state_of(pid_t pid)
{
    char path[64];
    char text[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    return strrchr(text, ')')[2];
}

static void test_a_stopped_program_stands_still_at_once(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "echo ready; while :; do :; done");
    read_until(process.output, "ready");
    for (int i = 0; i < 200; i++) {
        assert_int_equal(cell_signal(cell, &process, SIGSTOP), 0);
        assert_int_equal(state_of(process.pid), 'T');
        assert_int_equal(cell_signal(cell, &process, SIGSTOP), 0); // it stands already
        assert_int_equal(cell_signal(cell, &process, SIGCONT), 0);
    }
    finish(cell, &process);
    assert_int_equal(WTERMSIG(process.status), SIGKILL);
}

static void test_signal_to_an_ended_program_reaches_no_other(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process gone = start_shell(cell, "exit 0");
    read_until(gone.output, NULL);
    wait_status(&gone);
    gone.ended = false; // as if nobody had looked
    struct process other = start_shell(cell, "exec sleep 1000");
    assert_int_equal(cell_signal(cell, &gone, SIGKILL), -ESRCH);
    assert_int_equal(process_wait(&other, 0), -ETIMEDOUT);
    process_release(&gone);
    finish(cell, &other);
}

static void test_standard_streams_are_three_pipes(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "cat; echo problem >&2");
    assert_int_equal(write(process.input, "question", 8), 8);
    close_input(&process);
    assert_string_equal(read_until(process.output, NULL), "question");
    assert_string_equal(read_until(process.errors, NULL), "problem\n");
    assert_int_equal(wait_status(&process), 0);
    process_release(&process);
}

static void test_missing_program_is_told_at_once(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process;
    const char *const by_path[] = {"sockspec-no-such-program", NULL};
    const char *const by_name[] = {"./sockspec/no-such-program", NULL};
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = by_path}, &process), -ENOENT);
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = by_name}, &process), -ENOENT);
    const char *const nothing[] = {NULL};
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = nothing}, &process), -EINVAL);
    assert_int_equal(cell_clear(cell), 0);
}

static void test_program_that_is_not_executable_is_told(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process;
    const char *const arguments[] = {"/etc/passwd", NULL};
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = arguments}, &process), -EACCES);
}

static void test_command_line_too_long_is_refused(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process;
    char *longest = calloc(1, MESSAGE_MAX);
    assert_non_null(longest);
    memset(longest, 'x', MESSAGE_MAX - 1);
    const char *const arguments[] = {"echo", longest, NULL};
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = arguments}, &process), -E2BIG);
    longest[100000] = '\0';
    assert_int_equal(cell_start(cell, &(struct process_start){.argv = arguments}, &process), 0);
    assert_int_equal(strcspn(read_until(process.output, "\n"), "\n"), 100000);
    free(longest);
    finish(cell, &process);
}

static void test_environment_is_added_and_replaced(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    const char *const arguments[] = {"sh", "-c", "echo \"$SOCKSPEC_NEW,$HOME,${PATH:+path}\"", NULL};
    const char *const environment[] = {"SOCKSPEC_NEW=a b", "HOME=/nowhere", NULL};
    struct process process;
    struct process_start how = {.argv = arguments, .environment = environment};
    assert_int_equal(cell_start(cell, &how, &process), 0);
    assert_string_equal(read_until(process.output, NULL), "a b,/nowhere,path\n");
    finish(cell, &process);
}

static void test_directory_is_entered(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    const char *const arguments[] = {"sh", "-c", "pwd -P", NULL};
    struct process process;
    struct process_start how = {.argv = arguments, .directory = "/usr"};
    assert_int_equal(cell_start(cell, &how, &process), 0);
    assert_string_equal(read_until(process.output, NULL), "/usr\n");
    finish(cell, &process);
    how.directory = "/no-such-directory";
    assert_int_equal(cell_start(cell, &how, &process), -ENOENT);
}

static void test_no_signal_is_blocked_or_ignored(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    // glibc itself ignores its two internal signals in whatever it spawns.
    const char *const arguments[] = {"grep", "-E", "^Sig(Blk|Ign):\t0000000[01][08]0000000$", "/proc/self/status",
                                     NULL};
    struct process process = start(cell, arguments);
    const char *lines = read_until(process.output, NULL);
    assert_non_null(strstr(lines, "SigBlk"));
    assert_non_null(strstr(lines, "SigIgn"));
    finish(cell, &process);
}

static void test_limits_apply(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct rlimit own;
    getrlimit(RLIMIT_NOFILE, &own);
    struct process process = start_shell(cell, "ulimit -Sn; ulimit -Hn; ulimit -c");
    char expected[64];
    unsigned long limit = own.rlim_max < 4096 ? (unsigned long)own.rlim_max : 4096;
    snprintf(expected, sizeof expected, "%lu\n%lu\n0\n", limit, limit);
    assert_string_equal(read_until(process.output, NULL), expected);
    finish(cell, &process);
}

static void test_program_leads_a_session(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "exec sleep 1000");
    assert_int_equal(getsid(process.pid), process.pid);
    assert_int_equal(getpgid(process.pid), process.pid);
    finish(cell, &process);
}

static void test_pid_is_the_one_the_harness_sees(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "echo ready; exec sleep 9876543");
    read_until(process.output, "ready");
    char path[64], command[256] = "";
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)process.pid);
    for (int64_t deadline = soon(); strncmp(command, "sleep", 5) != 0 && clock_now() < deadline;) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(file >= 0);
        ssize_t length = read(file, command, sizeof command - 1);
        close(file);
        for (ssize_t i = 0; i + 1 < length; i++)
            if (command[i] == '\0')
                command[i] = ' ';
    }
    assert_string_equal(command, "sleep 9876543");
    finish(cell, &process);
}

// The harness's own descriptors, even one without close-on-exec, and those of the launcher stay out of
// programs.
static void test_programs_hold_only_the_standard_descriptors(void **state)
{
    struct fixture *fixture = fixture_of(state);
    int loose = dup(STDERR_FILENO);
    struct sandbox *sandbox;
    struct cell *cell;
    assert_int_equal(sandbox_open_like(fixture, &sandbox, &cell), 0);
    struct process other = start_shell(cell, "exec sleep 1000");
    struct process process = start_shell(cell, "exec ls /proc/self/fd");
    assert_string_equal(read_until(process.output, NULL), "0\n1\n2\n3\n"); // 3 is the directory that ls reads
    process_release(&other);
    finish(cell, &process);
    close(loose);
    cell_close(cell);
    sandbox_close(sandbox);
}

static int descriptors_open(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    int count = 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void test_two_hundred_starts_leak_no_descriptors(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    int before_here = descriptors_open(getpid());
    int before_there = descriptors_open(cell->launcher_pid);
    const char *const missing[] = {"sockspec-no-such-program", NULL};
    for (int i = 0; i < 200; i++) {
        struct process process = start_shell(cell, "exit 3");
        if (i % 2 == 0)
            assert_int_equal(WEXITSTATUS(wait_status(&process)), 3);
        process_release(&process);
        assert_int_equal(cell_start(cell, &(struct process_start){.argv = missing}, &process), -ENOENT);
    }
    assert_true(cell_clear(cell) >= 0);
    assert_int_equal(descriptors_open(getpid()), before_here);
    assert_int_equal(descriptors_open(cell->launcher_pid), before_there);
}

static void test_start_without_free_descriptors_fails_cleanly(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct rlimit normal, tight;
    getrlimit(RLIMIT_NOFILE, &normal);
    tight = normal;
    int next = dup(STDERR_FILENO);
    close(next);
    tight.rlim_cur = (rlim_t)next + 2; // two of the four that a start takes
    const char *const arguments[] = {"sleep", "1000", NULL};
    struct process process;
    setrlimit(RLIMIT_NOFILE, &tight);
    int result = cell_start(cell, &(struct process_start){.argv = arguments}, &process);
    setrlimit(RLIMIT_NOFILE, &normal);
    assert_int_equal(result, -EMFILE);
    int again = dup(STDERR_FILENO);
    assert_int_equal(again, next);
    close(again);
    process = start_shell(cell, "exit 1");
    assert_int_equal(WEXITSTATUS(wait_status(&process)), 1);
    process_release(&process);
}

// LeakSanitizer for one needs it. The first program of a PID namespace has a PID that the host's /proc has
// too.
static void test_programs_find_themselves_in_proc(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    for (int i = 0; i < 40; i++) {
        struct process process = start_shell(cell, "cd /proc/$$/task/$$ && cat comm");
        assert_string_equal(read_until(process.output, NULL), "sh\n");
        assert_int_equal(wait_status(&process), 0);
        process_release(&process);
    }
}

static void test_cpu_binds_programs(void **state)
{
    struct fixture *fixture = fixture_of(state);
    struct cell *cell;
    assert_int_equal(cell_open(fixture->sandbox, 0, &cell), 0);
    struct process process = start_shell(cell, "grep Cpus_allowed_list /proc/self/status");
    assert_string_equal(read_until(process.output, NULL), "Cpus_allowed_list:\t0\n");
    finish(cell, &process);
    cell_close(cell);
    assert_int_equal(cell_open(fixture->sandbox, 1 << 20, &cell), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ALL(test_exit_status_is_told),
        IN_ALL(test_death_by_signal_is_told),
        IN_ALL(test_wait_ends_at_the_deadline),
        IN_ALL(test_signal_reaches_the_program),
        IN_ALL(test_a_stopped_program_stands_still_at_once),
        IN_ALL(test_signal_to_an_ended_program_reaches_no_other),
        IN_ALL(test_standard_streams_are_three_pipes),
        IN_ALL(test_missing_program_is_told_at_once),
        IN_ALL(test_program_that_is_not_executable_is_told),
        IN_ALL(test_command_line_too_long_is_refused),
        IN_ALL(test_environment_is_added_and_replaced),
        IN_ALL(test_directory_is_entered),
        IN_ALL(test_no_signal_is_blocked_or_ignored),
        IN_ALL(test_limits_apply),
        IN_ALL(test_program_leads_a_session),
        IN_ALL(test_pid_is_the_one_the_harness_sees),
        IN_ALL(test_programs_hold_only_the_standard_descriptors),
        IN_ALL(test_two_hundred_starts_leak_no_descriptors),
        IN_ALL(test_start_without_free_descriptors_fails_cleanly),
        IN_ALL(test_programs_find_themselves_in_proc),
        IN_ALL(test_cpu_binds_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
