// What is put at the path of a Unix socket, what is told of it, and that nothing of it stays.
#include "tests/suite/support.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "run/place.h"
#include "wire/channel.h"

static char directory[40];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/sockspec-place-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory); // fails when something was left in it
}

static void check_place(enum place place, enum place_state expected)
{
    char path[192];
    place_path(place, directory, 7, path, sizeof path);
    assert_int_equal(place_make(place, path), 0);
    assert_int_equal(place_look(path), expected);
    place_clear(path);
    assert_int_equal(place_look(path), STATE_ABSENT);
}

static void test_what_is_put_there_is_told_and_removed(void **state)
{
    (void)state;
    check_place(PLACE_USUAL, STATE_ABSENT);
    check_place(PLACE_NOTHING, STATE_ABSENT);
    check_place(PLACE_LIVE_SOCKET, STATE_ABSENT);
    check_place(PLACE_STALE_SOCKET, STATE_SOCKET);
    check_place(PLACE_FILE, STATE_FILE);
    check_place(PLACE_DIRECTORY, STATE_DIRECTORY);
    check_place(PLACE_MISSING_DIRECTORY, STATE_ABSENT);
    check_place(PLACE_TOO_LONG, STATE_ABSENT);
    place_clear("");
}

static void test_nobody_answers_on_a_stale_socket(void **state)
{
    (void)state;
    char path[192];
    struct net_address address;
    place_path(PLACE_STALE_SOCKET, directory, 1, path, sizeof path);
    assert_int_equal(place_make(PLACE_STALE_SOCKET, path), 0);
    assert_int_equal(net_local(path, &address), 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, &address.any, address.length), -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
    place_clear(path);
}

static void test_a_file_that_was_changed_is_another(void **state)
{
    (void)state;
    char path[192];
    place_path(PLACE_FILE, directory, 2, path, sizeof path);
    assert_int_equal(place_make(PLACE_FILE, path), 0);
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_int_equal(place_look(path), STATE_OTHER);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(place_look(path), STATE_OTHER);
    place_clear(path);
}

// A path that is too long does not fit, and the one that somebody cuts it to is removed as well.
static void test_a_path_too_long_leaves_nothing_when_cut(void **state)
{
    (void)state;
    struct net_address address;
    struct sockaddr_un cut = {.sun_family = AF_UNIX};
    char path[192];
    place_path(PLACE_TOO_LONG, directory, 3, path, sizeof path);
    assert_int_equal(net_local(path, &address), -ENAMETOOLONG);
    for (size_t length = sizeof cut.sun_path - 1; length <= sizeof cut.sun_path; length++) {
        memset(cut.sun_path, 0, sizeof cut.sun_path);
        memcpy(cut.sun_path, path, length);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (struct sockaddr *)&cut, sizeof cut), 0);
        close(fd);
        place_clear(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_put_there_is_told_and_removed),
        cmocka_unit_test(test_nobody_answers_on_a_stale_socket),
        cmocka_unit_test(test_a_file_that_was_changed_is_another),
        cmocka_unit_test(test_a_path_too_long_leaves_nothing_when_cut),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
