#include "lib/arguments.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What a program may have been told. */
struct values {
    bool flag;
    const char *text;
    int64_t duration;
    uint64_t size;
    const char *word;
    uint16_t port;
};

/* How a command line was read: the status, the values, and what was printed. */
struct outcome {
    int status;
    struct values values;
    char out[1024];
    char err[1024];
};

static int redirect(int descriptor, FILE *file)
{
    int saved = dup(descriptor);
    assert_true(saved >= 0);
    assert_int_equal(dup2(fileno(file), descriptor), descriptor);
    return saved;
}

static void restore(int descriptor, int saved, FILE *file, char *text, size_t size)
{
    fflush(stdout);
    assert_int_equal(dup2(saved, descriptor), descriptor);
    close(saved);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static struct outcome read_line(const struct argument *table, struct values *values, const char *const *words)
{
    struct outcome outcome = {0};
    char *argv[16] = {0};
    int argc = 0;
    for (; words[argc]; argc++)
        argv[argc] = strdup(words[argc]);
    FILE *out = tmpfile(), *err = tmpfile();
    assert_true(out && err);
    int saved_out = redirect(STDOUT_FILENO, out), saved_err = redirect(STDERR_FILENO, err);
    outcome.status = arguments_read(argc, argv, "Does something", table);
    restore(STDOUT_FILENO, saved_out, out, outcome.out, sizeof outcome.out);
    restore(STDERR_FILENO, saved_err, err, outcome.err, sizeof outcome.err);
    outcome.values = *values;
    /* Texts point into argv: keep what is compared. */
    static char text[64], word[64];
    snprintf(text, sizeof text, "%s", values->text ? values->text : "");
    snprintf(word, sizeof word, "%s", values->word ? values->word : "");
    outcome.values.text = text;
    outcome.values.word = word;
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return outcome;
}

static struct outcome read_words(const char *const *words)
{
    struct values values = {.duration = -1, .port = 7};
    const struct argument table[] = {
        {"--flag", ARGUMENT_FLAG, &values.flag, "set a flag"},
        {"--text TEXT", ARGUMENT_TEXT, &values.text, "a text"},
        {"--duration TIME", ARGUMENT_DURATION, &values.duration, "a duration"},
        {"--size BYTES", ARGUMENT_SIZE, &values.size, "a size"},
        {"WORD", ARGUMENT_TEXT, &values.word, "a word"},
        {"[PORT]", ARGUMENT_PORT, &values.port, "a port"},
        {0},
    };
    return read_line(table, &values, words);
}

#define READ(...) read_words((const char *const[]){"dir/program", __VA_ARGS__, NULL})

static const char usage[] = "Usage: program [--flag] [--text TEXT] [--duration TIME] [--size BYTES] WORD [PORT]\n";

static void assert_misuse(struct outcome outcome)
{
    assert_int_equal(outcome.status, 1);
    assert_string_equal(outcome.out, "");
    assert_non_null(strstr(outcome.err, usage));
}

static void test_words_and_options_may_be_mixed(void **state)
{
    (void)state;
    struct outcome outcome = READ("--flag", "a", "--text", "b", "80", "--duration", "2s", "--size", "5");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_true(outcome.values.flag);
    assert_string_equal(outcome.values.text, "b");
    assert_int_equal(outcome.values.duration, 2000);
    assert_int_equal(outcome.values.size, 5);
    assert_string_equal(outcome.values.word, "a");
    assert_int_equal(outcome.values.port, 80);
    assert_string_equal(outcome.err, "");
}

static void test_values_may_follow_an_equals_sign(void **state)
{
    (void)state;
    struct outcome outcome = READ("--duration=500ms", "--text=a=b", "w", "--text=");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_int_equal(outcome.values.duration, 500);
    assert_string_equal(outcome.values.text, "");
    assert_int_equal(READ("--text=a=b", "w").status, ARGUMENTS_RUN);
    assert_string_equal(READ("--text=a=b", "w").values.text, "a=b");
}

static void test_defaults_stay_when_nothing_is_said(void **state)
{
    (void)state;
    struct outcome outcome = READ("w");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_false(outcome.values.flag);
    assert_int_equal(outcome.values.duration, -1);
    assert_int_equal(outcome.values.port, 7);
}

static void test_wrong_arguments_give_a_usage_line_and_1(void **state)
{
    (void)state;
    assert_misuse(read_words((const char *const[]){"program", NULL}));
    assert_misuse(READ("a", "80", "more"));
    assert_misuse(READ("a", "0"));
    assert_misuse(READ("a", "65536"));
    assert_misuse(READ("a", "port"));
    assert_misuse(READ("a", ""));
    assert_misuse(READ("a", "--unknown"));
    assert_misuse(READ("a", "--fla"));
    assert_misuse(READ("a", "--flags"));
    assert_misuse(READ("a", "--flag=yes"));
    assert_misuse(READ("a", "--text"));
    assert_misuse(READ("a", "--duration", "soon"));
    assert_misuse(READ("a", "--duration="));
    assert_misuse(READ("a", "--size", "-1"));
}

static void test_two_dashes_end_the_options(void **state)
{
    (void)state;
    struct outcome outcome = READ("--flag", "--", "--text");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_true(outcome.values.flag);
    assert_string_equal(outcome.values.word, "--text");
}

static void test_help_goes_to_stdout_with_0(void **state)
{
    (void)state;
    struct outcome outcome = READ("--help");
    assert_int_equal(outcome.status, 0);
    assert_string_equal(outcome.err, "");
    assert_memory_equal(outcome.out, usage, strlen(usage));
    assert_non_null(strstr(outcome.out, "Does something.\n"));
    assert_non_null(strstr(outcome.out, "--duration TIME"));
}

static void test_a_program_without_options_takes_any_word(void **state)
{
    (void)state;
    static const char *const words[] = {"--", "--flag", "-1", ""};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct values values = {0};
        const struct argument table[] = {{"WORD", ARGUMENT_TEXT, &values.word, "a word"}, {0}};
        struct outcome outcome = read_line(table, &values, (const char *const[]){"program", words[i], NULL});
        assert_int_equal(outcome.status, ARGUMENTS_RUN);
        assert_string_equal(outcome.values.word, words[i]);
    }
}

