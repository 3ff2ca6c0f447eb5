// How each program of a run is reached: started by a profile, by a command from the command line, or running already.
#ifndef SOCKSPEC_RUN_TARGET_H
#define SOCKSPEC_RUN_TARGET_H

#include <openssl/types.h>

#include "base/net_address.h"
#include "run/credentials.h"
#include "suite/catalog.h"

struct target {
    const struct profile *profile; // starts programs
    bool running;                  // --at: one program that somebody else started
    struct net_address address;    // of that
    const char *path;              // of its URL, or NULL
    SSL_CTX *tls;                  // wss: what connections are put under; certificates are not verified
    char *server_name;             // wss: the name in its URL, or NULL when that is an address
};

// Parses "ws://127.0.0.1:9001/", "wss://example.org/", "tcp://[::1]:80", "udp://localhost:1200" or "unix:/run/x.sock". Names are resolved.
// Returns 0, or -EINVAL with one line in `message`, static. To be ended in both cases.
int target_parse(const char *url, struct target *target, const char **message);
void target_end(struct target *target);

// What arguments a program is started with in a case: the profile's command with `{…}` replaced.
struct endpoint {
    const char *host;
    int port;
    const char *path;
    int refused_port;
    int used_port;
    int full_port;
    const struct credential_files *files; // or NULL: without TLS
};

// Builds the argument vector, NULL at the end; free with arguments_free(). Options come last, or where the command has
// the word `{options}`. An option that the case asks for and nobody
// knows how to pass is left out: see target_missing().
char **target_arguments(const struct launch *launch, const struct test_case *test, const struct endpoint *endpoint);
void arguments_free(char **arguments);

// Tells which `{…-port}` the case's arguments name.
bool arguments_mention(const struct test_case *test, const char *name);

// True when the program learns from this case's arguments or options where it is to listen.
bool target_tells_endpoint(const struct launch *launch, const struct test_case *test);

// Why the program cannot be asked this case by what the profile declares, or NULL: a capability that is absent, a case
// that needs to start the program when it runs already. The string lives until the end of the run or is static.
const char *target_missing(const struct target *target, const struct launch *launch, const struct test_case *test);

#endif
