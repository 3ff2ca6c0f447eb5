// A small tree of conformance data in a temporary directory.
#ifndef SOCKSPEC_TESTS_SUITE_TREE_H
#define SOCKSPEC_TESTS_SUITE_TREE_H

#include "support.h"

#include <ftw.h>
#include <sys/stat.h>

#include "suite/catalog.h"

#define REQUIREMENTS                                                                                                   \
    "source: doc\n"                                                                                                    \
    "title: A document\n"                                                                                              \
    "requirements:\n"                                                                                                  \
    "  - {id: doc-1-greets, level: MUST, section: \"1\", text: It greets.}\n"                                          \
    "  - {id: doc-2-polite, level: SHOULD, section: \"2\", text: It is polite., role: server}\n"                       \
    "  - {id: doc-3-fast, level: MAY, section: \"3\", text: It is fast.}\n"

#define PROGRAMS                                                                                                       \
    "programs:\n"                                                                                                      \
    "  greeter:\n"                                                                                                     \
    "    role: server\n"                                                                                               \
    "    transport: tcp\n"                                                                                             \
    "    lifetime: many\n"                                                                                             \
    "    arguments: [\"{port}\"]\n"                                                                                    \
    "    options: {timeout: [--timeout, \"{value}\"], quiet: --quiet}\n"                                               \
    "  dialer: {role: client, transport: tcp, arguments: [\"{address}\"]}\n"                                           \
    "  asker: {role: client, transport: udp}\n"                                                                        \
    "  echo: {role: command, about: Says it again}\n"

struct tree {
    char path[40];
    struct catalog catalog;
    int result; // of catalog_load()
};

// Writes a file below the tree, with the directories on its way.
static inline void tree_write(const struct tree *tree, const char *name, const char *text)
{
    char *path = format_text("%s/%s", tree->path, name);
    for (char *slash = strchr(path + strlen(tree->path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    free(path);
}

// Makes the tree with requirements, programs and no suites.
static inline void tree_make(struct tree *tree)
{
    *tree = (struct tree){.path = "/tmp/sockspec-tree-XXXXXX"};
    assert_non_null(mkdtemp(tree->path));
    tree_write(tree, "requirements/doc.yaml", REQUIREMENTS);
    tree_write(tree, "programs.yaml", PROGRAMS);
}

static inline void tree_load(struct tree *tree)
{
    tree->result = catalog_load(&tree->catalog, tree->path);
}

static inline void assert_tree_problems(const struct tree *tree, const char *expected)
{
    assert_problems_at(&tree->catalog.problems, tree->path, expected);
}

// Loads a tree that must be without problems.
static inline void tree_need(struct tree *tree)
{
    tree_load(tree);
    assert_tree_problems(tree, "");
    assert_int_equal(tree->result, 0);
}

static inline int tree_unlink(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void tree_end(struct tree *tree)
{
    catalog_free(&tree->catalog);
    nftw(tree->path, tree_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

// Loads the tree with one suite for greeter of these cases.
static inline void tree_of_cases(struct tree *tree, const char *cases)
{
    tree_make(tree);
    char *text = format_text("suite: Greetings\nprogram: greeter\ncases:\n%s", cases);
    tree_write(tree, "suites/greeter/greet.yaml", text);
    free(text);
    tree_load(tree);
}

// The problems of such a suite; the cases begin on line 4.
static inline void check_cases_problem(const char *cases, const char *expected)
{
    struct tree tree;
    tree_of_cases(&tree, cases);
    assert_tree_problems(&tree, expected);
    tree_end(&tree);
}

#endif
