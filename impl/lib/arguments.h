#ifndef IMPL_ARGUMENTS_H
#define IMPL_ARGUMENTS_H

/*
 * Command lines read into variables by a table: one row for each option and each word, in the order of the
 * usage line that is made of it. The variables hold their defaults beforehand; words and options may be
 * mixed. Options of one letter may be written together: "-lvw5" is "-l -v -w 5". A program without options
 * takes any word but --help for what it is, so that ip-parse can judge "--".
 *
 *     static const struct argument arguments[] = {
 *         {"--host ADDRESS", ARGUMENT_TEXT, &host, "listen on this address only"},
 *         {"[PORT]", ARGUMENT_PORT, &port, "port to listen on, 7777 by default"},
 *         {0}};
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum argument_kind {
    ARGUMENT_FLAG,     /* bool: an option without a value */
    ARGUMENT_COUNT,    /* unsigned: the same, and how often it stands */
    ARGUMENT_TEXT,     /* const char *: any text */
    ARGUMENT_DURATION, /* int64_t, milliseconds: 500ms, 2s, 2m or plain seconds (contract 0.13) */
    ARGUMENT_PORT,     /* uint16_t: 1 to 65535 */
    ARGUMENT_SIZE,     /* uint64_t: decimal bytes */
    ARGUMENT_INTEGER,  /* int64_t: decimal */
    ARGUMENT_TEXTS,    /* struct argument_texts: an option that may be given again and again */
};

enum { ARGUMENT_TEXTS_MAX = 16 };

/* Empty beforehand. */
struct argument_texts {
    const char *items[ARGUMENT_TEXTS_MAX];
    size_t count;
};

struct argument {
    const char *form; /* "--name", "--name VALUE", "-n", "-n VALUE", "WORD", or "[WORD]" for one that may be
                         left out; "[A" and "B]" in two rows may be left out together */
    enum argument_kind kind;
    void *value;
    const char *about; /* for --help */
};

/* What arguments_read returns when the program is to go on. */
enum { ARGUMENTS_RUN = -1 };

/* Reads the command line by `table`, which a row of zeros ends. Returns ARGUMENTS_RUN, or an exit status:
 * 1 after a usage line, and what is wrong, on standard error (contract 0.1); 0 after help on standard output.
 * Makes standard output line-buffered, so that what a program prints is visible at once (contract 0.10). */
int arguments_read(int argc, char **argv, const char *about, const struct argument *table);

/* Says on standard error what is wrong with arguments that each were well-formed, and the usage line; returns
 * 1, the exit status. */
int arguments_misuse(int argc, char **argv, const struct argument *table, const char *what);

/* Reads a duration. Returns 0 and milliseconds, -EINVAL, or -ERANGE above 10^12 ms. */
int arguments_parse_duration(const char *text, int64_t *milliseconds);

/* Reads decimal digits and nothing else. Returns 0, -EINVAL, or -ERANGE above 2^64 - 1. */
int arguments_parse_size(const char *text, uint64_t *size);

#endif
