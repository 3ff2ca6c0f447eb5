// Reaches handshake_decide, handshake_status_for, handshake_answer_write and handshake_accept_for of
// impl/lib/ws_handshake.c, and the extensions below them: ws_extension.c and ws_deflate_offer.c.
//
// The first byte chooses the server: bit 0 whether it speaks permessage-deflate, bit 1 whether it trusts an origin and
// knows subprotocols. The rest is a request.
//
// Oracles:
// - 101 only where the harness finds an opening handshake in the request; and where it finds one of /ws with no Origin, no
//   body and a Host, 101 or a 400 for what only we look at;
// - the accept value is the harness's for that key; the subprotocol is one that was asked for and is known;
// - permessage-deflate is agreed on only where the server speaks it and the request offers it, and the harness reads the
//   same parameters from the answer as we have;
// - every answer is one whole response of a documented status, with a body as long as it says, and fits.
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "handshake_check.h"
#include "lib/ws_handshake.h"
#include "mutate.h"
#include "ws/deflate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    return mutate_behind(1, mutate_head, data, size, most, seed);
}

static void check_deflate(const struct handshake_answer *answer, bool speaks, const struct http_head *asked,
                          const struct http_head *response)
{
    const struct deflate_parameters *ours = &answer->deflate_parameters;
    struct ws_deflate_agreement theirs = ws_deflate_agreement_read(response);
    require(theirs.agreed == answer->deflate);
    if (!answer->deflate)
        return;
    bool offered = false;
    for (size_t i = 0; i < asked->field_count; i++)
        offered |= strstr(asked->fields[i].value, "permessage-deflate") != NULL;
    require(speaks && offered);
    require(theirs.server_max_window_bits == 0 ||
            (theirs.server_max_window_bits >= 8 && theirs.server_max_window_bits <= 15));
    require(theirs.client_max_window_bits == 0 ||
            (theirs.client_max_window_bits >= 8 && theirs.client_max_window_bits <= 15));
    require(theirs.server_no_context_takeover == ours->server_no_context_takeover);
    require(theirs.client_no_context_takeover == ours->client_no_context_takeover);
    require(theirs.server_max_window_bits == ours->server_max_window_bits);
    require(theirs.client_max_window_bits == ours->client_max_window_bits);
}

// The least that we must agree to, unless something is wrong that only we look at.
static bool must_be_taken(const struct http_head *asked)
{
    return !ws_request_fault(asked) && strcmp(asked->target, "/ws") == 0 && !http_field_value(asked, "Origin");
}

static void check_answer(const struct handshake_answer *answer, const struct handshake_policy *policy,
                         const struct http_head *asked)
{
    char bytes[HANDSHAKE_ANSWER_MAX];
    struct http_head response;
    const char *fault;
    size_t length = handshake_answer_write(answer, 1000000000, bytes);
    require(length < sizeof bytes);
    int head = http_response_decode((const unsigned char *)bytes, length, &response, &fault);
    require(head > 0 && response.status == answer->status);
    size_t body = length - (size_t)head;
    handshake_require_answer(&response, body);
    require((body == 0) == (answer->status == 101 || strcmp(asked->method, "HEAD") == 0));
    if (answer->status == 101) {
        handshake_require_asked(asked);
        handshake_require_agreed(asked, &response);
        check_deflate(answer, policy->deflate, asked, &response);
    }
    require(answer->status == 101 || answer->status == 400 || !must_be_taken(asked));
    http_head_free(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const origins[] = {"http://a", "https://b:8443"};
    static const char *const subprotocols[] = {"chat", "superchat"};
    if (size < 1)
        return 0;
    const struct handshake_policy policy = {
        .about = "A fuzzer",
        .origins = origins,
        .origin_count = data[0] & 2 ? 2 : 0,
        .subprotocols = subprotocols,
        .subprotocol_count = data[0] & 2 ? 2 : 0,
        .deflate = data[0] & 1,
    };
    size--;
    const char *text = edge_copy(0, data + 1, size);
    struct message_head head = {0};
    struct handshake_answer answer;
    int length = request_head_parse(&head, text, size);
    if (length < 0) {
        int status = handshake_status_for(length);
        require(status == (length == -ENAMETOOLONG ? 414 : length == -EMSGSIZE ? 431 : 400));
    }
    if (length <= 0)
        return 0;
    handshake_decide(&head, &policy, &answer);
    if (head.major == 1) { // the harness knows no other
        struct http_head asked;
        handshake_require_request(text, (size_t)length, &asked);
        check_answer(&answer, &policy, &asked);
        http_head_free(&asked);
    } else {
        require(answer.status == 505);
    }
    return 0;
}
