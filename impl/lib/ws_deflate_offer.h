#ifndef IMPL_WS_DEFLATE_OFFER_H
#define IMPL_WS_DEFLATE_OFFER_H

/*
 * The negotiation of permessage-deflate (RFC 7692 sections 5 and 7.1).
 *
 * A client offers one set of parameters or several, in the order of its preference; the server takes the
 * first that it can, and answers with what holds then. An offer that is not as section 7.1 has it is passed
 * over as if it were not there. What is answered:
 *   server_no_context_takeover   when it was offered
 *   client_no_context_takeover   when it was offered: the client says that it can, and memory is saved
 *   server_max_window_bits=N     when it was offered, with the same N, 8 too
 *   client_max_window_bits=N     when it was offered with a value, with the same N
 *
 * This client makes one offer, and holds the answer against it: the server may limit itself unasked, but not the
 * client's window, and it must not pass over what it was asked for.
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/http_head.h"
#include "lib/ws_extension.h"

#define DEFLATE_BITS_MIN 8
#define DEFLATE_BITS_MAX 15
#define DEFLATE_ANSWER_MAX 160 /* bytes of the value of Sec-WebSocket-Extensions, with a NUL */
#define DEFLATE_OFFER_MAX 256  /* the same, of a client */

/* What holds on a connection, and what of it is to be said. */
struct deflate_parameters {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    int server_max_window_bits; /* 8 to 15; 0: not said, which is 15 */
    int client_max_window_bits;
};

/* What a client offers. */
struct deflate_offer {
    bool made;
    struct deflate_parameters parameters;
    bool client_max_window_bits;  /* stands in it, with a value or without */
    char text[DEFLATE_OFFER_MAX]; /* the value of Sec-WebSocket-Extensions */
};

/* Finds the first acceptable offer of a request's head, all of whose Sec-WebSocket-Extensions fields make one
 * list. False when there is none. */
bool deflate_negotiate(const struct message_head *head, struct deflate_parameters *parameters);

/* Writes the value of the response's Sec-WebSocket-Extensions, ended by a NUL. Returns its length in bytes.
 */
size_t deflate_answer_write(const struct deflate_parameters *parameters, char text[DEFLATE_ANSWER_MAX]);

/* Makes an offer of parameters as they stand in the field, such as
 * "server_no_context_takeover; client_max_window_bits". Returns NULL, or why no server could accept it, in a few
 * words. */
const char *deflate_offer_make(const char *parameters, struct deflate_offer *offer);

/* Holds a response's Sec-WebSocket-Extensions against what was offered. Returns NULL, with `accepted` and what
 * holds on the connection: beside what the server said also what the client promised by its offer. Or why the
 * connection must fail (sections 5 and 7.1, RFC 6455 section 4.1), in a few words. */
const char *deflate_response_fault(const struct message_head *head, const struct deflate_offer *offer, bool *accepted,
                                   struct deflate_parameters *parameters);

#endif
