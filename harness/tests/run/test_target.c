// URLs of running programs, argument vectors, and what cannot be asked.
#include "support.h"

#include <errno.h>

#include "run/target.h"

static void test_urls_become_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *url, *address, *path;
    } rows[] = {
        {"ws://127.0.0.1:9001/", "127.0.0.1:9001", "/"},
        {"ws://127.0.0.1", "127.0.0.1:80", NULL},
        {"ws://127.0.0.1/chat?x=1:2", "127.0.0.1:80", "/chat?x=1:2"},
        {"ws://[::1]/x", "[::1]:80", "/x"},
        {"wss://127.0.0.1/x", "127.0.0.1:443", "/x"},
        {"wss://[::1]:9443", "[::1]:9443", NULL},
        {"tcp://[::1]:8080", "[::1]:8080", NULL},
        {"tcp://127.0.0.1:1", "127.0.0.1:1", NULL},
        {"udp://127.0.0.1:65535", "127.0.0.1:65535", NULL},
        {"unix:/run/x.sock", "/run/x.sock", NULL},
        {"unix:relative.sock", "relative.sock", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct target target = {0};
        const char *message;
        struct buffer text = {0};
        if (target_parse(rows[i].url, &target, &message) != 0)
            fail_msg("%s: %s", rows[i].url, message);
        assert_true(target.running);
        net_address_text(&target.address, &text);
        assert_string_equal(buffer_string(&text), rows[i].address);
        if (rows[i].path)
            assert_string_equal(target.path, rows[i].path);
        else
            assert_null(target.path);
        assert_int_equal(target.tls != NULL, strncmp(rows[i].url, "wss", 3) == 0);
        assert_null(target.server_name);
        target_end(&target);
        buffer_free(&text);
    }
}

static void test_names_are_resolved(void **state)
{
    (void)state;
    struct target target = {0};
    const char *message;
    assert_int_equal(target_parse("tcp://localhost:8080", &target, &message), 0);
    assert_int_equal(net_port(&target.address), 8080);
    assert_null(target.server_name);
    target_end(&target);
    assert_int_equal(target_parse("wss://localhost", &target, &message), 0);
    assert_int_equal(net_port(&target.address), 443);
    assert_string_equal(target.server_name, "localhost");
    target_end(&target);
}

static void test_what_is_no_url_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "localhost:80",
        "http://127.0.0.1:80/",
        "tcp://127.0.0.1",
        "tcp://",
        "tcp://:80",
        "tcp://[]:80",
        "tcp://[::1]",
        "udp://127.0.0.1/",
        "tcp://[::1",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:",
        "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:-1",
        "ws:///path",
        "tcp://127.0.0.1:80x",
        "tcp://[::1]x:80",
        "tcp://256.0.0.1:80",
        "unix:",
        "ws://nowhere.invalid/",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct target target = {0};
        const char *message = NULL;
        if (target_parse(wrong[i], &target, &message) != -EINVAL)
            fail_msg("accepted: %s", wrong[i]);
        assert_non_null(message);
    }
    struct target target = {0};
    const char *message;
    char path[200] = "unix:/";
    memset(path + 6, 'x', 190);
    assert_int_equal(target_parse(path, &target, &message), -EINVAL);
}

static struct program_option own_options[] = {
    {"timeout", (const char *[]){"--timeout", "{value}", NULL}},
    {"quiet", (const char *[]){"--quiet", NULL}},
};
static struct program_option profile_options[] = {
    {"timeout", (const char *[]){"-t{value}", NULL}},
};

static struct program program_of(enum role role, const char **arguments)
{
    return (struct program){
        .name = "p", .role = role, .arguments = arguments, .options = own_options, .option_count = 2};
}

static const struct endpoint place = {
    .host = "127.0.0.1", .port = 7, .path = "/s", .refused_port = 1, .used_port = 2, .full_port = 3};

