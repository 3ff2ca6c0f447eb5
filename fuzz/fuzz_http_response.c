// Reaches response_head_parse of impl/lib/http_head.c and client_response_fault of impl/lib/ws_client_handshake.c.
//
// The first four bytes cut the rest, which is a response.
//
// Oracles:
// - the harness's parser of heads: what ours takes it takes, with the same status, version and fields, unless the status
//   line is one of the forms that it refuses (another version than HTTP/1.x, a code below 100, no blank behind the
//   code); what it takes ours takes;
// - a head parsed whole and cut gives the same result; a short one also byte by byte and cut in two at every place (all of
//   them when seeds are replayed);
// - nothing is read past a piece; a head that was taken is one of whole lines, with its fields inside it;
// - a response is that of an opening handshake if and only if section 4.1 of RFC 6455, done anew on the harness's head,
//   says so;
// - where permessage-deflate was offered and accepted, what holds then is what the harness reads in the same head.
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "head_check.h"
#include "lib/ws_client_handshake.h"
#include "mutate.h"
#include "ws/deflate.h"

static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==";

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(CUTS, mutate_head, data, size, most, seed);
}

static bool harness_refuses_status_line(const struct message_head *head, const char *text)
{
    return head->major != 1 || head->status < 100 || text[strlen("HTTP/1.1 101")] != ' ';
}

static bool accepts(const struct http_head *head)
{
    static const char *const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // of the key above, RFC 6455 section 1.3
    const char *value = http_field_value(head, "Sec-WebSocket-Accept");
    return http_field_count(head, "Sec-WebSocket-Accept") == 1 && strcmp(value, accept) == 0;
}

// Section 4.1 for a client that has offered neither extension nor subprotocol.
static bool upgrades(const struct http_head *head)
{
    return head->status == 101 && strcmp(head->version, "HTTP/1.0") > 0 && http_field_count(head, "Upgrade") == 1 &&
           strcasecmp(http_field_value(head, "Upgrade"), "websocket") == 0 &&
           http_field_has_token(head, "Connection", "upgrade") && accepts(head) &&
           http_field_count(head, "Sec-WebSocket-Extensions") == 0 &&
           http_field_count(head, "Sec-WebSocket-Protocol") == 0;
}

// A comma in a quoted string separates for ours and not for the harness; a token has no quotes.
static bool connection_is_quoted(const struct http_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, "Connection") == 0 && strchr(head->fields[i].value, '"'))
            return true;
    return false;
}

static void compare_agreement(const struct message_head *ours, const struct http_head *theirs)
{
    struct client_request request = {.key = key};
    struct client_agreement agreed;
    require(deflate_offer_make("client_max_window_bits", &request.deflate) == NULL);
    if (client_response_fault(ours, &request, &agreed) != NULL)
        return;
    struct ws_deflate_agreement seen = ws_deflate_agreement_read(theirs);
    const struct deflate_parameters *holds = &agreed.deflate_parameters;
    require(agreed.deflate == seen.agreed);
    require(!agreed.deflate || (holds->server_no_context_takeover == seen.server_no_context_takeover &&
                                holds->client_no_context_takeover == seen.client_no_context_takeover &&
                                holds->client_max_window_bits == seen.client_max_window_bits &&
                                holds->server_max_window_bits == seen.server_max_window_bits));
}

static void compare(const struct message_head *ours, int length, const char *text, size_t size)
{
    struct http_head theirs;
    const char *fault;
    int their_length = http_response_decode((const unsigned char *)text, size, &theirs, &fault);
    if (their_length <= 0) {
        require(length <= 0 || harness_refuses_status_line(ours, text));
        return;
    }
    require(length == their_length || (length == -EMSGSIZE && their_length > MESSAGE_HEAD_MAX));
    if (length > 0) {
        require(ours->status == (unsigned)theirs.status && ours->minor == (unsigned)(theirs.version[7] - '0'));
        head_require_same_fields(ours, &theirs);
        struct client_request request = {.key = key};
        struct client_agreement nothing;
        const char *refusal = client_response_fault(ours, &request, &nothing);
        require(!refusal == upgrades(&theirs) || connection_is_quoted(&theirs));
        compare_agreement(ours, &theirs);
    }
    http_head_free(&theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CUTS)
        return 0;
    size -= CUTS;
    const char *text = edge_copy(0, data + CUTS, size);
    struct message_head head = {0};
    int length = response_head_parse(&head, text, size);
    require(length > 0 || length == 0 || length == -EBADMSG || length == -EMSGSIZE);
    head_require_same_when_cut(response_head_parse, length, data, text, size);
    if (length > 0) {
        require((size_t)length <= size && head.status <= 999 && memcmp(text, "HTTP/", 5) == 0);
        head_require_whole(&head, text, (size_t)length);
    }
    compare(&head, length, text, size);
    return 0;
}
