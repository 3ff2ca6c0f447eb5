#ifndef IMPL_FAILURE_H
#define IMPL_FAILURE_H

/*
 * Why something failed, for a person to read.
 *
 * Library functions return 0 or a negative errno code for the program to act upon, and those that do several
 * things at once (resolve, then connect) also say in a struct failure which of them failed, on what, and why:
 * "bind 127.0.0.1:1200: Address already in use". Only main prints it and exits.
 */

struct failure {
    char text[320];
};

/* Writes "WHAT: REASON", WHAT by the format and REASON by the errno code `code` (positive), and returns
 * -code. Too long a text is cut; control bytes become '?', so that the text stays on one line. */
int failure_set(struct failure *failure, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with a reason in words instead of an errno code's; returns -code. */
int failure_explain(struct failure *failure, int code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints "Fatal error: TEXT" and a newline on standard error (contract 0.2); returns the exit status, 1. */
int failure_report(const struct failure *failure);

/* The exit status of a program that ends with `result`: when that is negative, reports the failure; else 0,
 * unless what was printed could not be written. */
int failure_status(int result, const struct failure *failure);

#endif
