/* Sockets in a directory made for each test. */
#include "lib/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"

enum { LATE_MS = 5000 };

struct place {
    char directory[32];
    char path[64];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->directory, "/tmp/test_unix_XXXXXX");
    if (!mkdtemp(place->directory))
        return -1;
    snprintf(place->path, sizeof place->path, "%s/socket", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    remove(place->path);
    rmdir(place->directory);
    free(place);
    return 0;
}

static void test_a_connection_carries_bytes(void **state)
{
    struct place *place = *state;
    struct failure failure;
    int listener = unix_listen(place->path, &failure);
    assert_true(listener >= 0);
    int client = unix_dial(place->path, &failure);
    assert_true(client >= 0);
    int served = accept(listener, NULL, NULL);
    assert_true(served >= 0);
    char byte;
    assert_int_equal(net_write(client, "x", 1, net_deadline(LATE_MS)), 0);
    assert_int_equal(net_read(served, &byte, 1, net_deadline(LATE_MS)), 1);
    close(client);
    assert_int_equal(net_read(served, &byte, 1, net_deadline(LATE_MS)), 0);
    close(served);
    close(listener);
}

static void test_a_stale_socket_is_replaced(void **state)
{
    struct place *place = *state;
    struct failure failure;
    int first = unix_listen(place->path, &failure);
    assert_true(first >= 0);
    close(first);
    int second = unix_listen(place->path, &failure);
    assert_true(second >= 0);
    int client = unix_dial(place->path, &failure);
    assert_true(client >= 0);
    close(client);
    close(second);
}

static void test_a_socket_in_use_stays(void **state)
{
    struct place *place = *state;
    struct failure failure;
    int first = unix_listen(place->path, &failure);
    assert_true(first >= 0);
    assert_int_equal(unix_listen(place->path, &failure), -EADDRINUSE);
    char expected[128];
    snprintf(expected, sizeof expected, "bind %s: Address already in use", place->path);
    assert_string_equal(failure.text, expected);
    int client = unix_dial(place->path, &failure);
    assert_true(client >= 0);
    close(client);
    close(first);
}

static void test_a_file_stays(void **state)
{
    struct place *place = *state;
    struct failure failure;
    int file = open(place->path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, "keep", 4), 4);
    close(file);
    assert_int_equal(unix_listen(place->path, &failure), -EADDRINUSE);
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_size, 4);
    assert_int_equal(unix_dial(place->path, &failure), -ECONNREFUSED);
}

static void test_a_path_that_does_not_fit_is_refused_whole(void **state)
{
    struct place *place = *state;
    struct failure failure;
    char path[200];
    int length = snprintf(path, sizeof path, "%s/", place->directory);
    memset(path + length, 'x', 108 - (size_t)length);
    path[108] = '\0';
    assert_int_equal(unix_listen(path, &failure), -ENAMETOOLONG);
    assert_int_equal(unix_dial(path, &failure), -ENAMETOOLONG);
    path[107] = '\0';
    int listener = unix_listen(path, &failure);
    assert_true(listener >= 0);
    close(listener);
    assert_int_equal(unlink(path), 0);
}

static void test_what_is_not_there_is_named(void **state)
{
    struct place *place = *state;
    struct failure failure;
    assert_int_equal(unix_dial(place->path, &failure), -ENOENT);
    assert_int_equal(unix_dial("", &failure), -ENOENT);
    assert_int_equal(unix_listen("", &failure), -ENOENT);
    assert_int_equal(unix_listen("/nonexistent/socket", &failure), -ENOENT);
    assert_string_equal(failure.text, "bind /nonexistent/socket: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_connection_carries_bytes, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_a_stale_socket_is_replaced, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_a_socket_in_use_stays, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_a_file_stays, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_a_path_that_does_not_fit_is_refused_whole, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_what_is_not_there_is_named, make_place, remove_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
