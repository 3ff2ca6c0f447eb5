#include "model/ws_oracle.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum due_kind {
    DUE_MESSAGE,
    DUE_PONG,
    DUE_END,   // the connection has to end for it
    DUE_LEAVE, // the program may end the connection for it, or go on
};

struct ws_due {
    enum due_kind kind;
    bool met;
    bool optional; // a pong for a ping of the same bytes as one that was answered
    size_t move;
    enum ws_state state;
    enum ws_symbol symbol;
    enum ws_reply reply;
    unsigned code; // of the close frame that was sent, or WS_NO_CODE
    unsigned opcode;
    unsigned char *bytes;
    size_t length;
};

// --- what is due ---

void ws_oracle_begin(struct ws_oracle *oracle, bool server, uint64_t limit)
{
    ws_oracle_next(oracle);
    for (size_t i = 0; i < oracle->due_count; i++)
        free(oracle->dues[i].bytes);
    oracle->due_count = 0;
    oracle->receiver.server = server;
    oracle->receiver.limit = limit;
    ws_receiver_reset(&oracle->receiver);
    buffer_shorten(&oracle->in, 0);
    buffer_shorten(&oracle->coming, 0);
    oracle->coming_opcode = 0;
    oracle->close_sent = oracle->close_seen = oracle->has_code = oracle->ended = false;
}

void ws_oracle_next(struct ws_oracle *oracle)
{
    for (size_t i = 0; i < oracle->due_count; i++)
        oracle->dues[i].move = 0;
    free(oracle->expected);
    free(oracle->actual);
    oracle->expected = oracle->actual = NULL;
    oracle->grade = WS_GRADE_PASS;
    oracle->why = NULL;
    oracle->moves = 0;
}

void ws_oracle_free(struct ws_oracle *oracle)
{
    ws_oracle_begin(oracle, false, 0);
    free(oracle->dues);
    buffer_free(&oracle->in);
    buffer_free(&oracle->coming);
    ws_receiver_free(&oracle->receiver);
    *oracle = (struct ws_oracle){0};
}

static void drop_met(struct ws_oracle *oracle)
{
    for (size_t i = 0; i < oracle->due_count; i++)
        if (!oracle->dues[i].met)
            return;
    for (size_t i = 0; i < oracle->due_count; i++)
        free(oracle->dues[i].bytes);
    oracle->due_count = 0;
}

static struct ws_due *add_due(struct ws_oracle *oracle, enum due_kind kind, enum ws_state state, enum ws_symbol symbol,
                              enum ws_reply reply)
{
    if (oracle->due_count == oracle->due_capacity) {
        oracle->due_capacity = 2 * oracle->due_capacity + 8;
        oracle->dues = reallocate(oracle->dues, oracle->due_capacity, sizeof *oracle->dues);
    }
    struct ws_due *due = &oracle->dues[oracle->due_count++];
    *due = (struct ws_due){.kind = kind, .move = oracle->moves, .state = state, .symbol = symbol, .reply = reply};
    return due;
}

static void keep_bytes(struct ws_due *due, unsigned opcode, const unsigned char *bytes, size_t length)
{
    due->opcode = opcode;
    due->bytes = (unsigned char *)duplicate_bytes(length ? bytes : (const unsigned char *)"", length);
    due->length = length;
}

static void call_for(struct ws_oracle *oracle, const struct ws_move *move, enum ws_state state, enum ws_symbol symbol,
                     enum ws_reply reply)
{
    if (reply == WS_REPLY_DELIVER)
        keep_bytes(add_due(oracle, DUE_MESSAGE, state, symbol, reply), oracle->receiver.opcode,
                   oracle->receiver.message, oracle->receiver.length);
    if (reply == WS_REPLY_PONG)
        keep_bytes(add_due(oracle, DUE_PONG, state, symbol, reply), WS_PONG, move->payload, move->length);
    if (!ws_reply_ends(reply))
        return;
    struct ws_due *due = add_due(oracle, ws_reply_must_end(reply) ? DUE_END : DUE_LEAVE, state, symbol, reply);
    if (move->frame.opcode == WS_CLOSE && move->length >= 2)
        due->code = (unsigned)move->payload[0] << 8 | move->payload[1];
}

