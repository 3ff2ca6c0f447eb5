// Echoing on a connection of libwebsockets, the same for server and client.
//
// A message is put together as its pieces come, waits in a queue, and is written whole when the library calls for it.
// While one waits, nothing more is read.
#ifndef PEERS_LIBWEBSOCKETS_ECHO_H
#define PEERS_LIBWEBSOCKETS_ECHO_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <stddef.h>

struct message {
    struct message *next;
    size_t length;
    enum lws_write_protocol type;
    unsigned char room[]; // LWS_PRE bytes for the library, then the message
};

// What the library keeps for each connection; it begins as zeros.
struct echo {
    struct message *partial; // without all its pieces yet
    struct message *queue;
};

// Takes a piece of a message. Returns 0, or -1 where the connection is to be closed: the message is larger than
// `largest` bytes, or there is no memory.
int echo_receive(struct echo *echo, struct lws *wsi, const void *piece, size_t length, size_t largest);

// Writes the first message of the queue. Returns 0, or -1 where the connection is lost.
int echo_write(struct echo *echo, struct lws *wsi);

// Frees what is left when the connection is over.
void echo_end(struct echo *echo);

#endif
