// `sockspec explain CASE`: what a case checks, why, and the script as it will run.
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "cmd.h"
#include "run/plan.h"

static const char help[] =
    "usage: sockspec explain [--data DIR] CASE...\n"
    "\n"
    "Shows a case with its variables filled in: what it checks, where that is written, its source, and\n"
    "the script step by step. CASE is an id or a shell-style pattern of ids.\n";

static void describe_matcher(const char *verb, const struct matcher *matcher, struct buffer *out)
{
    buffer_format(out, "%s ", verb);
    if (matcher->kind != MATCH_ANY) {
        matcher_describe(matcher, out);
        return;
    }
    static const char *const grades[] = {"pass", "nonstrict", "info", "fail"};
    buffer_text(out, "one of");
    for (size_t i = 0; i < matcher->alternative_count; i++) {
        const struct matcher *alternative = &matcher->alternatives[i];
        buffer_format(out, "\n           %s: ", grades[alternative->grade]);
        matcher_describe(alternative, out);
        if (alternative->why)
            buffer_format(out, " (%s)", alternative->why);
    }
}

static void describe_exits(const struct step *step, struct buffer *out)
{
    buffer_text(out, "expect that the program exits with status");
    for (size_t i = 0; i < step->exit_count; i++) {
        buffer_text(out, i ? " or" : "");
        if (step->exits[i].nonzero)
            buffer_text(out, " other than 0");
        else
            buffer_format(out, " %d", step->exits[i].code);
    }
}

static void describe_steps(const struct step *steps, size_t count, const char *indent);

static void describe_tls(const struct step_tls *tls, struct buffer *out)
{
    static const char *const versions[] = {"TLS", "TLS 1.2", "TLS 1.3"};
    if (tls->use == TLS_OFF) {
        buffer_text(out, ", without TLS");
        return;
    }
    buffer_format(out, ", by %s", versions[tls->version]);
    if (tls->record)
        buffer_format(out, ", in records of %lld bytes", tls->record);
    if (tls->segment)
        buffer_format(out, ", in segments of %lld bytes", tls->segment);
    if (tls->server_name)
        buffer_format(out, ", server name %s", *tls->server_name ? tls->server_name : "absent");
    if (tls->refused)
        buffer_text(out, ", which the program refuses");
}

static void describe_step(const struct step *step, struct buffer *out)
{
    switch (step->word) {
    case STEP_SEND:
        buffer_text(out, step->from_other ? "send from another socket " : "send ");
        payload_describe(&step->payload, out);
        if (step->segment)
            buffer_format(out, ", in segments of %lld bytes", step->segment);
        break;
    case STEP_UPGRADE:
        buffer_text(out, "accept an opening handshake and answer it with ");
        payload_describe(&step->payload, out);
        break;
    case STEP_FLOOD:
        buffer_text(out, "send again and again, until the program gives up, ");
        payload_describe(&step->payload, out);
        break;
    case STEP_EXPECT:
        describe_matcher("expect", &step->matcher, out);
        break;
    case STEP_EXPECT_STDOUT:
        describe_matcher("expect on stdout", &step->matcher, out);
        break;
    case STEP_EXPECT_STDERR:
        describe_matcher("expect on stderr", &step->matcher, out);
        break;
    case STEP_EXPECT_EXIT:
        describe_exits(step, out);
        break;
    case STEP_STDIN:
        buffer_text(out, "write to stdin ");
        payload_describe(&step->payload, out);
        break;
    case STEP_STDIN_EOF:
        buffer_text(out, "close stdin");
        break;
    case STEP_CONNECT:
        buffer_format(out, "connect%s%s%s", step->family == AF_INET6 ? " over IPv6" : "", step->address ? " to " : "",
                      step->address ? step->address : "");
        if (step->count)
            buffer_format(out, ", %lld times", step->count);
        if (step->receive_buffer)
            buffer_format(out, ", with a receive buffer of %lld bytes", step->receive_buffer);
        break;
    case STEP_CLOSE_WS:
        buffer_text(out, "closing handshake with ");
        payload_describe(&step->payload, out);
        break;
    case STEP_PAUSE:
        buffer_format(out, "pause %lld ms", (long long)step->pause_ms);
        break;
    case STEP_SIGNAL:
    case STEP_RESTART:
        buffer_format(out, "%s by signal %s", step->name, strsignal(step->signal));
        break;
    case STEP_REPEAT:
        buffer_format(out, "repeat %lld times", step->count);
        if (step->thorough)
            buffer_format(out, " (%lld with --thorough)", step->thorough);
        buffer_text(out, ":");
        break;
    case STEP_CONTROL:
        buffer_text(out, step->on ? "control: the program still works" : "control on a fresh connection");
        break;
    case STEP_EXPECT_PATH:
        buffer_format(out, "expect at the path: %s", place_states[step->state]);
        break;
    case STEP_EXPECT_UNIFORM:
        buffer_format(out, "expect the numbers of %s to be uniform from %lld to %lld", step->samples.names[0],
                      step->samples.minimum, step->samples.maximum);
        break;
    case STEP_EXPECT_DIFFERENT:
        for (size_t i = 0; i < step->samples.count; i++)
            buffer_format(out, "%s%s", i ? ", " : "expect different numbers in ", step->samples.names[i]);
        break;
    case STEP_EXPECT_SAME:
        for (size_t i = 0; i < step->samples.count; i++)
            buffer_format(out, "%s%s", i ? ", " : "expect the same numbers in ", step->samples.names[i]);
        break;
    case STEP_EXPECT_DISTINCT:
        buffer_format(out, "expect no number twice in %s", step->samples.names[0]);
        break;
    case STEP_CUT:
        buffer_text(out, "half-close without close_notify");
        break;
    case STEP_ACCEPT:
    case STEP_OPEN:
    case STEP_SHUTDOWN:
    case STEP_RESET:
    case STEP_CLOSE:
    case STEP_RESOURCES:
    case STEP_EXPECT_RESOURCES:
    case STEP_EXPECT_KEEPALIVE:
    case STEP_EXPECT_OPEN:
        buffer_text(out, step->name);
        break;
    }
    if (step->tls.given)
        describe_tls(&step->tls, out);
    if (step->on)
        buffer_format(out, "  [%s]", step->on);
}

