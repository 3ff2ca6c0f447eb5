#include "lib/ws_client_handshake.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "lib/random.h"

enum { NONCE_SIZE = 16 };

void client_key(char key[HANDSHAKE_KEY_LENGTH + 1])
{
    unsigned char nonce[NONCE_SIZE];
    random_bytes(nonce, sizeof nonce);
    EVP_EncodeBlock((unsigned char *)key, nonce, sizeof nonce);
}

int client_request_write(const struct client_request *request, char bytes[CLIENT_REQUEST_MAX])
{
    bool offers = request->deflate.made;
    int length = snprintf(bytes, CLIENT_REQUEST_MAX,
                          "GET %s HTTP/1.1\r\n"
                          "Host: %s\r\n"
                          "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n"
                          "Sec-WebSocket-Key: %s\r\n"
                          "Sec-WebSocket-Version: 13\r\n"
                          "%s%s%s\r\n",
                          request->target, request->host, request->key, offers ? "Sec-WebSocket-Extensions: " : "",
                          offers ? request->deflate.text : "", offers ? "\r\n" : "");
    return length < CLIENT_REQUEST_MAX ? length : -EMSGSIZE;
}

static bool accepts(const struct message_head *head, const char *key)
{
    char expected[HANDSHAKE_ACCEPT_LENGTH + 1];
    struct span accept;
    return message_head_find(head, "Sec-WebSocket-Accept", &accept) == 1 &&
           handshake_accept_for((struct span){key, HANDSHAKE_KEY_LENGTH}, expected) == 0 &&
           span_equals(accept, expected);
}

const char *client_response_fault(const struct message_head *head, const struct client_request *request,
                                  struct client_agreement *agreement)
{
    struct span value;
    if (head->status != 101)
        return "the status is not 101";
    if (head->major != 1 || head->minor < 1)
        return "the response is not HTTP/1.1";
    if (message_head_find(head, "Upgrade", &value) != 1 || !span_equals_nocase(value, "websocket"))
        return "the response does not upgrade to websocket";
    if (!message_head_has_token(head, "Connection", "upgrade"))
        return "Connection of the response has no upgrade";
    if (!accepts(head, request->key))
        return "Sec-WebSocket-Accept does not belong to the key";
    if (message_head_find(head, "Sec-WebSocket-Protocol", &value) > 0)
        return "a subprotocol that was not offered";
    return deflate_response_fault(head, &request->deflate, &agreement->deflate, &agreement->deflate_parameters);
}
