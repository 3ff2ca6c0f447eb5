// What the subcommands share: finding the conformance data, loading it, complaining.
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cmd.h"
#include "run/plan.h"

static bool holds_data(const char *directory)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/programs.yaml", directory);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

const char *data_directory(const char *option)
{
    static char installed[PATH_MAX + 64];
    char self[PATH_MAX];
    if (option)
        return option;
    const char *environment = getenv("SOCKSPEC_DATA");
    if (environment && *environment)
        return environment;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = '\0';
        snprintf(installed, sizeof installed, "%s/../share/sockspec/conformance", dirname(self));
        if (holds_data(installed))
            return installed;
    }
    return SOCKSPEC_SOURCE_DATA;
}

bool load_or_complain(struct catalog *catalog, const char *data)
{
    if (catalog_load(catalog, data) == 0)
        return true;
    problems_print(&catalog->problems, stderr);
    catalog_free(catalog);
    return false;
}

bool load_selected_or_complain(struct catalog *catalog, const char *data, const struct selection *selection)
{
    int result = catalog_load_for(catalog, data, selection->words, selection->word_count);
    for (size_t i = 0; result == 0 && i < selection->word_count; i++) {
        const char *path;
        const char *pattern;
        if (suite_word(&catalog->arena, selection->words[i], &path, &pattern))
            result = catalog_need_suite(catalog, path);
    }
    if (result == 0)
        return true;
    problems_print(&catalog->problems, stderr);
    catalog_free(catalog);
    return false;
}

void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int parse_count(const char *option, const char *text, long long least, long long most, long long *value)
{
    if (parse_integer(text, value) < 0 || *value < least || *value > most)
        return usage_error("%s: `%s` is not a number from %lld to %lld", option, text, least, most);
    return 0;
}

int parse_seed(const char *text, uint64_t *seed)
{
    long long number = 0;
    int result = parse_count("--seed", text, 0, INT64_MAX, &number);
    *seed = (uint64_t)number;
    return result;
}

int parse_data_option(int argc, char **argv, const char *help, const char **data)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {0}};
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'd') {
            *data = optarg;
        } else if (option == 'h') {
            fputs(help, stdout);
            return HELP_PRINTED;
        } else {
            return EXIT_USAGE;
        }
    }
    return 0;
}

int parse_time_scale(const char *text, double *scale)
{
    char *end;
    *scale = strtod(text, &end);
    if (*end || end == text || !(*scale > 0) || *scale > 1000)
        return usage_error("--time-scale: `%s` is not a factor from above 0 to 1000", text);
    return 0;
}

int usage_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("sockspec: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

int word_index(const char *option, const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    struct buffer list = {0};
    for (size_t i = 0; i < count; i++)
        buffer_format(&list, "%s%s", i ? ", " : "", words[i]);
    usage_error("%s: `%s` is not one of %s", option, word, buffer_string(&list));
    buffer_free(&list);
    return -1;
}
