/* Both ends are in this process, over a socket pair; the server's runs on a thread. The certificate is made
 * anew. */
#include "lib/stream.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/net.h"

enum { LATE_MS = 5000, SIZE = 300000 };

static char certificate_file[] = "/tmp/test_stream_XXXXXX", key_file[] = "/tmp/test_stream_XXXXXX";
static SSL_CTX *server_context;

static FILE *make_file(char *name)
{
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    return file;
}

/* Writes a key, and a certificate by itself for localhost and 127.0.0.1. */
static int make_certificate(void **state)
{
    (void)state;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    assert_true(key && certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    assert_non_null(names);
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);

    FILE *file = make_file(certificate_file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    file = make_file(key_file);
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    struct failure failure;
    return tls_server_context(&server_context, certificate_file, key_file, &failure);
}

static int remove_certificate(void **state)
{
    (void)state;
    tls_context_free(server_context);
    unlink(certificate_file);
    unlink(key_file);
    return 0;
}

/* Echoes SIZE bytes under TLS, then ends. */
static void *serve(void *argument)
{
    struct stream *stream = argument;
    char *bytes = malloc(SIZE);
    size_t had = 0;
    if (stream_accept_tls(stream, server_context, net_deadline(LATE_MS)) == 0) {
        while (had < SIZE) {
            ssize_t count = stream_read(stream, bytes + had, SIZE - had, net_deadline(LATE_MS));
            if (count <= 0)
                break;
            had += (size_t)count;
        }
        if (had == SIZE)
            stream_write(stream, bytes, SIZE, net_deadline(LATE_MS));
        stream_end(stream);
    }
    close(stream->socket);
    free(bytes);
    return NULL;
}

struct pair {
    struct stream server, client;
    pthread_t thread;
    struct failure failure;
};

/* Connects to a server as `host`; returns what stream_connect_tls does. */
static int connect_as(struct pair *pair, const char *host, const char *authorities, bool insecure)
{
    int sockets[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    pair->server = (struct stream){.socket = sockets[0]};
    pair->client = (struct stream){.socket = sockets[1]};
    assert_int_equal(pthread_create(&pair->thread, NULL, serve, &pair->server), 0);
    SSL_CTX *context;
    assert_int_equal(tls_client_context(&context, authorities, insecure, &pair->failure), 0);
    int result = stream_connect_tls(&pair->client, context, host, net_deadline(LATE_MS), &pair->failure);
    tls_context_free(context);
    return result;
}

static void finish(struct pair *pair)
{
    stream_end(&pair->client);
    close(pair->client.socket);
    assert_int_equal(pthread_join(pair->thread, NULL), 0);
}

static void test_bytes_go_both_ways_and_the_end_is_seen(void **state)
{
    (void)state;
    struct pair pair;
    static char sent[SIZE], echoed[SIZE];
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 7);
    assert_int_equal(connect_as(&pair, "localhost", certificate_file, false), 0);
    assert_int_equal(stream_write(&pair.client, sent, SIZE, net_deadline(LATE_MS)), 0);
    for (size_t had = 0; had < SIZE;) {
        ssize_t count = stream_read(&pair.client, echoed + had, SIZE - had, net_deadline(LATE_MS));
        assert_true(count > 0);
        had += (size_t)count;
    }
    assert_memory_equal(echoed, sent, SIZE);
    assert_int_equal(stream_read(&pair.client, echoed, SIZE, net_deadline(LATE_MS)), 0);
    finish(&pair);
}

static void test_the_certificate_must_be_trusted_and_for_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *authorities;
        bool insecure;
        int result;
        const char *reason;
    } rows[] = {
        {"127.0.0.1", certificate_file, false, 0, NULL},
        {"127.0.0.2", certificate_file, false, -EPROTO, "verify 127.0.0.2: IP address mismatch"},
        {"other", certificate_file, false, -EPROTO, "verify other: hostname mismatch"},
        {"localhost", NULL, false, -EPROTO, "verify localhost: self-signed certificate"},
        {"other", NULL, true, 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pair pair;
        assert_int_equal(connect_as(&pair, rows[i].host, rows[i].authorities, rows[i].insecure), rows[i].result);
        if (rows[i].reason)
            assert_string_equal(pair.failure.text, rows[i].reason);
        finish(&pair);
    }
}

static void test_reads_have_deadlines(void **state)
{
    (void)state;
    struct pair pair;
    char byte;
    assert_int_equal(connect_as(&pair, "localhost", certificate_file, false), 0);
    assert_int_equal(stream_read(&pair.client, &byte, 1, net_deadline(30)), -ETIMEDOUT);
    finish(&pair);
}

static void test_a_peer_that_does_not_speak_tls_is_a_failure(void **state)
{
    (void)state;
    int sockets[2];
    struct failure failure;
    SSL_CTX *context;
    assert_int_equal(tls_client_context(&context, NULL, true, &failure), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    struct stream client = {.socket = sockets[0]}, server = {.socket = sockets[1]};
    assert_int_equal(stream_connect_tls(&client, context, "localhost", net_deadline(30), &failure), -ETIMEDOUT);
    assert_int_equal(stream_write(&server, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, net_deadline(LATE_MS)), 0);
    assert_int_equal(stream_connect_tls(&client, context, "localhost", net_deadline(LATE_MS), &failure), -EPROTO);
    assert_non_null(strstr(failure.text, "use TLS with localhost: "));
    assert_null(client.tls);
    tls_context_free(context);
    close(sockets[0]);
    /* What the client had said is no second handshake; then it is gone. */
    assert_true(stream_accept_tls(&server, server_context, net_deadline(LATE_MS)) < 0);
    close(sockets[1]);
}

static void test_a_plain_stream_is_its_socket(void **state)
{
    (void)state;
    int sockets[2];
    char bytes[8];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    struct stream one = {.socket = sockets[0]}, two = {.socket = sockets[1]};
    assert_int_equal(stream_write(&one, "plain", 5, net_deadline(LATE_MS)), 0);
    assert_int_equal(stream_read(&two, bytes, sizeof bytes, net_deadline(LATE_MS)), 5);
    assert_memory_equal(bytes, "plain", 5);
    stream_end(&one);
    close(sockets[0]);
    assert_int_equal(stream_read(&two, bytes, sizeof bytes, net_deadline(LATE_MS)), 0);
    assert_int_equal(stream_write(&two, "x", 1, net_deadline(LATE_MS)), -EPIPE);
    close(sockets[1]);
}

static void test_files_that_do_not_serve_are_named(void **state)
{
    (void)state;
    SSL_CTX *context;
    struct failure failure;
    assert_int_equal(tls_server_context(&context, "/nonexistent", key_file, &failure), -EINVAL);
    assert_string_equal(failure.text, "read the certificate /nonexistent: No such file or directory");
    assert_int_equal(tls_server_context(&context, key_file, key_file, &failure), -EINVAL);
    assert_int_equal(tls_server_context(&context, certificate_file, certificate_file, &failure), -EINVAL);
    assert_non_null(strstr(failure.text, "read the key "));
    assert_int_equal(tls_client_context(&context, "/nonexistent", false, &failure), -EINVAL);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_go_both_ways_and_the_end_is_seen),
        cmocka_unit_test(test_the_certificate_must_be_trusted_and_for_the_host),
        cmocka_unit_test(test_reads_have_deadlines),
        cmocka_unit_test(test_a_peer_that_does_not_speak_tls_is_a_failure),
        cmocka_unit_test(test_a_plain_stream_is_its_socket),
        cmocka_unit_test(test_files_that_do_not_serve_are_named),
    };
    return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
}
