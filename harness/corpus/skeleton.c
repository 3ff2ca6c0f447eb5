#include "corpus/skeleton.h"

#include <ctype.h>
#include <string.h>

#include "corpus/inputs.h"
#include "corpus/yaml.h"
#include "suite/catalog.h"

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

static const char *write_argument(struct buffer *out, const unsigned char *bytes, size_t length)
{
    buffer_text(out, "    arguments: [");
    if (!yaml_text(out, bytes, length) || has_late_name((const char *)bytes))
        return NO_TEXT;
    buffer_text(out, "]\n    steps:\n");
    return NULL;
}

static const char *parse_argument(struct buffer *out, const unsigned char *bytes, size_t length)
{
    const char *fault = write_argument(out, bytes, length);
    buffer_text(out,
                STEP "expect-stdout: {regex: '(?:The address is [0-9a-f.:]+|Invalid address)\\n', until: end}\n" STEP
                     "expect-exit: 0\n");
    return fault;
}

// Nobody listens there.
static const char *dial_argument(struct buffer *out, const unsigned char *bytes, size_t length)
{
    const char *fault = write_argument(out, bytes, length);
    buffer_text(out,
                STEP "expect-stderr: {regex: 'Fatal error: [^\\n]+\\n', until: end}\n" STEP "expect-exit: nonzero\n");
    return fault;
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

static const char *send_deflated(struct buffer *out, const unsigned char *bytes, size_t length)
{
    begin_with_server(out, "open: {set: {Sec-WebSocket-Extensions: permessage-deflate}}");
    buffer_text(out, STEP "send: {frame: binary, rsv: 4, payload: {");
    yaml_payload(out, bytes, length);
    buffer_text(out, "}}\n");
    end_with_server(out);
    return NULL;
}

// --- the case ---

static const struct skeleton_row {
    const char *target;
    const char *program;
    const char *check; // what holds of any input
    steps_writer *write;
} rows[] = {
    {"fuzz_address", "ip-parse", "ip-parse-1-exit-status", parse_argument},
    {"fuzz_hostport", "tcp-client", "common-0.2-fatal-error", dial_argument},
    {"fuzz_http_head", "ws-echo-server", "common-0.3-garbage", send_head},
    {"fuzz_range", "tcp-random-range-server", "common-0.3-garbage", send_line},
    {"fuzz_utf8", "ws-echo-server", "common-0.3-garbage", send_text},
    {"fuzz_ws_deflate", "ws-echo-server", "common-0.3-garbage", send_deflated},
    {"fuzz_ws_frame", "ws-echo-server", "common-0.3-garbage", send_frames},
    {"fuzz_ws_session", "ws-echo-server", "common-0.3-garbage", send_frames},
    {"fuzz_ws_url", "ws-client", "common-0.2-fatal-error", dial_argument},
};

#define ROW_COUNT (sizeof rows / sizeof *rows)

static const struct skeleton_row *find_row(const char *target)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (strcmp(rows[i].target, target) == 0)
            return &rows[i];
    return NULL;
}

char *skeleton_targets(void)
{
    struct buffer out = {0};
    for (size_t i = 0; i < ROW_COUNT; i++)
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
    const struct skeleton_row *row = find_row(input->target);
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
