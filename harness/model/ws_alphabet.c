#include "model/ws_alphabet.h"

#include <string.h>

#define HUGE (UINT64_C(1) << 40)
#define TOP_BIT (UINT64_C(1) << 63)

struct row {
    const char *name;
    const char *payload;
    int length; // -1: that of the text
    unsigned opcode;
    bool not_fin;
    unsigned rsv;
    bool wrong_mask;
    enum ws_length_form form;
    uint64_t declared;
    bool only_last;
};

#define TEXT(p) .payload = (p), .length = -1
#define OF(p, n) .payload = (p), .length = (n)

static const char many[127] = "0123456789012345678901234567890123456789012345678901234567890123456789"
                              "01234567890123456789012345678901234567890123456789012345";

// clang-format off
static const struct row rows[] = {
    // Messages in one frame.
    {"text",               TEXT("a"),           .opcode = WS_TEXT},
    {"text-empty",         TEXT(""),            .opcode = WS_TEXT},
    {"text-cut",           TEXT("\xe2\x82"),    .opcode = WS_TEXT},
    {"text-bad",           TEXT("\xff"),        .opcode = WS_TEXT},
    {"text-126",           OF(many, 126),       .opcode = WS_TEXT, .only_last = true},
    {"binary",             OF("\0\xff", 2),     .opcode = WS_BINARY},
    {"binary-empty",       TEXT(""),            .opcode = WS_BINARY, .only_last = true},
    // Fragments.
    {"first-text",         TEXT("b"),           .opcode = WS_TEXT, .not_fin = true},
    {"first-text-empty",   TEXT(""),            .opcode = WS_TEXT, .not_fin = true, .only_last = true},
    {"first-text-cut",     TEXT("\xe2\x82"),    .opcode = WS_TEXT, .not_fin = true},
    {"first-text-bad",     TEXT("\xed\xa0"),    .opcode = WS_TEXT, .not_fin = true},
    {"first-binary",       TEXT("\xe2\x82"),    .opcode = WS_BINARY, .not_fin = true},
    {"first-binary-empty", TEXT(""),            .opcode = WS_BINARY, .not_fin = true, .only_last = true},
    {"middle",             TEXT("c"),           .opcode = WS_CONTINUATION, .not_fin = true},
    {"middle-empty",       TEXT(""),            .opcode = WS_CONTINUATION, .not_fin = true},
    {"middle-rest",        TEXT("\xac"),        .opcode = WS_CONTINUATION, .not_fin = true},
    {"middle-cut",         TEXT("\xf0\x9f"),    .opcode = WS_CONTINUATION, .not_fin = true, .only_last = true},
    {"middle-bad",         TEXT("\xc0\xaf"),    .opcode = WS_CONTINUATION, .not_fin = true, .only_last = true},
    {"last",               TEXT("d"),           .opcode = WS_CONTINUATION},
    {"last-empty",         TEXT(""),            .opcode = WS_CONTINUATION},
    {"last-rest",          TEXT("\xac"),        .opcode = WS_CONTINUATION},
    {"last-cut",           TEXT("\xe2"),        .opcode = WS_CONTINUATION, .only_last = true},
    {"last-bad",           TEXT("\xff"),        .opcode = WS_CONTINUATION, .only_last = true},
    // Control frames.
    {"ping",               TEXT("p"),           .opcode = WS_PING},
    {"ping-empty",         TEXT(""),            .opcode = WS_PING},
    {"ping-125",           OF(many, 125),       .opcode = WS_PING, .only_last = true},
    {"pong",               TEXT("q"),           .opcode = WS_PONG},
    {"pong-empty",         TEXT(""),            .opcode = WS_PONG, .only_last = true},
    {"close",              OF("\x03\xe8", 2),   .opcode = WS_CLOSE},
    {"close-empty",        TEXT(""),            .opcode = WS_CLOSE},
    {"close-reason",       OF("\x03\xe9""bye", 5), .opcode = WS_CLOSE},
    {"close-private",      OF("\x13\x87", 2),   .opcode = WS_CLOSE},
    {"close-later",        OF("\x03\xf4", 2),   .opcode = WS_CLOSE},
    {"close-unassigned",   OF("\x07\xd0", 2),   .opcode = WS_CLOSE},
    {"close-above",        OF("\x13\x88", 2),   .opcode = WS_CLOSE},
    {"close-999",          OF("\x03\xe7", 2),   .opcode = WS_CLOSE},
    {"close-1005",         OF("\x03\xed", 2),   .opcode = WS_CLOSE},
    {"close-1015",         OF("\x03\xf7", 2),   .opcode = WS_CLOSE},
    {"close-half-code",    OF("\x03", 1),       .opcode = WS_CLOSE},
    {"close-bad-reason",   OF("\x03\xe8\xff", 3), .opcode = WS_CLOSE},
    // Headers that no frame may have.
    {"rsv-1",              TEXT("r"),           .opcode = WS_TEXT, .rsv = 4},
    {"rsv-2",              TEXT("r"),           .opcode = WS_TEXT, .rsv = 2},
    {"rsv-3",              TEXT("r"),           .opcode = WS_BINARY, .rsv = 1},
    {"continuation-rsv",   TEXT("r"),           .opcode = WS_CONTINUATION, .rsv = 2},
    {"ping-rsv",           TEXT("r"),           .opcode = WS_PING, .rsv = 1},
    {"close-rsv",          OF("\x03\xe8", 2),   .opcode = WS_CLOSE, .rsv = 4},
    {"opcode-3",           TEXT("o"),           .opcode = 3},
    {"opcode-7",           TEXT("o"),           .opcode = 7, .not_fin = true},
    {"opcode-11",          TEXT("o"),           .opcode = 11},
    {"opcode-15",          TEXT(""),            .opcode = 15},
    {"ping-fragment",      TEXT("f"),           .opcode = WS_PING, .not_fin = true},
    {"pong-fragment",      TEXT("f"),           .opcode = WS_PONG, .not_fin = true},
    {"close-fragment",     OF("\x03\xe8", 2),   .opcode = WS_CLOSE, .not_fin = true},
    {"ping-126",           OF(many, 126),       .opcode = WS_PING},
    {"pong-126",           OF(many, 126),       .opcode = WS_PONG},
    {"text-mask",          TEXT("m"),           .opcode = WS_TEXT, .wrong_mask = true},
    {"continuation-mask",  TEXT("m"),           .opcode = WS_CONTINUATION, .wrong_mask = true},
    {"ping-mask",          TEXT("m"),           .opcode = WS_PING, .wrong_mask = true},
    {"close-mask",         OF("\x03\xe8", 2),   .opcode = WS_CLOSE, .wrong_mask = true},
    {"binary-top-bit",     TEXT("t"),           .opcode = WS_BINARY, .form = WS_LENGTH_64, .declared = TOP_BIT + 1},
    {"binary-huge",        TEXT("h"),           .opcode = WS_BINARY, .form = WS_LENGTH_64, .declared = HUGE},
    {"continuation-huge",  TEXT("h"),           .opcode = WS_CONTINUATION, .form = WS_LENGTH_64, .declared = HUGE},
    {"text-16-bits",       TEXT("l"),           .opcode = WS_TEXT, .form = WS_LENGTH_16, .only_last = true},
    {"binary-64-bits",     OF(many, 126),       .opcode = WS_BINARY, .form = WS_LENGTH_64, .only_last = true},
    {"ping-16-bits",       TEXT("l"),           .opcode = WS_PING, .form = WS_LENGTH_16, .only_last = true},
    {"close-16-bits",      OF("\x03\xe8", 2),   .opcode = WS_CLOSE, .form = WS_LENGTH_16},
};
// clang-format on

