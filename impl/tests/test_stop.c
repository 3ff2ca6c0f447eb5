#include "lib/stop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int open_stop(void)
{
    struct failure failure;
    int stop = stop_open(&failure);
    assert_true(stop >= 0);
    return stop;
}

static void take_signal(int stop, uint32_t expected)
{
    struct signalfd_siginfo signal_info;
    assert_int_equal(read(stop, &signal_info, sizeof signal_info), sizeof signal_info);
    assert_int_equal(signal_info.ssi_signo, expected);
}

static void test_bytes_are_readable_without_a_signal(void **state)
{
    (void)state;
    int stop = open_stop(), sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    assert_int_equal(write(sockets[0], "x", 1), 1);
    assert_int_equal(stop_or_readable(stop, sockets[1]), 1);
    close(sockets[0]);
    close(sockets[1]);
    close(stop);
}

static void test_either_signal_comes_before_bytes(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        int stop = open_stop(), sockets[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
        assert_int_equal(write(sockets[0], "x", 1), 1);
        assert_int_equal(kill(getpid(), signals[i]), 0);
        assert_int_equal(stop_or_readable(stop, sockets[1]), 0);
        assert_int_equal(stop_or_readable(stop, sockets[1]), 0);
        take_signal(stop, (uint32_t)signals[i]);
        close(sockets[0]);
        close(sockets[1]);
        close(stop);
    }
}

static void *signal_own_process(void *argument)
{
    kill(getpid(), SIGTERM);
    return argument;
}

static void test_a_signal_ends_the_wait(void **state)
{
    (void)state;
    int stop = open_stop(), sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, signal_own_process, NULL), 0);
    assert_int_equal(stop_or_readable(stop, sockets[1]), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    take_signal(stop, SIGTERM);
    close(sockets[0]);
    close(sockets[1]);
    close(stop);
}

static void test_a_broken_pipe_is_no_signal(void **state)
{
    (void)state;
    int stop = open_stop(), ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    close(ends[1]);
    close(stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_readable_without_a_signal),
        cmocka_unit_test(test_either_signal_comes_before_bytes),
        cmocka_unit_test(test_a_signal_ends_the_wait),
        cmocka_unit_test(test_a_broken_pipe_is_no_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
