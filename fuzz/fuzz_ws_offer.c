// Reaches deflate_offer_make, deflate_response_fault, deflate_negotiate and deflate_answer_write of
// impl/lib/ws_deflate_offer.c, and ws_extension.c below them.
//
// The first line of the input is what a client offers of permessage-deflate; the rest is the value of a response's
// Sec-WebSocket-Extensions.
//
// Oracles:
// - an offer that can be made is one that our server accepts, with the same parameters, and what our server answers our
//   client accepts;
// - a response that is accepted has the parameters that the harness reads in it, and keeps what RFC 7692 section 7.1 says
//   of the offer: what the client asked of the server is granted, and nothing is asked of the client that it did not offer;
// - a refusal has a reason in words.
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "lib/ws_deflate_offer.h"
#include "ws/deflate.h"

enum { VALUE_MAX = 600 };

// Makes a head of one field Sec-WebSocket-Extensions; false when the value cannot stand in one.
static bool make_head(const char *value, size_t size, struct message_head *head, char *text, size_t room)
{
    int length = snprintf(text, room, "HTTP/1.1 101 \r\nSec-WebSocket-Extensions: %.*s\r\n\r\n", (int)size, value);
    require(length > 0 && (size_t)length < room);
    *head = (struct message_head){0};
    return response_head_parse(head, text, (size_t)length) == length;
}

static void check_own_server(const struct deflate_offer *offer)
{
    char text[VALUE_MAX + 100], answer[DEFLATE_ANSWER_MAX];
    struct message_head head;
    struct deflate_parameters server, client;
    const struct deflate_parameters *asked = &offer->parameters;
    bool accepted = false;
    if (!make_head(offer->text, strlen(offer->text), &head, text, sizeof text))
        return;
    require(deflate_negotiate(&head, &server));
    require(server.server_no_context_takeover == asked->server_no_context_takeover);
    require(server.client_no_context_takeover == asked->client_no_context_takeover);
    require(server.server_max_window_bits == asked->server_max_window_bits);
    require(server.client_max_window_bits == asked->client_max_window_bits);
    size_t length = deflate_answer_write(&server, answer);
    require(make_head(answer, length, &head, text, sizeof text));
    require(!deflate_response_fault(&head, offer, &accepted, &client) && accepted);
    require(client.server_max_window_bits == server.server_max_window_bits);
    require(client.client_max_window_bits == server.client_max_window_bits);
}

static bool within(int bits, int most)
{
    return most == 0 || (bits > 0 && bits <= most);
}

static void check_response(const struct deflate_offer *offer, const char *value, size_t size)
{
    char text[VALUE_MAX + 100];
    struct message_head head;
    struct http_head theirs;
    struct deflate_parameters holds = {0};
    const struct deflate_parameters *asked = &offer->parameters;
    const char *fault;
    bool accepted = false;
    if (!make_head(value, size, &head, text, sizeof text))
        return;
    const char *reason = deflate_response_fault(&head, offer, &accepted, &holds);
    require(!reason || *reason != '\0');
    if (reason)
        return;
    if (!accepted || memchr(value, '\\', size)) // the harness does not read escapes in a quoted value
        return;
    require(offer->made);
    require(http_response_decode((const unsigned char *)text, strlen(text), &theirs, &fault) > 0);
    struct ws_deflate_agreement seen = ws_deflate_agreement_read(&theirs);
    http_head_free(&theirs);
    require(seen.agreed && holds.server_no_context_takeover == seen.server_no_context_takeover);
    require(holds.server_max_window_bits == seen.server_max_window_bits);
    require(!asked->server_no_context_takeover || seen.server_no_context_takeover);
    require(within(seen.server_max_window_bits, asked->server_max_window_bits));
    require(seen.client_max_window_bits == 0 || strstr(offer->text, "client_max_window_bits"));
    require(within(holds.client_max_window_bits, asked->client_max_window_bits));
    require(holds.client_no_context_takeover == (seen.client_no_context_takeover || asked->client_no_context_takeover));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct deflate_offer offer = {0};
    const uint8_t *feed = size ? memchr(data, '\n', size) : NULL;
    size_t length = feed ? (size_t)(feed - data) : size;
    if (size > VALUE_MAX || (size && memchr(data, '\0', size)))
        return 0;
    const char *reason = deflate_offer_make(edge_text(0, data, length), &offer);
    require(!reason == offer.made && (!reason || *reason != '\0'));
    if (offer.made)
        check_own_server(&offer);
    if (feed)
        check_response(&offer, edge_copy(1, feed + 1, size - length - 1), size - length - 1);
    return 0;
}
