#include "lib/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "lib/address.h"
#include "lib/net.h"

/* What OpenSSL first said was wrong, in its words; what it says behind that is where it heard of it. */
static const char *tls_reason(void)
{
    unsigned long code = ERR_peek_error();
    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    const char *reason = ERR_reason_error_string(code);
    return reason ? reason : "TLS failed";
}

/* Waits for what OpenSSL wants after a call returned `result` <= 0. Returns 0 to call it again; -ENODATA at
 * the end of the stream; -EPROTO, -ETIMEDOUT or another negative errno code. */
static int tls_wait(const struct stream *stream, int result, int64_t deadline)
{
    int code = errno;
    switch (SSL_get_error(stream->tls, result)) {
    case SSL_ERROR_WANT_READ:
        return net_wait_readable(stream->socket, deadline);
    case SSL_ERROR_WANT_WRITE:
        return net_wait_writable(stream->socket, deadline);
    case SSL_ERROR_ZERO_RETURN:
        return -ENODATA;
    case SSL_ERROR_SYSCALL:
        return code ? -code : -ENODATA;
    default: /* an int, not an enum: everything else is a broken protocol */
        return -EPROTO;
    }
}

ssize_t stream_read(struct stream *stream, void *buffer, size_t size, int64_t deadline)
{
    if (!stream->tls)
        return net_read(stream->socket, buffer, size, deadline);
    for (;;) {
        ERR_clear_error();
        errno = 0;
        int count = SSL_read(stream->tls, buffer, size < INT_MAX ? (int)size : INT_MAX);
        if (count > 0)
            return count;
        int result = tls_wait(stream, count, deadline);
        if (result < 0)
            return result == -ENODATA ? 0 : result;
    }
}

int stream_write(struct stream *stream, const void *bytes, size_t size, int64_t deadline)
{
    if (!stream->tls)
        return net_write(stream->socket, bytes, size, deadline);
    const char *next = bytes;
    while (size > 0) {
        ERR_clear_error();
        errno = 0;
        int count = SSL_write(stream->tls, next, size < INT_MAX ? (int)size : INT_MAX);
        if (count > 0) {
            next += count;
            size -= (size_t)count;
            continue;
        }
        int result = tls_wait(stream, count, deadline);
        if (result < 0)
            return result == -ENODATA ? -EPIPE : result;
    }
    return 0;
}

void stream_end(struct stream *stream)
{
    if (!stream->tls)
        return;
    ERR_clear_error();
    SSL_shutdown(stream->tls);
    SSL_free(stream->tls);
    ERR_clear_error();
    stream->tls = NULL;
}

static SSL_CTX *make_context(const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new(method);
    if (!context)
        return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    /* WebSocket has a close handshake of its own, so the end of a connection without close_notify cuts
     * nothing. */
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    return context;
}

static int context_failure(SSL_CTX *context, struct failure *failure, const char *action, const char *file)
{
    failure_explain(failure, EINVAL, tls_reason(), "%s %.200s", action, file);
    SSL_CTX_free(context);
    ERR_clear_error();
    return -EINVAL;
}

int tls_server_context(SSL_CTX **made, const char *certificate, const char *key, struct failure *failure)
{
    SSL_CTX *context = make_context(TLS_server_method());
    if (!context)
        return context_failure(context, failure, "use TLS for", certificate);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return context_failure(context, failure, "read the certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return context_failure(context, failure, "read the key", key);
    *made = context;
    return 0;
}

int tls_client_context(SSL_CTX **made, const char *authorities, bool insecure, struct failure *failure)
{
    SSL_CTX *context = make_context(TLS_client_method());
    if (!context)
        return context_failure(context, failure, "use TLS", "");
    SSL_CTX_set_verify(context, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    int loaded =
        authorities ? SSL_CTX_load_verify_file(context, authorities) : SSL_CTX_set_default_verify_paths(context);
    if (loaded != 1)
        return context_failure(context, failure, "read the certificates", authorities ? authorities : "of the system");
    *made = context;
    return 0;
}

void tls_context_free(SSL_CTX *context)
{
    SSL_CTX_free(context);
}

/* Puts the stream under TLS; SSL_read and its like must not block, so the socket must not either. */
static int begin_tls(struct stream *stream, SSL_CTX *context)
{
    int flags = fcntl(stream->socket, F_GETFL);
    if (flags < 0 || fcntl(stream->socket, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    stream->tls = SSL_new(context);
    if (stream->tls && SSL_set_fd(stream->tls, stream->socket) == 1)
        return 0;
    SSL_free(stream->tls);
    stream->tls = NULL;
    return -ENOMEM;
}

static int handshake(struct stream *stream, int (*step)(SSL *tls), int64_t deadline)
{
    for (;;) {
        ERR_clear_error();
        errno = 0;
        int done = step(stream->tls);
        if (done == 1)
            return 0;
        int result = tls_wait(stream, done, deadline);
        if (result < 0)
            return result == -ENODATA ? -ECONNRESET : result;
    }
}

static void forget_tls(struct stream *stream)
{
    SSL_free(stream->tls);
    stream->tls = NULL;
    ERR_clear_error();
}

int stream_accept_tls(struct stream *stream, SSL_CTX *context, int64_t deadline)
{
    int result = begin_tls(stream, context);
    if (result < 0)
        return result;
    result = handshake(stream, SSL_accept, deadline);
    if (result < 0)
        forget_tls(stream);
    return result;
}

/* Asks for the certificate of the host, which may be an address. */
static bool expect_host(SSL *tls, const char *host, size_t length)
{
    struct address address;
    if (address_parse(host, length, &address) == 0)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1;
    return SSL_set_tlsext_host_name(tls, host) == 1 && SSL_set1_host(tls, host) == 1;
}

int stream_connect_tls(struct stream *stream, SSL_CTX *context, const char *host, int64_t deadline,
                       struct failure *failure)
{
    int result = begin_tls(stream, context);
    if (result < 0)
        return failure_set(failure, -result, "use TLS with %.200s", host);
    if (!expect_host(stream->tls, host, strlen(host)))
        result = -EINVAL;
    if (result == 0)
        result = handshake(stream, SSL_connect, deadline);
    if (result == 0)
        return 0;
    long verified = SSL_get_verify_result(stream->tls);
    if (verified != X509_V_OK)
        failure_explain(failure, -result, X509_verify_cert_error_string(verified), "verify %.200s", host);
    else if (result == -EPROTO)
        failure_explain(failure, -result, tls_reason(), "use TLS with %.200s", host);
    else
        failure_set(failure, -result, "use TLS with %.200s", host);
    forget_tls(stream);
    return result;
}