static void check_arguments(const struct launch *launch, const struct test_case *test, const struct endpoint *endpoint,
                            const char *expected)
{
    char **arguments = target_arguments(launch, test, endpoint);
    struct buffer out = {0};
    for (size_t i = 0; arguments[i]; i++)
        buffer_format(&out, "%s<%s>", i ? " " : "", arguments[i]);
    assert_string_equal(buffer_string(&out), expected);
    buffer_free(&out);
    arguments_free(arguments);
}

static void test_placeholders_are_replaced(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_CLIENT, (const char *[]){"{address}", NULL});
    static const struct {
        const char *word, *v4, *v6;
    } rows[] = {
        {"{host}", "127.0.0.1", "::1"},
        {"{port}", "7", "7"},
        {"{address}", "127.0.0.1:7", "[::1]:7"},
        {"{url}", "ws://127.0.0.1:7/ws", "ws://[::1]:7/ws"},
        {"{path}", "/s", ""},
        {"{refused-port}", "1", "1"},
        {"{used-port}", "2", "2"},
        {"{full-port}", "3", "3"},
        {"-a{port}b{host}c", "-a7b127.0.0.1c", "-a7b::1c"},
        {"{port}{port}", "77", "77"},
        {"{value}{port}", "{value}7", "{value}7"},
        {"{other}{port", "{other}{port", "{other}{port"},
        {"{other}{port}", "{other}7", "{other}7"},
        {"{{port}", "{7", "{7"},
    };
    struct endpoint v6 = {.host = "::1", .port = 7, .refused_port = 1, .used_port = 2, .full_port = 3};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct launch launch = {.program = &program, .command = (const char *[]){"run", "{host}", rows[i].word, NULL}};
        struct test_case test = {.program = &program};
        char *expected = format_text("<run> <127.0.0.1> <%s>", rows[i].v4);
        check_arguments(&launch, &test, &place, expected);
        free(expected);
        expected = format_text("<run> <::1> <%s>", rows[i].v6);
        check_arguments(&launch, &test, &v6, expected);
        free(expected);
    }
}

static void test_under_tls_there_are_files_and_another_scheme(void **state)
{
    (void)state;
    static const struct credential_files files = {.cert = "/c", .key = "/k", .ca = "/a", .other_key = "/o"};
    struct program program = program_of(ROLE_CLIENT, (const char *[]){"{url}", NULL});
    struct launch launch = {.program = &program, .command = (const char *[]){"run", "{arguments}", NULL}};
    struct setting options[] = {{"timeout", "{ca}{other-key}"}};
    struct test_case test = {.program = &program,
                             .arguments = (const char *[]){"{url}", "-{cert}.{key}", NULL},
                             .options = options,
                             .option_count = 1};
    struct endpoint secure = place;
    secure.files = &files;
    check_arguments(&launch, &test, &secure, "<run> <wss://127.0.0.1:7/ws> <-/c./k> <--timeout> </a/o>");
    check_arguments(&launch, &test, &place,
                    "<run> <ws://127.0.0.1:7/ws> <-{cert}.{key}> <--timeout> <{ca}{other-key}>");
}

static void test_a_command_without_placeholders_gets_the_arguments_appended(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_SERVER, (const char *[]){"{port}", "-d", NULL});
    struct launch launch = {.program = &program, .command = (const char *[]){"run", "-v", NULL}};
    struct test_case test = {.program = &program};
    check_arguments(&launch, &test, &place, "<run> <-v> <7> <-d>");
    launch.port = 1200; // fixed in the source: it takes none
    check_arguments(&launch, &test, &place, "<run> <-v>");
    launch.port = 0;
    launch.command = (const char *[]){"{port}", NULL}; // the name of the program is no place for arguments
    check_arguments(&launch, &test, &place, "<7> <7> <-d>");
}

static void test_the_word_arguments_stands_for_all_of_them(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_SERVER, (const char *[]){"{port}", "-d", NULL});
    struct launch launch = {.program = &program, .command = (const char *[]){"run", "{arguments}", "-v", NULL}};
    struct test_case test = {.program = &program};
    check_arguments(&launch, &test, &place, "<run> <7> <-d> <-v>");
    test.arguments = (const char *[]){"own", NULL};
    check_arguments(&launch, &test, &place, "<run> <own> <-v>");
    test.arguments = (const char *[]){NULL};
    check_arguments(&launch, &test, &place, "<run> <-v>");
}