// The RFC's own example of a mask.
static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};

static struct ws_move plain_move(bool server, unsigned opcode, const char *payload, size_t length)
{
    struct ws_move move = {
        .frame = {.fin = true, .opcode = opcode, .masked = server, .length = length},
        .payload = (const unsigned char *)payload,
        .length = length,
    };
    memcpy(move.frame.mask, mask, sizeof mask);
    return move;
}

void ws_alphabet_make(struct ws_alphabet *alphabet, bool server)
{
    alphabet->server = server;
    alphabet->count = sizeof rows / sizeof *rows;
    for (size_t i = 0; i < alphabet->count; i++) {
        const struct row *row = &rows[i];
        size_t length = row->length < 0 ? strlen(row->payload) : (size_t)row->length;
        struct ws_move move = plain_move(server, row->opcode, row->payload, length);
        move.frame.fin = !row->not_fin;
        move.frame.rsv = row->rsv;
        move.frame.masked = server != row->wrong_mask;
        move.frame.length_form = row->form;
        if (row->declared)
            move.frame.length = row->declared;
        alphabet->letters[i] = (struct ws_letter){row->name, move, row->only_last};
    }
}

size_t ws_walk(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
               struct ws_receiver *receiver)
{
    ws_receiver_reset(receiver);
    for (size_t i = 0; i < length; i++) {
        ws_receive_move(receiver, &alphabet->letters[path[i]].move);
        if (ws_state_is_terminal(receiver->state))
            return i + 1;
    }
    return length;
}

