#include "corpus/skeleton.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "corpus/inputs.h"
#include "corpus/sent.h"
#include "corpus/yaml.h"
#include "suite/catalog.h"
#include "ws/frame.h"
#include "ws/handshake.h"

#define STEP "      - "
#define NO_TEXT "an argument of a case is UTF-8 without NUL, and without {port} and its like"

typedef const char *steps_writer(struct buffer *out, const unsigned char *bytes, size_t length);

// --- the steps, by what the target reads ---

static void write_send(struct buffer *out, const unsigned char *bytes, size_t length)
{
    if (length == 0)
        return;
    buffer_text(out, STEP "send: {");
    yaml_payload(out, bytes, length);
    buffer_text(out, "}\n");
}

// Cut in two where there are `first` bytes before a blank.
static const char *write_arguments(struct buffer *out, const unsigned char *bytes, size_t length, size_t first)
{
    bool two = first < length;
    buffer_text(out, "    arguments: [");
    if (!yaml_text(out, bytes, first) || has_late_name((const char *)bytes))
        return NO_TEXT;
    buffer_text(out, two ? ", " : "");
    if (two && !yaml_text(out, bytes + first + 1, length - first - 1))
        return NO_TEXT;
    buffer_text(out, "]\n    steps:\n");
    return NULL;
}

static const char *parse_argument(struct buffer *out, const unsigned char *bytes, size_t length)
{
    const char *fault = write_arguments(out, bytes, length, length);
    buffer_text(out, STEP "expect-stdout: {regex: '(?:The address is [0-9a-f.:]+|Invalid address)\\n', until: end}\n");
    buffer_text(out, STEP "expect-exit: 0\n");
    return fault;
}

// Nobody listens there.
static const char *dial(struct buffer *out, const unsigned char *bytes, size_t length, size_t first)
{
    const char *fault = write_arguments(out, bytes, length, first);
    buffer_text(out, STEP "expect-stderr: {regex: '.+', until: end}   # say what must be printed\n");
    buffer_text(out, STEP "expect-exit: nonzero\n");
    return fault;
}

static const char *dial_argument(struct buffer *out, const unsigned char *bytes, size_t length)
{
    return dial(out, bytes, length, length);
}

// A URL, or an address and a path with a blank between them.
static const char *dial_url(struct buffer *out, const unsigned char *bytes, size_t length)
{
    const unsigned char *blank = memchr(bytes, ' ', length);
    return dial(out, bytes, length, blank ? (size_t)(blank - bytes) : length);
}

static void begin_with_server(struct buffer *out, const char *connecting)
{
    buffer_format(out, "    steps:\n" STEP "control\n" STEP "%s\n", connecting);
}

static void end_with_server(struct buffer *out)
{
    buffer_text(out, STEP "shutdown\n" STEP "expect: {regex: '.*', until: end}   # say what must come\n");
}

static const char *send_line(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "connect");
    write_send(out, bytes, length);
    buffer_text(out, STEP "send: \"\\n\"\n");
    end_with_server(out);
    return NULL;
}

static const char *send_head(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "connect");
    write_send(out, bytes, length);
    end_with_server(out);
    return NULL;
}

static const char *send_frames(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open");
    yaml_frames(out, bytes, length);
    end_with_server(out);
    return NULL;
}

static const char *send_text(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open");
    buffer_text(out, STEP "send: {message: text, payload: {");
    yaml_payload(out, bytes, length);
    buffer_text(out, "}}\n");
    end_with_server(out);
    return NULL;
}

static void write_message(struct buffer *out, bool text, bool deflated, const unsigned char *bytes, size_t length)
{
    buffer_format(out, STEP "send: {frame: %s%s, payload: {", text ? "text" : "binary", deflated ? ", rsv: 4" : "");
    yaml_payload(out, bytes, length);
    buffer_text(out, "}}\n");
}

static const char *send_deflated(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open: {set: {Sec-WebSocket-Extensions: permessage-deflate}}");
    write_message(out, false, true, bytes, length);
    end_with_server(out);
    return NULL;
}

