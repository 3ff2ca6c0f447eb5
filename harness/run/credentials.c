#include "run/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "wire/certificate.h"
#include "wire/tls.h"

#define DAY_S (24 * 60 * 60)
#define FILES_MAX (2 * CERTIFICATE_KINDS + 2)

struct credentials {
    char directory[40];
    char *paths[FILES_MAX]; // of the files that have been written, and perhaps one that could not be
    size_t path_count;
    struct credential_files files[CERTIFICATE_KINDS];
    SSL_CTX *servers[CERTIFICATE_KINDS];
    SSL_CTX *client;
};

enum signer { SIGNER_OURS, SIGNER_OTHER, SIGNER_ITSELF };

static const char loopback_names[] = "DNS:localhost,IP:127.0.0.1,IP:::1";

static const struct kind {
    enum signer signer;
    const char *name, *alt_names;
    int from_days, to_days;
    bool for_clients;
} kinds[CERTIFICATE_KINDS] = {
    [CERTIFICATE_TRUSTED] = {SIGNER_OURS, "localhost", loopback_names, -1, 1, false},
    [CERTIFICATE_EXPIRED] = {SIGNER_OURS, "localhost", loopback_names, -2, -1, false},
    [CERTIFICATE_NOT_YET_VALID] = {SIGNER_OURS, "localhost", loopback_names, 1, 2, false},
    [CERTIFICATE_OTHER_NAME] = {SIGNER_OURS, "other.example", "DNS:other.example,IP:192.0.2.1", -1, 1, false},
    [CERTIFICATE_OTHER_AUTHORITY] = {SIGNER_OTHER, "localhost", loopback_names, -1, 1, false},
    [CERTIFICATE_SELF_SIGNED] = {SIGNER_ITSELF, "localhost", loopback_names, -1, 1, false},
    [CERTIFICATE_FOR_CLIENTS] = {SIGNER_OURS, "localhost", loopback_names, -1, 1, true},
};

static struct certificate_terms terms_of(const struct kind *kind)
{
    return (struct certificate_terms){
        .name = kind->name,
        .alt_names = kind->alt_names,
        .from_s = (int64_t)kind->from_days * DAY_S,
        .to_s = (int64_t)kind->to_days * DAY_S,
        .for_clients = kind->for_clients,
    };
}

// A path of the directory, kept to be removed.
static const char *add_path(struct credentials *credentials, const char *name, const char *suffix)
{
    char *path = format_text("%s/%s%s.pem", credentials->directory, name, suffix);
    credentials->paths[credentials->path_count++] = path;
    return path;
}

static bool write_key(struct credentials *credentials, const struct certificate *certificate, const char *name,
                      const char **path)
{
    *path = add_path(credentials, name, "-key");
    return certificate_write_key(certificate, *path) == 0;
}

static bool make_kind(struct credentials *credentials, enum certificate_kind kind,
                      const struct certificate *const signers[], const struct credential_files *common)
{
    struct credential_files *files = &credentials->files[kind];
    const struct certificate_terms terms = terms_of(&kinds[kind]);
    struct certificate *certificate = certificate_make(&terms, signers[kinds[kind].signer]);
    char *message = NULL;
    *files = *common;
    bool good = false;
    if (certificate) {
        files->cert = add_path(credentials, certificate_names[kind], "");
        good = certificate_write(certificate, files->cert) == 0 &&
               write_key(credentials, certificate, certificate_names[kind], &files->key);
    }
    if (good)
        credentials->servers[kind] = tls_server_context(files->cert, files->key, &message);
    free(message);
    certificate_free(certificate);
    return good && credentials->servers[kind];
}

static bool make_all(struct credentials *credentials, const struct certificate *ours, const struct certificate *other)
{
    const struct certificate *const signers[] = {[SIGNER_OURS] = ours, [SIGNER_OTHER] = other, [SIGNER_ITSELF] = NULL};
    struct credential_files common = {.ca = add_path(credentials, "ca", "")};
    if (certificate_write(ours, common.ca) < 0 || !write_key(credentials, other, "other", &common.other_key))
        return false;
    for (enum certificate_kind kind = CERTIFICATE_TRUSTED; kind < CERTIFICATE_KINDS; kind++)
        if (!make_kind(credentials, kind, signers, &common))
            return false;
    credentials->client = tls_client_context(common.ca);
    return credentials->client != NULL;
}

struct credentials *credentials_make(void)
{
    static const struct certificate_terms authority = {
        .name = "sockspec", .from_s = -3 * DAY_S, .to_s = 3 * DAY_S, .authority = true};
    struct credentials *credentials = allocate(1, sizeof *credentials);
    strcpy(credentials->directory, "/tmp/sockspec-tls-XXXXXX");
    if (!mkdtemp(credentials->directory)) {
        free(credentials);
        return NULL;
    }
    struct certificate *ours = certificate_make(&authority, NULL);
    struct certificate *other = certificate_make(&authority, NULL);
    bool good = ours && other && make_all(credentials, ours, other);
    certificate_free(ours);
    certificate_free(other);
    if (good)
        return credentials;
    credentials_free(credentials);
    return NULL;
}

void credentials_free(struct credentials *credentials)
{
    if (!credentials)
        return;
    for (size_t i = 0; i < CERTIFICATE_KINDS; i++)
        tls_context_free(credentials->servers[i]);
    tls_context_free(credentials->client);
    for (size_t i = 0; i < credentials->path_count; i++) {
        unlink(credentials->paths[i]);
        free(credentials->paths[i]);
    }
    rmdir(credentials->directory);
    free(credentials);
}

const struct credential_files *credentials_files(const struct credentials *credentials,
                                                 enum certificate_kind certificate)
{
    return &credentials->files[certificate];
}

SSL_CTX *credentials_server(const struct credentials *credentials, enum certificate_kind certificate)
{
    return credentials->servers[certificate];
}

SSL_CTX *credentials_client(const struct credentials *credentials)
{
    return credentials->client;
}
