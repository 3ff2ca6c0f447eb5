// `sockspec list`: what there is to run.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "run/plan.h"

static const char help[] =
    "usage: sockspec list [--programs | --requirements] [--ids] [--autobahn PATTERN] [--data DIR] [PROGRAM|CASE...]\n"
    "\n"
    "Lists cases with their level and title; --ids prints the ids alone, without reruns under transforms.\n"
    "--autobahn lists only equivalents of the Autobahn Testsuite's cases of these numbers ('6.4.*', '*' for all).\n"
    "--programs lists the programs, --requirements the requirements.\n";

static void list_programs(const struct catalog *catalog)
{
    static const char *const roles[] = {"server", "client", "command"};
    for (size_t i = 0; i < catalog->program_count; i++) {
        const struct program *program = &catalog->programs[i];
        size_t cases = 0;
        for (size_t k = 0; k < catalog->case_count; k++)
            cases += catalog->cases[k]->program == program;
        printf("%-22s %-8s %4zu cases  %s\n", program->name, roles[program->role], cases, program->about);
    }
}

static void list_requirements(const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->requirement_count; i++) {
        const struct requirement *requirement = &catalog->requirements[i];
        printf("%-44s %-6s %3zu cases  %s\n", requirement->id, level_name(requirement->level), requirement->case_count,
               requirement->text);
    }
}

static int list_cases(const struct catalog *catalog, const struct selection *selection, bool ids)
{
    struct plan plan;
    char *message;
    if (plan_make(catalog, selection, &plan, &message) < 0) {
        usage_error("%s", message);
        free(message);
        plan_free(&plan);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < plan.count; i++) {
        const struct plan_entry *entry = &plan.entries[i];
        if (!ids)
            printf("%-60s %-6s %s\n", entry->id, level_name(entry->test->level), entry->test->title);
        else if (entry->transform == TRANSFORM_NONE)
            puts(entry->id);
    }
    plan_free(&plan);
    return EXIT_AS_EXPECTED;
}

int cmd_list(int argc, char **argv)
{
    static const struct option options[] = {{"programs", no_argument, NULL, 'p'},
                                            {"requirements", no_argument, NULL, 'r'},
                                            {"ids", no_argument, NULL, 'i'},
                                            {"autobahn", required_argument, NULL, 'a'},
                                            {"data", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct selection selection = {0};
    const char *data = NULL;
    int what = 'c';
    bool ids = false;
    int option;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'p':
        case 'r':
            what = option;
            break;
        case 'i':
            ids = true;
            break;
        case 'a':
            selection.autobahn = optarg;
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
    struct catalog catalog;
    selection.words = (const char *const *)argv + optind;
    selection.word_count = (size_t)(argc - optind);
    if (!load_or_complain(&catalog, data_directory(data)))
        return EXIT_USAGE;
    int status = EXIT_AS_EXPECTED;
    if (what == 'p')
        list_programs(&catalog);
    else if (what == 'r')
        list_requirements(&catalog);
    else
        status = list_cases(&catalog, &selection, ids);
    catalog_free(&catalog);
    return status;
}
