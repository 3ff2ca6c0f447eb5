// Reaches message_begin, message_announce, message_feed, message_finish, message_payload, message_give_back and
// message_deflate of impl/lib/ws_message.c, and the inflater and deflater of ws_deflate.c below them.
//
// The first four bytes cut the rest, which is the unmasked payload of one message or of two. Their upper bits choose: of
// the first, text, and whether nothing is taken over from message to message; of the second, the limit; of the third,
// whether it is compressed, and whether it is two messages, cut in the middle; of the fourth, whether what came out is
// deflated again.
//
// Oracles:
// - zlib used plainly, with the whole message and its tail at once and room for one byte more than the limit: the message
//   is what zlib makes of it, or fails with 1007 where zlib finds an error, the message breaks off or text is not UTF-8,
//   or with 1009 where there is one byte too many, whichever comes first;
// - fed whole and cut, masked in both cases, comes to the same;
// - memory never goes beyond the limit (or the least room), whatever is inflated;
// - what is deflated again, plain zlib inflates to the same bytes.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "lib/ws_message.h"

enum { LONGEST = 1 << 17, LEAST_ROOM = 256 };

static const size_t limits[] = {10, 1000, 70000, 100000};
static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};

struct choice {
    bool text, no_takeover, compressed, twice, deflate_again;
    size_t limit;
};

static struct choice choice_of(const uint8_t *data)
{
    return (struct choice){
        .text = cuts_choice(data, 0) & 1,
        .no_takeover = cuts_choice(data, 0) & 2,
        .compressed = !(cuts_choice(data, 2) & 1),
        .twice = cuts_choice(data, 2) & 2,
        .deflate_again = cuts_choice(data, 3) & 1,
        .limit = limits[cuts_choice(data, 1)],
    };
}

// What must come of a message.
struct expected {
    unsigned code; // 0: it is whole
    size_t length;
    uint8_t bytes[LONGEST];
};

// One stream for all inputs, since making one costs more than most messages do. Reset for each input.
static z_stream *plain_zlib(void)
{
    static z_stream stream;
    static bool begun;
    if (!begun)
        require(inflateInit2(&stream, -15) == Z_OK);
    begun = true;
    return &stream;
}

// Inflates a message with its tail. False when zlib finds an error in it, or it breaks off within a block.
static bool inflate_plainly(z_stream *stream, const uint8_t *bytes, size_t size, size_t room, struct expected *expected)
{
    static uint8_t message[EDGE_ROOM];
    static const uint8_t tail[] = {0, 0, 0xff, 0xff};
    require(size + sizeof tail <= sizeof message);
    memcpy(message, bytes, size);
    memcpy(message + size, tail, sizeof tail);
    stream->next_in = message;
    stream->avail_in = (uInt)(size + sizeof tail);
    stream->next_out = expected->bytes;
    stream->avail_out = (uInt)room;
    int status = Z_OK;
    while ((status == Z_OK || status == Z_STREAM_END) && stream->avail_out > 0) {
        if (stream->avail_in == 0)
            break;
        status = inflate(stream, Z_SYNC_FLUSH);
        if (status == Z_STREAM_END) // BFINAL may be anywhere in a message
            inflateResetKeep(stream);
    }
    expected->length = room - stream->avail_out;
    bool ends = status != Z_DATA_ERROR && stream->data_type == 128;
    return stream->avail_out == 0 || ends;
}

static void expect(const struct choice *choice, const uint8_t *bytes, size_t size, struct expected *expected)
{
    size_t limit = choice->limit;
    bool good = true;
    if (choice->compressed) {
        good = inflate_plainly(plain_zlib(), bytes, size, limit + 1, expected);
        if (choice->no_takeover)
            inflateReset(plain_zlib());
    } else {
        expected->length = size < limit + 1 ? size : limit + 1;
        memcpy(expected->bytes, bytes, expected->length);
    }
    bool too_big = expected->length > limit;
    if (too_big && !choice->compressed) {
        expected->code = CLOSE_TOO_BIG; // the frame's header says so before a byte of it comes
        return;
    }
    size_t seen = too_big ? limit : expected->length;
    int utf8 = choice->text ? utf8_verdict(expected->bytes, seen) : 1;
    if (utf8 < 0)
        expected->code = CLOSE_NOT_UTF8;
    else if (too_big)
        expected->code = CLOSE_TOO_BIG;
    else
        expected->code = good && utf8 == 1 ? 0 : CLOSE_NOT_UTF8;
}

