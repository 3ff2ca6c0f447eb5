#include "lib/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_on_one_line(char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            *text = '?';
    }
}

static void compose(struct failure *failure, const char *reason, const char *format, va_list arguments)
{
    char what[sizeof failure->text - 80];
    vsnprintf(what, sizeof what, format, arguments);
    snprintf(failure->text, sizeof failure->text, "%s: %.76s", what, reason);
    keep_on_one_line(failure->text);
}

int failure_set(struct failure *failure, int code, const char *format, ...)
{
    char buffer[80];
    const char *reason = strerror_r(code, buffer, sizeof buffer);
    va_list arguments;
    va_start(arguments, format);
    compose(failure, reason, format, arguments);
    va_end(arguments);
    return -code;
}

int failure_explain(struct failure *failure, int code, const char *reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    compose(failure, reason, format, arguments);
    va_end(arguments);
    return -code;
}

int failure_report(const struct failure *failure)
{
    fprintf(stderr, "Fatal error: %s\n", failure->text);
    return EXIT_FAILURE;
}

int failure_status(int result, const struct failure *failure)
{
    if (result < 0)
        return failure_report(failure);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_SUCCESS;
    struct failure unwritten;
    failure_set(&unwritten, errno, "write to standard output");
    return failure_report(&unwritten);
}
