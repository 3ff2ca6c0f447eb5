// Runs events through a reporter and gives back what it wrote. Events are JSON Lines with ' for ", so that
// they can be read in C: {'event': 'run'}.
#ifndef SOCKSPEC_TESTS_REPORT_SUPPORT_H
#define SOCKSPEC_TESTS_REPORT_SUPPORT_H

// cmocka.h wants these before it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/reporter.h"

#define RUN(cases) "{'event': 'run', 'version': '0.1.0', 'workers': 2, 'profile': 'mine', 'cases': " #cases "}\n"
#define SUMMARY "{'event': 'summary', 'seconds': 3.25, 'exit': 0}\n"
// A case of that verdict; `more` are further members, each with a comma before it.
#define CASE(id, verdict, more)                                                                                        \
    "{'event': 'case', 'id': '" id                                                                                     \
    "', 'suite': 'Greetings', 'program': 'greeter', 'title': 'It greets', 'verdict': '" verdict "'" more "}\n"
#define CHECKS                                                                                                         \
    ", 'checks': [{'id': 'greet-2-hello', 'level': 'MUST', 'section': '2', 'text': 'It says hello.'}], "               \
    "'file': "                                                                                                         \
    "'suites/g.yaml', 'line': 12"
#define EVERYTHING                                                                                                     \
    CHECKS ", 'step': 'expect', 'step_line': 17, 'expected': 'hello', 'actual': 'nothing', 'why': 'shy', "             \
           "'transcript': ['+0.1 a > 00', '+0.2 a < FIN'], 'stderr': 'oops\\nbye\\n', 'rerun': 'sockspec "             \
           "run x'"

static inline char *with_double_quotes(const char *lines)
{
    char *text = duplicate(lines);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

static inline char *temporary_path(void)
{
    char *path = duplicate("/tmp/sockspec-report-XXXXXX");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    return path;
}

static inline char *file_text(const char *path)
{
    struct buffer text = {0};
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int c; (c = fgetc(file)) != EOF;) {
        unsigned char byte = (unsigned char)c;
        buffer_append(&text, &byte, 1);
    }
    fclose(file);
    return buffer_take(&text);
}

static inline void feed(struct reporter *reporter, const char *lines)
{
    char *text = with_double_quotes(lines);
    char *rest = text;
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        json_error_t error;
        json_t *event = json_loads(line, JSON_ALLOW_NUL, &error);
        if (!event)
            fail_msg("%s in %s", error.text, line);
        assert_int_equal(reporter_event(reporter, event), 0);
        json_decref(event);
    }
    free(text);
}

// What a report of these events holds when they come live.
static inline char *report_live(enum report_format format, const struct terminal_options *options, const char *lines)
{
    char *path = temporary_path();
    struct reporter *reporter;
    assert_int_equal(reporter_open(format, path, options, &reporter), 0);
    feed(reporter, lines);
    assert_int_equal(reporter_close(reporter), 0);
    char *text = file_text(path);
    unlink(path);
    free(path);
    return text;
}

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no\n%s\nin\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("an unexpected\n%s\nin\n%s", part, text);
}

// Compares and frees.
static inline void assert_report(char *actual, const char *expected)
{
    assert_string_equal(actual, expected);
    free(actual);
}

#endif
