#include "echo.h"

#include <stdlib.h>
#include <string.h>

static int refuse(struct lws *wsi, enum lws_close_status status)
{
    lws_close_reason(wsi, status, NULL, 0);
    return -1;
}

static struct message *message_grow(struct message *message, size_t more)
{
    size_t length = message ? message->length : 0;
    struct message *grown = realloc(message, sizeof *grown + LWS_PRE + length + more);
    if (grown && !message)
        *grown = (struct message){.length = 0};
    return grown;
}

static void queue_append(struct message **queue, struct message *message)
{
    while (*queue)
        queue = &(*queue)->next;
    *queue = message;
}

int echo_receive(struct echo *echo, struct lws *wsi, const void *piece, size_t length, size_t largest)
{
    size_t so_far = echo->partial ? echo->partial->length : 0;
    if (length > largest - so_far)
        return refuse(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
    struct message *message = message_grow(echo->partial, length);
    if (!message)
        return refuse(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION);
    if (length > 0)
        memcpy(message->room + LWS_PRE + so_far, piece, length);
    message->length = so_far + length;
    message->type = lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
    echo->partial = message;
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi) > 0)
        return 0;
    queue_append(&echo->queue, message);
    echo->partial = NULL;
    lws_rx_flow_control(wsi, 0);
    lws_callback_on_writable(wsi);
    return 0;
}

int echo_write(struct echo *echo, struct lws *wsi)
{
    struct message *message = echo->queue;
    if (!message)
        return 0;
    echo->queue = message->next;
    int written = lws_write(wsi, message->room + LWS_PRE, message->length, message->type);
    free(message);
    if (written < 0)
        return -1;
    if (echo->queue)
        lws_callback_on_writable(wsi);
    else
        lws_rx_flow_control(wsi, 1);
    return 0;
}

void echo_end(struct echo *echo)
{
    free(echo->partial);
    for (struct message *next, *message = echo->queue; message; message = next) {
        next = message->next;
        free(message);
    }
    *echo = (struct echo){0};
}