static void test_durations_have_units_or_are_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int result;
        int64_t milliseconds;
    } cases[] = {
        {"500ms", 0, 500},
        {"2s", 0, 2000},
        {"2m", 0, 120000},
        {"3", 0, 3000},
        {"0", 0, 0},
        {"0ms", 0, 0},
        {"1000000000000ms", 0, 1000000000000},
        {"1000000000001ms", -ERANGE, 0},
        {"99999999999999999999", -ERANGE, 0},
        {"9223372036854775807m", -ERANGE, 0},
        {"", -EINVAL, 0},
        {"s", -EINVAL, 0},
        {"-1s", -EINVAL, 0},
        {"+1s", -EINVAL, 0},
        {" 1s", -EINVAL, 0},
        {"1 s", -EINVAL, 0},
        {"1h", -EINVAL, 0},
        {"1.5s", -EINVAL, 0},
        {"1S", -EINVAL, 0},
        {"1ss", -EINVAL, 0},
        {"0x1s", -EINVAL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t milliseconds = -7;
        if (arguments_parse_duration(cases[i].text, &milliseconds) != cases[i].result)
            fail_msg("misjudged: %s", cases[i].text);
        assert_int_equal(milliseconds, cases[i].result == 0 ? cases[i].milliseconds : -7);
    }
}

