// Connections under TLS.
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "run/script.h"
#include "wire/tls.h"

static bool wants_tls(const struct script_context *context, const struct step *step)
{
    bool target = context->target && context->target->tls;
    return step->tls.use != TLS_OFF && (target || context->test->certificate != CERTIFICATE_NONE);
}

static struct tls_style style_of(const struct step *step)
{
    static const enum tls_version versions[] = {
        [TLS_VERSION_ANY] = TLS_ANY, [TLS_VERSION_1_2] = TLS_1_2, [TLS_VERSION_1_3] = TLS_1_3};
    return (struct tls_style){
        .version = versions[step->tls.version],
        .record = (size_t)step->tls.record,
        .segment = (size_t)step->tls.segment,
    };
}

static int handshake_failed(struct script_context *context, const struct step *step,
                            const struct connection *connection, int result)
{
    const char *fault = tls_fault(&connection->channel);
    return step_fail(context, step, duplicate("a TLS handshake"),
                     *fault ? duplicate(fault) : failure_text(context, "no end of the TLS handshake", result));
}

int secure_connected(struct script_context *context, const struct step *step, struct connection *connection)
{
    if (!wants_tls(context, step))
        return 0;
    bool own = context->test->certificate != CERTIFICATE_NONE;
    struct tls_style style = style_of(step);
    style.server_name = step->tls.server_name && *step->tls.server_name ? step->tls.server_name
                        : own                                           ? NULL
                                                                        : context->target->server_name;
    SSL_CTX *client = own ? credentials_client(context->credentials) : context->target->tls;
    int result = tls_connect(&connection->channel, client, &style, step_deadline(context, step));
    return result == 0 ? 0 : handshake_failed(context, step, connection, result);
}

// The name that the client asks for must be the one that the case says, "" for none.
static int check_server_name(struct script_context *context, const struct step *step,
                             const struct connection *connection)
{
    const char *wanted = step->tls.server_name;
    const char *name = tls_server_name(&connection->channel);
    if (!wanted || strcmp(wanted, name ? name : "") == 0)
        return 0;
    return step_fail(context, step,
                     *wanted ? format_text("server name indication of %s", wanted)
                             : duplicate("no server name indication"),
                     name ? format_text("that of %s", name) : duplicate("none"));
}

// A client that verifies by itself, behind the handshake, may finish that; then it must go away without a word.
static int expect_refusal(struct script_context *context, const struct step *step, struct connection *connection,
                          int result)
{
    static const struct matcher end = {.kind = MATCH_END, .end = END_ANY};
    if (result == -ECONNABORTED || result == -ECONNRESET || result == -EPIPE)
        return 0;
    if (result < 0)
        return handshake_failed(context, step, connection, result);
    return expect_matcher(context, step, &end, connection);
}

int secure_accepted(struct script_context *context, const struct step *step, struct connection *connection)
{
    if (!wants_tls(context, step))
        return 0;
    const struct tls_style style = style_of(step);
    SSL_CTX *server = credentials_server(context->credentials, context->test->certificate);
    int result = tls_accept(&connection->channel, server, &style, step_deadline(context, step));
    if (step->tls.refused)
        return expect_refusal(context, step, connection, result);
    if (result < 0)
        return handshake_failed(context, step, connection, result);
    return check_server_name(context, step, connection);
}
