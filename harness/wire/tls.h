// TLS on a channel. OpenSSL stands between the channel and its socket with memory on both sides, so that every byte
// still goes through the channel's own reads, writes, waiter and deadlines, and a script decides how plain bytes are cut
// into records and records into segments. The transcript shows the plain bytes.
//
// A stream under TLS may end in three ways, which stay told apart: close_notify and then FIN (CHANNEL_FIN), FIN without
// close_notify (CHANNEL_CUT: somebody may have cut the stream off), RST. A close_notify is answered by our own when the
// peer's FIN does not follow soon: some wait for it.
//
// Contexts are made before the threads that use them and do not change.
#ifndef SOCKSPEC_WIRE_TLS_H
#define SOCKSPEC_WIRE_TLS_H

#include <openssl/types.h>

#include "wire/channel.h"

enum tls_version { TLS_ANY, TLS_1_2, TLS_1_3 };

struct tls_style {
    enum tls_version version;
    size_t record;           // most plain bytes in a record; 0: as many as fit
    size_t segment;          // bytes on the wire, the handshake's included, in a segment of their own; 0: any number
    const char *server_name; // a client's: what it says in server name indication, or NULL
};

// A client that takes certificates of these authorities only (a file in PEM), or any certificate without. NULL when the
// file cannot be read.
SSL_CTX *tls_client_context(const char *authorities);

// A server with this certificate chain and key (files in PEM). NULL with one line in `message`, to be freed.
SSL_CTX *tls_server_context(const char *certificate, const char *key, char **message);

void tls_context_free(SSL_CTX *context);

// Puts a connected or accepted channel under TLS and does the handshake. Returns 0; -ECONNABORTED when the peer ended
// it, by an alert or by the end of the connection; -EPROTO when it failed otherwise; -ETIMEDOUT; another negative errno.
// The channel stays to be read to its end and to be closed.
int tls_connect(struct channel *channel, SSL_CTX *context, const struct tls_style *style, int64_t deadline);
int tls_accept(struct channel *channel, SSL_CTX *context, const struct tls_style *style, int64_t deadline);

// Why a handshake failed, in words; static for as long as the channel.
const char *tls_fault(const struct channel *channel);

// The name that the client asked for, or NULL.
const char *tls_server_name(const struct channel *channel);

// --- for channel.c, on a channel that is under TLS ---

// As the functions of channel.h whose names they share.
int tls_send(struct channel *channel, const void *bytes, size_t length, int64_t deadline);
int tls_poll(struct channel *channel);
int tls_shutdown(struct channel *channel);

// Encrypts for a flood and writes what the kernel takes. Returns the count of plain bytes, 0 when the kernel takes
// nothing, or a negative errno.
ssize_t tls_write_some(struct channel *channel, const unsigned char *bytes, size_t length);

// Until when to wait for the peer's next bytes: `deadline`, or before that the moment to answer its close_notify.
int64_t tls_wait_until(const struct channel *channel, int64_t deadline);

// Answers the peer's close_notify when it is time to.
void tls_answer(struct channel *channel);

// Frees what TLS needs. `politely`: sends close_notify before, if the kernel takes it and the connection stands.
void tls_end(struct channel *channel, bool politely);

#endif
