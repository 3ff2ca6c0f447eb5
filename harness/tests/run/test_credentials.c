// The certificates of a run, by OpenSSL's own verification, and what is left of them behind it.
#include "support.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/credentials.h"

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(certificate);
    return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(key);
    return key;
}

// What is wrong with a certificate for a server at `address` or `name`.
static int verify(X509 *certificate, const char *authority, const char *address, const char *name)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_load_file(store, authority), 1);
    assert_int_equal(X509_STORE_CTX_init(context, store, certificate, NULL), 1);
    X509_STORE_CTX_set_default(context, "ssl_server");
    X509_VERIFY_PARAM *terms = X509_STORE_CTX_get0_param(context);
    if (address)
        X509_VERIFY_PARAM_set1_ip_asc(terms, address);
    if (name)
        X509_VERIFY_PARAM_set1_host(terms, name, 0);
    X509_verify_cert(context);
    int result = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return result;
}

static void test_each_certificate_is_wrong_in_one_way(void **state)
{
    (void)state;
    static const int wrong[CERTIFICATE_KINDS] = {
        [CERTIFICATE_TRUSTED] = X509_V_OK,
        [CERTIFICATE_EXPIRED] = X509_V_ERR_CERT_HAS_EXPIRED,
        [CERTIFICATE_NOT_YET_VALID] = X509_V_ERR_CERT_NOT_YET_VALID,
        [CERTIFICATE_OTHER_NAME] = X509_V_ERR_IP_ADDRESS_MISMATCH,
        [CERTIFICATE_OTHER_AUTHORITY] = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        [CERTIFICATE_SELF_SIGNED] = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
        [CERTIFICATE_FOR_CLIENTS] = X509_V_ERR_INVALID_PURPOSE,
    };
    struct credentials *credentials = credentials_make();
    assert_non_null(credentials);
    for (enum certificate_kind kind = CERTIFICATE_TRUSTED; kind < CERTIFICATE_KINDS; kind++) {
        const struct credential_files *files = credentials_files(credentials, kind);
        X509 *certificate = read_certificate(files->cert);
        EVP_PKEY *key = read_key(files->key);
        EVP_PKEY *other = read_key(files->other_key);
        assert_int_equal(verify(certificate, files->ca, "127.0.0.1", NULL), wrong[kind]);
        assert_int_equal(X509_check_private_key(certificate, key), 1);
        assert_int_equal(X509_check_private_key(certificate, other), 0);
        assert_non_null(credentials_server(credentials, kind));
        if (kind == CERTIFICATE_TRUSTED) {
            assert_int_equal(verify(certificate, files->ca, "::1", NULL), X509_V_OK);
            assert_int_equal(verify(certificate, files->ca, NULL, "localhost"), X509_V_OK);
            assert_int_equal(verify(certificate, files->ca, NULL, "other.example"), X509_V_ERR_HOSTNAME_MISMATCH);
        }
        X509_free(certificate);
        EVP_PKEY_free(key);
        EVP_PKEY_free(other);
    }
    assert_non_null(credentials_client(credentials));
    credentials_free(credentials);
}

static void test_the_files_are_ours_alone_and_go_away(void **state)
{
    (void)state;
    struct credentials *credentials = credentials_make();
    assert_non_null(credentials);
    char *path = duplicate(credentials_files(credentials, CERTIFICATE_TRUSTED)->key);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 077, 0);
    credentials_free(credentials);
    assert_int_equal(access(path, F_OK), -1);
    *strrchr(path, '/') = '\0';
    assert_int_equal(access(path, F_OK), -1);
    free(path);
    credentials_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_certificate_is_wrong_in_one_way),
        cmocka_unit_test(test_the_files_are_ours_alone_and_go_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
