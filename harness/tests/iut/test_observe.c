// Watching programs from outside: what they listen on and what they use.
#include "support.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

static int bind_loopback(struct cell *cell, int family, int type, uint16_t port)
{
    int handle = cell_socket(cell, family, type);
    assert_true(handle >= 0);
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
    assert_int_equal(family == AF_INET ? bind(handle, (struct sockaddr *)&v4, sizeof v4)
                                       : bind(handle, (struct sockaddr *)&v6, sizeof v6),
                     0);
    return handle;
}

static void tcp_listening_is_seen(struct cell *cell, int family, int expected)
{
    uint16_t port = (uint16_t)cell_free_port(cell, SOCK_STREAM);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), 0);
    int handle = bind_loopback(cell, family, SOCK_STREAM, port);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), 0);
    assert_int_equal(listen(handle, 1), 0);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), expected);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, (uint16_t)(port + 1), NULL), 0);
    close(handle);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), 0);
}

static void test_tcp_listener_is_seen(void **state)
{
    tcp_listening_is_seen(fixture_of(state)->cell, AF_INET, LISTENING);
    tcp_listening_is_seen(fixture_of(state)->cell, AF_INET6, LISTENING_ON_IPV6);
}

static void test_tcp_listener_of_both_families_is_not_on_ipv6_alone(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    uint16_t port = (uint16_t)cell_free_port(cell, SOCK_STREAM);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    int handle = cell_socket(cell, AF_INET6, SOCK_STREAM), off = 0;
    assert_int_equal(setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
    assert_int_equal(bind(handle, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(handle, 1), 0);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), LISTENING);
    close(handle);
}

static void test_tcp_listener_is_seen_in_proc_too(void **state)
{
    fixture_of(state)->cell->diagnosis = -2; // as on a kernel that answers no netlink
    tcp_listening_is_seen(fixture_of(state)->cell, AF_INET, LISTENING);
    tcp_listening_is_seen(fixture_of(state)->cell, AF_INET6, LISTENING);
}

static void test_connections_are_not_listeners(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    uint16_t port = (uint16_t)cell_free_port(cell, SOCK_STREAM);
    int listener = bind_loopback(cell, AF_INET, SOCK_STREAM, port);
    assert_int_equal(listen(listener, 1), 0);
    int client = cell_socket(cell, AF_INET, SOCK_STREAM);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    int server = accept(listener, NULL, NULL);
    assert_true(server >= 0);
    close(listener);
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), 0);
    cell->diagnosis = -2;
    assert_int_equal(cell_listening(cell, ENDPOINT_TCP, port, NULL), 0);
    close(server);
    close(client);
}

static void test_udp_port_is_seen(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < 2; i++) {
        uint16_t port = (uint16_t)cell_free_port(cell, SOCK_DGRAM);
        assert_int_equal(cell_listening(cell, ENDPOINT_UDP, port, NULL), 0);
        int handle = bind_loopback(cell, families[i], SOCK_DGRAM, port);
        assert_int_equal(cell_listening(cell, ENDPOINT_UDP, port, NULL), 1);
        close(handle);
        assert_int_equal(cell_listening(cell, ENDPOINT_UDP, port, NULL), 0);
    }
}

static void test_unix_listener_is_seen(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/sockspec-test-%d", (int)getpid());
    int handle = cell_socket(cell, AF_UNIX, SOCK_STREAM);
    assert_int_equal(bind(handle, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, address.sun_path), 0);
    assert_int_equal(listen(handle, 1), 0);
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, address.sun_path), 1);
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, "/tmp/sockspec-test"), 0);
    close(handle);
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, address.sun_path), 0);
    unlink(address.sun_path);
}

static void test_unix_listener_with_a_relative_name_is_seen(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    char name[64], path[128];
    snprintf(name, sizeof name, "sockspec-relative-%d", (int)getpid());
    snprintf(path, sizeof path, "/tmp/%s", name);
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    const char *const arguments[] = {self, "listen", name, NULL};
    struct process process;
    struct process_start how = {.argv = arguments, .directory = "/tmp"};
    assert_int_equal(cell_start(cell, &how, &process), 0);
    read_until(process.output, "ready");
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, path), 1);
    assert_int_equal(cell_listening(cell, ENDPOINT_UNIX, 0, path + 6), 0);
    finish(cell, &process);
    unlink(path);
}