// One message or two, as the upper bits of the four bytes before them choose.
static const char *send_messages(struct buffer *out, const unsigned char *bytes, size_t length)
{
    const unsigned char *chosen = bytes - 4;
    bool text = chosen[0] & 0x40, deflated = !(chosen[2] & 0x40), two = chosen[2] & 0x80;
    size_t middle = two ? length / 2 : length;
    begin_with_server(out, deflated ? "open: {set: {Sec-WebSocket-Extensions: permessage-deflate}}" : "open");
    write_message(out, text, deflated, bytes, middle);
    if (two)
        write_message(out, text, deflated, bytes + middle, length - middle);
    end_with_server(out);
    return NULL;
}

static const char *send_deflated_frames(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open: {set: {Sec-WebSocket-Extensions: permessage-deflate}}");
    yaml_frames(out, bytes, length);
    end_with_server(out);
    return NULL;
}

static const char *send_close(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open");
    buffer_text(out, STEP "send: {frame: close, payload: {");
    yaml_payload(out, bytes, length);
    buffer_text(out, "}}\n");
    end_with_server(out);
    return NULL;
}

static const char *send_connection(struct buffer *out, const unsigned char *bytes, size_t length)
{
    struct http_head head;
    const char *fault;
    int end = http_request_decode(bytes, length, &head, &fault);
    if (end <= 0)
        return send_head(out, bytes, length);
    http_head_free(&head);
    begin_with_server(out, "connect");
    write_send(out, bytes, (size_t)end);
    yaml_frames(out, bytes + end, length - (size_t)end);
    end_with_server(out);
    return NULL;
}

static void end_with_client(struct buffer *out)
{
    buffer_text(out, STEP "shutdown\n" STEP "expect: {regex: '.*', until: end}   # say what must come\n" STEP
                          "expect-stdout: {regex: '.*', until: end}   # say what must be printed\n" STEP
                          "expect-exit: {any: [{code: 0}, {code: 1}]}\n");
}

static const char *answer_frames(struct buffer *out, const unsigned char *bytes, size_t length)
{
    buffer_text(out, "    steps:\n" STEP "upgrade\n");
    yaml_frames(out, bytes, length);
    end_with_client(out);
    return NULL;
}

static const char *answer_head(struct buffer *out, const unsigned char *bytes, size_t length)
{
    buffer_text(out, "    steps:\n" STEP "accept\n" STEP "expect: {request: {opening: yes}}\n");
    write_send(out, bytes, length);
    end_with_client(out);
    return NULL;
}

// A response whose accept value is that of the key which the target's client sends: with that of the key that comes.
static void write_response(struct buffer *out, const struct http_head *head)
{
    buffer_format(out, STEP "send: {response: {status: %d, version: ", head->status);
    yaml_text(out, (const unsigned char *)head->version, strlen(head->version));
    buffer_text(out, ", reason: ");
    yaml_text(out, (const unsigned char *)head->reason, strlen(head->reason));
    buffer_text(out, ", without: [Upgrade, Connection], add: [");
    const char *between = "";
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_field *field = &head->fields[i];
        if (equal_ignoring_case(field->name, "Sec-WebSocket-Accept"))
            continue;
        char *line = format_text("%s: %s", field->name, field->value);
        buffer_format(out, "%s\n            ", between);
        yaml_text(out, (const unsigned char *)line, strlen(line));
        free(line);
        between = ",";
    }
    buffer_text(out, "]}}\n");
}

// Whether every field can be said as text.
static bool is_text(const struct http_head *head)
{
    bool text = ws_utf8_valid((const unsigned char *)head->reason, strlen(head->reason));
    for (size_t i = 0; i < head->field_count; i++)
        text &= ws_utf8_valid((const unsigned char *)head->fields[i].value, strlen(head->fields[i].value));
    return text;
}

static const char *answer_connection(struct buffer *out, const unsigned char *bytes, size_t length)
{
    struct http_head head = {0};
    char accept[WS_ACCEPT_LENGTH + 1];
    const char *fault;
    int end = http_response_decode(bytes, length, &head, &fault);
    const char *given = end > 0 ? http_field_value(&head, "Sec-WebSocket-Accept") : NULL;
    ws_accept_for(sent_client_key, accept);
    if (!given || strcmp(given, accept) != 0 || !is_text(&head)) {
        http_head_free(&head);
        return answer_head(out, bytes, length);
    }
    buffer_text(out, "    steps:\n" STEP "accept\n" STEP "expect: {request: {opening: yes}}\n");
    write_response(out, &head);
    http_head_free(&head);
    yaml_frames(out, bytes + end, length - (size_t)end);
    end_with_client(out);
    return NULL;
}

