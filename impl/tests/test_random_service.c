/* The service runs on a thread, at a Unix socket, for one client. */
#include "lib/random_service.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/integer.h"
#include "lib/lines.h"
#include "lib/unix_socket.h"

enum { LATE_MS = 5000 };

struct program {
    char *argv[5];
    int argc;
    int status;
};

static void *run(void *argument)
{
    struct program *program = argument;
    struct server_options options = {.once = true};
    struct random_service service = RANDOM_SERVICE;
    const struct argument arguments[] = {
        {"PATH", ARGUMENT_TEXT, &options.path, "where to listen"},
        RANDOM_SERVICE_ARGUMENTS(service),
        {0},
    };
    program->status = random_service_main(&options, &service, program->argc, program->argv, arguments);
    return NULL;
}

static int dial(const char *path)
{
    struct failure failure;
    int64_t deadline = net_deadline(LATE_MS);
    int client;
    while ((client = unix_dial(path, &failure)) < 0 && net_deadline(0) < deadline)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_true(client >= 0);
    return client;
}

/* Asks with several lines at once, the last of them cut, and holds the answers against the range. */
static void assert_answers(char *minimum_text, char *maximum_text, int64_t minimum, int64_t maximum)
{
    char directory[] = "/tmp/test_random_XXXXXX", path[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/socket", directory);
    struct program program = {.argv = {(char[]){"program"}, path, minimum_text, maximum_text},
                              .argc = minimum_text ? 4 : 2};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run, &program), 0);
    int client = dial(path);
    assert_int_equal(net_write(client, "\nanything\nx", 11, net_deadline(LATE_MS)), 0);
    shutdown(client, SHUT_WR);
    struct lines answers;
    struct line line;
    lines_begin(&answers, client);
    for (int i = 0; i < 2; i++) {
        int64_t number;
        assert_int_equal(lines_next(&answers, net_deadline(LATE_MS), &line), 1);
        assert_int_equal(line.end, LINE_ENDS);
        assert_int_equal(integer_parse(line.text, line.length, &number), 0);
        assert_true(number >= minimum && number <= maximum);
    }
    assert_int_equal(lines_next(&answers, net_deadline(LATE_MS), &line), 0);
    close(client);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(program.status, 0);
    assert_int_equal(rmdir(directory), 0); /* the socket is gone */
}

static void test_each_complete_line_gets_a_number_of_the_range(void **state)
{
    (void)state;
    assert_answers(NULL, NULL, 1, 1000);
    assert_answers((char[]){"-3"}, (char[]){"-2"}, -3, -2);
    assert_answers((char[]){"7"}, (char[]){"7"}, 7, 7);
}

static void test_a_range_upside_down_is_a_misuse(void **state)
{
    (void)state;
    struct program program = {.argv = {(char[]){"program"}, (char[]){"/nonexistent/x"}, (char[]){"2"}, (char[]){"1"}},
                              .argc = 4};
    run(&program);
    assert_int_equal(program.status, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_complete_line_gets_a_number_of_the_range),
        cmocka_unit_test(test_a_range_upside_down_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