static unsigned feed(struct ws_message *message, struct cuts cuts, const uint8_t *bytes, size_t size)
{
    unsigned code = message_announce(message, size);
    for (size_t at = 0, more; at < size && code == 0; at += more) {
        more = cuts_next(&cuts, size - at);
        uint8_t *piece = edge_copy(0, bytes + at, more);
        frame_unmask(piece, piece, more, mask, at);
        code = message_feed(message, piece, more, mask, at);
        require(message->length <= message->limit);
        require(message->room <= (message->limit > LEAST_ROOM ? message->limit : LEAST_ROOM));
    }
    return code == 0 ? message_finish(message) : code;
}

static void deflate_again(const struct choice *choice, const struct ws_message *message)
{
    static struct expected again;
    struct message_deflater deflater = {.deflater = {.window_bits = 15, .no_context_takeover = true}};
    const struct choice plain = {.compressed = true, .no_takeover = true, .limit = choice->limit};
    const unsigned char *payload = message_payload(message);
    size_t half = message->length / 2; // in two fragments, of which the first may be empty
    unsigned char *deflated;
    ssize_t first = message_deflate(&deflater, payload, half, false, &deflated);
    require(first >= 0);
    unsigned char *whole = malloc((size_t)first + 1);
    memcpy(whole, deflated, (size_t)first);
    ssize_t last = message_deflate(&deflater, payload + half, message->length - half, true, &deflated);
    require(last > 0);
    whole = realloc(whole, (size_t)(first + last));
    memcpy(whole + first, deflated, (size_t)last);
    inflateReset(plain_zlib());
    expect(&plain, whole, (size_t)(first + last), &again);
    free(whole);
    require(again.code == 0 && again.length == message->length);
    require(memcmp(again.bytes, message_payload(message), again.length) == 0);
    message_deflater_give_back(&deflater);
    message_deflater_end(&deflater);
}

// Feeds the messages; stops at the first that fails.
static void run(const struct choice *choice, const uint8_t *data, bool cut, const struct expected *expected,
                const uint8_t *bytes, size_t size)
{
    struct ws_message message = {
        .limit = choice->limit,
        .inflater = {.window_bits = 15, .no_context_takeover = choice->no_takeover},
    };
    size_t middle = choice->twice ? size / 2 : size;
    for (int turn = 0; turn <= choice->twice; turn++) {
        message_begin(&message, choice->text ? OPCODE_TEXT : OPCODE_BINARY, choice->compressed);
        unsigned code = feed(&message, (struct cuts){.sizes = cut ? data : NULL}, turn ? bytes + middle : bytes,
                             turn ? size - middle : middle);
        require(code == expected[turn].code);
        if (code != 0)
            break;
        require(message.length == expected[turn].length);
        require(memcmp(message_payload(&message), expected[turn].bytes, message.length) == 0);
        if (choice->deflate_again && cut)
            deflate_again(choice, &message);
        message_give_back(&message);
        require(message.room <= 65536);
    }
    message_end(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct expected expected[2];
    if (size < CUTS)
        return 0;
    struct choice choice = choice_of(data);
    const uint8_t *bytes = data + CUTS;
    size -= CUTS;
    size_t middle = choice.twice ? size / 2 : size;
    inflateReset(plain_zlib());
    expect(&choice, bytes, middle, &expected[0]);
    if (choice.twice && expected[0].code == 0)
        expect(&choice, bytes + middle, size - middle, &expected[1]);
    run(&choice, data, false, expected, bytes, size);
    run(&choice, data, true, expected, bytes, size);
    return 0;
}
