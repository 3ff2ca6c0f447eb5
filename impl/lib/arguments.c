#include "lib/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hostport.h"
#include "lib/integer.h"

static const int64_t LONGEST_MS = 1000000000000;

/* A command line being read. */
struct reading {
    const char *program;
    const char *about;
    const struct argument *table;
    bool has_options;
};

static bool is_option(const char *text)
{
    return text[0] == '-' && text[1] == '-';
}

/* The length of the name in "--name VALUE" or "--name=value". */
static size_t name_length(const char *text)
{
    return strcspn(text, " =");
}

int arguments_parse_size(const char *text, uint64_t *size)
{
    uint64_t value = 0;
    if (*text == '\0')
        return -EINVAL;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        uint64_t digit = (uint64_t)(*text - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return -ERANGE;
        value = value * 10 + digit;
    }
    *size = value;
    return 0;
}

int arguments_parse_duration(const char *text, int64_t *milliseconds)
{
    static const struct {
        const char *name;
        int64_t milliseconds;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60000}};

    size_t digits = strspn(text, "0123456789");
    if (digits == 0)
        return -EINVAL;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].name) != 0)
            continue;
        errno = 0;
        long long value = strtoll(text, NULL, 10);
        if (errno != 0 || value > LONGEST_MS / units[i].milliseconds)
            return -ERANGE;
        *milliseconds = value * units[i].milliseconds;
        return 0;
    }
    return -EINVAL;
}

static int add_text(struct argument_texts *texts, const char *text)
{
    if (texts->count == ARGUMENT_TEXTS_MAX)
        return -ERANGE;
    texts->items[texts->count++] = text;
    return 0;
}

/* Stores the value of a row. Returns 0 or a negative errno code. */
static int store(const struct argument *row, const char *text)
{
    switch (row->kind) {
    case ARGUMENT_FLAG:
        *(bool *)row->value = true;
        return 0;
    case ARGUMENT_TEXT:
        *(const char **)row->value = text;
        return 0;
    case ARGUMENT_DURATION:
        return arguments_parse_duration(text, row->value);
    case ARGUMENT_PORT:
        return hostport_parse_port(text, strlen(text), row->value);
    case ARGUMENT_SIZE:
        return arguments_parse_size(text, row->value);
    case ARGUMENT_INTEGER:
        return integer_parse(text, strlen(text), row->value);
    case ARGUMENT_TEXTS:
        return add_text(row->value, text);
    }
    return -EINVAL;
}

static const char *expected(enum argument_kind kind)
{
    switch (kind) {
    case ARGUMENT_FLAG:
        return "no value";
    case ARGUMENT_TEXT:
        return "a text";
    case ARGUMENT_DURATION:
        return "a duration such as 500ms, 2s or 2m";
    case ARGUMENT_PORT:
        return "a port, 1 to 65535";
    case ARGUMENT_SIZE:
        return "a number of bytes";
    case ARGUMENT_INTEGER:
        return "an integer of 64 bits";
    case ARGUMENT_TEXTS:
        return "no more than 16 of these";
    }
    return "something else";
}

static void print_usage(const struct reading *reading, FILE *stream)
{
    fprintf(stream, "Usage: %s", reading->program);
    for (const struct argument *row = reading->table; row->form; row++)
        fprintf(stream, is_option(row->form) ? " [%s]" : " %s", row->form);
    fputc('\n', stream);
}

static int print_help(const struct reading *reading)
{
    print_usage(reading, stdout);
    printf("%s.\n\n", reading->about);
    for (const struct argument *row = reading->table; row->form; row++)
        printf("  %-26s %s\n", row->form, row->about);
    printf("  %-26s %s\n", "--help", "print this");
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int misuse(const struct reading *reading, const char *what, const char *wrong, const char *right)
{
    fprintf(stderr, "%s: %s: %s %s\n", reading->program, what, wrong, right);
    print_usage(reading, stderr);
    return EXIT_FAILURE;
}

static int store_or_complain(const struct reading *reading, const struct argument *row, const char *text)
{
    if (store(row, text) == 0)
        return ARGUMENTS_RUN;
    return misuse(reading, row->form, "expected", expected(row->kind));
}

/* Reads the option at argv[*at], and its value behind it or behind "=". */
static int read_option(const struct reading *reading, char **argv, int *at)
{
    const char *option = argv[*at];
    size_t length = name_length(option);
    const struct argument *row = reading->table;
    while (row->form && (name_length(row->form) != length || strncmp(row->form, option, length) != 0))
        row++;
    if (!row->form)
        return misuse(reading, option, "unknown", "option");
    const char *value = option[length] == '=' ? option + length + 1 : NULL;
    if (row->kind == ARGUMENT_FLAG)
        return value ? misuse(reading, row->form, "takes", "no value") : store_or_complain(reading, row, "");
    if (!value)
        value = argv[++*at];
    if (!value)
        return misuse(reading, row->form, "missing", "value");
    return store_or_complain(reading, row, value);
}

/* Reads a word into the next row for one; *word advances. */
static int read_word(const struct reading *reading, const char *text, const struct argument **word)
{
    while ((*word)->form && is_option((*word)->form))
        ++*word;
    if (!(*word)->form)
        return misuse(reading, "arguments", "too", "many");
    return store_or_complain(reading, (*word)++, text);
}

static bool ends_optional_words(const char *form)
{
    return form[strlen(form) - 1] == ']';
}

/* The first row from `word` on for a word that must be given, or NULL. */
static const struct argument *missing_word(const struct argument *word)
{
    for (; word->form; word++) {
        if (is_option(word->form))
            continue;
        if (word->form[0] != '[')
            return word;
        while (!ends_optional_words(word->form))
            word++;
    }
    return NULL;
}

static struct reading begin(const char *path, const char *about, const struct argument *table)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    struct reading reading = {.about = about, .table = table};
    reading.program = slash ? slash + 1 : path ? path : "program";
    for (const struct argument *row = table; row->form; row++)
        reading.has_options |= is_option(row->form);
    return reading;
}

int arguments_read(int argc, char **argv, const char *about, const struct argument *table)
{
    struct reading reading = begin(argc > 0 ? argv[0] : NULL, about, table);
    const struct argument *word = table;
    bool words_only = !reading.has_options;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int at = 1; at < argc; at++) {
        if (argc == 2 && strcmp(argv[at], "--help") == 0)
            return print_help(&reading);
        int result = ARGUMENTS_RUN;
        if (!words_only && strcmp(argv[at], "--") == 0)
            words_only = true;
        else if (!words_only && is_option(argv[at]))
            result = read_option(&reading, argv, &at);
        else
            result = read_word(&reading, argv[at], &word);
        if (result != ARGUMENTS_RUN)
            return result;
    }
    const struct argument *missing = missing_word(word);
    return missing ? misuse(&reading, missing->form, "missing", "argument") : ARGUMENTS_RUN;
}

int arguments_misuse(int argc, char **argv, const struct argument *table, const char *what)
{
    struct reading reading = begin(argc > 0 ? argv[0] : NULL, NULL, table);
    fprintf(stderr, "%s: %s\n", reading.program, what);
    print_usage(&reading, stderr);
    return EXIT_FAILURE;
}
