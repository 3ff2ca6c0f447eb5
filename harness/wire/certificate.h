// Certificates for tests, made at run time: good ones, and ones that are wrong in one way.
#ifndef SOCKSPEC_WIRE_CERTIFICATE_H
#define SOCKSPEC_WIRE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

struct certificate;

struct certificate_terms {
    const char *name;      // its subject's common name
    const char *alt_names; // "DNS:localhost,IP:127.0.0.1", or NULL
    int64_t from_s, to_s;  // when it is valid, in seconds from now
    bool authority;        // signs others
    bool for_clients;      // its purpose is to prove who a client is, not a server
};

// Makes a certificate with a fresh key on the curve P-256, signed by `issuer`, or by itself without one. NULL when
// OpenSSL fails.
struct certificate *certificate_make(const struct certificate_terms *terms, const struct certificate *issuer);

// Writes the certificate, and its key, as PEM. Returns 0 or a negative errno.
int certificate_write(const struct certificate *certificate, const char *path);
int certificate_write_key(const struct certificate *certificate, const char *path);

void certificate_free(struct certificate *certificate);

#endif
