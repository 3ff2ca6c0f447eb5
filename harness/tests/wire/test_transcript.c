// Transcripts: their lines, and the bounds that keep them small.
#include "support.h"

// The line at `index` without its time, to be freed.
static char *line_at(const struct transcript *transcript, size_t index)
{
    char *line = transcript_line(transcript, index);
    assert_int_equal(line[0], '+');
    char *text = duplicate(strchr(line, ' ') + 1);
    free(line);
    return text;
}

static void assert_line(const struct transcript *transcript, size_t index, const char *expected)
{
    char *line = line_at(transcript, index);
    assert_string_equal(line, expected);
    free(line);
}

static void test_lines_tell_who_and_what(void **state)
{
    (void)state;
    struct transcript transcript = {0};
    transcript_begin(&transcript);
    transcript_bytes(&transcript, "a", DIRECTION_OUT, "GET \r\n", 6);
    transcript_bytes(&transcript, "b", DIRECTION_IN, "\0\xff\"", 3);
    transcript_note(&transcript, "b", "a %s frame of %d bytes", "ping", 4);
    transcript_bytes(&transcript, "a", DIRECTION_IN, NULL, 0);
    transcript_note(&transcript, "a", "%s", "");
    assert_int_equal(transcript.count, 5);
    assert_line(&transcript, 0, "a > \"GET \\r\\n\"");
    assert_line(&transcript, 1, "b < \"\\0\\xff\\\"\"");
    assert_line(&transcript, 2, "b - a ping frame of 4 bytes");
    assert_line(&transcript, 3, "a < \"\"");
    assert_line(&transcript, 4, "a - ");
    transcript_free(&transcript);
}

static void test_times_are_since_the_beginning_and_rise(void **state)
{
    (void)state;
    struct transcript transcript = {0};
    transcript_begin(&transcript);
    transcript.start -= 1500 * NANOSECONDS_PER_MS;
    transcript_note(&transcript, "a", "first");
    transcript_note(&transcript, "a", "second");
    char *first = transcript_line(&transcript, 0);
    char *second = transcript_line(&transcript, 1);
    assert_true(strtod(first, NULL) >= 1.5 && strtod(first, NULL) < 60);
    assert_true(strtod(second, NULL) >= strtod(first, NULL));
    assert_int_equal(strchr(first, ' ') - first, strlen("+1.500000"));
    free(first);
    free(second);
    transcript_free(&transcript);
}

static void test_long_bytes_are_cut_and_counted(void **state)
{
    (void)state;
    static char bytes[10000];
    struct transcript transcript = {0};
    memset(bytes, 'x', sizeof bytes);
    transcript_begin(&transcript);
    static const size_t lengths[] = {200, 201, 4096, 4097, 10000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        transcript_bytes(&transcript, "a", DIRECTION_IN, bytes, lengths[i]);
        char *line = line_at(&transcript, i);
        char *expected = lengths[i] > 200 ? format_text("a < \"%.200s\u2026 (%zu bytes in all)\"", bytes, lengths[i])
                                          : format_text("a < \"%.200s\"", bytes);
        assert_string_equal(line, expected);
        free(line);
        free(expected);
    }
    memset(bytes, 0xff, sizeof bytes);
    transcript_bytes(&transcript, "a", DIRECTION_IN, bytes, 51);
    char *line = line_at(&transcript, COUNT(lengths));
    assert_int_equal(strlen(line), strlen("a < \"") + 50 * strlen("\\xff") + strlen("\u2026 (51 bytes in all)\""));
    free(line);
    transcript_free(&transcript);
}

static void test_memory_is_bounded_whatever_comes(void **state)
{
    (void)state;
    static char bytes[5000];
    struct transcript transcript = {0};
    transcript_begin(&transcript);
    for (int i = 0; i < 3000; i++)
        transcript_bytes(&transcript, "a", DIRECTION_IN, bytes, sizeof bytes);
    assert_in_range(transcript.kept, 1, 65536);
    assert_int_equal(transcript.count + transcript.dropped, 3000);
    for (int i = 0; i < 5000; i++)
        transcript_note(&transcript, "a", "%d", i);
    assert_in_range(transcript.count, 1000, 2000);
    assert_int_equal(transcript.count + transcript.dropped, 8000);
    assert_line(&transcript, transcript.count - 1, "a - 4999");
    transcript_free(&transcript);
}

static void test_long_names_are_cut(void **state)
{
    (void)state;
    struct transcript transcript = {0};
    transcript_begin(&transcript);
    transcript_note(&transcript, "a-name-that-is-longer-than-what-is-kept-of-it", "x");
    assert_line(&transcript, 0, "a-name-that-is-longer-t - x");
    transcript_free(&transcript);
}

static void test_a_transcript_can_begin_again(void **state)
{
    (void)state;
    struct transcript transcript = {0};
    transcript_begin(&transcript);
    transcript_note(&transcript, "a", "old");
    transcript_begin(&transcript);
    assert_int_equal(transcript.count + transcript.kept, 0);
    transcript_note(&transcript, "a", "new");
    assert_line(&transcript, 0, "a - new");
    transcript_free(&transcript);
    transcript_free(&transcript);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_tell_who_and_what),
        cmocka_unit_test(test_times_are_since_the_beginning_and_rise),
        cmocka_unit_test(test_long_bytes_are_cut_and_counted),
        cmocka_unit_test(test_memory_is_bounded_whatever_comes),
        cmocka_unit_test(test_long_names_are_cut),
        cmocka_unit_test(test_a_transcript_can_begin_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