static struct outcome read_range(const char *const *words)
{
    static int64_t range[2];
    range[0] = range[1] = -1;
    struct values values = {0};
    const struct argument table[] = {
        {"--flag", ARGUMENT_FLAG, &values.flag, "set a flag"},
        {"PORT", ARGUMENT_PORT, &values.port, "a port"},
        {"[MIN", ARGUMENT_INTEGER, &range[0], "the smallest"},
        {"MAX]", ARGUMENT_INTEGER, &range[1], "the largest"},
        {0},
    };
    struct outcome outcome = read_line(table, &values, words);
    outcome.values.duration = range[0];
    outcome.values.size = (uint64_t)range[1];
    return outcome;
}

#define READ_RANGE(...) read_range((const char *const[]){"program", __VA_ARGS__, NULL})

static void test_two_words_may_be_left_out_together(void **state)
{
    (void)state;
    struct outcome outcome = READ_RANGE("80");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_int_equal(outcome.values.duration, -1);
    outcome = READ_RANGE("80", "-5", "12");
    assert_int_equal(outcome.status, ARGUMENTS_RUN);
    assert_int_equal(outcome.values.duration, -5);
    assert_int_equal(outcome.values.size, 12);
    static const char range_usage[] = "Usage: program [--flag] PORT [MIN MAX]\n";
    assert_non_null(strstr(READ_RANGE("80", "1").err, range_usage));
    assert_int_equal(READ_RANGE("80", "1").status, 1);
    assert_int_equal(READ_RANGE("80", "1", "x").status, 1);
    assert_int_equal(READ_RANGE("80", "1", "9223372036854775808").status, 1);
    assert_int_equal(READ_RANGE("--flag").status, 1);
}

static void test_an_option_may_be_given_again_and_again(void **state)
{
    (void)state;
    struct argument_texts texts = {.count = 0};
    struct values values = {0};
    const struct argument table[] = {{"--text TEXT", ARGUMENT_TEXTS, &texts, "a text"}, {0}};
    char program[] = "program", any[] = "--text=x", second[] = "--text=second";
    char *argv[ARGUMENT_TEXTS_MAX + 2] = {program};
    for (int i = 1; i <= ARGUMENT_TEXTS_MAX; i++)
        argv[i] = i == 2 ? second : any;
    assert_int_equal(arguments_read(ARGUMENT_TEXTS_MAX + 1, argv, "Does something", table), ARGUMENTS_RUN);
    assert_int_equal(texts.count, ARGUMENT_TEXTS_MAX);
    assert_string_equal(texts.items[0], "x");
    assert_string_equal(texts.items[1], "second");
    struct outcome outcome = read_line(table, &values, (const char *const[]){"program", "--text", "more", NULL});
    assert_int_equal(outcome.status, 1);
    assert_non_null(strstr(outcome.err, "expected no more than 16"));
}

/* What a program with options of one letter was told. */
struct letters {
    bool listen, udp;
    unsigned verbose;
    int64_t wait_ms;
    const char *host, *place;
};

static struct outcome read_letters(struct letters *letters, const char *const *words)
{
    *letters = (struct letters){.wait_ms = -1};
    struct values values = {0};
    const struct argument table[] = {
        {"-l", ARGUMENT_FLAG, &letters->listen, "listen"},
        {"-u", ARGUMENT_FLAG, &letters->udp, "use UDP"},
        {"-v", ARGUMENT_COUNT, &letters->verbose, "say more"},
        {"-w SECONDS", ARGUMENT_DURATION, &letters->wait_ms, "wait"},
        {"--text TEXT", ARGUMENT_TEXT, &values.text, "a text"},
        {"[HOST]", ARGUMENT_TEXT, &values.word, "a host"},
        {"PLACE", ARGUMENT_TEXT, &letters->place, "a place"},
        {0},
    };
    struct outcome outcome = read_line(table, &values, words);
    letters->host = values.word ? outcome.values.word : NULL;
    return outcome;
}

#define READ_LETTERS(letters, ...) read_letters((letters), (const char *const[]){"program", __VA_ARGS__, NULL})

