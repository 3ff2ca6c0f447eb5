#include "model/ws_case.h"

#include <string.h>

#include "model/ws_table.h"

#define MOST_REQUIREMENTS 8

// A mask that is not worth writing down: any would do.
static const unsigned char any_mask[4] = {0x37, 0xfa, 0x21, 0x3d};

// --- payloads ---

static bool is_plain_text(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] < ' ' || bytes[i] > '~' || strchr("\"\\{}", bytes[i]))
            return false;
    return length < 60;
}

static bool is_fill(const unsigned char *bytes, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (bytes[i] != bytes[0])
            return false;
    return length > 4;
}

static void write_bytes(struct buffer *out, const unsigned char *bytes, size_t length)
{
    if (is_fill(bytes, length)) {
        buffer_format(out, "{fill: 0x%02x, length: %zu}", bytes[0], length);
    } else if (is_plain_text(bytes, length)) {
        buffer_text(out, "\"");
        buffer_append(out, bytes, length);
        buffer_text(out, "\"");
    } else {
        buffer_text(out, "{hex: \"");
        for (size_t i = 0; i < length; i++)
            buffer_format(out, "%02x", bytes[i]);
        buffer_text(out, "\"}");
    }
}

static void write_opcode(struct buffer *out, unsigned opcode)
{
    if (opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG))
        buffer_text(out, ws_opcode_name(opcode));
    else
        buffer_format(out, "%u", opcode);
}

// The keys of a frame, without braces.
static void write_frame(struct buffer *out, const struct ws_move *move, bool masked)
{
    const struct ws_frame *frame = &move->frame;
    buffer_text(out, "frame: ");
    write_opcode(out, frame->opcode);
    if (!frame->fin)
        buffer_text(out, ", fin: no");
    if (frame->rsv)
        buffer_format(out, ", rsv: %u", frame->rsv);
    if (frame->masked != masked)
        buffer_format(out, ", mask: %s", frame->masked ? "yes" : "no");
    else if (masked && memcmp(frame->mask, any_mask, sizeof any_mask) != 0)
        buffer_format(out, ", mask: \"%02x%02x%02x%02x\"", frame->mask[0], frame->mask[1], frame->mask[2],
                      frame->mask[3]);
    if (frame->length_form == WS_LENGTH_16 || frame->length_form == WS_LENGTH_64)
        buffer_format(out, ", length-form: %d", frame->length_form == WS_LENGTH_16 ? 16 : 64);
    if (frame->length != move->length)
        buffer_format(out, ", declared-length: %llu", (unsigned long long)frame->length);
    buffer_text(out, ", payload: ");
    write_bytes(out, move->payload, move->length);
}

void ws_move_describe(struct buffer *out, const struct ws_move *move)
{
    const struct ws_frame *frame = &move->frame;
    buffer_format(out, "%s of %llu byte%s", ws_opcode_name(frame->opcode), (unsigned long long)frame->length,
                  frame->length == 1 ? "" : "s");
    if (!frame->fin)
        buffer_text(out, " without FIN");
    if (frame->rsv)
        buffer_format(out, " with RSV %u", frame->rsv);
    if (!frame->masked)
        buffer_text(out, " without a mask");
    if (frame->length_form == WS_LENGTH_16 || frame->length_form == WS_LENGTH_64)
        buffer_format(out, " in %d bits", frame->length_form == WS_LENGTH_16 ? 16 : 64);
}

// --- what is expected ---

struct script {
    struct buffer *out;
    const struct ws_case_terms *terms;
    struct ws_receiver receiver;
    struct buffer pings; // those that wait, as a list of payloads
    size_t ping_count;
    struct buffer leaving; // alternatives for a connection that the program may end
    bool over;             // nothing more can be said
    bool ended;            // the connection has to end
};

static void write_codes(struct buffer *out, const char *codes, const char *what)
{
    buffer_format(out, "            - {close-frame: [%s]}\n", codes);
    buffer_format(out, "            - {close-frame: any, grade: nonstrict, why: \"%s\"}\n", what);
}

static void write_bare_end(struct buffer *out)
{
    buffer_text(out, "            - {end: any, grade: nonstrict, why: \"RFC 6455 7.1.7 asks for a close frame before "
                     "the end\"}\n");
}

static void write_echo_of_close(struct buffer *out, const struct ws_move *move)
{
    if (move->length >= 2)
        buffer_format(out, "            - {close-frame: [%u]}\n", (unsigned)move->payload[0] << 8 | move->payload[1]);
    else
        buffer_text(out, "            - {close-frame: none}\n");
    buffer_format(out, "            - {close-frame: [1000]%s}\n",
                  move->length >= 2 ? ", grade: nonstrict, why: \"RFC 6455 5.5.1: the code is typically sent back\""
                                    : "");
    if (move->length >= 2)
        buffer_text(out, "            - {close-frame: none, grade: nonstrict, why: \"RFC 6455 5.5.1: the code is "
                         "typically sent back\"}\n");
}

