// `sockspec skeleton`: a case that sends what a fuzzer found.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "cmd.h"
#include "corpus/skeleton.h"

static const char help[] =
    "usage: sockspec skeleton [--suite] TARGET FILE\n"
    "\n"
    "Prints a case that sends what an input of a fuzz target has in it: FILE is one that broke the TARGET of\n"
    "fuzz/TARGET.c. What a program is sent is decoded where it decodes, as frames for example. The case loads\n"
    "as it is and expects little; say in it what must hold.\n"
    "\n"
    "      --suite  a whole suite of this case alone, ready for `sockspec run`\n";

// The end of a path, without a directory.
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static int read_file(const char *path, struct buffer *content)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -errno;
    char block[4096];
    size_t length;
    errno = 0;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        buffer_append(content, block, length);
    int result = ferror(file) ? -(errno ? errno : EIO) : 0;
    fclose(file);
    return result;
}

static int refuse(const char *target, const char *path, const char *fault)
{
    char *targets = skeleton_targets();
    int status = usage_error("%s for %s: %s (a case can send the inputs of %s; others belong in fuzz/regress)", path,
                             target, fault, targets);
    free(targets);
    return status;
}

static int print_skeleton(const char *target, const char *path, bool whole)
{
    struct buffer content = {0}, out = {0};
    int status = EXIT_AS_EXPECTED;
    int result = read_file(path, &content);
    if (result < 0) {
        status = usage_error("cannot read %s: %s", path, strerror(-result));
    } else {
        const struct skeleton_input input = {target, file_name(path), (const unsigned char *)buffer_string(&content),
                                             content.length};
        const char *fault = skeleton_write(&input, whole, &out);
        if (fault)
            status = refuse(target, path, fault);
        else
            fputs(buffer_string(&out), stdout);
    }
    buffer_free(&content);
    buffer_free(&out);
    return status;
}

int cmd_skeleton(int argc, char **argv)
{
    static const struct option options[] = {{"suite", no_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {0}};
    bool whole = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 's':
            whole = true;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_AS_EXPECTED;
        default:
            return EXIT_USAGE;
        }
    }
    if (argc - optind != 2)
        return usage_error("skeleton needs a target and a file (`sockspec skeleton --help` says more)");
    return print_skeleton(argv[optind], argv[optind + 1], whole);
}
