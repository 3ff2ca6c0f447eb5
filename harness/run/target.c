#include "run/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "suite/template.h"
#include "wire/channel.h"
#include "wire/tls.h"

// --- a program that runs already ---

// Takes "host:port", "[host]:port" or the host alone apart. False when it is none of them.
static bool split_authority(char *authority, const char **host, const char **port)
{
    char *behind = strrchr(authority, ':');
    *host = authority;
    if (authority[0] == '[') {
        char *bracket = strchr(authority, ']');
        if (!bracket)
            return false;
        *bracket = '\0';
        *host = authority + 1;
        behind = bracket[1] ? bracket + 1 : NULL;
        if (behind && *behind != ':')
            return false;
    }
    if (behind) {
        *behind = '\0';
        *port = behind + 1;
    }
    return **host && *port;
}

// Server name indication is for names alone (RFC 6066 section 3).
static bool is_address(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static int resolve(char *authority, const char *port, bool datagrams, struct target *target)
{
    const char *host;
    long long number;
    if (!split_authority(authority, &host, &port) || parse_integer(port, &number) < 0 || number < 1 || number > 65535)
        return -EINVAL;
    struct addrinfo hints = {.ai_socktype = datagrams ? SOCK_DGRAM : SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return -EINVAL;
    target->address.length = found->ai_addrlen;
    memcpy(&target->address.any, found->ai_addr, found->ai_addrlen);
    if (target->tls && !is_address(host))
        target->server_name = duplicate(host);
    freeaddrinfo(found);
    return 0;
}

int target_parse(const char *url, struct target *target, const char **message)
{
    static const struct {
        const char *scheme;
        const char *default_port;
        bool datagrams;
        bool tls;
    } schemes[] = {
        {"ws://", "80", false, false},
        {"wss://", "443", false, true},
        {"tcp://", NULL, false, false},
        {"udp://", NULL, true, false},
    };
    target->running = true;
    *message =
        "not a URL such as ws://127.0.0.1:9001/, wss://localhost/, tcp://[::1]:80, udp://localhost:1200 or unix:/run/x.sock";
    if (strncmp(url, "unix:", 5) == 0)
        return url[5] == '\0' || net_local(url + 5, &target->address) < 0 ? -EINVAL : 0;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t prefix = strlen(schemes[i].scheme);
        if (strncmp(url, schemes[i].scheme, prefix) != 0)
            continue;
        const char *slash = strchr(url + prefix, '/');
        char *authority = duplicate_bytes(url + prefix, slash ? (size_t)(slash - url) - prefix : strlen(url + prefix));
        if (slash)
            target->path = slash;
        target->tls = schemes[i].tls ? tls_client_context(NULL) : NULL;
        int result = resolve(authority, schemes[i].default_port, schemes[i].datagrams, target);
        free(authority);
        if (result < 0)
            *message = "no address for its host and port";
        return result;
    }
    return -EINVAL;
}

void target_end(struct target *target)
{
    tls_context_free(target->tls);
    free(target->server_name);
    *target = (struct target){0};
}

// --- arguments ---

struct arguments {
    char **items;
    size_t count;
};

static void add(struct arguments *arguments, char *word)
{
    arguments->items = grow(arguments->items, arguments->count, sizeof *arguments->items);
    arguments->items[arguments->count++] = word;
}

// The path that {cert}, {key}, {ca} or {other-key} stands for, or NULL.
static const char *file_named(const struct credential_files *files, const char *name)
{
    const struct {
        const char *name;
        const char *path;
    } known[] = {{"cert", files->cert}, {"key", files->key}, {"ca", files->ca}, {"other-key", files->other_key}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].path;
    return NULL;
}

static char *late_value(const char *name, const struct endpoint *endpoint, const char *value)
{
    bool v6 = strchr(endpoint->host, ':') != NULL;
    const char *open = v6 ? "[" : "";
    const char *close = v6 ? "]" : "";
    if (strcmp(name, "host") == 0)
        return duplicate(endpoint->host);
    if (strcmp(name, "port") == 0)
        return format_text("%d", endpoint->port);
    if (strcmp(name, "address") == 0)
        return format_text("%s%s%s:%d", open, endpoint->host, close, endpoint->port);
    if (strcmp(name, "url") == 0)
        return format_text("%s://%s%s%s:%d/ws", endpoint->files ? "wss" : "ws", open, endpoint->host, close,
                           endpoint->port);
    if (strcmp(name, "path") == 0)
        return duplicate(endpoint->path ? endpoint->path : "");
    if (strcmp(name, "refused-port") == 0)
        return format_text("%d", endpoint->refused_port);
    if (strcmp(name, "used-port") == 0)
        return format_text("%d", endpoint->used_port);
    if (strcmp(name, "full-port") == 0)
        return format_text("%d", endpoint->full_port);
    if (strcmp(name, "value") == 0 && value)
        return duplicate(value);
    const char *file = endpoint->files ? file_named(endpoint->files, name) : NULL;
    return file ? duplicate(file) : NULL;
}

// The word with its placeholders replaced.
static char *expand(const char *word, const struct endpoint *endpoint, const char *value)
{
    struct buffer out = {0};
    size_t done = 0;
    size_t from = 0;
    size_t start;
    size_t length;
    while (template_find(word, strlen(word), from, &start, &length)) {
        char *name = duplicate_bytes(word + start, length);
        char *text = late_value(name, endpoint, value);
        free(name);
        from = start + length + 1;
        if (!text)
            continue;
        buffer_append(&out, word + done, start - 1 - done);
        buffer_text(&out, text);
        free(text);
        done = from;
    }
    buffer_text(&out, word + done);
    return buffer_take(&out);
}

static void add_all(struct arguments *arguments, const char *const *words, const struct endpoint *endpoint,
                    const char *value)
{
    for (; *words; words++)
        add(arguments, expand(*words, endpoint, value));
}

static const struct program_option *find_option(const struct program_option *options, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

// How the program is told an option: as the profile says, or else as the program's own entry does.
static const struct program_option *spelling(const struct launch *launch, const char *name)
{
    const struct program_option *option = find_option(launch->options, launch->option_count, name);
    return option ? option : find_option(launch->program->options, launch->program->option_count, name);
}

static void add_options(struct arguments *arguments, const struct launch *launch, const struct test_case *test,
                        const struct endpoint *endpoint)
{
    for (size_t i = 0; i < test->option_count; i++) {
        const struct program_option *option = spelling(launch, test->options[i].name);
        char *value = expand(test->options[i].value, endpoint, NULL);
        if (option)
            add_all(arguments, option->arguments, endpoint, value);
        free(value);
    }
}

char **target_arguments(const struct launch *launch, const struct test_case *test, const struct endpoint *endpoint)
{
    struct arguments arguments = {0};
    const char *const *own = test->arguments ? test->arguments : launch->program->arguments;
    bool placed = false;
    bool optioned = false;
    for (size_t i = 0; launch->command[i]; i++) {
        const char *word = launch->command[i];
        if (strcmp(word, "{options}") == 0) {
            add_options(&arguments, launch, test, endpoint);
            optioned = true;
            continue;
        }
        bool placeholder = i > 0 && has_late_name(word);
        bool all = strcmp(word, "{arguments}") == 0;
        if (all || (placeholder && test->arguments)) {
            // A case's own arguments take the place of all words with placeholders.
            if (!placed)
                add_all(&arguments, own, endpoint, NULL);
            placed = true;
            continue;
        }
        placed |= placeholder;
        add(&arguments, expand(word, endpoint, NULL));
    }
    if (!placed && launch->port == 0)
        add_all(&arguments, own, endpoint, NULL);
    if (!optioned)
        add_options(&arguments, launch, test, endpoint);
    add(&arguments, NULL);
    return arguments.items;
}

void arguments_free(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}

static bool words_mention(const char *const *words, const char *name)
{
    char *placeholder = format_text("{%s}", name);
    bool found = false;
    for (; words && *words; words++)
        found |= strstr(*words, placeholder) != NULL;
    free(placeholder);
    return found;
}

bool arguments_mention(const struct test_case *test, const char *name)
{
    return words_mention(test->arguments, name);
}

bool target_tells_endpoint(const struct launch *launch, const struct test_case *test)
{
    static const char *const names[] = {"port", "path"};
    bool told = !test->arguments;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        told |= words_mention(test->arguments, names[n]);
        for (size_t i = 0; i < test->option_count; i++) {
            const struct program_option *option = spelling(launch, test->options[i].name);
            told |= option && words_mention(option->arguments, names[n]);
        }
    }
    return told;
}

// --- what cannot be asked ---

static bool is_absent(const struct launch *launch, const char *capability)
{
    for (size_t i = 0; i < launch->absent_count; i++)
        if (strcmp(launch->absent[i], capability) == 0)
            return true;
    return false;
}

// Steps that only who started the program can do.
static const bool needs_process_table[STEP_COUNT] = {
    [STEP_STDIN] = true,
    [STEP_STDIN_EOF] = true,
    [STEP_EXPECT_STDOUT] = true,
    [STEP_EXPECT_STDERR] = true,
    [STEP_SIGNAL] = true,
    [STEP_EXPECT_EXIT] = true,
    [STEP_RESTART] = true,
    [STEP_RESOURCES] = true,
    [STEP_EXPECT_RESOURCES] = true,
    [STEP_EXPECT_KEEPALIVE] = true,
    [STEP_EXPECT_PATH] = true,
};

static bool needs_process(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (needs_process_table[steps[i].word] || needs_process(steps[i].steps, steps[i].step_count))
            return true;
    return false;
}

static bool connects_elsewhere(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].address || connects_elsewhere(steps[i].steps, steps[i].step_count))
            return true;
    return false;
}

const char *target_missing(const struct target *target, const struct launch *launch, const struct test_case *test)
{
    if (target->running) {
        if (test->role != ROLE_SERVER)
            return "only a server can be running already";
        if (test->arguments || test->option_count || test->place != PLACE_USUAL ||
            needs_process(test->script.steps, test->script.count))
            return "needs to start the program, which runs already";
        if (connects_elsewhere(test->script.steps, test->script.count))
            return "connects to another address than that of the program, which runs already";
        return NULL;
    }
    for (size_t i = 0; i < test->need_count; i++)
        if (is_absent(launch, test->needs[i]))
            return test->needs[i];
    for (size_t i = 0; i < test->option_count; i++)
        if (is_absent(launch, test->options[i].name))
            return test->options[i].name;
    if (test->certificate != CERTIFICATE_NONE && is_absent(launch, tls_capability))
        return tls_capability;
    if (test->arguments && launch->port != 0)
        return "takes no arguments: its port is fixed";
    return NULL;
}
