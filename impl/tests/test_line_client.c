/* The server is a thread that hears one client by a script. */
#include "lib/line_client.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialogue.h"
#include "lib/lines.h"

enum { LATE_MS = 5000 };

/* What to answer each line with, and whether to end the connection behind the last answer. */
struct script {
    int listener;
    const char *answers[4];
};

static void *serve(void *argument)
{
    const struct script *script = argument;
    assert_int_equal(net_wait_readable(script->listener, net_deadline(LATE_MS)), 0);
    int client = accept(script->listener, NULL, NULL);
    assert_true(client >= 0);
    struct lines lines;
    struct line line;
    lines_begin(&lines, client);
    for (size_t i = 0; script->answers[i] && lines_next(&lines, net_deadline(LATE_MS), &line) > 0; i++)
        net_write(client, script->answers[i], strlen(script->answers[i]), net_deadline(LATE_MS));
    net_drain(client, LATE_MS);
    close(client);
    return NULL;
}

/* Talks to a server of that script; returns the exit status. */
static int talk(struct script *script, const char *input, char *output, size_t size)
{
    struct failure failure;
    script->listener = net_listen("127.0.0.1", 0, NET_IPV4, SOCK_STREAM, &failure);
    assert_true(script->listener >= 0);
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(script->listener, (struct sockaddr *)&address, &length), 0);
    char peer[32];
    snprintf(peer, sizeof peer, "127.0.0.1:%u", ntohs(address.sin_port));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, serve, script), 0);

    struct line_client client = {.peer = peer, .connect_timeout_ms = LATE_MS, .keepalive = true};
    struct dialogue dialogue;
    dialogue_begin(&dialogue, input, strlen(input));
    int status = line_client_main(&client);
    dialogue_end(&dialogue, output, size);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close(script->listener);
    return status;
}

static void test_each_line_gets_a_line_of_reply(void **state)
{
    (void)state;
    char output[200];
    struct script script = {.answers = {"1\n", "2\n3\n"}};
    assert_int_equal(talk(&script, "one\ntwo\n", output, sizeof output), 0);
    assert_string_equal(output, ">> ->: 1\n>> ->: 2\n>> ");
}

static void test_stop_takes_a_reply_or_the_end(void **state)
{
    (void)state;
    char output[200];
    struct script replies = {.answers = {"1\n", "bye\n"}};
    assert_int_equal(talk(&replies, "one\nSTOP\n", output, sizeof output), 0);
    assert_string_equal(output, ">> ->: 1\n>> ->: bye\nTCP client exiting...\n");
    struct script ends = {.answers = {"1\n", ""}};
    assert_int_equal(talk(&ends, "one\nSTOP\n", output, sizeof output), 0);
    assert_string_equal(output, ">> ->: 1\n>> TCP client exiting...\n");
}

static void test_an_end_instead_of_a_reply_is_a_failure(void **state)
{
    (void)state;
    char output[200];
    struct script script = {.answers = {"1\n", "cut"}};
    assert_int_equal(talk(&script, "one\ntwo\n", output, sizeof output), 1);
    assert_string_equal(output, ">> ->: 1\n>> ->: cut\n");
}

static void test_nobody_there_is_a_failure(void **state)
{
    (void)state;
    struct line_client client = {.peer = "127.0.0.1:0"};
    assert_int_equal(line_client_main(&client), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_gets_a_line_of_reply),
        cmocka_unit_test(test_stop_takes_a_reply_or_the_end),
        cmocka_unit_test(test_an_end_instead_of_a_reply_is_a_failure),
        cmocka_unit_test(test_nobody_there_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
