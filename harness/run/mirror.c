#include "run/mirror.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "run/script.h"

#define FAREWELL_MS 1000

static const char extensions_field[] = "Sec-WebSocket-Extensions";
static const char window_parameter[] = "client_max_window_bits";
static const char takeover_capability[] = "client-context-takeover";

// --- which cases ---

// Frames whose mask the role decides; what is within them may be anything.
static bool payload_fits(const struct payload *payload)
{
    switch (payload->kind) {
    case PAYLOAD_FRAME:
    case PAYLOAD_MESSAGE:
        return payload->mask_by_role;
    case PAYLOAD_CONCAT:
        for (size_t i = 0; i < payload->part_count; i++)
            if (!payload_fits(&payload->parts[i]))
                return false;
        return payload->part_count > 0;
    case PAYLOAD_BYTES:
    case PAYLOAD_DEFLATED:
    case PAYLOAD_HANDSHAKE:
    case PAYLOAD_RESPONSE:
        return false;
    }
    return false;
}

// The plain opening handshake, or one that also offers extensions.
static bool opening_fits(const struct ws_request *request)
{
    const struct field_changes *changes = &request->changes;
    return !request->method && !request->version && changes->without_count == 0 && changes->add_count == 0 &&
           (changes->set_count == 0 ||
            (changes->set_count == 1 && equal_ignoring_case(changes->set[0].name, extensions_field)));
}

static bool steps_fit(const struct step *steps, size_t count, size_t *opened)
{
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        bool fits = false;
        if (step->word == STEP_OPEN)
            fits = (*opened)++ == 0 && opening_fits(&step->payload.request);
        else if (step->word == STEP_SEND)
            fits = payload_fits(&step->payload);
        else if (step->word == STEP_REPEAT)
            fits = steps_fit(step->steps, step->step_count, opened);
        else
            fits = step->word == STEP_EXPECT || step->word == STEP_EXPECT_OPEN || step->word == STEP_CLOSE_WS ||
                   step->word == STEP_CONTROL || step->word == STEP_PAUSE || step->word == STEP_SHUTDOWN;
        if (!fits)
            return false;
    }
    return true;
}

// Of what the contract of the echo server says only the echo goes for clients.
static bool contract_fits(const struct requirement *requirement)
{
    return strncmp(requirement->source, "rfc", 3) == 0 || strcmp(requirement->id, "ws-echo-server-19-echo") == 0;
}

static bool for_servers_only(const struct requirement *requirement)
{
    return requirement->role && strcmp(requirement->role, "server") == 0;
}

// Leaves out what only servers have to do. False when nothing of an RFC is left.
static bool keep_checks(struct test_case *test, struct arena *arena)
{
    struct requirement **kept = arena_allocate(arena, test->check_count + 1, sizeof *kept);
    size_t count = 0;
    bool any_rfc = false;
    enum level level = LEVEL_MAY;
    for (size_t i = 0; i < test->check_count; i++) {
        struct requirement *requirement = test->checks[i];
        if (!contract_fits(requirement))
            return false;
        if (for_servers_only(requirement))
            continue;
        any_rfc |= strncmp(requirement->source, "rfc", 3) == 0;
        level = requirement->level > level ? requirement->level : level;
        kept[count++] = requirement;
    }
    test->checks = kept;
    test->check_count = count;
    test->level = level;
    return any_rfc;
}

// Turned around it is the server who refers to earlier messages.
static bool needs_takeover(const struct test_case *test)
{
    return test->need_count == 1 && strcmp(test->needs[0], takeover_capability) == 0;
}

static bool options_fit(const struct test_case *test)
{
    for (size_t i = 0; i < test->option_count; i++)
        if (strcmp(test->options[i].name, "deflate") != 0)
            return false;
    return !test->arguments && (test->need_count == 0 || needs_takeover(test));
}

const struct test_case *mirror_make(const struct test_case *test, unsigned transform, struct arena *arena)
{
    size_t opened = 0;
    if (strcmp(test->program->name, "ws-echo-server") != 0 || test->role != ROLE_SERVER || !options_fit(test) ||
        transform == TRANSFORM_SPLIT || !steps_fit(test->script.steps, test->script.count, &opened) || opened != 1)
        return NULL;
    struct test_case *mirrored = arena_allocate(arena, 1, sizeof *mirrored);
    *mirrored = *test;
    return keep_checks(mirrored, arena) ? mirrored : NULL;
}

// --- the opening handshake ---

