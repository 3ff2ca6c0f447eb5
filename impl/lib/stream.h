#ifndef IMPL_STREAM_H
#define IMPL_STREAM_H

/*
 * A connected stream socket, plain or under TLS, with the deadlines of lib/net.h.
 *
 * A plain stream is a socket and nothing else. stream_accept_tls and stream_connect_tls put one under TLS
 * (OpenSSL 3, TLS 1.2 or 1.3) and take memory, which stream_end gives back. The socket stays the caller's.
 * One thread at a time; a context may serve many streams of many threads. OpenSSL writes without
 * MSG_NOSIGNAL, so a program ignores SIGPIPE (lib/stop.h does that).
 */

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/failure.h"

struct stream {
    int socket;
    SSL *tls; /* NULL: plain */
};

/* As net_read. */
ssize_t stream_read(struct stream *stream, void *buffer, size_t size, int64_t deadline);

/* As net_write. */
int stream_write(struct stream *stream, const void *bytes, size_t size, int64_t deadline);

/* Ends TLS with a close_notify, without waiting for the peer's. Nothing happens to a plain stream. */
void stream_end(struct stream *stream);

/* Makes a context for servers of the certificate chain and private key in two PEM files. Returns 0; -EINVAL
 * with the reason in `failure` when a file cannot be read or they do not belong together. */
int tls_server_context(SSL_CTX **context, const char *certificate, const char *key, struct failure *failure);

/* Makes a context for clients, who trust the certificates of the PEM file `authorities` (NULL: those of the
 * system), or anybody when `insecure`. Returns 0 or -EINVAL. */
int tls_client_context(SSL_CTX **context, const char *authorities, bool insecure, struct failure *failure);

/* Releases a context; NULL is fine. */
void tls_context_free(SSL_CTX *context);

/* Waits for the client's side of the TLS handshake. Returns 0; -ETIMEDOUT; -EPROTO when it failed; or another
 * negative errno code. On failure the stream is plain again. */
int stream_accept_tls(struct stream *stream, SSL_CTX *context, int64_t deadline);

/* Does the TLS handshake with the server that calls itself `host`, a name or an address without brackets,
 * whose certificate must be for it. Returns 0, or a negative errno code with the reason in `failure`: -EPROTO
 * when the handshake failed or the certificate is not to be trusted. */
int stream_connect_tls(struct stream *stream, SSL_CTX *context, const char *host, int64_t deadline,
                       struct failure *failure);

#endif
