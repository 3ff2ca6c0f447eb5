// Profiles: how each program is started.
#include "tree.h"

#include <errno.h>

// Loads a profile whose member `programs` is as given.
static int load(struct tree *tree, const char *programs, struct profile *profile)
{
    char *text = format_text("name: mine\nprograms:\n%s", programs);
    char *path = format_text("%s/mine.yaml", tree->path);
    tree_write(tree, "mine.yaml", text);
    int result = catalog_load_profile(&tree->catalog, path, profile);
    free(text);
    free(path);
    return result;
}

static void test_a_profile_has_all_that_was_written(void **state)
{
    (void)state;
    struct tree tree;
    struct profile profile;
    tree_make(&tree);
    tree_need(&tree);
    int result = load(&tree,
                      "  greeter:\n    command: [./greet, \"{port}\"]\n    directory: sub\n"
                      "    env: {A: \"1\", B: \"\"}\n    options: {timeout: [\"-t{value}\"]}\n"
                      "    capabilities: {ipv6: no, quiet: yes, slow: no}\n"
                      "  echo: {command: echo}\n",
                      &profile);
    assert_tree_problems(&tree, "");
    assert_int_equal(result, 0);
    assert_string_equal(profile.name, "mine");
    assert_int_equal(profile.launch_count, 2);
    const struct launch *launch = profile_launch(&profile, catalog_program(&tree.catalog, "greeter"));
    assert_string_equal(launch->command[0], "./greet");
    assert_string_equal(launch->command[1], "{port}");
    assert_null(launch->command[2]);
    assert_string_equal(launch->directory, "sub");
    assert_string_equal(launch->environment[0], "A=1");
    assert_string_equal(launch->environment[1], "B=");
    assert_null(launch->environment[2]);
    assert_string_equal(launch->options[0].arguments[0], "-t{value}");
    assert_int_equal(launch->absent_count, 2);
    assert_string_equal(launch->absent[1], "slow");
    assert_int_equal(launch->port, 0);
    assert_null(profile_launch(&profile, catalog_program(&tree.catalog, "dialer")));
    tree_end(&tree);
}

static void test_a_fixed_port_stands_for_a_placeholder(void **state)
{
    (void)state;
    struct tree tree;
    struct profile profile;
    tree_make(&tree);
    tree_need(&tree);
    assert_int_equal(load(&tree, "  greeter: {command: [greet], port: 65535}\n", &profile), 0);
    assert_int_equal(profile.launches[0].port, 65535);
    tree_end(&tree);
}

static void check_problem(const char *programs, const char *expected)
{
    struct tree tree;
    struct profile profile;
    tree_make(&tree);
    tree_need(&tree);
    assert_int_equal(load(&tree, programs, &profile), -EBADMSG);
    assert_tree_problems(&tree, expected);
    assert_int_equal(profile.launch_count, 0);
    tree_end(&tree);
}

static void test_profiles_are_checked(void **state)
{
    (void)state;
    check_problem("  greter: {command: x}\n", "mine.yaml:3:3: unknown program `greter`, did you mean `greeter`?");
    check_problem("  greeter: {}\n", "mine.yaml:3:12: a program of a profile needs `command`");
    check_problem("  greeter: {command: []}\n", "mine.yaml:3:22: the command is empty");
    check_problem(
        "  greeter: {command: [greet]}\n",
        "mine.yaml:3:22: the command must hold a placeholder such as {port}, or `port` must name a fixed port");
    check_problem("  dialer: {command: [dial]}\n",
                  "mine.yaml:3:21: the command must hold a placeholder such as {address}, or `port` must name a fixed "
                  "port");
    check_problem("  greeter: {command: [\"{port}\"], port: 0}\n", "mine.yaml:3:40: 0 is not in the range 1 to 65535");
    check_problem("  greeter: {command: [\"{port}\"], port: 65536}\n",
                  "mine.yaml:3:40: 65536 is not in the range 1 to 65535");
    check_problem("  greeter: {command: [\"{port}\"], env: [A=1]}\n", "mine.yaml:3:39: `env` must be a map");
    check_problem("  greeter: {command: [\"{port}\"], capabilities: [ipv6]}\n",
                  "mine.yaml:3:48: `capabilities` must be a map from names to yes or no");
    check_problem("  greeter: {command: [\"{port}\"], capabilities: {ipv6: 4}}\n",
                  "mine.yaml:3:55: `4` is neither yes nor no");
    check_problem("  greeter: {command: [\"{port}\"], options: {timout: -t}}\n",
                  "mine.yaml:3:44: `timout` is not an option of `greeter`, did you mean `timeout`?");
    check_problem("  greeter: {comand: [\"{port}\"], command: x}\n",
                  "mine.yaml:3:13: unknown key `comand` in a program of a profile, did you mean `command`?");
    check_problem("  - greeter\n", "mine.yaml:3:3: `programs` must be a map");
}

static void test_a_profile_that_cannot_be_read_is_a_problem(void **state)
{
    (void)state;
    struct tree tree;
    struct profile profile;
    tree_make(&tree);
    tree_need(&tree);
    assert_int_equal(catalog_load_profile(&tree.catalog, "/nowhere/p.yaml", &profile), -EBADMSG);
    assert_int_equal(profile.launch_count, 0);
    assert_string_equal(tree.catalog.problems.items[0].place, "/nowhere/p.yaml");
    tree_end(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_profile_has_all_that_was_written),
        cmocka_unit_test(test_a_fixed_port_stands_for_a_placeholder),
        cmocka_unit_test(test_profiles_are_checked),
        cmocka_unit_test(test_a_profile_that_cannot_be_read_is_a_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