// What a client says of permessage-deflate.
struct offer {
    bool deflate;
    bool client_window;                 // it lets the server set its window
    struct ws_deflate_agreement wishes; // of its first offer
};

static struct offer offer_read(const struct buffer *bytes)
{
    struct offer offer = {0};
    struct http_head head;
    const char *fault;
    if (http_request_decode(bytes->data, bytes->length, &head, &fault) <= 0)
        return offer;
    offer.wishes = ws_deflate_agreement_read(&head);
    for (size_t i = 0; i < head.field_count; i++) {
        if (!equal_ignoring_case(head.fields[i].name, extensions_field))
            continue;
        offer.deflate |= strstr(head.fields[i].value, "permessage-deflate") != NULL;
        offer.client_window |= strstr(head.fields[i].value, window_parameter) != NULL;
    }
    http_head_free(&head);
    return offer;
}

// Turns the first offer that the case itself would make into the answer to the client's. All parameters may be answered
// unasked but for client_max_window_bits (RFC 7692 section 7.1.2.2), which also stands without a value in offers only.
// Returns NULL, or why the answer cannot be given, static.
static const char *make_answer(const char *wanted, const struct offer *offer, struct buffer *answer)
{
    size_t end = strcspn(wanted, ",");
    if (!offer->deflate)
        return "the client does not offer permessage-deflate";
    while (end > 0) {
        size_t length = strcspn(wanted, ";,");
        const char *parameter = wanted + strspn(wanted, " \t");
        bool window = strncmp(parameter, window_parameter, strlen(window_parameter)) == 0;
        bool valued = memchr(wanted, '=', length) != NULL;
        if (window && valued && !offer->client_window)
            return "the client does not offer client_max_window_bits";
        if (!window || valued)
            buffer_format(answer, "%s%.*s", answer->length ? ";" : "", (int)length, wanted);
        length += length < end;
        wanted += length;
        end -= length;
    }
    return NULL;
}

// What a server may answer unasked (RFC 7692 sections 7.1.1.1 and 7.1.2.1), and a client need not support (7.1): then it
// fails the connection.
static const char *unasked_of(const struct ws_deflate_agreement *wishes, const char *answer)
{
    if (strstr(answer, "server_max_window_bits") && !wishes->server_max_window_bits)
        return "server_max_window_bits";
    if (strstr(answer, "server_no_context_takeover") && !wishes->server_no_context_takeover)
        return "server_no_context_takeover";
    return NULL;
}

// The client gave the connection up at the answer: nothing that a case wants has come.
static bool gave_up(const struct connection *guest)
{
    const struct buffer *in = &guest->channel.in;
    bool frame = in->length > 0 && (in->data[0] & 0x0f) != WS_CLOSE;
    return guest->unasked && guest->channel.end != CHANNEL_OPEN && !guest->heard && !frame;
}

// Adds what accepts the client's offer and is not said yet. What it asks of the server has to be answered (RFC 7692
// sections 7.1.1.1 and 7.1.2.1), and that it will refer to nothing itself may be (7.1.1.2).
static void add_wishes(const struct ws_deflate_agreement *wishes, struct buffer *answer)
{
    const char *said = buffer_string(answer);
    bool server = wishes->server_no_context_takeover && !strstr(said, "server_no_context_takeover");
    bool client = wishes->client_no_context_takeover && !strstr(said, "client_no_context_takeover");
    bool window = wishes->server_max_window_bits && !strstr(said, "server_max_window_bits");
    if (server)
        buffer_format(answer, "; server_no_context_takeover");
    if (client)
        buffer_format(answer, "; client_no_context_takeover");
    if (window)
        buffer_format(answer, "; server_max_window_bits=%d", wishes->server_max_window_bits);
}

int step_welcome(struct script_context *context, const struct step *step)
{
    static struct request_matcher request = {.opening = true};
    struct matcher matcher = {.kind = MATCH_REQUEST, .request = &request};
    struct connection *guest = context->guest;
    const struct field_changes *changes = &step->payload.request.changes;
    struct offer offer = offer_read(&guest->channel.in);
    struct buffer extensions = {0};
    const char *refused = changes->set_count ? make_answer(changes->set[0].value, &offer, &extensions) : NULL;
    if (changes->set_count && !refused) {
        guest->unasked = unasked_of(&offer.wishes, buffer_string(&extensions));
        add_wishes(&offer.wishes, &extensions);
    }
    if (!refused && needs_takeover(context->test) && offer.wishes.server_no_context_takeover)
        refused = "the client asks the server to do without context takeover";
    struct http_field field = {extensions_field, buffer_string(&extensions)};
    struct payload answer = {.kind = PAYLOAD_RESPONSE};
    if (changes->set_count && !refused)
        answer.response.changes = (struct field_changes){.set = &field, .set_count = 1};
    int result = expect_matcher(context, step, &matcher, guest);
    if (result == 0 && refused) {
        result_decide(context->result, VERDICT_UNSUPPORTED, NULL, NULL, NULL, duplicate(refused));
        result = -1;
    } else if (result == 0) {
        result = send_instead(context, step, &answer, guest);
    }
    buffer_free(&extensions);
    return result;
}

