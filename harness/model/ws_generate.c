#include "model/ws_generate.h"

#include <string.h>

#include "base/buffer.h"

#define MOST_MOVES 24

struct generator {
    struct random *random;
    struct arena *arena;
    struct ws_receiver receiver;
    struct ws_sequence sequence;
    unsigned char rest[4]; // what the character that the text was cut within lacks
    size_t rest_length;
};

// --- contents ---

static size_t random_length(struct generator *generator)
{
    static const size_t borders[] = {0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 124, 125, 126, 127, 128, 255, 256};
    static const size_t large[] = {1000, 4095, 4096, 16384, 65535, 65536, 65537};
    size_t kind = random_below(generator->random, 1000);
    if (kind < 600)
        return random_below(generator->random, 24);
    if (kind < 990)
        return borders[random_below(generator->random, sizeof borders / sizeof *borders)];
    return large[random_below(generator->random, sizeof large / sizeof *large)];
}

// A character: ASCII mostly, else at a border of the table in RFC 3629 section 4.
static const char *random_character(struct random *random)
{
    static const char *const characters[] = {
        "\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80",     "\xe0\xbf\xbf",
        "\xe1\x80\x80",     "\xec\xbf\xbf",     "\xed\x80\x80",     "\xed\x9f\xbf",
        "\xee\x80\x80",     "\xef\xbf\xbf",     "\xf0\x90\x80\x80", "\xf0\xbf\xbf\xbf",
        "\xf1\x80\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x80\x80\x80", "\xf4\x8f\xbf\xbf",
    };
    static const char *const ascii[] = {"a", "b", "c", " ", "0", "~", "\x7f", "\x01"};
    if (random_chance(random, 60))
        return ascii[random_below(random, sizeof ascii / sizeof *ascii)];
    return characters[random_below(random, sizeof characters / sizeof *characters)];
}

static void append_text(struct generator *generator, struct buffer *out, size_t length)
{
    if (length > 300) { // many of one kind, which is cheap
        size_t before = out->length;
        memset(buffer_extend(out, length), 'x', length);
        const char *character = random_character(generator->random);
        memcpy(out->data + before, character, strlen(character));
        return;
    }
    size_t end = out->length + length;
    while (out->length < end) {
        const char *character = random_character(generator->random);
        if (out->length + strlen(character) > end)
            character = "z";
        buffer_text(out, character);
    }
}

static void append_bad(struct generator *generator, struct buffer *out)
{
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\xaf",
                                      "\xc1\xbf",
                                      "\xc2"
                                      "A",
                                      "\xe0\x9f",
                                      "\xe1\x80"
                                      "A",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90",
                                      "\xf5",
                                      "\xff",
                                      "\xfe",
                                      "\xf8\x88\x80",
                                      "\xed\xbf"};
    buffer_text(out, bad[random_below(generator->random, sizeof bad / sizeof *bad)]);
}

// Ends the text within a character, whose rest is kept.
static void append_cut(struct generator *generator, struct buffer *out)
{
    const char *character = random_character(generator->random);
    while (!character[1])
        character = random_character(generator->random);
    size_t length = strlen(character);
    size_t cut = 1 + random_below(generator->random, length - 1);
    buffer_append(out, character, cut);
    generator->rest_length = length - cut;
    memcpy(generator->rest, character + cut, length - cut);
}

static bool in_text(const struct generator *generator)
{
    enum ws_state state = generator->receiver.state;
    return state == WS_IN_TEXT || state == WS_IN_CHARACTER || state == WS_IN_BAD_TEXT;
}

// The payload of a frame of text. A whole message, or a last fragment, ends with a whole character.
static void append_text_payload(struct generator *generator, struct buffer *out, bool begins, bool ends, bool sound)
{
    struct random *random = generator->random;
    if (!begins && generator->rest_length && (sound || !random_chance(random, 5))) {
        bool part = !ends && generator->rest_length > 1 && random_chance(random, 25);
        bool none = !ends && random_chance(random, 10);
        size_t taken = none ? 0 : part ? 1 : generator->rest_length;
        buffer_append(out, generator->rest, taken);
        memmove(generator->rest, generator->rest + taken, generator->rest_length - taken);
        generator->rest_length -= taken;
        if (part || none)
            return;
    }
    generator->rest_length = 0;
    append_text(generator, out, random_length(generator));
    if (!sound && random_chance(random, 4))
        append_bad(generator, out);
    else if (random_chance(random, ends ? (sound ? 0 : 2) : 30))
        append_cut(generator, out);
}

static void append_binary(struct generator *generator, struct buffer *out)
{
    size_t length = random_length(generator);
    random_bytes(generator->random, buffer_extend(out, length), length);
}

static void append_code(struct buffer *out, unsigned code)
{
    unsigned char bytes[2] = {(unsigned char)(code >> 8), (unsigned char)code};
    buffer_append(out, bytes, 2);
}

static void append_close_payload(struct generator *generator, struct buffer *out)
{
    static const unsigned valid[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999};
    static const unsigned other[] = {0,    1,    999,  1004, 1005, 1006, 1012, 1013,
                                     1014, 1015, 1016, 2000, 2999, 5000, 65535};
    struct random *random = generator->random;
    size_t kind = random_below(random, 100);
    if (kind < 15)
        return;
    if (kind < 20) {
        buffer_append(out, "\x03", 1);
        return;
    }
    append_code(out, kind < 75 ? valid[random_below(random, sizeof valid / sizeof *valid)]
                               : other[random_below(random, sizeof other / sizeof *other)]);
    if (random_chance(random, 40))
        append_text(generator, out, random_below(random, 124));
    if (random_chance(random, 15) && out->length < 120)
        append_bad(generator, out);
}