// --- the case ---

enum { ANY = -1 };

static const struct skeleton_row {
    const char *target;
    int choice; // for which upper two bits of the input's first byte this is, or ANY
    const char *program;
    const char *check; // what holds of any input
    steps_writer *write;
} rows[] = {
    {"fuzz_address", ANY, "ip-parse", "ip-parse-1-exit-status", parse_argument},
    {"fuzz_hostport", ANY, "tcp-client", "common-0.2-fatal-error", dial_argument},
    {"fuzz_http_head", ANY, "ws-echo-server", "common-0.3-garbage", send_head},
    {"fuzz_http_response", ANY, "ws-client", "ws-client-20-not-upgraded", answer_head},
    {"fuzz_range", ANY, "tcp-random-range-server", "common-0.3-garbage", send_line},
    {"fuzz_utf8", ANY, "ws-echo-server", "common-0.3-garbage", send_text},
    {"fuzz_ws_client", ANY, "ws-client", "ws-client-20-violation", answer_connection},
    {"fuzz_ws_close", ANY, "ws-echo-server", "common-0.3-garbage", send_close},
    {"fuzz_ws_deflate", ANY, "ws-echo-server", "common-0.3-garbage", send_deflated},
    {"fuzz_ws_frame", ANY, "ws-echo-server", "common-0.3-garbage", send_frames},
    {"fuzz_ws_handshake", ANY, "ws-echo-server", "common-0.3-garbage", send_head},
    {"fuzz_ws_message", ANY, "ws-echo-server", "common-0.3-garbage", send_messages},
    {"fuzz_ws_server", ANY, "ws-echo-server", "common-0.3-garbage", send_connection},
    {"fuzz_ws_session", 0, "ws-echo-server", "common-0.3-garbage", send_frames},
    {"fuzz_ws_session", 1, "ws-client", "ws-client-20-violation", answer_frames},
    {"fuzz_ws_session", ANY, "ws-echo-server", "common-0.3-garbage", send_deflated_frames},
    {"fuzz_ws_url", ANY, "ws-client", "common-0.2-fatal-error", dial_url},
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static const struct skeleton_row *find_row(const struct skeleton_input *input)
{
    int choice = input->length ? input->bytes[0] >> 6 : 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].target, input->target) == 0 && (rows[i].choice == ANY || rows[i].choice == choice))
            return &rows[i];
    return NULL;
}

char *skeleton_targets(void)
{
    struct buffer out = {0};
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (i == 0 || strcmp(rows[i].target, rows[i - 1].target) != 0)
            buffer_format(&out, "%s%s", i ? ", " : "", rows[i].target);
    return buffer_take(&out);
}

// The last part of an id is lower case, digits and dashes.
static void write_id(struct buffer *out, const char *program, const char *name)
{
    buffer_format(out, "  - id: %s/fuzz/", program);
    for (; *name; name++) {
        char c = (char)tolower((unsigned char)*name);
        buffer_append(out, strchr("abcdefghijklmnopqrstuvwxyz0123456789", c) ? &c : "-", 1);
    }
    buffer_text(out, "\n");
}

const char *skeleton_write(const struct skeleton_input *input, bool whole, struct buffer *out)
{
    const struct skeleton_row *row = find_row(input);
    if (!row)
        return "no program is sent what this target reads";
    size_t prefix = input_prefix(row->target);
    if (input->length < prefix)
        return "the input is too short for the target to read anything";
    if (whole)
        buffer_format(out, "suite: Found by %s\nprogram: %s\ncases:\n", row->target, row->program);
    write_id(out, row->program, input->name);
    buffer_format(out, "    title: What %s found does no harm   # say what must hold\n    checks: [%s]\n", row->target,
                  row->check);
    return row->write(out, input->bytes + prefix, input->length - prefix);
}
