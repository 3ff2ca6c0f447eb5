/* ws-random-server [PORT]: answers a count with as many random numbers (contract 24). */

#include <string.h>

#include "lib/integer.h"
#include "lib/random.h"
#include "lib/ws_server.h"

enum { MOST = 1000000, SMALLEST = 1, LARGEST = 1000 };

/* Returns 0 or a negative errno code. */
static int send_numbers(struct websocket *client, int64_t count)
{
    int result = 0;
    for (; count > 0 && result == 0; count--) {
        unsigned char frame[FRAME_SERVER_HEADER_MAX + INTEGER_LINE_SIZE];
        char line[INTEGER_LINE_SIZE];
        size_t length = integer_line(random_between(SMALLEST, LARGEST), line) - 1;
        size_t header = frame_header_encode(frame, OPCODE_TEXT, length);
        memcpy(frame + header, line, length);
        result = websocket_send(client, frame, header + length);
    }
    return result;
}

static void serve(struct websocket *client)
{
    struct session_event message;
    int64_t count = -1;
    if (websocket_next(client, &message) <= 0)
        return;
    if (message.opcode == OPCODE_TEXT)
        integer_parse((const char *)message.payload, message.length, &count);
    if (count < 0 || count > MOST)
        websocket_finish(client, CLOSE_POLICY);
    else if (send_numbers(client, count) == 0)
        websocket_finish(client, CLOSE_NORMAL);
}

int main(int argc, char **argv)
{
    static const struct ws_server program = {
        .about = "Answers the message N at /ws with N random numbers",
        .greeting = "A server of random numbers",
        .serve = serve,
    };
    return ws_server_main(argc, argv, &program);
}
