#include "lib/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"

/* A relay whose ends the test holds; it runs on a thread of its own. */
struct rig {
    struct relay relay;
    struct failure failure;
    pthread_t thread;
    int result;
    int input;  /* to write to what it reads */
    int output; /* to read what it writes */
    int far;    /* the peer's socket */
    int halt;   /* written to, it stops */
};

static void open_pipe(int *read_end, int *write_end)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *read_end = ends[0];
    *write_end = ends[1];
}

static void set_up(struct rig *rig, int type)
{
    int peers[2];
    signal(SIGPIPE, SIG_IGN);
    *rig = (struct rig){.relay = {.idle_ms = -1, .name = "the peer", .datagrams = type == SOCK_DGRAM}};
    open_pipe(&rig->relay.input, &rig->input);
    open_pipe(&rig->output, &rig->relay.output);
    open_pipe(&rig->relay.stop, &rig->halt);
    assert_int_equal(socketpair(AF_UNIX, type, 0, peers), 0);
    rig->relay.peer = peers[0];
    rig->far = peers[1];
}

static void *run(void *argument)
{
    struct rig *rig = argument;
    rig->result = relay_run(&rig->relay, &rig->failure);
    return NULL;
}

static void start(struct rig *rig)
{
    assert_int_equal(pthread_create(&rig->thread, NULL, run, rig), 0);
}

static int finish(struct rig *rig)
{
    assert_int_equal(pthread_join(rig->thread, NULL), 0);
    int descriptors[] = {rig->relay.input, rig->relay.output, rig->relay.peer, rig->relay.stop,
                         rig->input,       rig->output,       rig->far,        rig->halt};
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    }
    return rig->result;
}

static void close_end(int *descriptor)
{
    close(*descriptor);
    *descriptor = -1;
}

static void put(int descriptor, const char *text)
{
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

static void assert_gets(int descriptor, const char *text)
{
    char bytes[256];
    size_t length = 0;
    while (length < strlen(text)) {
        ssize_t count = read(descriptor, bytes + length, strlen(text) - length);
        assert_true(count > 0);
        length += (size_t)count;
    }
    assert_memory_equal(bytes, text, length);
}

static void assert_ended(int descriptor)
{
    char byte;
    assert_int_equal(read(descriptor, &byte, 1), 0);
}

static void test_both_directions_are_moved_and_counted(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    rig.relay.sent = 100;
    start(&rig);
    put(rig.input, "hello");
    assert_gets(rig.far, "hello");
    put(rig.far, "good day");
    assert_gets(rig.output, "good day");
    close_end(&rig.input);
    close_end(&rig.far);
    assert_int_equal(finish(&rig), RELAY_DONE);
    assert_int_equal(rig.relay.sent, 105);
    assert_int_equal(rig.relay.received, 8);
}

static void test_the_end_of_the_input_is_told_by_a_half_close_alone(void **state)
{
    (void)state;
    for (int half_close = 0; half_close <= 1; half_close++) {
        struct rig rig;
        set_up(&rig, SOCK_STREAM);
        rig.relay.half_close = half_close;
        start(&rig);
        put(rig.input, "last");
        close_end(&rig.input);
        assert_gets(rig.far, "last");
        put(rig.far, "reply");
        assert_gets(rig.output, "reply");
        if (half_close)
            assert_ended(rig.far);
        char byte;
        assert_int_equal(recv(rig.far, &byte, 1, MSG_DONTWAIT), half_close ? 0 : -1);
        close_end(&rig.far);
        assert_int_equal(finish(&rig), RELAY_DONE);
    }
}

static void test_the_input_goes_on_after_the_end_of_the_peer(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    start(&rig);
    put(rig.far, "bye");
    shutdown(rig.far, SHUT_WR);
    assert_gets(rig.output, "bye");
    put(rig.input, "one more");
    assert_gets(rig.far, "one more");
    close_end(&rig.input);
    assert_int_equal(finish(&rig), RELAY_DONE);
}

static void test_the_end_of_the_peer_may_be_the_end_of_all(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    rig.relay.ends_with_peer = true;
    put(rig.input, "at hand already");
    shutdown(rig.far, SHUT_WR);
    start(&rig);
    assert_gets(rig.far, "at hand already");
    assert_int_equal(finish(&rig), RELAY_DONE);
}

static void test_a_peer_that_is_gone_ends_the_wait_for_input(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    start(&rig);
    close_end(&rig.far);
    assert_int_equal(finish(&rig), RELAY_DONE);
}

static void test_a_peer_that_never_reads_does_not_hold_up_what_it_sends(void **state)
{
    (void)state;
    enum { MUCH = 1 << 20 };
    struct rig rig;
    char *much = malloc(MUCH), *got = malloc(MUCH);
    assert_true(much && got);
    for (size_t i = 0; i < MUCH; i++)
        much[i] = (char)(i * 7 >> 3);
    set_up(&rig, SOCK_STREAM);
    fcntl(rig.input, F_SETFL, O_NONBLOCK);
    start(&rig);
    /* As much as goes, until all that is between here and the peer is full. */
    size_t given = 0, taken = 0;
    for (int idle = 0; idle < 20 && given < MUCH;) {
        ssize_t count = write(rig.input, much + given, MUCH - given);
        given += count > 0 ? (size_t)count : 0;
        idle = count > 0 ? 0 : idle + 1;
        if (count <= 0)
            usleep(1000);
    }
    assert_true(given < MUCH);
    put(rig.far, "still heard");
    assert_gets(rig.output, "still heard");
    close_end(&rig.input);
    while (taken < given) {
        ssize_t count = read(rig.far, got + taken, given - taken);
        assert_true(count > 0);
        taken += (size_t)count;
    }
    assert_memory_equal(got, much, given);
    close_end(&rig.far);
    assert_int_equal(finish(&rig), RELAY_DONE);
    assert_int_equal(rig.relay.sent, given);
    free(much);
    free(got);
}

static void test_an_output_that_is_closed_is_a_failure(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    close_end(&rig.output);
    start(&rig);
    put(rig.far, "x");
    assert_int_equal(finish(&rig), -EPIPE);
    assert_string_equal(rig.failure.text, "write to standard output: Broken pipe");
}

static void test_silence_and_a_signal_end_it(void **state)
{
    (void)state;
    struct rig rig;
    set_up(&rig, SOCK_STREAM);
    rig.relay.idle_ms = 30;
    start(&rig);
    assert_int_equal(finish(&rig), RELAY_IDLE);

    set_up(&rig, SOCK_STREAM);
    start(&rig);
    put(rig.halt, "x");
    assert_int_equal(finish(&rig), RELAY_STOPPED);
}

static void test_each_read_is_a_datagram(void **state)
{
    (void)state;
    struct rig rig;
    char bytes[16];
    set_up(&rig, SOCK_DGRAM);
    start(&rig);
    put(rig.input, "one");
    assert_int_equal(read(rig.far, bytes, sizeof bytes), 3);
    put(rig.input, "three");
    assert_int_equal(read(rig.far, bytes, sizeof bytes), 5);
    assert_int_equal(send(rig.far, "", 0, 0), 0);
    put(rig.far, "two");
    assert_gets(rig.output, "two");
    close_end(&rig.input);
    put(rig.far, "still there");
    assert_gets(rig.output, "still there");
    put(rig.halt, "x");
    assert_int_equal(finish(&rig), RELAY_STOPPED);
}

static int udp_socket(struct sockaddr_in *address)
{
    int made = socket(AF_INET, SOCK_DGRAM, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof *address;
    assert_int_equal(bind(made, (struct sockaddr *)address, length), 0);
    assert_int_equal(getsockname(made, (struct sockaddr *)address, &length), 0);
    return made;
}

static void test_the_last_of_many_senders_is_answered(void **state)
{
    (void)state;
    struct rig rig;
    struct sockaddr_in here, there;
    char bytes[16];
    set_up(&rig, SOCK_DGRAM);
    close(rig.relay.peer);
    rig.relay.peer = udp_socket(&here);
    rig.relay.any_peer = true;
    int senders[2] = {udp_socket(&there), udp_socket(&there)};
    put(rig.input, "early"); /* waits for somebody to go to */
    start(&rig);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sendto(senders[i], "who", 3, 0, (struct sockaddr *)&here, sizeof here), 3);
        assert_gets(rig.output, "who");
        if (i > 0)
            put(rig.input, "later");
        assert_int_equal(read(senders[i], bytes, sizeof bytes), 5);
        assert_memory_equal(bytes, i == 0 ? "early" : "later", 5);
    }
    put(rig.halt, "x");
    assert_int_equal(finish(&rig), RELAY_STOPPED);
    close(senders[0]);
    close(senders[1]);
}

