#include "wire/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "wire/raw.h"

#define PLAIN_SIZE 16384    // the most that a record holds (RFC 8446 section 5.1)
#define GATHERED_SIZE 65536 // encrypted bytes that are kept before they are written
#define ANSWER_MS 50        // how long the peer's FIN may take behind its close_notify

struct tls {
    SSL *ssl;
    BIO *from_peer; // encrypted bytes that OpenSSL has not read yet
    BIO *to_peer;   // encrypted bytes that have not been written yet
    struct tls_style style;
    bool ready;    // the handshake is done
    bool writing;  // a write is under way, which must not be written into
    bool broken;   // nothing can be read or written any more
    bool notified; // the peer has sent close_notify
    bool notifies; // we have sent close_notify
    int64_t answer_at;
    char fault[160];
};

// --- contexts ---

static SSL_CTX *make_context(const SSL_METHOD *method)
{
    SSL_CTX *context = SSL_CTX_new(method);
    if (!context)
        return NULL;
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    // A ticket that the client has not read when it closes would make its kernel answer with RST.
    SSL_CTX_set_num_tickets(context, 0);
    return context;
}

static const char *first_reason(void)
{
    unsigned long code = ERR_peek_error();
    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    const char *reason = ERR_reason_error_string(code);
    return reason ? reason : "OpenSSL gives no reason";
}

SSL_CTX *tls_client_context(const char *authorities)
{
    SSL_CTX *context = make_context(TLS_client_method());
    ERR_clear_error();
    if (!context || !authorities)
        return context;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_file(context, authorities) == 1)
        return context;
    SSL_CTX_free(context);
    ERR_clear_error();
    return NULL;
}

// Whatever name the client asks for is taken, and remembered.
static int take_name(SSL *ssl, int *alert, void *argument)
{
    (void)ssl;
    (void)alert;
    (void)argument;
    return SSL_TLSEXT_ERR_OK;
}

SSL_CTX *tls_server_context(const char *certificate, const char *key, char **message)
{
    SSL_CTX *context = make_context(TLS_server_method());
    ERR_clear_error();
    *message = NULL;
    if (!context)
        *message = format_text("no TLS: %s", first_reason());
    else if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        *message = format_text("cannot use the certificate %s: %s", certificate, first_reason());
    else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        *message = format_text("cannot use the key %s: %s", key, first_reason());
    ERR_clear_error();
    if (!*message) {
        SSL_CTX_set_tlsext_servername_callback(context, take_name);
        return context;
    }
    SSL_CTX_free(context);
    return NULL;
}

void tls_context_free(SSL_CTX *context)
{
    SSL_CTX_free(context);
}

// --- the wire ---

static int write_in_segments(struct channel *channel, const struct buffer *bytes, int64_t deadline)
{
    size_t step = channel->tls->style.segment ? channel->tls->style.segment : bytes->length;
    int result = 0;
    for (size_t done = 0; done < bytes->length && result == 0; done += step) {
        size_t length = bytes->length - done < step ? bytes->length - done : step;
        result = raw_write(channel, bytes->data + done, length, deadline);
        if (step < bytes->length)
            channel_settle(channel);
    }
    return result;
}

// Takes the encrypted bytes out of OpenSSL first: while they are written it may be given others, and move them.
static void gather(struct tls *tls, struct buffer *out)
{
    size_t length = BIO_ctrl_pending(tls->to_peer);
    if (length)
        BIO_read(tls->to_peer, buffer_extend(out, length), (int)length);
}

// Writes all that OpenSSL has made.
static int flush(struct channel *channel, int64_t deadline)
{
    int result = 0;
    channel->tls->writing = true;
    while (result == 0 && BIO_ctrl_pending(channel->tls->to_peer) > 0) {
        struct buffer out = {0};
        gather(channel->tls, &out);
        result = write_in_segments(channel, &out, deadline);
        buffer_free(&out);
    }
    channel->tls->writing = false;
    return result;
}

// Gives OpenSSL what has come. The results of raw_read().
static ssize_t take_in(struct channel *channel)
{
    unsigned char bytes[16384];
    ssize_t length = raw_read(channel, bytes, sizeof bytes);
    if (length > 0 && !channel->tls->broken)
        BIO_write(channel->tls->from_peer, bytes, (int)length);
    return length;
}

// What went wrong last: an alert of the peer (-ECONNABORTED), or anything else (-EPROTO). Either way it is over.
static int fail(struct channel *channel)
{
    struct tls *tls = channel->tls;
    bool alert =
        ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL && ERR_GET_REASON(ERR_peek_error()) > SSL_AD_REASON_OFFSET;
    bool verifies = tls->ssl && SSL_get_verify_mode(tls->ssl) != SSL_VERIFY_NONE;
    long verified = verifies ? SSL_get_verify_result(tls->ssl) : X509_V_OK;
    const char *more = verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified);
    snprintf(tls->fault, sizeof tls->fault, "%s%s%s%s", alert ? "the peer's alert: " : "", first_reason(),
             *more ? ": " : "", more);
    tls->broken = true;
    transcript_note(channel->transcript, channel->name, "TLS: %s", tls->fault);
    ERR_clear_error();
    return alert ? -ECONNABORTED : -EPROTO;
}

