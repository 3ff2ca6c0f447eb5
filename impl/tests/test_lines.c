/* The stream is one end of a socket pair; what the test writes at the other comes in segments of its choice.
 */
#include "lib/lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"

enum { SOON_MS = 20, LATE_MS = 5000 };

struct stream {
    int far;
    struct lines lines;
};

static void open_stream(struct stream *stream)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    stream->far = sockets[0];
    lines_begin(&stream->lines, sockets[1]);
}

static void close_stream(struct stream *stream)
{
    close(stream->far);
    close(stream->lines.socket);
}

static void say(struct stream *stream, const char *text)
{
    assert_int_equal(net_write(stream->far, text, strlen(text), net_deadline(LATE_MS)), 0);
}

static void assert_piece(struct stream *stream, const char *text, size_t length, bool begins, enum line_end end)
{
    struct line line;
    assert_int_equal(lines_next(&stream->lines, net_deadline(LATE_MS), &line), 1);
    assert_int_equal(line.length, length);
    assert_memory_equal(line.text, text, length);
    assert_int_equal(line.begins, begins);
    assert_int_equal(line.end, end);
}

static void assert_line(struct stream *stream, const char *text)
{
    assert_piece(stream, text, strlen(text), true, LINE_ENDS);
}

static void assert_end(struct stream *stream)
{
    struct line line;
    assert_int_equal(lines_next(&stream->lines, net_deadline(LATE_MS), &line), 0);
    assert_int_equal(lines_next(&stream->lines, net_deadline(LATE_MS), &line), 0);
}

static void test_many_lines_of_one_segment_come_one_by_one(void **state)
{
    (void)state;
    struct stream stream;
    open_stream(&stream);
    say(&stream, "one\n\ntwo\r\n");
    assert_line(&stream, "one");
    assert_line(&stream, "");
    assert_line(&stream, "two\r");
    close_stream(&stream);
}

static void test_a_line_may_come_byte_by_byte(void **state)
{
    (void)state;
    struct stream stream;
    struct line line;
    open_stream(&stream);
    for (const char *byte = "abc"; *byte; byte++) {
        say(&stream, (char[]){*byte, '\0'});
        assert_int_equal(lines_next(&stream.lines, net_deadline(SOON_MS), &line), -ETIMEDOUT);
    }
    say(&stream, "\nd");
    assert_line(&stream, "abc");
    say(&stream, "\n");
    assert_line(&stream, "d");
    close_stream(&stream);
}

static void test_a_last_line_without_newline_is_cut(void **state)
{
    (void)state;
    struct stream stream;
    open_stream(&stream);
    say(&stream, "whole\npart");
    shutdown(stream.far, SHUT_WR);
    assert_line(&stream, "whole");
    assert_piece(&stream, "part", 4, true, LINE_CUT);
    assert_end(&stream);
    close_stream(&stream);
}

static void test_a_line_with_nuls_is_whole(void **state)
{
    (void)state;
    struct stream stream;
    open_stream(&stream);
    assert_int_equal(net_write(stream.far, "a\0b\n", 4, net_deadline(LATE_MS)), 0);
    assert_piece(&stream, "a\0b", 3, true, LINE_ENDS);
    close_stream(&stream);
}

/* A line of `length` bytes: the pieces hold all of it, only the first begins, and only the last ends. */
static void assert_long_line(size_t length)
{
    struct stream stream;
    open_stream(&stream);
    char *text = malloc(length + 1);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + i % 26);
    text[length] = '\n';
    assert_int_equal(net_write(stream.far, text, length + 1, net_deadline(LATE_MS)), 0);
    say(&stream, "next\n");
    size_t had = 0;
    for (struct line line = {.end = LINE_GOES_ON}; line.end == LINE_GOES_ON;) {
        assert_int_equal(lines_next(&stream.lines, net_deadline(LATE_MS), &line), 1);
        assert_int_equal(line.begins, had == 0);
        assert_in_range(line.length, 0, length - had);
        assert_memory_equal(line.text, text + had, line.length);
        had += line.length;
    }
    assert_int_equal(had, length);
    assert_line(&stream, "next");
    free(text);
    close_stream(&stream);
}

static void test_a_line_longer_than_the_buffer_comes_in_pieces(void **state)
{
    (void)state;
    static const size_t lengths[] = {LINES_SIZE - 1, LINES_SIZE,         LINES_SIZE + 1, 2 * LINES_SIZE - 1,
                                     2 * LINES_SIZE, 2 * LINES_SIZE + 1, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_long_line(lengths[i]);
}

static void test_a_broken_connection_is_an_error_behind_the_lines(void **state)
{
    (void)state;
    struct stream stream;
    struct line line;
    open_stream(&stream);
    say(&stream, "last\n");
    assert_line(&stream, "last");
    close(stream.lines.socket);
    assert_int_equal(lines_next(&stream.lines, NET_NEVER, &line), -EBADF);
    close(stream.far);
}

static void test_stop_may_have_blanks_around_it(void **state)
{
    (void)state;
    assert_true(text_is_stop("STOP", 4));
    assert_true(text_is_stop("STOP\n", 5));
    assert_true(text_is_stop(" \t STOP \r\n", 10));
    static const char *const others[] = {"", " ", "STO", "STOPS", "S TOP", "stop", "STOP STOP", "STOP.", "xSTOP"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(text_is_stop(others[i], strlen(others[i])));
    assert_false(text_is_stop("STOP\0", 5));
}

static void test_only_a_complete_line_stops(void **state)
{
    (void)state;
    assert_true(line_is_stop(&(struct line){.text = "STOP", .length = 4, .begins = true, .end = LINE_ENDS}));
    assert_false(line_is_stop(&(struct line){.text = "STOP", .length = 4, .begins = true, .end = LINE_CUT}));
    assert_false(line_is_stop(&(struct line){.text = "STOP", .length = 4, .begins = false, .end = LINE_ENDS}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_lines_of_one_segment_come_one_by_one),
        cmocka_unit_test(test_a_line_may_come_byte_by_byte),
        cmocka_unit_test(test_a_last_line_without_newline_is_cut),
        cmocka_unit_test(test_a_line_with_nuls_is_whole),
        cmocka_unit_test(test_a_line_longer_than_the_buffer_comes_in_pieces),
        cmocka_unit_test(test_a_broken_connection_is_an_error_behind_the_lines),
        cmocka_unit_test(test_stop_may_have_blanks_around_it),
        cmocka_unit_test(test_only_a_complete_line_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
