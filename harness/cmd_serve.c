// `sockspec serve`: judge WebSocket clients that come by themselves.
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "cmd.h"
#include "run/launch.h"
#include "run/mirror.h"
#include "serve/server.h"
#include "wire/tls.h"

static const char help[] =
    "usage: sockspec serve [OPTION...] [CASE...]\n"
    "\n"
    "Judges the WebSocket clients that connect. It speaks the protocol of the Autobahn Testsuite's fuzzing server, so\n"
    "that a library's own driver for that one does: /getCaseCount, then for each N /runCase?case=N&agent=NAME, where the\n"
    "client echoes every message, then /updateReports?agent=NAME. /getCaseInfo and /getCaseStatus say what case N is\n"
    "and what came of it.\n"
    "\n"
    "CASE is an id or shell-style pattern of ws-echo-server's cases (default: all that make sense turned around).\n"
    "\n"
    "  -p, --port PORT       where to listen (default 9001; 0: the kernel picks one)\n"
    "      --host ADDRESS    the address to listen at (default 127.0.0.1)\n"
    "      --cert FILE --key FILE  speak wss with this certificate chain and key (PEM)\n"
    "      --reports DIR     where NAME.jsonl and index.json go (default reports/clients)\n"
    "      --list            print the ids of the cases, in order, and end\n"
    "      --once            end when the first client has asked for its reports\n"
    "      --expectations NAME  what is known to deviate: a name in expectations/, or a path\n"
    "      --autobahn PATTERN  only equivalents of the Autobahn Testsuite's cases of these numbers ('6.4.*')\n"
    "      --thorough        repeat a thousand times where a few times do by default\n"
    "      --time-scale X    stretch every deadline by this factor (default 1)\n"
    "      --strict          nonstrict counts as a failure\n"
    "      --data DIR        the conformance data\n"
    "\n"
    "Ends by SIGINT or SIGTERM. Exit status: 0 as expected, 1 a case failed, 2 usage or no case ran, 4 error of the\n"
    "harness.\n";

struct serve_options {
    const char *data;
    const char *host;
    const char *reports;
    const char *certificate;
    const char *key;
    const char *expectations;
    const char *autobahn;
    long long port;
    double time_scale;
    bool list;
    bool once;
    bool thorough;
    bool strict;
};

static int parse_port(const char *text, long long *port)
{
    if (parse_integer(text, port) < 0 || *port < 0 || *port > 65535)
        return usage_error("--port: `%s` is not a number from 0 to 65535", text);
    return 0;
}

static int parse_option(struct serve_options *options, int code)
{
    switch (code) {
    case 'p':
        return parse_port(optarg, &options->port);
    case 'a':
        options->host = optarg;
        return 0;
    case 'c':
        options->certificate = optarg;
        return 0;
    case 'k':
        options->key = optarg;
        return 0;
    case 'r':
        options->reports = optarg;
        return 0;
    case 'e':
        options->expectations = optarg;
        return 0;
    case 'l':
        options->list = true;
        return 0;
    case 'o':
        options->once = true;
        return 0;
    case 't':
        return parse_time_scale(optarg, &options->time_scale);
    case 'n':
        options->autobahn = optarg;
        return 0;
    case 'm':
        options->thorough = true;
        return 0;
    case 's':
        options->strict = true;
        return 0;
    case 'd':
        options->data = optarg;
        return 0;
    case 'h':
        fputs(help, stdout);
        return HELP_PRINTED;
    default:
        return EXIT_USAGE;
    }
}

static int parse_options(int argc, char **argv, struct serve_options *options)
{
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},
        {"host", required_argument, NULL, 'a'},
        {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"reports", required_argument, NULL, 'r'},
        {"expectations", required_argument, NULL, 'e'},
        {"list", no_argument, NULL, 'l'},
        {"once", no_argument, NULL, 'o'},
        {"autobahn", required_argument, NULL, 'n'},
        {"thorough", no_argument, NULL, 'm'},
        {"strict", no_argument, NULL, 's'},
        {"time-scale", required_argument, NULL, 't'},
        {"data", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *options = (struct serve_options){.host = "127.0.0.1", .reports = "reports/clients", .port = 9001, .time_scale = 1};
    int code;
    while ((code = getopt_long(argc, argv, "p:h", known, NULL)) != -1) {
        int result = parse_option(options, code);
        if (result != 0)
            return result;
    }
    return 0;
}

// Keeps of a plan what can be turned around, and turns it.
static int keep_mirrored(struct catalog *catalog, struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_entry entry = plan->entries[i];
        entry.test = entry.deselected ? NULL : mirror_make(entry.test, entry.transform, &catalog->arena);
        if (entry.test)
            plan->entries[kept++] = entry;
        else
            free(entry.id);
    }
    plan->count = kept;
    return kept ? 0 : usage_error("none of these cases makes sense for a client (`sockspec serve --list` shows those)");
}