// --- the handshake ---

static bool begin(struct channel *channel, SSL_CTX *context, const struct tls_style *style)
{
    static const int versions[] = {[TLS_ANY] = 0, [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION};
    struct tls *tls = allocate(1, sizeof *tls);
    channel->tls = tls;
    tls->style = *style;
    tls->ssl = SSL_new(context);
    tls->from_peer = BIO_new(BIO_s_mem());
    tls->to_peer = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->from_peer || !tls->to_peer)
        return false;
    BIO_set_mem_eof_return(tls->from_peer, -1);
    BIO_set_mem_eof_return(tls->to_peer, -1);
    SSL_set_bio(tls->ssl, tls->from_peer, tls->to_peer);
    return SSL_set_min_proto_version(tls->ssl, versions[style->version]) == 1 &&
           SSL_set_max_proto_version(tls->ssl, versions[style->version]) == 1;
}

// Waits for the peer's next bytes.
static int await(struct channel *channel, int64_t deadline)
{
    for (;;) {
        ssize_t length = take_in(channel);
        if (length > 0)
            return 0;
        if (length == 0)
            break;
        int result = length == -ETIMEDOUT
                         ? channel->waiter->wait(channel->waiter->context, channel->fd, POLLIN, deadline)
                         : (int)length;
        if (result < 0)
            return result;
    }
    channel->tls->broken = true;
    snprintf(channel->tls->fault, sizeof channel->tls->fault, "the peer ended the connection");
    return -ECONNABORTED;
}

static int shake_hands(struct channel *channel, int64_t deadline)
{
    struct tls *tls = channel->tls;
    for (;;) {
        ERR_clear_error();
        int done = SSL_do_handshake(tls->ssl);
        int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, done);
        int failed = error == SSL_ERROR_NONE || error == SSL_ERROR_WANT_READ ? 0 : fail(channel);
        int result = flush(channel, deadline); // our alert, too
        if (failed)
            return failed;
        if (error == SSL_ERROR_NONE && result == 0)
            break;
        // A peer that takes nothing any more may have said why.
        if (result == 0 || result == -EPIPE || result == -ECONNRESET)
            result = await(channel, deadline);
        if (result < 0)
            return result;
    }
    tls->ready = true;
    transcript_note(channel->transcript, channel->name, "%s, %s", SSL_get_version(tls->ssl),
                    SSL_get_cipher_name(tls->ssl));
    return 0;
}

int tls_connect(struct channel *channel, SSL_CTX *context, const struct tls_style *style, int64_t deadline)
{
    if (!begin(channel, context, style) ||
        (style->server_name && SSL_set_tlsext_host_name(channel->tls->ssl, style->server_name) != 1))
        return fail(channel);
    SSL_set_connect_state(channel->tls->ssl);
    return shake_hands(channel, deadline);
}

int tls_accept(struct channel *channel, SSL_CTX *context, const struct tls_style *style, int64_t deadline)
{
    if (!begin(channel, context, style))
        return fail(channel);
    SSL_set_accept_state(channel->tls->ssl);
    return shake_hands(channel, deadline);
}

const char *tls_fault(const struct channel *channel)
{
    return channel->tls ? channel->tls->fault : "";
}

const char *tls_server_name(const struct channel *channel)
{
    return SSL_get_servername(channel->tls->ssl, TLSEXT_NAMETYPE_host_name);
}

// --- bytes ---

// Makes records of the bytes. Returns 0, or -EPIPE when nothing can be written any more.
static int encrypt(struct tls *tls, const unsigned char *bytes, size_t length)
{
    size_t written;
    ERR_clear_error();
    if (tls->broken || tls->notifies || SSL_write_ex(tls->ssl, bytes, length, &written) != 1)
        return -EPIPE;
    return 0;
}

int tls_send(struct channel *channel, const void *bytes, size_t length, int64_t deadline)
{
    struct tls *tls = channel->tls;
    size_t most = tls->style.record ? tls->style.record : PLAIN_SIZE;
    int result = 0;
    for (size_t done = 0; done < length && result == 0; done += most) {
        size_t piece = length - done < most ? length - done : most;
        result = encrypt(tls, (const unsigned char *)bytes + done, piece);
        if (result == 0 && BIO_ctrl_pending(tls->to_peer) >= GATHERED_SIZE)
            result = flush(channel, deadline);
    }
    int flushed = flush(channel, deadline);
    return result < 0 ? result : flushed;
}

