#include "wire/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

struct certificate {
    X509 *x509;
    EVP_PKEY *key;
};

static bool add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool good = extension && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

// What RFC 5280 section 4.2 wants of an authority and of what it signs.
static bool add_extensions(X509 *x509, X509 *issuer, const struct certificate_terms *terms)
{
    bool good =
        add_extension(x509, issuer, NID_basic_constraints, terms->authority ? "critical,CA:TRUE" : "CA:FALSE") &&
        add_extension(x509, issuer, NID_key_usage,
                      terms->authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
        add_extension(x509, issuer, NID_subject_key_identifier, "hash") &&
        (issuer == x509 || add_extension(x509, issuer, NID_authority_key_identifier, "keyid:always"));
    if (good && !terms->authority)
        good = add_extension(x509, issuer, NID_ext_key_usage, terms->for_clients ? "clientAuth" : "serverAuth");
    return good && (!terms->alt_names || add_extension(x509, issuer, NID_subject_alt_name, terms->alt_names));
}

static bool set_serial(X509 *x509)
{
    uint64_t serial;
    return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1;
}

static bool fill_in(const struct certificate *made, const struct certificate_terms *terms,
                    const struct certificate *issuer)
{
    X509 *x509 = made->x509;
    X509_NAME *name = X509_get_subject_name(x509);
    return X509_set_version(x509, X509_VERSION_3) == 1 && set_serial(x509) &&
           X509_gmtime_adj(X509_getm_notBefore(x509), (long)terms->from_s) &&
           X509_gmtime_adj(X509_getm_notAfter(x509), (long)terms->to_s) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)terms->name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x509, X509_get_subject_name(issuer->x509)) == 1 &&
           X509_set_pubkey(x509, made->key) == 1 && add_extensions(x509, issuer->x509, terms) &&
           X509_sign(x509, issuer->key, EVP_sha256()) > 0;
}

struct certificate *certificate_make(const struct certificate_terms *terms, const struct certificate *issuer)
{
    struct certificate *made = allocate(1, sizeof *made);
    made->key = EVP_EC_gen("P-256");
    made->x509 = X509_new();
    if (made->key && made->x509 && fill_in(made, terms, issuer ? issuer : made))
        return made;
    certificate_free(made);
    ERR_clear_error();
    return NULL;
}

// A new file that its owner alone may read. Returns NULL with errno set.
static FILE *open_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

static int finish(FILE *file, bool written)
{
    bool closed = fclose(file) == 0;
    ERR_clear_error();
    return written && closed ? 0 : -EIO;
}

int certificate_write(const struct certificate *certificate, const char *path)
{
    FILE *file = open_new(path);
    return file ? finish(file, PEM_write_X509(file, certificate->x509) == 1) : -errno;
}

int certificate_write_key(const struct certificate *certificate, const char *path)
{
    FILE *file = open_new(path);
    return file ? finish(file, PEM_write_PrivateKey(file, certificate->key, NULL, NULL, 0, NULL, NULL) == 1) : -errno;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
    free(certificate);
}
