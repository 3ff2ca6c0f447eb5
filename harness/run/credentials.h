// The certificates of a run: files for the programs, and what the harness itself needs to be a server or a client under
// TLS. They are made anew for each run, below a directory that nobody else can read.
//
// Made before the threads that use them; does not change.
#ifndef SOCKSPEC_RUN_CREDENTIALS_H
#define SOCKSPEC_RUN_CREDENTIALS_H

#include <openssl/types.h>

#include "suite/catalog.h"

// The paths that {cert}, {key}, {ca} and {other-key} stand for; in PEM.
struct credential_files {
    const char *cert;
    const char *key;
    const char *ca;
    const char *other_key; // belongs to no certificate
};

struct credentials;

// Returns NULL when they cannot be made: there is no room for files below /tmp.
struct credentials *credentials_make(void);

// Removes the files, too. Harmless on NULL.
void credentials_free(struct credentials *credentials);

// The files of a case whose server has this certificate.
const struct credential_files *credentials_files(const struct credentials *credentials,
                                                 enum certificate_kind certificate);

// The harness as that server; and as a client, which trusts the authority of `{ca}` alone.
SSL_CTX *credentials_server(const struct credentials *credentials, enum certificate_kind certificate);
SSL_CTX *credentials_client(const struct credentials *credentials);

#endif
