#include "lib/ws_message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM_FIRST = 256,  /* bytes for payload that the first byte of a message makes */
    ROOM_KEPT = 65536, /* bytes that are kept for the next message */
    CHUNK = 4096,      /* of compressed payload, unmasked at once */
};

static void buffer_free(unsigned char **buffer, size_t *room)
{
    free(*buffer);
    *buffer = NULL;
    *room = 0;
}

/* Has the buffer hold `room` bytes behind a header. False without memory, the buffer being as it was. */
static bool buffer_resize(unsigned char **buffer, size_t *room, size_t wanted)
{
    unsigned char *resized = realloc(*buffer, FRAME_SERVER_HEADER_MAX + wanted);
    if (!resized)
        return false;
    *buffer = resized;
    *room = wanted;
    return true;
}

/* Makes room for `more` bytes of payload; doubling keeps the copying linear. False without memory. */
static bool make_room(struct ws_message *message, size_t more)
{
    size_t needed = message->length + more;
    if (message->buffer && needed <= message->room)
        return true;
    size_t room = message->room < ROOM_FIRST ? ROOM_FIRST : message->room;
    while (room < needed)
        room = room > message->limit / 2 ? message->limit : room * 2;
    return buffer_resize(&message->buffer, &message->room, room);
}

unsigned char *message_payload(const struct ws_message *message)
{
    return message->buffer + FRAME_SERVER_HEADER_MAX;
}

void message_begin(struct ws_message *message, enum frame_opcode opcode, bool compressed)
{
    message->opcode = opcode;
    message->compressed = compressed;
    message->utf8 = utf8_begin();
    message->length = 0;
}

unsigned message_announce(const struct ws_message *message, uint64_t length)
{
    return !message->compressed && length > message->limit - message->length ? CLOSE_TOO_BIG : 0;
}

/* Takes plain payload that lies behind the message already. False for text that is not UTF-8. */
static bool grow(struct ws_message *message, size_t more)
{
    const unsigned char *from = message_payload(message) + message->length;
    message->length += more;
    return message->opcode != OPCODE_TEXT || more == 0 || utf8_feed(&message->utf8, from, more);
}

/* Inflates into the room that the message has. Returns as message_feed. */
static unsigned inflate_within(struct ws_message *message, struct deflate_run *run)
{
    if (!make_room(message, 1))
        return CLOSE_INTERNAL_ERROR;
    run->output = message_payload(message) + message->length;
    size_t most = message->room < message->limit ? message->room : message->limit;
    run->output_room = most - message->length;
    size_t room = run->output_room;
    int result = inflater_run(&message->inflater, run);
    if (!grow(message, room - run->output_room))
        return CLOSE_NOT_UTF8;
    if (result < 0)
        return result == -ENOMEM ? CLOSE_INTERNAL_ERROR : CLOSE_NOT_UTF8;
    return 0;
}

/* The message is full: it may have more blocks, but not one more byte. */
static unsigned inflate_beyond(struct ws_message *message, struct deflate_run *run)
{
    unsigned char beyond;
    run->output = &beyond;
    run->output_room = sizeof beyond;
    int result = inflater_run(&message->inflater, run);
    if (run->output_room == 0)
        return CLOSE_TOO_BIG;
    if (result < 0)
        return result == -ENOMEM ? CLOSE_INTERNAL_ERROR : CLOSE_NOT_UTF8;
    return 0;
}

static unsigned inflate_plain(struct ws_message *message, const unsigned char *bytes, size_t size)
{
    struct deflate_run run = {.input = bytes, .input_size = size};
    unsigned code;
    do {
        bool full = message->length == message->limit;
        code = full ? inflate_beyond(message, &run) : inflate_within(message, &run);
    } while (code == 0 && (run.input_size > 0 || run.output_room == 0));
    return code;
}

/* Unmasks payload piece by piece on its way to the inflater. */
static unsigned inflate_masked(struct ws_message *message, const unsigned char *bytes, size_t size,
                               const unsigned char mask[4], uint64_t offset)
{
    unsigned char plain[CHUNK];
    unsigned code = 0;
    for (size_t at = 0; at < size && code == 0; at += CHUNK) {
        size_t more = size - at < CHUNK ? size - at : CHUNK;
        frame_unmask(plain, bytes + at, more, mask, offset + at);
        code = inflate_plain(message, plain, more);
    }
    return code;
}

