#ifndef IMPL_WS_DEFLATE_OFFER_H
#define IMPL_WS_DEFLATE_OFFER_H

/*
 * The negotiation of permessage-deflate (RFC 7692 sections 5 and 7.1) as the server does it.
 *
 * A client offers one set of parameters or several, in the order of its preference; the server takes the
 * first that it can, and answers with what holds then. An offer that is not as section 7.1 has it is passed
 * over as if it were not there. What is answered:
 *   server_no_context_takeover   when it was offered
 *   client_no_context_takeover   when it was offered: the client says that it can, and memory is saved
 *   server_max_window_bits=N     when it was offered, with the same N, 8 too
 *   client_max_window_bits=N     when it was offered with a value, with the same N
 */

#include <stdbool.h>
#include <stddef.h>

#include "lib/http_head.h"

#define DEFLATE_BITS_MIN 8
#define DEFLATE_BITS_MAX 15
#define DEFLATE_ANSWER_MAX 160 /* bytes of the value of Sec-WebSocket-Extensions, with a NUL */

/* What holds on a connection, and what of it is to be said. */
struct deflate_parameters {
    bool server_no_context_takeover;
    bool client_no_context_takeover;
    int server_max_window_bits; /* 8 to 15; 0: not said, which is 15 */
    int client_max_window_bits;
};

/* Finds the first acceptable offer of a request's head, all of whose Sec-WebSocket-Extensions fields make one
 * list. False when there is none. */
bool deflate_negotiate(const struct message_head *head, struct deflate_parameters *parameters);

/* Writes the value of the response's Sec-WebSocket-Extensions, ended by a NUL. Returns its length in bytes.
 */
size_t deflate_answer_write(const struct deflate_parameters *parameters, char text[DEFLATE_ANSWER_MAX]);

#endif
