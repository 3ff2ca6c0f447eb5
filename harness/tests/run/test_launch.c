// From the command line to a launch, and back to a line that reruns one case.
#include "support.h"

#include <errno.h>
#include <sys/stat.h>

#include "run/launch.h"

static int from_command(struct arena *arena, enum role role, const char *const *command, struct profile *profile,
                        const char **message)
{
    struct program *program = arena_allocate(arena, 1, sizeof *program);
    program->role = role;
    *message = NULL;
    return launch_from_command(arena, program, command, NULL, 0, profile, message);
}

static void test_a_command_must_say_how_the_program_is_reached(void **state)
{
    (void)state;
    static const struct {
        enum role role;
        const char *word;
        bool good;
    } rows[] = {
        {ROLE_SERVER, "{port}", true},      {ROLE_SERVER, "--at={address}", true}, {ROLE_SERVER, "{path}", true},
        {ROLE_SERVER, "{arguments}", true}, {ROLE_SERVER, "8080", false},          {ROLE_SERVER, "{ports}", false},
        {ROLE_CLIENT, "{url}", true},       {ROLE_CLIENT, "{host}", true},         {ROLE_CLIENT, "x", false},
        {ROLE_COMMAND, "x", true},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *command[] = {"run", rows[i].word, NULL};
        struct profile profile;
        const char *message;
        int result = from_command(&arena, rows[i].role, command, &profile, &message);
        if (result != (rows[i].good ? 0 : -EINVAL))
            fail_msg("%s", rows[i].word);
        if (!rows[i].good) {
            assert_holds(message, rows[i].role == ROLE_SERVER ? "where to listen" : "where to connect");
            continue;
        }
        assert_string_equal(profile.name, "run");
        assert_int_equal(profile.launch_count, 1);
        assert_string_equal(profile.launches[0].command[1], rows[i].word);
        assert_null(profile.launches[0].command[2]);
        assert_null(profile.launches[0].environment[0]);
    }
    arena_free(&arena);
}

static void test_capabilities_may_be_declared_absent(void **state)
{
    (void)state;
    static const char *const command[] = {"run", NULL};
    static const char *const without[] = {"ipv6", "signals"};
    struct arena arena = {0};
    struct program program = {.role = ROLE_COMMAND};
    struct profile profile;
    const char *message;
    assert_int_equal(launch_from_command(&arena, &program, command, without, 2, &profile, &message), 0);
    assert_int_equal(profile.launches[0].absent_count, 2);
    assert_string_equal(profile.launches[0].absent[1], "signals");
    arena_free(&arena);
}

static void test_a_profile_goes_by_name_or_path(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
    } rows[] = {{"mine", "/data/profiles/mine.yaml"},
                {"./mine", "./mine"},
                {"mine.yaml", "mine.yaml"},
                {"/a/b.yaml", "/a/b.yaml"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = launch_data_path("/data", "profiles", rows[i].name);
        assert_string_equal(path, rows[i].path);
        free(path);
    }
    char *path = launch_data_path("/data", "expectations", "mine");
    assert_string_equal(path, "/data/expectations/mine.yaml");
    free(path);
}

static const char *resolved(struct arena *arena, const char *profile_path, const char *name, const char **directory)
{
    const char **command = arena_allocate(arena, 2, sizeof *command);
    command[0] = name;
    struct launch launch = {.command = command, .directory = *directory};
    struct profile profile = {.path = profile_path, .launches = &launch, .launch_count = 1};
    launch_resolve(arena, &profile);
    *directory = launch.directory;
    return launch.command[0];
}

static void test_commands_are_relative_to_the_profile(void **state)
{
    (void)state;
    char directory[] = "/tmp/sockspec-launch-XXXXXX";
    assert_non_null(mkdtemp(directory));
    char *path = format_text("%s/p.yaml", directory);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fclose(file);
    struct arena arena = {0};
    const char *work = "sub/dir";
    char *expected = format_text("%s/./run", directory);
    assert_string_equal(resolved(&arena, path, "./run", &work), expected);
    free(expected);
    expected = format_text("%s/sub/dir", directory);
    assert_string_equal(work, expected);
    free(expected);
    work = "/abs";
    assert_string_equal(resolved(&arena, path, "/bin/true", &work), "/bin/true");
    assert_string_equal(work, "/abs");
    work = NULL;
    assert_string_equal(resolved(&arena, path, "no-such-program-anywhere", &work), "no-such-program-anywhere");
    assert_null(work);
    // A bare name is looked for beside this very program.
    assert_holds(resolved(&arena, path, "harness-run-launch", &work), "/./harness-run-launch");
    arena_free(&arena);
    unlink(path);
    rmdir(directory);
    free(path);
}