static void test_own_arguments_take_the_place_of_words_with_placeholders(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_CLIENT, (const char *[]){"{address}", NULL});
    struct launch launch = {.program = &program,
                            .command = (const char *[]){"run", "-h", "{host}", "-v", "-p{port}", NULL}};
    struct test_case test = {.program = &program, .arguments = (const char *[]){"localhost:{refused-port}", "x", NULL}};
    check_arguments(&launch, &test, &place, "<run> <-h> <localhost:1> <x> <-v>");
    launch.command = (const char *[]){"run", NULL};
    check_arguments(&launch, &test, &place, "<run> <localhost:1> <x>");
}

static void test_options_follow_and_the_profile_knows_better(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_SERVER, (const char *[]){"{port}", NULL});
    struct launch launch = {.program = &program, .command = (const char *[]){"run", NULL}};
    struct setting settings[] = {{"timeout", "2s"}, {"quiet", "yes"}, {"unknown", "x"}};
    struct test_case test = {.program = &program, .options = settings, .option_count = 3};
    check_arguments(&launch, &test, &place, "<run> <7> <--timeout> <2s> <--quiet>");
    launch.options = profile_options;
    launch.option_count = 1;
    check_arguments(&launch, &test, &place, "<run> <7> <-t2s> <--quiet>");
}

static void test_the_word_options_says_where_they_stand(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_SERVER, (const char *[]){"{port}", NULL});
    struct launch launch = {.program = &program, .command = (const char *[]){"run", "{options}", "{arguments}", NULL}};
    struct setting settings[] = {{"timeout", "2s"}, {"quiet", "yes"}};
    struct test_case test = {.program = &program, .options = settings, .option_count = 2};
    check_arguments(&launch, &test, &place, "<run> <--timeout> <2s> <--quiet> <7>");
    test.option_count = 0;
    check_arguments(&launch, &test, &place, "<run> <7>");
    test.option_count = 1;
    launch.command = (const char *[]){"run", "{options}", NULL};
    check_arguments(&launch, &test, &place, "<run> <--timeout> <2s> <7>");
}

static void test_an_option_may_tell_where_to_listen(void **state)
{
    (void)state;
    struct program_option options[] = {{"listen", (const char *[]){"-l", "{port}", NULL}},
                                       {"unix", (const char *[]){"-lU", "{path}", NULL}},
                                       {"quiet", (const char *[]){"-q", NULL}}};
    struct program program = {
        .name = "p", .arguments = (const char *[]){"{host}", NULL}, .options = options, .option_count = 3};
    struct launch launch = {.program = &program, .command = (const char *[]){"run", NULL}};
    struct setting setting = {"listen", "yes"};
    struct test_case test = {.program = &program, .arguments = (const char *[]){NULL}};
    assert_false(target_tells_endpoint(&launch, &test));
    test.options = &setting;
    test.option_count = 1;
    assert_true(target_tells_endpoint(&launch, &test));
    check_arguments(&launch, &test, &place, "<run> <-l> <7>");
    setting.name = "unix";
    assert_true(target_tells_endpoint(&launch, &test));
    setting.name = "quiet";
    assert_false(target_tells_endpoint(&launch, &test));
    test.arguments = (const char *[]){"-l", "{port}", NULL};
    assert_true(target_tells_endpoint(&launch, &test));
    test.arguments = NULL; // the program's own
    assert_true(target_tells_endpoint(&launch, &test));
}

static void test_a_case_mentions_ports_by_name(void **state)
{
    (void)state;
    struct test_case test = {.arguments = (const char *[]){"a", "127.0.0.1:{used-port}", NULL}};
    assert_true(arguments_mention(&test, "used-port"));
    assert_false(arguments_mention(&test, "full-port"));
    assert_false(arguments_mention(&test, "port"));
    test.arguments = NULL;
    assert_false(arguments_mention(&test, "used-port"));
    arguments_free(NULL);
}