// The alternatives for a reply that ends the connection.
static void write_end(struct buffer *out, const struct ws_move *move, enum ws_reply reply)
{
    static const char protocol_error[] = "1002 (protocol error) is the code for it";
    switch (reply) {
    case WS_REPLY_NOTHING:
    case WS_REPLY_DELIVER:
    case WS_REPLY_PONG:
    case WS_REPLY_COUNT:
        return;
    case WS_REPLY_CLOSE:
        write_echo_of_close(out, move);
        return;
    case WS_REPLY_CLOSE_OR_1002:
        write_echo_of_close(out, move);
        buffer_text(out,
                    "            - {close-frame: [1002], grade: nonstrict, why: \"the code is registered by now\"}\n");
        write_bare_end(out);
        return;
    case WS_REPLY_1002_OR_CLOSE:
        buffer_format(out,
                      "            - {close-frame: [1002]}\n"
                      "            - {frame: close, payload: {hex: \"%02x%02x\"}, grade: nonstrict, why: \"RFC 6455 "
                      "7.4 does not tell a receiver to refuse the code\"}\n",
                      move->payload[0], move->payload[1]);
        buffer_format(out, "            - {close-frame: any, grade: nonstrict, why: \"%s\"}\n", protocol_error);
        write_bare_end(out);
        return;
    case WS_REPLY_FAIL_MASK:
        buffer_text(out, "            - {end: any}\n");
        write_codes(out, "1002", protocol_error);
        return;
    case WS_REPLY_FAIL_1002:
    case WS_REPLY_MAY_FAIL_1002:
        write_codes(out, "1002", protocol_error);
        break;
    case WS_REPLY_FAIL_1007:
    case WS_REPLY_MAY_FAIL_1007:
        write_codes(out, "1007", "1007 is the code for text that is not UTF-8");
        break;
    case WS_REPLY_FAIL_1007_OR_1002:
        write_codes(out, "1007, 1002", "1007 (not UTF-8) or 1002 (protocol error) is the code for it");
        break;
    case WS_REPLY_FAIL_1009:
        write_codes(out, "1009", "1009 is the code for a message that is too big");
        break;
    case WS_REPLY_FAIL_1002_OR_1009:
        write_codes(out, "1002, 1009", "1002 (protocol error) or 1009 (too big) is the code for it");
        break;
    }
    write_bare_end(out);
}

// An expectation of one thing, with the alternatives of a connection that the program may end; then nothing more can
// be said.
static void write_expectation(struct script *script, const char *what, const struct buffer *value)
{
    struct buffer *out = script->out;
    if (script->over)
        return;
    if (script->leaving.length == 0) {
        buffer_format(out, "      - expect: {%s%s}\n", what, buffer_string(value));
        return;
    }
    buffer_format(out,
                  "      - expect:\n          any:\n%s            - {%s%s, grade: nonstrict, why: \"a strict "
                  "receiver ends the connection\"}\n",
                  buffer_string(&script->leaving), what, buffer_string(value));
    script->over = true;
}

static void write_pongs(struct script *script)
{
    if (script->ping_count > 0 && script->leaving.length == 0) {
        buffer_text(&script->pings, "]");
        write_expectation(script, "pongs: [", &script->pings);
    } else if (script->ping_count > 0) {
        script->over = true; // what it answers of them is too much to say
    }
    buffer_shorten(&script->pings, 0);
    script->ping_count = 0;
}

static void write_delivery(struct script *script)
{
    struct buffer value = {0};
    const struct ws_receiver *receiver = &script->receiver;
    if (script->terms->server) {
        buffer_format(&value, "%s, payload: ", ws_opcode_name(receiver->opcode));
        write_bytes(&value, receiver->message, receiver->length);
        write_expectation(script, "message: ", &value);
    } else if (!script->over) {
        buffer_text(script->out, "      - expect-stdout: {concat: [\"Received: \", ");
        write_bytes(script->out, receiver->message, receiver->length);
        buffer_text(script->out, ", \"\\n\"]}\n");
    }
    buffer_free(&value);
}

static void write_due(struct script *script, const struct ws_move *move, enum ws_reply reply)
{
    if (script->over || script->ended)
        return;
    if (reply == WS_REPLY_PONG) {
        if (script->ping_count++)
            buffer_text(&script->pings, ", ");
        write_bytes(&script->pings, move->payload, move->length);
        return;
    }
    if (reply == WS_REPLY_DELIVER || ws_reply_must_end(reply))
        write_pongs(script);
    if (reply == WS_REPLY_DELIVER)
        write_delivery(script);
    if (reply == WS_REPLY_MAY_FAIL_1002 || reply == WS_REPLY_MAY_FAIL_1007)
        write_end(&script->leaving, move, reply);
    if (!ws_reply_must_end(reply) || script->over)
        return;
    buffer_format(script->out, "      - expect:\n          any:\n%s", buffer_string(&script->leaving));
    write_end(script->out, move, reply);
    script->ended = true;
}