// --- the whole case ---

// A client whose case is left out is let in all the same: its driver goes on with the next.
static void let_in(struct connection *guest, int64_t deadline)
{
    struct payload answer = {.kind = PAYLOAD_RESPONSE};
    struct buffer out = {0};
    payload_encode(&answer, guest, &out);
    channel_send(&guest->channel, out.data, out.length, deadline);
    buffer_free(&out);
}

// Whatever came of it, the client is told that it is over, and may say the same.
static void farewell(struct channel *channel, bool websocket, unsigned code, int64_t deadline)
{
    const unsigned char payload[2] = {(unsigned char)(code >> 8), (unsigned char)code};
    struct ws_frame frame = {.fin = true, .opcode = WS_CLOSE, .length = sizeof payload};
    struct buffer out = {0};
    if (channel->fd < 0)
        return;
    ws_frame_encode(&out, &frame, payload, sizeof payload);
    if (websocket)
        channel_send(channel, out.data, out.length, deadline);
    buffer_free(&out);
    channel_shutdown(channel);
    while (channel->end == CHANNEL_OPEN && channel_receive(channel, deadline) > 0)
        channel_consume(channel, channel->in.length);
}

void mirror_run(const struct test_case *test, unsigned transform, struct channel *channel, double time_scale,
                struct result *result)
{
    int64_t start = clock_now();
    struct instance instance = {.program = test->program, .transport = test->transport, .ready = true};
    struct script_context context = {
        .test = test,
        .instance = &instance,
        .time_scale = time_scale,
        .result = result,
        .segmentation = {.transform = transform},
    };
    script_begin(&context);
    struct connection *guest = connection_make(&context, "main");
    guest->channel = *channel;
    guest->channel.waiter = &plain_waiter;
    guest->accepted = true;
    context.guest = guest;
    connection_acted(guest);
    // `open` and all that follows say the name that the case gave; there is one connection only.
    for (size_t i = 0; i < test->script.count; i++)
        if (test->script.steps[i].word == STEP_OPEN)
            guest->name = test->script.steps[i].on;
    script_run(&context);
    bool bad = result->verdict == VERDICT_FAIL || result->verdict == VERDICT_UNRESOLVED;
    if (bad && gave_up(guest)) {
        result_decide(
            result, VERDICT_UNSUPPORTED, NULL, NULL, NULL,
            format_text("the client fails the connection for %s, which it has not offered (RFC 7692 7.1 lets it)",
                        guest->unasked));
        bad = false;
    }
    int64_t deadline = clock_now() + (int64_t)(FAREWELL_MS * time_scale) * NANOSECONDS_PER_MS;
    if (result->verdict == VERDICT_UNSUPPORTED)
        let_in(guest, deadline);
    farewell(&guest->channel, guest->websocket && !guest->close_sent, bad ? 1002 : 1000, deadline);
    result->seconds = (double)(clock_now() - start) / 1e9;
    script_end(&context);
    *channel = (struct channel){.fd = -1};
}

int mirror_say(struct channel *channel, const char *text, int64_t deadline)
{
    struct http_head head;
    const char *fault;
    struct buffer out = {0};
    struct ws_response response = {0};
    int length = http_request_decode(channel->in.data, channel->in.length, &head, &fault);
    if (length <= 0 || ws_request_fault(&head)) {
        if (length > 0)
            http_head_free(&head);
        return -EBADMSG;
    }
    ws_response_encode(&out, &response, http_field_value(&head, "Sec-WebSocket-Key"));
    if (text) {
        struct ws_frame frame = {.fin = true, .opcode = WS_TEXT, .length = strlen(text)};
        ws_frame_encode(&out, &frame, (const unsigned char *)text, strlen(text));
    }
    http_head_free(&head);
    channel_consume(channel, (size_t)length);
    int result = channel_send(channel, out.data, out.length, deadline);
    buffer_free(&out);
    if (result == 0)
        farewell(channel, true, 1000, deadline);
    return result;
}