static int role_listen(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    int handle = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(handle, (struct sockaddr *)&address, sizeof address) < 0 || listen(handle, 1) < 0)
        return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

static int role_descriptors(int count)
{
    for (int i = 0; i < count; i++)
        if (open("/dev/null", O_RDONLY) < 0)
            return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

static int role_memory(int mebibytes)
{
    size_t size = (size_t)mebibytes << 20;
    char *memory = malloc(size);
    if (!memory)
        return 1;
    memset(memory, 1, size);
    printf("ready %d\n", memory[size / 2]);
    fflush(stdout);
    pause();
    free(memory);
    return 0;
}

static void *idle(void *context)
{
    pause();
    return context;
}

static int role_threads(int count)
{
    pthread_t thread;
    for (int i = 0; i < count; i++)
        if (pthread_create(&thread, NULL, idle, NULL) != 0)
            return 1;
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

static int role_zombies(int count)
{
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        siginfo_t information;
        waitid(P_PID, (id_t)child, &information, WEXITED | WNOWAIT);
    }
    puts("ready");
    fflush(stdout);
    pause();
    return 0;
}

static struct cell_usage usage_of_role(struct cell *cell, const char *role, const char *argument)
{
    struct cell_usage usage;
    struct process process = start_role(cell, role, argument);
    read_until(process.output, "ready");
    assert_int_equal(cell_usage(cell, &usage), 0);
    finish(cell, &process);
    return usage;
}

static void test_an_empty_cell_uses_nothing(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct cell_usage usage = {1, 1, 1, 1};
    assert_int_equal(cell_usage(cell, &usage), 0);
    assert_int_equal(usage.descriptors + usage.threads + usage.zombies + usage.memory_kib, 0);
}

static void test_usage_grows_with_what_a_program_takes(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct cell_usage base = usage_of_role(cell, "descriptors", "0");
    assert_true(base.descriptors >= 3);
    assert_true(base.threads >= 1);
    assert_true(base.memory_kib > 0);
    assert_int_equal(base.zombies, 0);
    assert_int_equal(usage_of_role(cell, "descriptors", "100").descriptors, base.descriptors + 100);
    assert_true(usage_of_role(cell, "threads", "5").threads >= base.threads + 5);
    assert_int_equal(usage_of_role(cell, "zombies", "3").zombies, 3);
    assert_true(usage_of_role(cell, "memory", "20").memory_kib >= base.memory_kib + 15 * 1024);
}

static void test_usage_counts_children_and_orphans(void **state)
{
    struct cell *cell = fixture_of(state)->cell;
    struct process process = start_shell(cell, "(setsid sh -c 'echo one; exec sleep 1000' &); sh -c 'echo "
                                               "two; sleep 1000 & wait' & echo three; wait");
    read_until(process.output, "one");
    struct cell_usage usage;
    for (int64_t deadline = soon(); clock_now() < deadline;) {
        assert_int_equal(cell_usage(cell, &usage), 0);
        if (usage.threads == 4) // the shell, the orphan, the child and its child
            break;
    }
    assert_int_equal(usage.threads, 4);
    assert_int_equal(usage.zombies, 0);
    finish(cell, &process);
    test_an_empty_cell_uses_nothing(state);
}

static const struct {
    const char *name;
    int (*run)(int count);
} roles[] = {
    {"descriptors", role_descriptors},
    {"memory", role_memory},
    {"threads", role_threads},
    {"zombies", role_zombies},
};

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "listen") == 0)
        return role_listen(argv[2]);
    for (size_t i = 0; argc == 3 && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(argv[1], roles[i].name) == 0)
            return roles[i].run(atoi(argv[2]));
    const struct CMUnitTest tests[] = {
        IN_ALL(test_tcp_listener_is_seen),
        IN_ALL(test_tcp_listener_of_both_families_is_not_on_ipv6_alone),
        IN_ALL(test_tcp_listener_is_seen_in_proc_too),
        IN_ALL(test_connections_are_not_listeners),
        IN_ALL(test_udp_port_is_seen),
        IN_ALL(test_unix_listener_is_seen),
        IN_ALL(test_unix_listener_with_a_relative_name_is_seen),
        IN_ALL(test_an_empty_cell_uses_nothing),
        IN_ALL(test_usage_grows_with_what_a_program_takes),
        IN_ALL(test_usage_counts_children_and_orphans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
