// `sockspec export-corpus`: what the cases send, as inputs of the fuzz targets.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/sha.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "cmd.h"
#include "corpus/inputs.h"
#include "run/plan.h"

static const char help[] =
    "usage: sockspec export-corpus [--most BYTES] [--data DIR] DIRECTORY [PROGRAM|CASE|SUITE...]\n"
    "\n"
    "Writes what cases send as inputs of the fuzz targets in fuzz/: DIRECTORY/TARGET/NAME, a file for each\n"
    "distinct input, named after the first case that sends it. No program is run: the bytes are those of a\n"
    "run, but for keys and masks, which are the examples of RFC 6455. Twice the same cases make the same files.\n"
    "Cases are chosen as for `sockspec run`; without any, all are taken.\n"
    "\n"
    "      --most BYTES  of each input only so much (default 4096): what is longer is cut there\n";

// What has been written: files by target and content, names by target.
struct written {
    const char *directory;
    const struct test_case *test; // whose inputs come
    struct arena arena;
    struct index contents;
    struct index names;
    char *failure; // one line, or NULL
};

static const char *content_key(struct written *written, const char *target, const unsigned char *bytes, size_t length)
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    struct buffer key = {0};
    SHA1(bytes, length, digest);
    buffer_format(&key, "%s/", target);
    for (size_t i = 0; i < sizeof digest; i++)
        buffer_format(&key, "%02x", digest[i]);
    const char *kept = arena_text(&written->arena, buffer_string(&key));
    buffer_free(&key);
    return kept;
}

// TARGET/CASE, or TARGET/CASE-2 and so on for a case with several inputs; the slashes of the id are made dashes.
static const char *free_name(struct written *written, const char *target)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+";
    char *id = duplicate(written->test->id);
    for (char *at = id; *at; at++)
        if (!strchr(safe, *at))
            *at = '-';
    char *name = format_text("%s/%s", target, id);
    for (size_t number = 2; index_find(&written->names, name) != INDEX_NONE; number++) {
        free(name);
        name = format_text("%s/%s-%zu", target, id, number);
    }
    const char *kept = arena_text(&written->arena, name);
    free(name);
    free(id);
    return kept;
}

static int write_file(const char *path, const unsigned char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return -errno;
    errno = 0;
    size_t done = fwrite(bytes, 1, length, file);
    int closed = fclose(file);
    return done < length || closed != 0 ? -(errno ? errno : EIO) : 0;
}

static int make_directory(struct written *written, const char *path)
{
    struct stat status;
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
        return 0;
    written->failure = format_text("cannot make the directory %s: %s", path, strerror(errno));
    return -1;
}

static void take_input(void *context, const char *target, const unsigned char *bytes, size_t length)
{
    struct written *written = context;
    const char *key = content_key(written, target, bytes, length);
    if (written->failure || index_find(&written->contents, key) != INDEX_NONE)
        return;
    const char *name = free_name(written, target);
    char *directory = format_text("%s/%s", written->directory, target);
    char *path = format_text("%s/%s", written->directory, name);
    index_add(&written->contents, key, written->contents.count);
    index_add(&written->names, name, written->names.count);
    if (make_directory(written, directory) == 0) {
        int result = write_file(path, bytes, length);
        if (result < 0)
            written->failure = format_text("cannot write %s: %s", path, strerror(-result));
    }
    free(directory);
    free(path);
}

static int export(struct written *written, const struct plan *plan, size_t most)
{
    const struct input_listener listener = {take_input, written};
    int status = EXIT_AS_EXPECTED;
    if (make_directory(written, written->directory) == 0)
        for (size_t i = 0; i < plan->count && !written->failure; i++) {
            written->test = plan->entries[i].test;
            if (i == 0 || written->test != plan->entries[i - 1].test)
                case_inputs(written->test, most, &listener);
        }
    if (written->failure)
        status = usage_error("%s", written->failure);
    else
        printf("%zu inputs\n", written->names.count);
    index_free(&written->contents);
    index_free(&written->names);
    arena_free(&written->arena);
    free(written->failure);
    return status;
}

static int export_selected(const char *directory, size_t most, const char *data, const struct selection *selection)
{
    struct catalog catalog;
    struct plan plan;
    char *message = NULL;
    struct written written = {.directory = directory};
    if (!load_selected_or_complain(&catalog, data_directory(data), selection))
        return EXIT_USAGE;
    int status = plan_make(&catalog, selection, &plan, &message) < 0 ? usage_error("%s", message)
                                                                     : export(&written, &plan, most);
    free(message);
    plan_free(&plan);
    catalog_free(&catalog);
    return status;
}

int cmd_export_corpus(int argc, char **argv)
{
    static const struct option options[] = {{"most", required_argument, NULL, 'm'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *data = NULL;
    long long most = 4096;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'm':
            if (parse_integer(optarg, &most) < 0 || most < 1)
                return usage_error("--most needs a number of bytes, not `%s`", optarg);
            break;
        case 'd':
            data = optarg;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_AS_EXPECTED;
        default:
            return EXIT_USAGE;
        }
    }
    if (optind == argc)
        return usage_error("export to which directory? (`sockspec export-corpus --help` says more)");
    struct selection selection = {.words = (const char *const *)argv + optind + 1,
                                  .word_count = (size_t)(argc - optind - 1)};
    return export_selected(argv[optind], (size_t)most, data, &selection);
}