void ws_oracle_sends(struct ws_oracle *oracle, const struct ws_move *move)
{
    enum ws_state state = oracle->receiver.state;
    enum ws_symbol symbol = ws_symbol_of(&oracle->receiver, move);
    drop_met(oracle);
    if (symbol == WS_SYMBOL_LONG_FORM && !ws_state_is_terminal(state))
        call_for(oracle, move, state, symbol, WS_REPLY_MAY_FAIL_1002);
    const struct ws_rule *rule = ws_receive_move(&oracle->receiver, move);
    call_for(oracle, move, state, symbol, rule->reply);
    oracle->close_sent |= oracle->receiver.state == WS_CLOSED;
    oracle->state = state;
    oracle->symbol = symbol;
    oracle->move = oracle->moves++;
}

// --- verdicts ---

static void weaken(struct ws_oracle *oracle, enum ws_grade grade, const char *why)
{
    if (grade <= oracle->grade)
        return;
    oracle->grade = grade;
    oracle->why = why;
}

// The due that an unexpected event is about: the first that is open, or else that the connection has to end.
static const struct ws_due *next_due(const struct ws_oracle *oracle)
{
    for (size_t i = 0; i < oracle->due_count; i++)
        if (!oracle->dues[i].met && oracle->dues[i].kind != DUE_LEAVE && !oracle->dues[i].optional)
            return &oracle->dues[i];
    return NULL;
}

static void describe_bytes(struct buffer *out, const char *what, const unsigned char *bytes, size_t length)
{
    buffer_format(out, "%s of %zu byte%s", what, length, length == 1 ? "" : "s");
    if (length == 0)
        return;
    buffer_text(out, " \"");
    buffer_escaped(out, bytes, length, 40);
    buffer_text(out, "\"");
}

static char *describe_due(const struct ws_oracle *oracle, const struct ws_due *due)
{
    struct buffer out = {0};
    if (oracle->close_seen)
        buffer_text(&out, "the end, and nothing before it");
    else if (!due)
        buffer_text(&out, "nothing");
    else if (due->kind == DUE_MESSAGE)
        describe_bytes(&out, due->opcode == WS_TEXT ? "a text message" : "a binary message", due->bytes, due->length);
    else if (due->kind == DUE_PONG)
        describe_bytes(&out, "a pong", due->bytes, due->length);
    else
        buffer_text(&out, ws_reply_names[due->reply]);
    return buffer_take(&out);
}

// Takes `actual` over.
static void fail(struct ws_oracle *oracle, char *actual)
{
    if (oracle->grade == WS_GRADE_FAIL) {
        free(actual);
        return;
    }
    const struct ws_due *due = next_due(oracle);
    oracle->grade = WS_GRADE_FAIL;
    oracle->expected = describe_due(oracle, due);
    oracle->actual = actual;
    oracle->why = NULL;
    if (!due)
        return;
    oracle->move = due->move;
    oracle->state = due->state;
    oracle->symbol = due->symbol;
}

// The program has answered what came behind these moves: it did not leave for them.
static void stays(struct ws_oracle *oracle, const struct ws_due *answered)
{
    for (struct ws_due *due = oracle->dues; due <= answered; due++) {
        if (due->kind != DUE_LEAVE || due->met)
            continue;
        due->met = true;
        if (due->reply == WS_REPLY_MAY_FAIL_1002)
            weaken(oracle, WS_GRADE_NONSTRICT, "a strict receiver refuses a length that is not in the shortest form");
    }
}

// --- messages and pongs ---

static void receive_message(struct ws_oracle *oracle)
{
    struct buffer *message = &oracle->coming;
    unsigned opcode = oracle->coming_opcode;
    oracle->coming_opcode = 0;
    for (size_t i = 0; i < oracle->due_count; i++) {
        struct ws_due *due = &oracle->dues[i];
        if (due->kind != DUE_MESSAGE || due->met)
            continue;
        if (due->opcode != opcode || due->length != message->length ||
            (due->length && memcmp(due->bytes, message->data, due->length) != 0))
            break;
        stays(oracle, due);
        due->met = true;
        buffer_shorten(message, 0);
        return;
    }
    struct buffer actual = {0};
    describe_bytes(&actual, opcode == WS_TEXT ? "a text message" : "a binary message", message->data, message->length);
    buffer_shorten(message, 0);
    fail(oracle, buffer_take(&actual));
}