static void append_control_payload(struct generator *generator, struct buffer *out)
{
    static const size_t lengths[] = {0, 0, 1, 2, 4, 5, 8, 16, 63, 124, 125, 125};
    size_t length = lengths[random_below(generator->random, sizeof lengths / sizeof *lengths)];
    random_bytes(generator->random, buffer_extend(out, length), length);
}

// --- frames ---

static void random_mask(struct random *random, unsigned char mask[4])
{
    size_t kind = random_below(random, 8);
    if (kind < 2)
        memset(mask, kind ? 0xff : 0, 4);
    else
        random_bytes(random, mask, 4);
}

// Adds a frame with that payload, which it takes over.
static struct ws_move *add_move(struct generator *generator, unsigned opcode, bool fin, struct buffer *payload)
{
    struct ws_move *move = &generator->sequence.moves[generator->sequence.count++];
    *move = (struct ws_move){
        .frame = {.fin = fin, .opcode = opcode, .masked = generator->receiver.server, .length = payload->length},
        .payload = (unsigned char *)arena_bytes(generator->arena, buffer_string(payload), payload->length),
        .length = payload->length,
        .joined = random_chance(generator->random, 60),
        .awaited = random_chance(generator->random, 25),
    };
    random_mask(generator->random, move->frame.mask);
    if (random_chance(generator->random, 10))
        move->segment = 1 + random_below(generator->random, 20) + payload->length / 20;
    buffer_free(payload);
    return move;
}

static struct ws_move *add_data(struct generator *generator, bool sound)
{
    struct random *random = generator->random;
    struct buffer payload = {0};
    bool begins = generator->receiver.state == WS_READY;
    // A new message within a message, or a continuation of nothing.
    if (!sound && random_chance(random, 3))
        begins = !begins;
    bool fin = begins ? random_chance(random, 60) : random_chance(random, 50);
    if (sound)
        fin = true;
    unsigned opcode = begins ? (random_chance(random, 60) ? WS_TEXT : WS_BINARY) : WS_CONTINUATION;
    bool empty = random_chance(random, 8) && !(sound && generator->rest_length);
    if (empty)
        return add_move(generator, opcode, fin, &payload);
    if (opcode == WS_TEXT || (opcode == WS_CONTINUATION && in_text(generator)))
        append_text_payload(generator, &payload, begins, fin, sound);
    else
        append_binary(generator, &payload);
    return add_move(generator, opcode, fin, &payload);
}

static struct ws_move *add_legal(struct generator *generator)
{
    struct buffer payload = {0};
    size_t kind = random_below(generator->random, 100);
    if (kind < 75)
        return add_data(generator, false);
    if (kind < 95) {
        append_control_payload(generator, &payload);
        return add_move(generator, kind < 88 ? WS_PING : WS_PONG, true, &payload);
    }
    append_close_payload(generator, &payload);
    return add_move(generator, WS_CLOSE, true, &payload);
}

// Makes a header wrong in one way.
static void spoil(struct generator *generator, struct ws_move *move)
{
    static const unsigned reserved[] = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15};
    struct random *random = generator->random;
    struct ws_frame *frame = &move->frame;
    switch (random_below(random, 7)) {
    case 0:
        frame->rsv = 1 + (unsigned)random_below(random, 7);
        break;
    case 1:
        frame->opcode = reserved[random_below(random, sizeof reserved / sizeof *reserved)];
        break;
    case 2:
        frame->masked = !frame->masked;
        break;
    case 3:
        frame->opcode = WS_CLOSE + (unsigned)random_below(random, 3);
        frame->fin = false;
        break;
    case 4: // too long for the control frame that it becomes, or not
        frame->opcode = WS_CLOSE + (unsigned)random_below(random, 3);
        frame->fin = true;
        break;
    case 5:
        frame->length_form = frame->length < 126 && random_chance(random, 50) ? WS_LENGTH_16 : WS_LENGTH_64;
        break;
    case 6:
        frame->length_form = WS_LENGTH_64;
        frame->length = random_chance(random, 50) ? frame->length | UINT64_C(1) << 63
                                                  : UINT64_C(1) << (33 + random_below(random, 30));
        break;
    }
}

static void add_random(struct generator *generator)
{
    struct ws_move *move = add_legal(generator);
    if (random_chance(generator->random, 8))
        spoil(generator, move);
    ws_receive_move(&generator->receiver, move);
}

struct ws_sequence ws_generate(struct random *random, struct arena *arena, bool server, uint64_t limit)
{
    struct generator generator = {
        .random = random,
        .arena = arena,
        .receiver = {.server = server, .limit = limit},
        .sequence = {.moves = arena_allocate(arena, MOST_MOVES, sizeof(struct ws_move))},
    };
    size_t wanted = 1 + random_below(random, random_chance(random, 20) ? 16 : 5);
    while (generator.sequence.count < wanted && !ws_state_is_terminal(generator.receiver.state))
        add_random(&generator);
    if (ws_state_is_terminal(generator.receiver.state)) {
        // Nothing of what comes behind the end may be answered.
        for (size_t i = random_below(random, 3); i > 0; i--)
            add_random(&generator);
    } else if (generator.receiver.state != WS_READY) {
        ws_receive_move(&generator.receiver, add_data(&generator, true));
    }
    ws_receiver_free(&generator.receiver);
    return generator.sequence;
}