unsigned message_feed(struct ws_message *message, const unsigned char *bytes, size_t size, const unsigned char mask[4],
                      uint64_t offset)
{
    if (message->compressed)
        return inflate_masked(message, bytes, size, mask, offset);
    if (!make_room(message, size))
        return CLOSE_INTERNAL_ERROR;
    frame_unmask(message_payload(message) + message->length, bytes, size, mask, offset);
    return grow(message, size) ? 0 : CLOSE_NOT_UTF8;
}

unsigned message_finish(struct ws_message *message)
{
    if (message->compressed) {
        unsigned code = inflate_plain(message, deflate_tail, sizeof deflate_tail);
        if (code != 0)
            return code;
        if (inflater_message_end(&message->inflater) < 0)
            return CLOSE_NOT_UTF8;
    }
    if (message->opcode == OPCODE_TEXT && !utf8_may_end(&message->utf8))
        return CLOSE_NOT_UTF8;
    return make_room(message, 0) ? 0 : CLOSE_INTERNAL_ERROR;
}

void message_give_back(struct ws_message *message)
{
    if (message->room > ROOM_KEPT)
        buffer_free(&message->buffer, &message->room);
}

void message_end(struct ws_message *message)
{
    buffer_free(&message->buffer, &message->room);
    inflater_end(&message->inflater);
}

/* Of nothing the deflater makes nothing: the beginning of an empty stored block, which the tail that a receiver
 * puts back goes on with (RFC 7692 section 7.2.3.6). */
static const unsigned char empty_payload[] = {0x00};

/* Deflates a piece of at least one byte, with deflate_tail at its end. Returns as message_deflate. */
static ssize_t deflate_piece(struct message_deflater *deflater, const unsigned char *payload, size_t length,
                             unsigned char **deflated)
{
    struct deflate_run run = {.input = payload, .input_size = length};
    size_t made = 0;
    for (size_t room = deflater_room(length); run.output_room == 0; room += room / 2) {
        if (room > deflater->room && !buffer_resize(&deflater->buffer, &deflater->room, room))
            return -ENOMEM;
        *deflated = deflater->buffer + FRAME_SERVER_HEADER_MAX;
        run.output = *deflated + made;
        run.output_room = deflater->room - made;
        if (deflater_run(&deflater->deflater, &run) < 0)
            return -ENOMEM;
        made = (size_t)(run.output - *deflated);
    }
    return (ssize_t)made;
}

/* An empty piece, which is no work for the deflater. Returns as message_deflate. */
static ssize_t deflate_nothing(struct message_deflater *deflater, bool final, unsigned char **deflated)
{
    size_t length = final ? sizeof empty_payload : 0;
    if (!deflater->buffer && !buffer_resize(&deflater->buffer, &deflater->room, ROOM_FIRST))
        return -ENOMEM;
    *deflated = deflater->buffer + FRAME_SERVER_HEADER_MAX;
    memcpy(*deflated, empty_payload, length);
    return (ssize_t)length;
}

ssize_t message_deflate(struct message_deflater *deflater, const unsigned char *payload, size_t length, bool final,
                        unsigned char **deflated)
{
    ssize_t made =
        length == 0 ? deflate_nothing(deflater, final, deflated) : deflate_piece(deflater, payload, length, deflated);
    if (made < 0 || !final)
        return made;
    if (length > 0)
        made -= (ssize_t)sizeof deflate_tail;
    deflater_message_end(&deflater->deflater);
    return made;
}

void message_deflater_give_back(struct message_deflater *deflater)
{
    if (deflater->room > ROOM_KEPT)
        buffer_free(&deflater->buffer, &deflater->room);
}

void message_deflater_end(struct message_deflater *deflater)
{
    buffer_free(&deflater->buffer, &deflater->room);
    deflater_end(&deflater->deflater);
}