static void test_what_is_declared_absent_is_not_asked(void **state)
{
    (void)state;
    struct program program = program_of(ROLE_SERVER, (const char *[]){"{port}", NULL});
    struct launch launch = {
        .program = &program, .absent = (const char *[]){"ipv6", "timeout", NULL}, .absent_count = 2};
    struct target target = {0};
    struct test_case test = {.program = &program};
    assert_null(target_missing(&target, &launch, &test));
    test.needs = (const char *[]){"signals", "ipv6", NULL};
    test.need_count = 2;
    assert_string_equal(target_missing(&target, &launch, &test), "ipv6");
    test.need_count = 1;
    assert_null(target_missing(&target, &launch, &test));
    test.options = (struct setting[]){{"timeout", "2s"}};
    test.option_count = 1;
    assert_string_equal(target_missing(&target, &launch, &test), "timeout");
    test.option_count = 0;
    test.certificate = CERTIFICATE_EXPIRED;
    assert_null(target_missing(&target, &launch, &test));
    launch.absent = (const char *[]){"tls", "timeout", NULL};
    assert_string_equal(target_missing(&target, &launch, &test), "tls");
    test.certificate = CERTIFICATE_NONE;
    test.arguments = (const char *[]){"x", NULL};
    assert_null(target_missing(&target, &launch, &test));
    launch.port = 1200;
    assert_string_equal(target_missing(&target, &launch, &test), "takes no arguments: its port is fixed");
}

static void test_a_running_program_is_not_started(void **state)
{
    (void)state;
    struct program server = program_of(ROLE_SERVER, NULL);
    struct program client = program_of(ROLE_CLIENT, NULL);
    struct target target = {.running = true};
    struct test_case test = {.program = &client, .role = ROLE_CLIENT};
    assert_string_equal(target_missing(&target, NULL, &test), "only a server can be running already");
    test.program = &server;
    test.role = ROLE_SERVER;
    assert_null(target_missing(&target, NULL, &test));
    static const enum step_word about_the_process[] = {STEP_STDIN,       STEP_STDIN_EOF, STEP_EXPECT_STDOUT,
                                                       STEP_SIGNAL,      STEP_RESTART,   STEP_EXPECT_STDERR,
                                                       STEP_EXPECT_EXIT, STEP_RESOURCES, STEP_EXPECT_RESOURCES};
    for (size_t i = 0; i < COUNT(about_the_process); i++) {
        struct step inner = {.word = about_the_process[i]};
        struct step steps[] = {{.word = STEP_CONNECT}, {.word = STEP_REPEAT, .steps = &inner, .step_count = 1}};
        test.script = (struct script){steps, 2};
        assert_string_equal(target_missing(&target, NULL, &test), "needs to start the program, which runs already");
    }
    struct step harmless[] = {{.word = STEP_CONNECT}, {.word = STEP_EXPECT}, {.word = STEP_CONTROL}};
    test.script = (struct script){harmless, 3};
    assert_null(target_missing(&target, NULL, &test));
    test.option_count = 1;
    assert_string_equal(target_missing(&target, NULL, &test), "needs to start the program, which runs already");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls_become_addresses),
        cmocka_unit_test(test_names_are_resolved),
        cmocka_unit_test(test_what_is_no_url_is_refused),
        cmocka_unit_test(test_placeholders_are_replaced),
        cmocka_unit_test(test_under_tls_there_are_files_and_another_scheme),
        cmocka_unit_test(test_a_command_without_placeholders_gets_the_arguments_appended),
        cmocka_unit_test(test_the_word_arguments_stands_for_all_of_them),
        cmocka_unit_test(test_own_arguments_take_the_place_of_words_with_placeholders),
        cmocka_unit_test(test_options_follow_and_the_profile_knows_better),
        cmocka_unit_test(test_the_word_options_says_where_they_stand),
        cmocka_unit_test(test_an_option_may_tell_where_to_listen),
        cmocka_unit_test(test_a_case_mentions_ports_by_name),
        cmocka_unit_test(test_what_is_declared_absent_is_not_asked),
        cmocka_unit_test(test_a_running_program_is_not_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
