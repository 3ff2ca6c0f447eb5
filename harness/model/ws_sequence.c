#include "model/ws_sequence.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

#define TOP_BIT (UINT64_C(1) << 63)

size_t ws_write_length(const struct ws_sequence *sequence, size_t first)
{
    size_t end = first + 1;
    while (end < sequence->count && sequence->moves[end].joined && !sequence->moves[end - 1].awaited)
        end++;
    return end - first;
}

void ws_move_encode(const struct ws_move *move, struct buffer *out)
{
    ws_frame_encode(out, &move->frame, move->payload, move->length);
}

// --- what a move is ---

static bool in_message(enum ws_state state)
{
    return state == WS_IN_TEXT || state == WS_IN_CHARACTER || state == WS_IN_BAD_TEXT || state == WS_IN_BINARY;
}

// The text of the message with the move's payload behind it.
static enum ws_utf8 text_with(const struct ws_receiver *receiver, const struct ws_move *move)
{
    // No character is longer than four bytes: behind whole ones, the last bytes tell.
    unsigned char bytes[4];
    size_t kept = 0;
    if (receiver->state == WS_IN_BAD_TEXT)
        return WS_UTF8_BAD;
    if (receiver->state != WS_IN_CHARACTER)
        return ws_utf8_look(move->payload, move->length);
    while (ws_utf8_look(receiver->message, receiver->length - kept) != WS_UTF8_WHOLE)
        kept++;
    memcpy(bytes, receiver->message + receiver->length - kept, kept);
    size_t taken = move->length < sizeof bytes - kept ? move->length : sizeof bytes - kept;
    for (size_t i = 0; i < taken; i++) {
        bytes[kept + i] = move->payload[i];
        enum ws_utf8 look = ws_utf8_look(bytes, kept + i + 1);
        if (look == WS_UTF8_BAD)
            return WS_UTF8_BAD;
        if (look == WS_UTF8_WHOLE)
            return ws_utf8_look(move->payload + i + 1, move->length - i - 1);
    }
    return WS_UTF8_CUT;
}

static enum ws_symbol data_symbol(const struct ws_receiver *receiver, const struct ws_move *move)
{
    static const enum ws_symbol firsts[] = {WS_SYMBOL_FIRST_TEXT, WS_SYMBOL_FIRST_TEXT_CUT, WS_SYMBOL_FIRST_TEXT_BAD};
    static const enum ws_symbol middles[] = {WS_SYMBOL_MIDDLE, WS_SYMBOL_MIDDLE_CUT, WS_SYMBOL_MIDDLE_BAD};
    const struct ws_frame *frame = &move->frame;
    if (frame->opcode == WS_BINARY)
        return frame->fin ? WS_SYMBOL_BINARY : WS_SYMBOL_FIRST_BINARY;
    if (frame->opcode == WS_TEXT) {
        enum ws_utf8 look = ws_utf8_look(move->payload, move->length);
        if (!frame->fin)
            return firsts[look];
        return look == WS_UTF8_WHOLE ? WS_SYMBOL_TEXT : WS_SYMBOL_TEXT_BAD;
    }
    bool text = in_message(receiver->state) && receiver->state != WS_IN_BINARY;
    enum ws_utf8 look = text ? text_with(receiver, move) : WS_UTF8_WHOLE;
    if (!frame->fin)
        return middles[look];
    return look == WS_UTF8_WHOLE ? WS_SYMBOL_LAST : WS_SYMBOL_LAST_BAD;
}

static enum ws_symbol close_symbol(const struct ws_move *move)
{
    if (move->length == 0)
        return WS_SYMBOL_CLOSE;
    if (move->length == 1)
        return WS_SYMBOL_CLOSE_HALF_CODE;
    unsigned code = (unsigned)move->payload[0] << 8 | move->payload[1];
    bool unassigned = code == 1004 || (code > 1015 && code < 3000);
    if (!ws_close_code_valid(code) && !unassigned && code < 5000)
        return WS_SYMBOL_CLOSE_BAD_CODE;
    if (!ws_utf8_valid(move->payload + 2, move->length - 2))
        return WS_SYMBOL_CLOSE_BAD_REASON;
    if (code >= 5000)
        return WS_SYMBOL_CLOSE_ABOVE;
    if (unassigned)
        return WS_SYMBOL_CLOSE_UNASSIGNED;
    return code >= 1012 && code <= 1014 ? WS_SYMBOL_CLOSE_LATER : WS_SYMBOL_CLOSE;
}