bool ws_path_goes_on(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
                     struct ws_receiver *receiver)
{
    for (size_t i = 0; i < length; i++)
        if (alphabet->letters[path[i]].only_last)
            return false;
    return ws_walk(alphabet, path, length, receiver) == length && !ws_state_is_terminal(receiver->state);
}

// What makes the message whole that the path has left open; for text that is none, whatever ends it.
static struct ws_move completion(const struct ws_alphabet *alphabet, const struct ws_receiver *receiver)
{
    static const char *const rests[] = {"z", "\xac", "\x98\x80"};
    size_t rest = 0;
    if (receiver->state == WS_IN_CHARACTER)
        rest = receiver->message[receiver->length - 2] == 0xf0 ? 2 : 1;
    return plain_move(alphabet->server, WS_CONTINUATION, rests[rest], strlen(rests[rest]));
}

struct ws_sequence ws_path_sequence(const struct ws_alphabet *alphabet, const unsigned char *path, size_t length,
                                    struct ws_receiver *receiver, struct ws_move moves[WS_PATH_MOVES])
{
    struct ws_sequence sequence = {.moves = moves, .count = length};
    ws_receiver_reset(receiver);
    for (size_t i = 0; i < length; i++) {
        moves[i] = alphabet->letters[path[i]].move;
        moves[i].joined = i > 0;
        enum ws_symbol symbol = ws_symbol_of(receiver, &moves[i]);
        // What was due before a possible end is waited for, so that none of it can be lost.
        if (i > 0 && ws_reply_ends(ws_rule_for(receiver->state, symbol)->reply)) {
            moves[i - 1].awaited = true;
            moves[i].joined = false;
        }
        ws_receive_move(receiver, &moves[i]);
    }
    bool ends = ws_state_is_terminal(receiver->state);
    if (receiver->state == WS_FAILED)
        moves[sequence.count++] = plain_move(alphabet->server, WS_PING, "there?", 6);
    if (!ends && receiver->state != WS_READY) {
        // What is due within a message is not to be put off until it is whole.
        moves[length - 1].awaited = true;
        moves[sequence.count++] = completion(alphabet, receiver);
    }
    if (receiver->state == WS_IN_BAD_TEXT)
        moves[sequence.count++] = plain_move(alphabet->server, WS_PING, "there?", 6);
    for (size_t i = length; i < sequence.count; i++)
        moves[i].joined = true;
    return sequence;
}