static int make_plan(struct catalog *catalog, const struct serve_options *options, int argc, char **argv,
                     struct plan *plan)
{
    static const char *const everything[] = {"ws-echo-server/*"};
    struct selection selection = {
        .words = everything, .word_count = 1, .autobahn = options->autobahn, .skip_slow = true};
    char *message;
    if (options->thorough)
        catalog_be_thorough(catalog);
    if (optind < argc) {
        selection.words = (const char *const *)argv + optind;
        selection.word_count = (size_t)(argc - optind);
    }
    if (plan_make(catalog, &selection, plan, &message) == 0)
        return keep_mirrored(catalog, plan);
    usage_error("%s", message);
    free(message);
    return EXIT_USAGE;
}

static int load_expectations(struct catalog *catalog, const char *name, struct expectations *expectations)
{
    if (!name)
        return 0;
    char *path = launch_data_path(catalog->data, "expectations", name);
    int result = expectations_load(catalog, arena_text(&catalog->arena, path), expectations);
    free(path);
    if (result == 0)
        return 0;
    problems_print(&catalog->problems, stderr);
    return EXIT_USAGE;
}

static int parse_address(const struct serve_options *options, struct net_address *address)
{
    *address = (struct net_address){.length = sizeof address->v4};
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons((uint16_t)options->port);
    if (inet_pton(AF_INET, options->host, &address->v4.sin_addr) == 1)
        return 0;
    *address = (struct net_address){.length = sizeof address->v6};
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)options->port);
    if (inet_pton(AF_INET6, options->host, &address->v6.sin6_addr) == 1)
        return 0;
    return usage_error("--host: `%s` is not an IP address", options->host);
}

// Makes a directory and those above it.
static int make_directory(const char *path)
{
    char *copy = duplicate(path);
    int result = 0;
    for (char *slash = strchr(copy + 1, '/'); slash && result == 0; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            result = -errno;
        *slash = '/';
    }
    if (result == 0 && mkdir(copy, 0777) < 0 && errno != EEXIST)
        result = -errno;
    free(copy);
    return result < 0 ? usage_error("cannot make the directory %s: %s", path, strerror(-result)) : 0;
}

static int make_tls(const struct serve_options *options, SSL_CTX **tls)
{
    char *message;
    *tls = NULL;
    if (!options->certificate && !options->key)
        return 0;
    if (!options->certificate || !options->key)
        return usage_error("--cert and --key belong together");
    *tls = tls_server_context(options->certificate, options->key, &message);
    if (*tls)
        return 0;
    usage_error("%s", message);
    free(message);
    return EXIT_USAGE;
}

static int serve(const struct serve_options *options, SSL_CTX *tls, const struct plan *plan,
                 const struct expectations *expectations)
{
    struct net_address address;
    if (parse_address(options, &address) != 0 || make_directory(options->reports) != 0)
        return EXIT_USAGE;
    struct buffer place = {0};
    int listener = server_listen(&address);
    net_address_text(&address, &place);
    if (listener < 0) {
        usage_error("cannot listen at %s: %s", buffer_string(&place), strerror(-listener));
        buffer_free(&place);
        return EXIT_USAGE;
    }
    printf("sockspec %s: %zu cases at %s://%s, reports in %s\n", SOCKSPEC_VERSION, plan->count, tls ? "wss" : "ws",
           buffer_string(&place), options->reports);
    fflush(stdout);
    buffer_free(&place);
    struct agents *agents = agents_make(&(struct agents_settings){
        .plan = plan,
        .directory = options->reports,
        .version = SOCKSPEC_VERSION,
        .expectations = expectations,
        .time_scale = options->time_scale,
        .strict = options->strict,
        .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
    });
    int result = server_run(
        &(struct server_settings){
            .plan = plan,
            .agents = agents,
            .tls = tls,
            .time_scale = options->time_scale,
            .once = options->once,
        },
        listener);
    int status = agents_close(agents);
    if (result < 0)
        fprintf(stderr, "sockspec: cannot take connections any more: %s\n", strerror(-result));
    if (status == EXIT_USAGE)
        usage_error("no case ran: no client came");
    return result < 0 ? EXIT_HARNESS : status;
}

int cmd_serve(int argc, char **argv)
{
    struct serve_options options;
    struct catalog catalog;
    struct plan plan;
    struct expectations expectations = {0};
    SSL_CTX *tls = NULL;
    int status = parse_options(argc, argv, &options);
    if (status != 0)
        return status == HELP_PRINTED ? EXIT_AS_EXPECTED : status;
    if (!load_or_complain(&catalog, data_directory(options.data)))
        return EXIT_USAGE;
    status = make_plan(&catalog, &options, argc, argv, &plan);
    if (status == 0)
        status = load_expectations(&catalog, options.expectations, &expectations);
    for (size_t i = 0; status == 0 && options.list && i < plan.count; i++)
        puts(plan.entries[i].id);
    if (status == 0 && !options.list)
        status = make_tls(&options, &tls);
    if (status == 0 && !options.list)
        status = serve(&options, tls, &plan, &expectations);
    tls_context_free(tls);
    plan_free(&plan);
    free(expectations.items);
    catalog_free(&catalog);
    return status;
}