// Of several pings that wait the last suffices (RFC 6455 section 5.5.3).
static void receive_pong(struct ws_oracle *oracle, const unsigned char *bytes, size_t length)
{
    size_t found = 0;
    for (; found < oracle->due_count; found++) {
        struct ws_due *due = &oracle->dues[found];
        if (due->kind == DUE_PONG && !due->met && due->length == length &&
            (length == 0 || memcmp(due->bytes, bytes, length) == 0))
            break;
    }
    if (found == oracle->due_count) {
        struct buffer actual = {0};
        describe_bytes(&actual, "a pong", bytes, length);
        fail(oracle, buffer_take(&actual));
        return;
    }
    for (size_t i = 0; i <= found; i++)
        oracle->dues[i].met |= oracle->dues[i].kind == DUE_PONG;
    for (size_t i = found + 1; i < oracle->due_count; i++)
        if (oracle->dues[i].kind == DUE_PONG && oracle->dues[i].length == length &&
            (length == 0 || memcmp(oracle->dues[i].bytes, bytes, length) == 0))
            oracle->dues[i].optional = true;
    stays(oracle, &oracle->dues[found]);
}

// --- the end ---

// What was due before the connection had to end and got lost.
static bool lost_before(const struct ws_oracle *oracle, const struct ws_due *cause)
{
    for (const struct ws_due *due = oracle->dues; due < cause; due++)
        if (!due->met && (due->kind == DUE_MESSAGE ||
                          (due->kind == DUE_PONG && !due->optional && cause->reply > WS_REPLY_1002_OR_CLOSE)))
            return true;
    return false;
}

// Finds what called for this end, the best of what fits. False when nothing did.
static bool end_fits(struct ws_oracle *oracle, const struct ws_ending *ending)
{
    enum ws_grade best = WS_GRADE_FAIL;
    const char *best_why = NULL;
    for (size_t i = 0; i < oracle->due_count; i++) {
        struct ws_due *due = &oracle->dues[i];
        const char *why;
        if (due->kind < DUE_END || (due->kind == DUE_LEAVE && due->met))
            continue;
        enum ws_grade grade = ws_ending_grade(ending, due->reply, due->symbol, due->code, &why);
        if (grade < WS_GRADE_NONSTRICT && lost_before(oracle, due)) {
            grade = WS_GRADE_NONSTRICT;
            why = "what was due before the end got lost";
        }
        if (grade >= best)
            continue;
        best = grade;
        best_why = why;
    }
    if (best == WS_GRADE_FAIL)
        return false;
    weaken(oracle, best, best_why);
    return true;
}

// A code that nobody may send, sent back to who sent it: the RFC does not forbid that for codes that it knows nothing of.
static bool is_sent_back(const struct ws_oracle *oracle, unsigned code)
{
    for (size_t i = 0; i < oracle->due_count; i++)
        if (oracle->dues[i].reply == WS_REPLY_1002_OR_CLOSE && oracle->dues[i].code == code)
            return true;
    return false;
}

static void receive_close(struct ws_oracle *oracle, const unsigned char *payload, size_t length)
{
    struct ws_ending ending = {.code = length >= 2 ? (unsigned)payload[0] << 8 | payload[1] : WS_NO_CODE};
    bool legal = length == 0 || (length >= 2 && ws_utf8_valid(payload + 2, length - 2) &&
                                 (ws_close_code_valid(ending.code) || is_sent_back(oracle, ending.code)));
    if (legal && end_fits(oracle, &ending)) {
        oracle->close_seen = true;
        oracle->has_code = length >= 2;
        if (length >= 2)
            memcpy(oracle->close_code, payload, 2);
        return;
    }
    if (length == 1)
        fail(oracle, duplicate("a close frame with half a code"));
    else if (length == 0)
        fail(oracle, duplicate("a close frame without a code"));
    else
        fail(oracle, format_text("a close frame with code %u%s", ending.code,
                                 legal ? "" : ", or a reason, that must not stand in one"));
}