static const struct suite suite = {.path = "/data/suites/p/s.yaml"};
static const struct test_case test = {.suite = &suite};

// What a shell makes of a line: its words, each in angle brackets; to be freed.
static char *shell_words(const char *line)
{
    char *command = format_text("set -- %s; printf '<%%s>' \"$@\"", line);
    FILE *shell = popen(command, "r");
    struct buffer out = {0};
    assert_non_null(shell);
    for (int byte; (byte = fgetc(shell)) != EOF;)
        buffer_append(&out, &(unsigned char){(unsigned char)byte}, 1);
    assert_int_equal(pclose(shell), 0);
    free(command);
    return buffer_take(&out);
}

static void test_a_rerun_line_means_the_same_to_a_shell(void **state)
{
    (void)state;
    static const char *const words[] = {"plain", "two words", "it's",          "\"quoted\"", "$HOME `id` \\n",
                                        "",      "a\nb",      "*?[a-z]~{a,b}", "; rm",       "'",
                                        "''x''", "-n",        "\u00e4\t",      "{port}",     "#no",
                                        "a=b",   "!x",        "&& true"};
    const char *command[COUNT(words) + 1] = {NULL};
    struct buffer expected = {0};
    struct plan_entry entry = {.test = &test, .id = "p/it's[1]+split"};
    buffer_text(&expected, "<sockspec><run><p/it's[1]+split><-->");
    for (size_t i = 0; i < COUNT(words); i++) {
        command[i] = words[i];
        buffer_format(&expected, "<%s>", words[i]);
    }
    char *line = launch_rerun(&entry, "/data", "", command);
    char *seen = shell_words(line);
    assert_string_equal(seen, buffer_string(&expected));
    free(line);
    free(seen);
    buffer_free(&expected);
}

static void test_options_of_the_run_are_kept_for_a_rerun(void **state)
{
    (void)state;
    static const struct {
        const char *argv[12], *words;
    } rows[] = {
        {{"run", "-p", "my profile"}, "<-p><my profile>"},
        {{"run", "--profile=it's", "--jobs", "4", "-v"}, "<--profile=it's>"},
        {{"run", "-pmine"}, "<-pmine>"},
        {{"run", "--prof", "mine", "--data=/x"}, "<--prof><mine><--data=/x>"},
        {{"run", "--at", "tcp://h:1", "--without", "a b", "--without=c", "--time-scale", "2", "--sandbox", "none"},
         "<--at><tcp://h:1><--without><a b><--without=c><--time-scale><2><--sandbox><none>"},
        {{"run", "--thorough", "-p", "a", "--thor"}, "<--thorough><-p><a><--thor>"},
        {{"run", "--strict", "word", "--tap", "x", "--level", "MUST"}, ""},
        {{"run", "--", "prog", "--data", "x", "-p", "y"}, ""},
        {{"run", "--data", "--at", "x"}, "<--data><--at>"},
        {{"run", "--data"}, "<--data>"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *argv[12];
        int argc = 0;
        while (argc < 12 && rows[i].argv[argc]) {
            argv[argc] = (char *)rows[i].argv[argc];
            argc++;
        }
        char *options = launch_rerun_options(argc, argv);
        char *words = *options ? shell_words(options) : duplicate("");
        assert_string_equal(words, rows[i].words);
        free(options);
        free(words);
    }
}

static void test_a_suite_of_ones_own_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *path, *data, *line;
    } rows[] = {
        {"/data/suites/p/s.yaml", "/data", "sockspec run -v p/x"},
        {"/data/suites/p/s.yaml", "/data/", "sockspec run -v p/x"},
        {"/data2/suites/p/s.yaml", "/data", "sockspec run -v /data2/suites/p/s.yaml:p/x"},
        {"own.yaml", "/data", "sockspec run -v own.yaml:p/x"},
        {"my own.yaml", "/data", "sockspec run -v 'my own.yaml:p/x'"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct suite own = {.path = rows[i].path};
        struct test_case of_it = {.suite = &own};
        struct plan_entry entry = {.test = &of_it, .id = "p/x"};
        char *line = launch_rerun(&entry, rows[i].data, " -v", NULL);
        assert_string_equal(line, rows[i].line);
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_command_must_say_how_the_program_is_reached),
        cmocka_unit_test(test_capabilities_may_be_declared_absent),
        cmocka_unit_test(test_a_profile_goes_by_name_or_path),
        cmocka_unit_test(test_commands_are_relative_to_the_profile),
        cmocka_unit_test(test_a_rerun_line_means_the_same_to_a_shell),
        cmocka_unit_test(test_options_of_the_run_are_kept_for_a_rerun),
        cmocka_unit_test(test_a_suite_of_ones_own_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
