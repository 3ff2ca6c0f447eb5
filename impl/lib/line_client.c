#include "lib/line_client.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/lines.h"
#include "lib/prompt.h"

/* Prints the line of reply as it comes. Returns 1; 0 when the stream ended instead; a negative errno code.
 * What came of a line before either is printed too. */
static int print_reply(struct lines *replies)
{
    struct line line;
    int result;
    while ((result = lines_next(replies, NET_NEVER, &line)) > 0) {
        if (line.begins)
            fputs("->: ", stdout);
        fwrite(line.text, 1, line.length, stdout);
        if (line.end == LINE_GOES_ON)
            continue;
        putchar('\n');
        return line.end == LINE_ENDS ? 1 : 0;
    }
    return result;
}

struct conversation {
    struct lines replies;
    const char *peer;
};

/* After STOP an end is as good as a reply (contract 0.11). */
static int exchange(void *context, const char *line, size_t length, struct failure *failure)
{
    struct conversation *conversation = context;
    int result = net_write(conversation->replies.socket, line, length, NET_NEVER);
    if (result < 0)
        return failure_set(failure, -result, "write to %s", conversation->peer);
    result = print_reply(&conversation->replies);
    if (result > 0 || text_is_stop(line, length))
        return 0;
    return net_read_failure(result, conversation->peer, failure);
}

int line_client_main(const struct line_client *client)
{
    struct failure failure;
    struct conversation conversation = {.peer = client->peer};
    int socket = net_dial(client->peer, client->family, SOCK_STREAM, client->connect_timeout_ms, &failure);
    if (socket < 0)
        return failure_report(&failure);
    if (client->keepalive)
        net_set_keepalive(socket);
    net_set_nodelay(socket);
    lines_begin(&conversation.replies, socket);
    int result = prompt_talk(exchange, &conversation, "TCP client exiting...", &failure);
    close(socket);
    return failure_status(result, &failure);
}