static bool long_form(const struct ws_frame *frame)
{
    return (frame->length_form == WS_LENGTH_64 && frame->length <= UINT16_MAX) ||
           (frame->length_form == WS_LENGTH_16 && frame->length < 126);
}

// What it is but for the form of its length.
static enum ws_symbol plain_symbol(const struct ws_receiver *receiver, const struct ws_move *move)
{
    const struct ws_frame *frame = &move->frame;
    if (frame->opcode == WS_CLOSE)
        return close_symbol(move);
    if (frame->opcode == WS_PING || frame->opcode == WS_PONG)
        return frame->opcode == WS_PING ? WS_SYMBOL_PING : WS_SYMBOL_PONG;
    bool fits = (frame->opcode == WS_CONTINUATION) == in_message(receiver->state);
    uint64_t before = in_message(receiver->state) ? receiver->length : 0;
    if (frame->length > receiver->limit || before + frame->length > receiver->limit)
        return fits ? WS_SYMBOL_HUGE : WS_SYMBOL_HUGE_MISPLACED;
    return data_symbol(receiver, move);
}

enum ws_symbol ws_symbol_of(const struct ws_receiver *receiver, const struct ws_move *move)
{
    const struct ws_frame *frame = &move->frame;
    if (frame->rsv)
        return WS_SYMBOL_RESERVED_BITS;
    if ((frame->opcode > WS_BINARY && frame->opcode < WS_CLOSE) || frame->opcode > WS_PONG)
        return WS_SYMBOL_RESERVED_OPCODE;
    bool control = frame->opcode >= WS_CLOSE;
    if (control && !frame->fin)
        return WS_SYMBOL_CONTROL_FRAGMENT;
    if (frame->masked != receiver->server)
        return WS_SYMBOL_WRONG_MASK;
    if (frame->length & TOP_BIT)
        return WS_SYMBOL_TOP_BIT;
    if (control && frame->length > 125)
        return WS_SYMBOL_CONTROL_LONG;
    if (long_form(frame))
        return WS_SYMBOL_LONG_FORM;
    return plain_symbol(receiver, move);
}

// --- what it does ---

static void keep(struct ws_receiver *receiver, const struct ws_move *move)
{
    size_t needed = receiver->length + move->length;
    if (needed > receiver->capacity) {
        receiver->capacity = 2 * needed;
        receiver->message = reallocate(receiver->message, receiver->capacity, 1);
    }
    if (move->length)
        memcpy(receiver->message + receiver->length, move->payload, move->length);
    receiver->length = needed;
}

const struct ws_rule *ws_receive_move(struct ws_receiver *receiver, const struct ws_move *move)
{
    enum ws_symbol symbol = ws_symbol_of(receiver, move);
    if (symbol == WS_SYMBOL_LONG_FORM)
        symbol = plain_symbol(receiver, move);
    const struct ws_rule *rule = ws_rule_for(receiver->state, symbol);
    enum ws_state next = ws_next_state(receiver->state, rule);
    if (symbol <= WS_SYMBOL_LAST_BAD && !ws_state_is_terminal(next)) {
        if (receiver->state == WS_READY) {
            receiver->opcode = move->frame.opcode;
            receiver->length = 0;
        }
        keep(receiver, move);
    }
    receiver->state = next;
    return rule;
}

void ws_receiver_reset(struct ws_receiver *receiver)
{
    receiver->state = WS_READY;
    receiver->length = 0;
}

void ws_receiver_free(struct ws_receiver *receiver)
{
    free(receiver->message);
    *receiver = (struct ws_receiver){0};
}