static void describe_steps(const struct step *steps, size_t count, const char *indent)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer out = {0};
        describe_step(&steps[i], &out);
        printf("%s%zu. %s\n", indent, i + 1, buffer_string(&out));
        buffer_free(&out);
        if (steps[i].step_count)
            describe_steps(steps[i].steps, steps[i].step_count, "        ");
    }
}

static void print_words(const char *label, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%s%s", i ? ", " : label, words[i]);
    if (count)
        printf("\n");
}

static void explain(const struct test_case *test)
{
    printf("%s  (%s, %s)\n  %s\n", test->id, test->program->name, level_name(test->level), test->title);
    printf("  file       %s:%zu\n", test->suite->path, test->line);
    for (size_t i = 0; i < test->check_count; i++)
        printf("  checks     %s (%s, section %s): %s\n", test->checks[i]->id, level_name(test->checks[i]->level),
               test->checks[i]->section, test->checks[i]->text);
    print_words("  source     ", test->sources, test->source_count);
    print_words("  autobahn   ", test->autobahn, test->autobahn_count);
    print_words("  needs      ", test->needs, test->need_count);
    if (test->certificate != CERTIFICATE_NONE)
        printf("  tls        %s\n", certificate_names[test->certificate]);
    for (size_t i = 0; i < test->option_count; i++)
        printf("  option     %s: %s\n", test->options[i].name, test->options[i].value);
    for (size_t i = 0; test->arguments && test->arguments[i]; i++) {
        struct buffer argument = {0};
        buffer_escaped(&argument, test->arguments[i], strlen(test->arguments[i]), 100);
        printf("  argument   \"%s\"\n", buffer_string(&argument));
        buffer_free(&argument);
    }
    if (test->note)
        printf("  note       %s\n", test->note);
    for (unsigned bit = 1; bit <= TRANSFORM_COALESCED; bit <<= 1)
        if ((test->transforms | test->thorough_transforms) & bit)
            printf("  rerun as   %s%s%s\n", test->id, transform_suffix(bit),
                   test->transforms & bit ? "" : " (with --thorough)");
    describe_steps(test->script.steps, test->script.count, "    ");
}

int cmd_explain(int argc, char **argv)
{
    const char *data = NULL;
    int parsed = parse_data_option(argc, argv, help, &data);
    if (parsed != 0)
        return parsed == HELP_PRINTED ? EXIT_AS_EXPECTED : parsed;
    if (optind == argc)
        return usage_error("explain which case? (`sockspec list` shows them)");
    struct catalog catalog;
    struct plan plan;
    char *message = NULL;
    struct selection selection = {.words = (const char *const *)argv + optind, .word_count = (size_t)(argc - optind)};
    if (!load_or_complain(&catalog, data_directory(data)))
        return EXIT_USAGE;
    int status = plan_make(&catalog, &selection, &plan, &message) < 0 ? usage_error("%s", message) : EXIT_AS_EXPECTED;
    for (size_t i = 0; status == EXIT_AS_EXPECTED && i < plan.count; i++)
        if (i == 0 || plan.entries[i].test != plan.entries[i - 1].test)
            explain(plan.entries[i].test);
    free(message);
    plan_free(&plan);
    catalog_free(&catalog);
    return status;
}
