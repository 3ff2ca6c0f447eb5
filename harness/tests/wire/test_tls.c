// A channel under TLS against another one on a thread: bytes both ways however they are cut, the ways a stream ends, and
// handshakes that fail.
#include "support.h"

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#include "wire/certificate.h"
#include "wire/tls.h"

static char directory[] = "/tmp/sockspec-tls-XXXXXX";
static char cert_path[64], key_path[64], other_path[64];
static SSL_CTX *server_context;

static const struct certificate_terms terms = {
    .name = "localhost", .alt_names = "DNS:localhost,IP:127.0.0.1", .from_s = -60, .to_s = 3600};

static int set_up(void **state)
{
    (void)state;
    char *message;
    assert_non_null(mkdtemp(directory));
    snprintf(cert_path, sizeof cert_path, "%s/cert", directory);
    snprintf(key_path, sizeof key_path, "%s/key", directory);
    snprintf(other_path, sizeof other_path, "%s/other", directory);
    struct certificate *ours = certificate_make(&terms, NULL);
    struct certificate *other = certificate_make(&terms, NULL);
    assert_non_null(ours);
    assert_int_equal(certificate_write(ours, cert_path), 0);
    assert_int_equal(certificate_write_key(ours, key_path), 0);
    assert_int_equal(certificate_write(other, other_path), 0);
    certificate_free(ours);
    certificate_free(other);
    server_context = tls_server_context(cert_path, key_path, &message);
    assert_non_null(server_context);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tls_context_free(server_context);
    unlink(cert_path);
    unlink(key_path);
    unlink(other_path);
    return rmdir(directory);
}

// The other end, which sends back what comes, until the end.
struct echo {
    struct channel channel;
    struct transcript transcript;
    struct tls_style style;
    char server_name[32];
    int handshake;
    void (*finish)(struct channel *channel); // what it does instead, at once
    pthread_t thread;
};

static void *serve(void *argument)
{
    struct echo *echo = argument;
    struct channel *channel = &echo->channel;
    echo->handshake = tls_accept(channel, server_context, &echo->style, in_ms(5000));
    if (echo->handshake == 0 && tls_server_name(channel))
        snprintf(echo->server_name, sizeof echo->server_name, "%s", tls_server_name(channel));
    if (echo->handshake == 0 && echo->finish)
        echo->finish(channel);
    while (echo->handshake == 0 && !echo->finish && channel_receive(channel, in_ms(5000)) > 0) {
        struct buffer bytes = channel->in; // sending reads on
        channel->in = (struct buffer){0};
        int result = channel_send(channel, bytes.data, bytes.length, in_ms(5000));
        buffer_free(&bytes);
        if (result < 0)
            break;
    }
    if (channel->fd >= 0)
        channel_close(channel);
    return NULL;
}

static void echo_begin(struct echo *echo, struct pair *pair)
{
    pair_connect(pair, AF_INET);
    transcript_begin(&echo->transcript);
    echo->channel =
        (struct channel){.fd = -1, .name = "peer", .waiter = &plain_waiter, .transcript = &echo->transcript};
    assert_int_equal(fcntl(pair->peer, F_SETFL, O_NONBLOCK), 0);
    channel_adopt(&echo->channel, pair->peer);
    pair->peer = -1;
    assert_int_equal(pthread_create(&echo->thread, NULL, serve, echo), 0);
}

static void echo_end(struct echo *echo, struct pair *pair)
{
    channel_free(&pair->channel);
    transcript_free(&pair->transcript);
    pthread_join(echo->thread, NULL);
    channel_free(&echo->channel);
    transcript_free(&echo->transcript);
}

static void echo_bytes(struct tls_style ours, struct tls_style theirs, size_t size)
{
    struct pair pair;
    struct echo echo = {.style = theirs};
    SSL_CTX *context = tls_client_context(NULL);
    echo_begin(&echo, &pair);
    assert_int_equal(tls_connect(&pair.channel, context, &ours, in_ms(5000)), 0);
    unsigned char *bytes = allocate(size, 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 251);
    assert_int_equal(channel_send(&pair.channel, bytes, size, in_ms(5000)), 0);
    while (pair.channel.in.length < size)
        assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 1);
    assert_int_equal(pair.channel.in.length, size);
    assert_memory_equal(pair.channel.in.data, bytes, size);
    assert_int_equal(channel_shutdown(&pair.channel), 0);
    assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 0);
    assert_int_equal(pair.channel.end, CHANNEL_FIN);
    echo_end(&echo, &pair);
    assert_string_equal(echo.server_name, ours.server_name ? ours.server_name : "");
    free(bytes);
    tls_context_free(context);
}