void ws_oracle_ends(struct ws_oracle *oracle, const char *how)
{
    struct ws_ending ending = {.bare = true};
    oracle->ended = true;
    bool cut = oracle->in.length || oracle->coming_opcode;
    bool fits = !oracle->close_seen && end_fits(oracle, &ending);
    if (cut && fits)
        weaken(oracle, WS_GRADE_NONSTRICT, "what was due before the end got lost");
    else if (cut)
        fail(oracle, format_text("%s within a %s", how, oracle->in.length ? "frame" : "message"));
    else if (!oracle->close_seen && !fits)
        fail(oracle, duplicate(how));
}

void ws_oracle_gives_up(struct ws_oracle *oracle, const char *why)
{
    fail(oracle, duplicate(why));
}

// --- frames ---

static void receive_data(struct ws_oracle *oracle, const struct ws_frame *frame, const unsigned char *payload)
{
    bool first = oracle->coming_opcode == 0;
    if (first == (frame->opcode == WS_CONTINUATION)) {
        fail(oracle,
             format_text("a %s frame %s a message", ws_opcode_name(frame->opcode), first ? "outside" : "within"));
        return;
    }
    if (first)
        oracle->coming_opcode = frame->opcode;
    buffer_append(&oracle->coming, payload, (size_t)frame->length);
    if (frame->fin)
        receive_message(oracle);
}

static void receive_frame(struct ws_oracle *oracle, const struct ws_frame *frame, unsigned char *payload)
{
    size_t length = (size_t)frame->length;
    if (frame->masked)
        ws_mask(payload, length, frame->mask, 0);
    if (oracle->close_seen)
        fail(oracle, format_text("a %s frame behind the close frame", ws_opcode_name(frame->opcode)));
    else if (frame->opcode == WS_PONG)
        receive_pong(oracle, payload, length);
    else if (frame->opcode == WS_CLOSE)
        receive_close(oracle, payload, length);
    else if (frame->opcode != WS_PING) // which is legal at any time
        receive_data(oracle, frame, payload);
}

void ws_oracle_receives(struct ws_oracle *oracle, const void *bytes, size_t length)
{
    struct ws_frame frame;
    size_t done = 0;
    buffer_append(&oracle->in, bytes, length);
    while (oracle->grade != WS_GRADE_FAIL) {
        size_t left = oracle->in.length - done;
        size_t header = left ? ws_frame_decode(oracle->in.data + done, left, &frame) : 0;
        const char *fault = header ? ws_frame_fault(&frame, oracle->receiver.server) : NULL;
        if (fault) {
            fail(oracle, format_text("a %s frame: %s", ws_opcode_name(frame.opcode), fault));
            break;
        }
        if (!header || left - header < frame.length)
            break;
        receive_frame(oracle, &frame, oracle->in.data + done + header);
        done += header + (size_t)frame.length;
    }
    buffer_consume(&oracle->in, done);
}

bool ws_oracle_settled(const struct ws_oracle *oracle)
{
    if (oracle->ended || oracle->grade == WS_GRADE_FAIL)
        return true;
    if (oracle->close_seen)
        return false;
    const struct ws_due *last_pong = NULL;
    for (size_t i = 0; i < oracle->due_count; i++) {
        const struct ws_due *due = &oracle->dues[i];
        if (due->kind == DUE_END || (due->kind == DUE_MESSAGE && !due->met))
            return false;
        if (due->kind == DUE_PONG)
            last_pong = due;
    }
    return !last_pong || last_pong->met || last_pong->optional;
}

bool ws_oracle_reusable(const struct ws_oracle *oracle)
{
    for (size_t i = 0; i < oracle->due_count; i++)
        if (oracle->dues[i].kind == DUE_LEAVE && !oracle->dues[i].met)
            return false;
    return !oracle->ended && !oracle->close_seen && oracle->grade != WS_GRADE_FAIL &&
           oracle->receiver.state == WS_READY;
}