// Writes what the kernel takes of what OpenSSL has made; the rest stays for the next time.
static int flush_some(struct channel *channel)
{
    struct buffer out = {0};
    if (channel->tls->writing)
        return 0;
    gather(channel->tls, &out);
    ssize_t written = out.length ? raw_write_some(channel, out.data, out.length) : 0;
    if (written >= 0 && (size_t)written < out.length)
        BIO_write(channel->tls->to_peer, out.data + written, (int)(out.length - (size_t)written));
    buffer_free(&out);
    return written < 0 ? (int)written : 0;
}

ssize_t tls_write_some(struct channel *channel, const unsigned char *bytes, size_t length)
{
    struct tls *tls = channel->tls;
    size_t piece = length < PLAIN_SIZE ? length : PLAIN_SIZE;
    int result = flush_some(channel);
    if (result < 0 || BIO_ctrl_pending(tls->to_peer) > 0)
        return result;
    result = encrypt(tls, bytes, piece);
    if (result == 0)
        result = flush_some(channel);
    return result < 0 ? result : (ssize_t)piece;
}

static void note_notification(struct channel *channel)
{
    struct tls *tls = channel->tls;
    if (tls->broken || tls->notified || !(SSL_get_shutdown(tls->ssl) & SSL_RECEIVED_SHUTDOWN))
        return;
    tls->notified = true;
    tls->answer_at = clock_now() + ANSWER_MS * NANOSECONDS_PER_MS;
    transcript_note(channel->transcript, channel->name, "close_notify from the peer");
}

// Takes what can be decrypted now. Returns 1 when it is something, -ETIMEDOUT when more must come first, -EPROTO when
// what came is no TLS. An alert is not an error: the end of the connection follows it.
static int decrypt(struct channel *channel)
{
    struct tls *tls = channel->tls;
    size_t before = channel->received;
    for (;;) {
        size_t length = 0;
        unsigned char *room = buffer_extend(&channel->in, PLAIN_SIZE);
        ERR_clear_error();
        int done = tls->broken ? 0 : SSL_read_ex(tls->ssl, room, PLAIN_SIZE, &length);
        buffer_shorten(&channel->in, channel->in.length - PLAIN_SIZE + length);
        if (done == 1) {
            transcript_bytes(channel->transcript, channel->name, DIRECTION_IN, room, length);
            channel->received += length;
            continue;
        }
        int error = tls->broken ? SSL_ERROR_NONE : SSL_get_error(tls->ssl, done);
        if (error == SSL_ERROR_SSL && fail(channel) == -EPROTO)
            return -EPROTO;
        break;
    }
    note_notification(channel);
    flush_some(channel); // an answer to a key update, an alert
    return channel->received > before ? 1 : -ETIMEDOUT;
}

int tls_poll(struct channel *channel)
{
    struct tls *tls = channel->tls;
    ssize_t length;
    // What came in one segment with the end of the handshake.
    if (tls->ready && BIO_ctrl_pending(tls->from_peer) > 0) {
        int result = decrypt(channel);
        if (result != -ETIMEDOUT)
            return result;
    }
    while ((length = take_in(channel)) > 0) {
        int result = tls->ready ? decrypt(channel) : -ETIMEDOUT;
        if (result != -ETIMEDOUT)
            return result;
    }
    if (length == 0 && channel->end == CHANNEL_FIN && tls->ready && !tls->broken && !tls->notified) {
        channel->end = CHANNEL_CUT;
        transcript_note(channel->transcript, channel->name, "no close_notify came before it");
    }
    return (int)length;
}

// --- the end ---

// Makes a close_notify, once.
static void notify(struct channel *channel)
{
    struct tls *tls = channel->tls;
    if (!tls->ready || tls->broken || tls->notifies)
        return;
    tls->notifies = true;
    ERR_clear_error();
    SSL_shutdown(tls->ssl);
    transcript_note(channel->transcript, channel->name, "close_notify sent");
}

int tls_shutdown(struct channel *channel)
{
    notify(channel);
    return flush(channel, clock_now() + NANOSECONDS_PER_MS * 1000);
}

int64_t tls_wait_until(const struct channel *channel, int64_t deadline)
{
    const struct tls *tls = channel->tls;
    bool waiting = tls->notified && !tls->notifies && !tls->broken;
    return waiting && tls->answer_at < deadline ? tls->answer_at : deadline;
}

void tls_answer(struct channel *channel)
{
    notify(channel);
    flush_some(channel);
}

void tls_end(struct channel *channel, bool politely)
{
    struct tls *tls = channel->tls;
    if (politely && channel->end != CHANNEL_RST && !channel->wrote_end) {
        notify(channel);
        flush_some(channel);
    }
    if (tls->ssl) {
        SSL_free(tls->ssl); // and both ends of its memory
    } else {
        BIO_free(tls->from_peer);
        BIO_free(tls->to_peer);
    }
    free(tls);
    channel->tls = NULL;
    ERR_clear_error();
}
