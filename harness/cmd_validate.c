// `sockspec validate`: are the files right?
#include <getopt.h>
#include <stdio.h>

#include "cmd.h"

static const char help[] =
    "usage: sockspec validate [--data DIR] [FILE...]\n"
    "\n"
    "Checks suites, requirements, programs, profiles and expectations, and prints each mistake as\n"
    "file:line:column: what is wrong, what would be right. Without FILE: all of the conformance data, and that\n"
    "every testable MUST has a case and no published case id is gone. Exit status 2 when anything is wrong.\n";

int cmd_validate(int argc, char **argv)
{
    const char *data = NULL;
    int parsed = parse_data_option(argc, argv, help, &data);
    if (parsed != 0)
        return parsed == HELP_PRINTED ? EXIT_AS_EXPECTED : parsed;
    struct catalog catalog;
    if (!load_or_complain(&catalog, data_directory(data)))
        return EXIT_USAGE;
    if (optind == argc)
        catalog_check_whole(&catalog);
    for (int i = optind; i < argc; i++)
        catalog_validate(&catalog, argv[i]);

    problems_print(&catalog.problems, stderr);
    size_t problems = catalog.problems.count;
    if (!problems && optind == argc)
        printf("%zu cases, %zu requirements, %zu programs: all well\n", catalog.case_count, catalog.requirement_count,
               catalog.program_count);
    else if (!problems)
        printf("%d file%s: all well\n", argc - optind, argc - optind == 1 ? "" : "s");
    catalog_free(&catalog);
    return problems ? EXIT_USAGE : EXIT_AS_EXPECTED;
}
