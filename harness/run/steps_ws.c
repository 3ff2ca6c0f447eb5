// The opening and closing handshakes of WebSocket, as single steps.
#include <string.h>

#include "base/memory.h"
#include "run/script.h"

int step_open(struct script_context *context, const struct step *step)
{
    static struct field_matcher fields[] = {
        {.name = "Upgrade", .rule = FIELD_TOKEN, .text = "websocket"},
        {.name = "Connection", .rule = FIELD_TOKEN, .text = "Upgrade"},
    };
    static struct response_matcher response = {
        .statuses = {101}, .status_count = 1, .fields = fields, .field_count = 2, .accept = true};
    if (context->guest)
        return step_welcome(context, step);
    if (step_connect(context, step) < 0)
        return -1;
    struct connection *connection = connection_next(context, step->on, NULL);
    if (step_send(context, step, connection) < 0)
        return -1;
    struct matcher matcher = {.kind = MATCH_RESPONSE, .response = &response};
    return expect_matcher(context, step, &matcher, connection);
}

int step_upgrade(struct script_context *context, const struct step *step)
{
    static struct request_matcher request = {.opening = true};
    struct matcher matcher = {.kind = MATCH_REQUEST, .request = &request};
    if (step_accept(context, step) < 0)
        return -1;
    struct connection *connection = connection_next(context, step->on, NULL);
    if (expect_matcher(context, step, &matcher, connection) < 0)
        return -1;
    return step_send(context, step, connection);
}

// A close frame by the other side: the same code is expected back, another valid one is not wrong.
static struct matcher close_reply(const struct payload *sent, struct matcher alternatives[2])
{
    alternatives[0] = (struct matcher){.kind = MATCH_CLOSE_FRAME};
    if (sent->length >= 2)
        alternatives[0].codes[alternatives[0].code_count++] = sent->pattern[0] << 8 | sent->pattern[1];
    else
        alternatives[0].no_code = true;
    alternatives[1] = (struct matcher){
        .kind = MATCH_CLOSE_FRAME,
        .grade = GRADE_NONSTRICT,
        .why = "the close frame was answered by one with another code (RFC 6455 section 5.5.1: typically echoed)",
    };
    return (struct matcher){.kind = MATCH_ANY, .alternatives = alternatives, .alternative_count = 2};
}

static int close_one(struct script_context *context, const struct step *step, struct connection *connection)
{
    struct matcher alternatives[2];
    if (step_send(context, step, connection) < 0)
        return -1;
    connection->close_sent = true;
    struct matcher reply = close_reply(&step->payload, alternatives);
    struct matcher end = {.kind = MATCH_END, .end = END_ANY};
    if (expect_matcher(context, step, &reply, connection) < 0)
        return -1;
    // It is the server who closes the connection (RFC 6455 section 7.1.1).
    if (connection->accepted)
        channel_shutdown(&connection->channel);
    if (expect_matcher(context, step, &end, connection) < 0)
        return -1;
    channel_close(&connection->channel);
    return 0;
}

int step_close_ws(struct script_context *context, const struct step *step)
{
    struct connection *connection = connection_next(context, step->on, NULL);
    for (; connection; connection = connection_next(context, step->on, connection))
        if (close_one(context, step, connection) < 0)
            return -1;
    return 0;
}