static void test_bytes_come_back_whole(void **state)
{
    (void)state;
    echo_bytes((struct tls_style){0}, (struct tls_style){0}, 1);
    echo_bytes((struct tls_style){0}, (struct tls_style){0}, 3000000);
    echo_bytes((struct tls_style){.version = TLS_1_2}, (struct tls_style){0}, 100000);
    echo_bytes((struct tls_style){.version = TLS_1_3, .server_name = "localhost"}, (struct tls_style){0}, 100000);
}

static void test_bytes_come_back_however_they_are_cut(void **state)
{
    (void)state;
    echo_bytes((struct tls_style){.record = 1}, (struct tls_style){.record = 3}, 2000);
    echo_bytes((struct tls_style){.segment = 1}, (struct tls_style){0}, 20);
    echo_bytes((struct tls_style){0}, (struct tls_style){.segment = 7}, 20);
}

// How the stream ends for us when the peer does that after the handshake.
static enum channel_end end_after(void (*finish)(struct channel *channel))
{
    struct pair pair;
    struct echo echo = {.finish = finish};
    const struct tls_style style = {0};
    SSL_CTX *context = tls_client_context(NULL);
    echo_begin(&echo, &pair);
    assert_int_equal(tls_connect(&pair.channel, context, &style, in_ms(5000)), 0);
    assert_int_equal(channel_receive(&pair.channel, in_ms(5000)), 0);
    enum channel_end end = pair.channel.end;
    echo_end(&echo, &pair);
    tls_context_free(context);
    return end;
}

static void half_close(struct channel *channel)
{
    channel_cut(channel);
    channel_receive(channel, in_ms(5000)); // until the other side has seen it
}

static void test_the_ends_of_a_stream_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(end_after(channel_close), CHANNEL_FIN);
    assert_int_equal(end_after(half_close), CHANNEL_CUT);
    assert_int_equal(end_after(channel_reset), CHANNEL_RST);
}

static int connect_with(const char *authorities, char fault[160])
{
    struct pair pair;
    struct echo echo = {0};
    const struct tls_style style = {0};
    SSL_CTX *context = tls_client_context(authorities);
    assert_non_null(context);
    echo_begin(&echo, &pair);
    int result = tls_connect(&pair.channel, context, &style, in_ms(5000));
    snprintf(fault, 160, "%s", tls_fault(&pair.channel));
    echo_end(&echo, &pair);
    tls_context_free(context);
    return result;
}

static void test_authorities_are_asked_when_there_are_some(void **state)
{
    (void)state;
    char fault[160];
    assert_int_equal(connect_with(NULL, fault), 0);
    assert_int_equal(connect_with(cert_path, fault), 0);
    assert_int_equal(connect_with(other_path, fault), -EPROTO);
    assert_non_null(strstr(fault, "certificate verify failed"));
    assert_null(tls_client_context("/nonexistent"));
}

static void test_a_peer_that_speaks_no_tls_fails_the_handshake(void **state)
{
    (void)state;
    const struct tls_style style = {0};
    SSL_CTX *context = tls_client_context(NULL);
    struct pair pair;
    pair_connect(&pair, AF_INET);
    assert_int_equal(write(pair.peer, "HTTP/1.1 400 Bad Request\r\n\r\n", 28), 28);
    assert_int_equal(tls_connect(&pair.channel, context, &style, in_ms(5000)), -EPROTO);
    assert_true(*tls_fault(&pair.channel) != '\0');
    pair_end(&pair);

    pair_connect(&pair, AF_INET);
    close(pair.peer);
    pair.peer = -1;
    int result = tls_connect(&pair.channel, context, &style, in_ms(5000));
    assert_true(result == -ECONNABORTED || result == -ECONNRESET);
    pair_end(&pair);

    pair_connect(&pair, AF_INET);
    assert_int_equal(tls_connect(&pair.channel, context, &style, in_ms(50)), -ETIMEDOUT);
    pair_end(&pair);
    tls_context_free(context);
}

static void test_wrong_files_are_named(void **state)
{
    (void)state;
    char *message;
    assert_null(tls_server_context("/nonexistent/cert", key_path, &message));
    assert_non_null(strstr(message, "cannot use the certificate /nonexistent/cert: "));
    free(message);
    assert_null(tls_server_context(other_path, key_path, &message));
    assert_non_null(strstr(message, "cannot use the key "));
    free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_back_whole),
        cmocka_unit_test(test_bytes_come_back_however_they_are_cut),
        cmocka_unit_test(test_the_ends_of_a_stream_are_told_apart),
        cmocka_unit_test(test_authorities_are_asked_when_there_are_some),
        cmocka_unit_test(test_a_peer_that_speaks_no_tls_fails_the_handshake),
        cmocka_unit_test(test_wrong_files_are_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