// --- the script ---

static void write_write(struct script *script, const struct ws_move *moves, size_t count)
{
    struct buffer *out = script->out;
    bool masked = script->terms->server;
    buffer_text(out, "      - send: {");
    if (count > 1)
        buffer_text(out, "concat: [");
    for (size_t i = 0; i < count; i++) {
        buffer_text(out, count == 1 ? "" : i ? ",\n                        {" : "{");
        write_frame(out, &moves[i], masked);
        buffer_text(out, count == 1 ? "" : "}");
    }
    if (count > 1)
        buffer_text(out, "]");
    if (moves[0].segment)
        buffer_format(out, ", segment: %zu", moves[0].segment);
    buffer_text(out, "}\n");
}

// What the moves up to here called for since the last time.
static void write_dues(struct script *script, const struct ws_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum ws_symbol symbol = ws_symbol_of(&script->receiver, &moves[i]);
        bool long_form = symbol == WS_SYMBOL_LONG_FORM && !ws_state_is_terminal(script->receiver.state);
        const struct ws_rule *rule = ws_receive_move(&script->receiver, &moves[i]);
        if (long_form)
            write_due(script, &moves[i], WS_REPLY_MAY_FAIL_1002);
        write_due(script, &moves[i], rule->reply);
    }
    write_pongs(script);
}

static void write_moves(struct script *script, const struct ws_sequence *sequence)
{
    size_t told = 0;
    for (size_t i = 0; i < sequence->count && !script->ended && !script->over;) {
        size_t count = ws_write_length(sequence, i);
        write_write(script, sequence->moves + i, count);
        i += count;
        if (i < sequence->count && !sequence->moves[i - 1].awaited)
            continue;
        write_dues(script, sequence->moves + told, i - told);
        told = i;
    }
}

static void write_ending(struct script *script)
{
    static const unsigned char normal[] = {1000 >> 8, 1000 & 255};
    struct ws_move close = {
        .frame = {.fin = true,
                  .opcode = WS_CLOSE,
                  .masked = script->terms->server,
                  .mask = {0x37, 0xfa, 0x21, 0x3d},
                  .length = 2},
        .payload = normal,
        .length = 2,
    };
    if (script->over)
        return;
    bool ready = script->receiver.state == WS_READY && script->leaving.length == 0;
    if (!script->ended && ready && script->terms->server)
        buffer_text(script->out, "      - send: {frame: ping, payload: \"there?\"}\n"
                                 "      - expect: {frame: pong, payload: \"there?\"}\n");
    if (!script->ended && ready) {
        buffer_text(script->out, "      - close: {code: 1000, on: a}\n");
        return;
    }
    if (!script->ended)
        write_moves(script, &(struct ws_sequence){&close, 1});
    if (script->terms->server && !script->over)
        buffer_text(script->out, "      - expect-end: any\n");
}

// --- the case ---

static void write_requirements(struct buffer *out, const struct ws_sequence *sequence,
                               const struct ws_case_terms *terms)
{
    const char *known[MOST_REQUIREMENTS];
    size_t count = 0;
    struct ws_receiver receiver = {.server = terms->server, .limit = terms->limit};
    for (size_t i = 0; i < sequence->count && count < MOST_REQUIREMENTS; i++) {
        const struct ws_rule *rule = ws_rule_for(receiver.state, ws_symbol_of(&receiver, &sequence->moves[i]));
        const char *id = rule->requirement;
        if (!terms->server && strcmp(id, "rfc6455-5.1-masked") == 0)
            id = "rfc6455-5.1-client-masks";
        size_t found = 0;
        while (found < count && strcmp(known[found], id) != 0)
            found++;
        if (found == count) {
            known[count++] = id;
            buffer_format(out, "%s%s", count > 1 ? ", " : "", id);
        }
        ws_receive_move(&receiver, &sequence->moves[i]);
    }
    ws_receiver_free(&receiver);
}

void ws_case_write_suite(struct buffer *out, const char *name, const char *program)
{
    buffer_format(out, "suite: %s\nprogram: %s\ncases:\n", name, program);
}

void ws_case_write(struct buffer *out, const struct ws_sequence *sequence, const struct ws_case_terms *terms)
{
    struct script script = {.out = out, .terms = terms, .receiver = {.server = terms->server, .limit = terms->limit}};
    buffer_format(out, "  - id: %s/%s\n    title: \"%s\"\n    checks: [", terms->program, terms->id, terms->title);
    write_requirements(out, sequence, terms);
    buffer_text(out, "]\n");
    if (terms->note)
        buffer_format(out, "    note: \"%s\"\n", terms->note);
    buffer_format(out, "    steps:\n%s", terms->server ? "      - control\n      - open: a\n" : "      - upgrade: a\n");
    write_moves(&script, sequence);
    write_ending(&script);
    buffer_free(&script.pings);
    buffer_free(&script.leaving);
    ws_receiver_free(&script.receiver);
}
