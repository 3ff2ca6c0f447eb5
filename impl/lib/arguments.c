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
    bool has_letters; /* options of one letter; without them "-5" is a word */
};

static bool is_option(const char *text)
{
    return text[0] == '-' && text[1] != '\0';
}

static bool is_long(const char *text)
{
    return text[0] == '-' && text[1] == '-';
}

static bool takes_no_value(const struct argument *row)
{
    return row->kind == ARGUMENT_FLAG || row->kind == ARGUMENT_COUNT;
}

/* A row that stands with others of its kind in the usage line: "[-46l]". */
static bool is_lone_letter(const struct argument *row)
{
    return is_option(row->form) && !is_long(row->form) && takes_no_value(row);
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
    case ARGUMENT_COUNT:
        ++*(unsigned *)row->value;
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
    case ARGUMENT_COUNT:
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
    const char *before = " [-";
    for (const struct argument *row = reading->table; row->form; row++) {
        if (!is_lone_letter(row))
            continue;
        fprintf(stream, "%s%c", before, row->form[1]);
        before = "";
    }
    if (*before == '\0')
        fputc(']', stream);
    for (const struct argument *row = reading->table; row->form; row++) {
        if (!is_lone_letter(row))
            fprintf(stream, is_option(row->form) ? " [%s]" : " %s", row->form);
    }
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

/* Stores the value of an option: `value` where it stands behind the name already, or else the next word. */
static int read_value(const struct reading *reading, const struct argument *row, const char *value, char **argv,
                      int *at)
{
    if (!value)
        value = argv[++*at];
    if (!value)
        return misuse(reading, row->form, "missing", "value");
    return store_or_complain(reading, row, value);
}

/* Reads the option at argv[*at], and its value behind it or behind "=". */
static int read_long(const struct reading *reading, char **argv, int *at)
{
    const char *option = argv[*at];
    size_t length = name_length(option);
    const struct argument *row = reading->table;
    while (row->form && (name_length(row->form) != length || strncmp(row->form, option, length) != 0))
        row++;
    if (!row->form)
        return misuse(reading, option, "unknown", "option");
    const char *value = option[length] == '=' ? option + length + 1 : NULL;
    if (!takes_no_value(row))
        return read_value(reading, row, value, argv, at);
    return value ? misuse(reading, row->form, "takes", "no value") : store_or_complain(reading, row, "");
}

/* Reads the letters at argv[*at]; the value of one is the rest of the word, or else the next word. */
static int read_letters(const struct reading *reading, char **argv, int *at)
{
    for (const char *letter = argv[*at] + 1; *letter; letter++) {
        const struct argument *row = reading->table;
        while (row->form && (!is_option(row->form) || row->form[1] != *letter))
            row++;
        if (!row->form)
            return misuse(reading, argv[*at], "unknown", "option");
        if (!takes_no_value(row))
            return read_value(reading, row, letter[1] ? letter + 1 : NULL, argv, at);
        store(row, "");
    }
    return ARGUMENTS_RUN;
}

static bool ends_optional_words(const char *form)
{
    return form[strlen(form) - 1] == ']';
}

/* The next row for a word, from `row` on; may be the last, of zeros. */
static const struct argument *word_row(const struct argument *row)
{
    while (row->form && is_option(row->form))
        row++;
    return row;
}

/* How many words must be given. */
static size_t count_needed(const struct argument *table)
{
    size_t needed = 0;
    for (const struct argument *row = word_row(table); row->form; row = word_row(row + 1)) {
        if (row->form[0] != '[')
            needed++;
        else
            while (!ends_optional_words(row->form))
                row++;
    }
    return needed;
}

/* Stores the words, in order. Those that may be left out are, where there are too few words for all. */
static int store_words(const struct reading *reading, char **words, size_t count)
{
    size_t needed = count_needed(reading->table);
    size_t taken = 0;
    bool inside = false; /* words that are left out together, of which the first is there */
    for (const struct argument *row = word_row(reading->table); row->form; row = word_row(row + 1)) {
        bool optional = row->form[0] == '[';
        if (optional && count - taken <= needed) {
            while (!ends_optional_words(row->form))
                row++;
            continue;
        }
        if (taken == count)
            return misuse(reading, row->form, "missing", "argument");
        int result = store_or_complain(reading, row, words[taken++]);
        if (result != ARGUMENTS_RUN)
            return result;
        needed -= !optional && !inside;
        inside = (optional || inside) && !ends_optional_words(row->form);
    }
    return taken == count ? ARGUMENTS_RUN : misuse(reading, "arguments", "too", "many");
}

static struct reading begin(const char *path, const char *about, const struct argument *table)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    struct reading reading = {.about = about, .table = table};
    reading.program = slash ? slash + 1 : path ? path : "program";
    for (const struct argument *row = table; row->form; row++) {
        reading.has_options |= is_option(row->form);
        reading.has_letters |= is_option(row->form) && !is_long(row->form);
    }
    return reading;
}

/* Whether the text is an option to this program. */
static bool reads_as_option(const struct reading *reading, const char *text)
{
    return reading->has_letters ? is_option(text) : reading->has_options && is_long(text);
}

/* Moves a text to an earlier place among its like, which keep their order. */
static void move_up(char **to, char **from)
{
    char *text = *from;
    memmove(to + 1, to, (size_t)(from - to) * sizeof *to);
    *to = text;
}

int arguments_read(int argc, char **argv, const char *about, const struct argument *table)
{
    struct reading reading = begin(argc > 0 ? argv[0] : NULL, about, table);
    size_t words = 0; /* moved to the front of argv, as getopt does */
    bool words_only = !reading.has_options;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int at = 1; at < argc; at++) {
        if (argc == 2 && strcmp(argv[at], "--help") == 0)
            return print_help(&reading);
        int result = ARGUMENTS_RUN;
        if (!words_only && strcmp(argv[at], "--") == 0)
            words_only = true;
        else if (words_only || !reads_as_option(&reading, argv[at]))
            move_up(argv + ++words, argv + at);
        else if (is_long(argv[at]))
            result = read_long(&reading, argv, &at);
        else
            result = read_letters(&reading, argv, &at);
        if (result != ARGUMENTS_RUN)
            return result;
    }
    return store_words(&reading, argv + 1, words);
}

int arguments_misuse(int argc, char **argv, const struct argument *table, const char *what)
{
    struct reading reading = begin(argc > 0 ? argv[0] : NULL, NULL, table);
    fprintf(stderr, "%s: %s\n", reading.program, what);
    print_usage(&reading, stderr);
    return EXIT_FAILURE;
}