static void test_letters_may_be_written_together(void **state)
{
    (void)state;
    static const char *const lines[][6] = {
        {"program", "-l", "-v", "-v", "-w5", "80"}, {"program", "-lvvw", "5", "80"},    {"program", "-vlvw5", "80"},
        {"program", "80", "-vv", "-lw5"},           {"program", "-vvlw5s", "--", "80"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *words[7] = {0};
        memcpy(words, lines[i], sizeof lines[i]);
        struct letters letters;
        struct outcome outcome = read_letters(&letters, words);
        assert_int_equal(outcome.status, ARGUMENTS_RUN);
        assert_true(letters.listen && !letters.udp && !letters.host);
        assert_int_equal(letters.verbose, 2);
        assert_int_equal(letters.wait_ms, 5000);
    }
    struct letters letters;
    assert_int_equal(READ_LETTERS(&letters, "-u", "--text=x", "host", "80").status, ARGUMENTS_RUN);
    assert_true(letters.udp);
    assert_string_equal(letters.host, "host");
}

static void test_wrong_letters_are_a_misuse(void **state)
{
    (void)state;
    static const char line[] = "Usage: program [-luv] [-w SECONDS] [--text TEXT] [HOST] PLACE\n";
    static const char *const lines[][4] = {
        {"program", "-lx", "80"}, {"program", "-x", "80"}, {"program", "80", "-w"},   {"program", "-wl", "80"},
        {"program", "-l"},        {"program", "-5", "80"}, {"program", "-l=1", "80"}, {"program", "a", "b", "c"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *words[5] = {0};
        memcpy(words, lines[i], sizeof lines[i]);
        struct letters letters;
        struct outcome outcome = read_letters(&letters, words);
        assert_int_equal(outcome.status, 1);
        assert_non_null(strstr(outcome.err, line));
    }
    struct letters letters;
    assert_int_equal(READ_LETTERS(&letters, "-").status, ARGUMENTS_RUN);
}

static void test_what_is_wrong_together_is_a_misuse_too(void **state)
{
    (void)state;
    const struct argument table[] = {{"WORD", ARGUMENT_TEXT, NULL, "a word"}, {0}};
    char path[] = "dir/program";
    FILE *err = tmpfile();
    assert_non_null(err);
    int saved = redirect(STDERR_FILENO, err);
    assert_int_equal(arguments_misuse(1, (char *[]){path, NULL}, table, "no good"), 1);
    char text[100];
    restore(STDERR_FILENO, saved, err, text, sizeof text);
    assert_string_equal(text, "program: no good\nUsage: program WORD\n");
}

static void test_sizes_are_decimal_digits(void **state)
{
    (void)state;
    uint64_t size = 0;
    assert_int_equal(arguments_parse_size("18446744073709551615", &size), 0);
    assert_true(size == UINT64_MAX);
    assert_int_equal(arguments_parse_size("18446744073709551616", &size), -ERANGE);
    assert_int_equal(arguments_parse_size("28446744073709551610", &size), -ERANGE);
    static const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "1k", "0x1", "1.0"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(arguments_parse_size(wrong[i], &size), -EINVAL);
    assert_true(size == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_and_options_may_be_mixed),
        cmocka_unit_test(test_values_may_follow_an_equals_sign),
        cmocka_unit_test(test_defaults_stay_when_nothing_is_said),
        cmocka_unit_test(test_wrong_arguments_give_a_usage_line_and_1),
        cmocka_unit_test(test_two_dashes_end_the_options),
        cmocka_unit_test(test_help_goes_to_stdout_with_0),
        cmocka_unit_test(test_a_program_without_options_takes_any_word),
        cmocka_unit_test(test_durations_have_units_or_are_seconds),
        cmocka_unit_test(test_sizes_are_decimal_digits),
        cmocka_unit_test(test_two_words_may_be_left_out_together),
        cmocka_unit_test(test_an_option_may_be_given_again_and_again),
        cmocka_unit_test(test_letters_may_be_written_together),
        cmocka_unit_test(test_wrong_letters_are_a_misuse),
        cmocka_unit_test(test_what_is_wrong_together_is_a_misuse_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