static void test_a_reset_is_a_failure(void **state)
{
    (void)state;
    struct rig rig;
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    set_up(&rig, SOCK_STREAM);
    struct failure failure;
    int listener = net_listen("127.0.0.1", 0, NET_IPV4, SOCK_STREAM, &failure);
    assert_true(listener >= 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    close(rig.far);
    close(rig.relay.peer);
    rig.far = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(rig.far, (struct sockaddr *)&address, length), 0);
    rig.relay.peer = accept(listener, NULL, NULL);
    assert_true(rig.relay.peer >= 0);
    start(&rig);
    put(rig.far, "before");
    assert_gets(rig.output, "before");
    struct linger at_once = {.l_onoff = 1};
    setsockopt(rig.far, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_end(&rig.far);
    assert_int_equal(finish(&rig), -ECONNRESET);
    assert_string_equal(rig.failure.text, "read from the peer: Connection reset by peer");
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_directions_are_moved_and_counted),
        cmocka_unit_test(test_the_end_of_the_input_is_told_by_a_half_close_alone),
        cmocka_unit_test(test_the_input_goes_on_after_the_end_of_the_peer),
        cmocka_unit_test(test_the_end_of_the_peer_may_be_the_end_of_all),
        cmocka_unit_test(test_a_peer_that_is_gone_ends_the_wait_for_input),
        cmocka_unit_test(test_a_peer_that_never_reads_does_not_hold_up_what_it_sends),
        cmocka_unit_test(test_an_output_that_is_closed_is_a_failure),
        cmocka_unit_test(test_silence_and_a_signal_end_it),
        cmocka_unit_test(test_each_read_is_a_datagram),
        cmocka_unit_test(test_the_last_of_many_senders_is_answered),
        cmocka_unit_test(test_a_reset_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
