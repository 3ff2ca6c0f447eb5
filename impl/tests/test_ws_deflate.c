/*
 * The vectors of RFC 7692 section 7.2.3 and round trips. Everything is inflated whole and byte by byte, from
 * heap buffers of exactly its size, and with room for everything and for one byte at a time.
 */
#include "lib/ws_deflate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 1 << 20 };

struct text {
    unsigned char *bytes;
    size_t length;
};

/* Inflates a piece of a message behind `text`, with `step` bytes of room at a time. */
static int inflate_piece(struct inflater *inflater, const unsigned char *bytes, size_t size, size_t step,
                         struct text *text)
{
    unsigned char *exact = malloc(size ? size : 1);
    memcpy(exact, bytes, size);
    struct deflate_run run = {.input = exact, .input_size = size};
    int result;
    do {
        unsigned char *room = malloc(step);
        run.output = room;
        run.output_room = step;
        result = inflater_run(inflater, &run);
        size_t made = step - run.output_room;
        assert_true(text->length + made <= ROOM);
        memcpy(text->bytes + text->length, room, made);
        text->length += made;
        free(room);
    } while (result == 0 && (run.input_size > 0 || run.output_room == 0));
    free(exact);
    return result;
}

/* Inflates a message of one payload, in pieces of `cut` bytes. */
static int inflate_message(struct inflater *inflater, const unsigned char *payload, size_t size, size_t cut,
                           size_t step, struct text *text)
{
    int result = 0;
    text->length = 0;
    for (size_t at = 0; at < size && result == 0; at += cut)
        result = inflate_piece(inflater, payload + at, size - at < cut ? size - at : cut, step, text);
    for (size_t at = 0; at < 4 && result == 0; at += cut)
        result = inflate_piece(inflater, deflate_tail + at, 4 - at < cut ? 4 - at : cut, step, text);
    return result < 0 ? result : inflater_message_end(inflater);
}

struct vector {
    size_t size;
    unsigned char payload[32];
    const char *text; /* NULL: it does not inflate */
};

/* Inflates messages of one connection in every manner. */
static void check(const struct vector *vectors, size_t count, bool no_context_takeover, int bits)
{
    static const struct {
        size_t cut, step;
    } manners[] = {{100, ROOM}, {1, ROOM}, {100, 1}, {1, 1}, {3, 2}};
    struct text text = {.bytes = malloc(ROOM)};
    for (size_t k = 0; k < sizeof manners / sizeof manners[0]; k++) {
        struct inflater inflater = {.window_bits = bits, .no_context_takeover = no_context_takeover};
        for (size_t i = 0; i < count; i++) {
            const struct vector *vector = &vectors[i];
            int result =
                inflate_message(&inflater, vector->payload, vector->size, manners[k].cut, manners[k].step, &text);
            assert_int_equal(result, vector->text ? 0 : -EBADMSG);
            if (!vector->text)
                break;
            assert_int_equal(text.length, strlen(vector->text));
            assert_memory_equal(text.bytes, vector->text, text.length);
        }
        inflater_end(&inflater);
    }
    free(text.bytes);
}

#define CHECK(no_context_takeover, ...)                                                                                \
    check((const struct vector[]){__VA_ARGS__}, sizeof(const struct vector[]){__VA_ARGS__} / sizeof(struct vector),    \
          no_context_takeover, 15)

/* Section 7.2.3.1 */
#define HELLO                                                                                                          \
    {                                                                                                                  \
        7, {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}, "Hello"                                                         \
    }
/* Section 7.2.3.2: the same again, by reference to it */
#define AGAIN                                                                                                          \
    {                                                                                                                  \
        5, {0xf2, 0x00, 0x11, 0x00, 0x00}, "Hello"                                                                     \
    }

static void test_one_block_of_7_2_3_1(void **state)
{
    (void)state;
    CHECK(false, HELLO);
    CHECK(true, HELLO);
}

static void test_a_shared_window_of_7_2_3_2(void **state)
{
    (void)state;
    CHECK(false, HELLO, AGAIN, AGAIN, HELLO);
    CHECK(true, HELLO, HELLO);
    CHECK(true, HELLO, {5, {0xf2, 0x00, 0x11, 0x00, 0x00}, NULL});
}

static void test_no_compression_of_7_2_3_3(void **state)
{
    (void)state;
    CHECK(false, {11, {0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00}, "Hello"}, AGAIN);
}

static void test_bfinal_of_7_2_3_4(void **state)
{
    (void)state;
    CHECK(false, {8, {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}, "Hello"}, AGAIN);
    CHECK(true, {8, {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00}, "Hello"}, HELLO);
}

static void test_two_blocks_of_7_2_3_5(void **state)
{
    (void)state;
    CHECK(false, {13, {0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00}, "Hello"}, AGAIN);
}

static void test_an_empty_message_of_7_2_3_6(void **state)
{
    (void)state;
    CHECK(false, {1, {0x00}, ""}, HELLO, {1, {0x00}, ""}, AGAIN);
}

static void test_messages_go_on_behind_final_blocks(void **state)
{
    (void)state;
    /* "Hello" with BFINAL, then "Hello" again by reference to it */
    CHECK(false, {12, {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf2, 0x00, 0x11, 0x00, 0x00}, "HelloHello"});
}

static void test_what_breaks_off_is_refused(void **state)
{
    (void)state;
    CHECK(false, {0, {0}, NULL});                                        /* not even an empty block */
    CHECK(false, {6, {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07}, NULL});       /* without the last bits */
    CHECK(false, {3, {0xf2, 0x48, 0xcd}, NULL});                         /* within a block */
    CHECK(false, {7, {0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65}, NULL}); /* within a stored block */
    CHECK(false, {7, {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}, NULL}); /* a final block and no other */
    CHECK(false, {11, {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff}, NULL}); /* a tail too many */
}

static void test_what_is_no_deflate_is_refused(void **state)
{
    (void)state;
    CHECK(false, {5, {'H', 'e', 'l', 'l', 'o'}, NULL});
    CHECK(false, {1, {0x06}, NULL});                         /* a reserved kind of block */
    CHECK(false, {5, {0x00, 0x05, 0x00, 0xff, 0xff}, NULL}); /* a stored block whose lengths disagree */
    CHECK(false, {5, {0xf2, 0x00, 0x11, 0x00, 0x00}, NULL}); /* a reference to before the beginning */
    CHECK(false, {2, {0x78, 0x9c}, NULL});                   /* zlib's header */
    CHECK(false, HELLO, {2, {0xff, 0xff}, NULL});
}

/* Deflates a message in heap buffers, with `step` bytes of room at a time. */
static struct text deflate_message(struct deflater *deflater, const unsigned char *bytes, size_t size, size_t step)
{
    struct text text = {.bytes = malloc(ROOM)};
    unsigned char *exact = malloc(size);
    memcpy(exact, bytes, size);
    struct deflate_run run = {.input = exact, .input_size = size};
    while (run.output_room == 0) {
        assert_true(text.length + step <= ROOM);
        run.output = text.bytes + text.length;
        run.output_room = step;
        assert_int_equal(deflater_run(deflater, &run), 0);
        text.length = (size_t)(run.output - text.bytes);
    }
    free(exact);
    deflater_message_end(deflater);
    assert_true(text.length >= 4);
    text.length -= 4;
    assert_memory_equal(text.bytes + text.length, deflate_tail, 4);
    return text;
}

/* Content of every kind: a period of 5,000 bytes, runs, and noise. */
static void fill(unsigned char *bytes, size_t size, unsigned seed)
{
    unsigned noise = seed + 1;
    for (size_t i = 0; i < size; i++) {
        noise = noise * 1103515245 + 12345;
        bytes[i] = (unsigned char)(i % 7000 < 300 ? noise >> 16 : i % 7000 < 600 ? 'a' : i % 5000 % 251);
    }
}

static void round_trip(int bits, bool no_context_takeover, size_t step)
{
    static const size_t sizes[] = {1, 5, 1000, 40000, 300000, 5};
    struct deflater deflater = {.window_bits = bits, .no_context_takeover = no_context_takeover};
    struct inflater inflater = {.window_bits = bits, .no_context_takeover = no_context_takeover};
    struct text inflated = {.bytes = malloc(ROOM)};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *bytes = malloc(sizes[i]);
        fill(bytes, sizes[i], (unsigned)i / 2);
        struct text deflated = deflate_message(&deflater, bytes, sizes[i], step);
        assert_int_equal(inflate_message(&inflater, deflated.bytes, deflated.length, 61, 300, &inflated), 0);
        assert_int_equal(inflated.length, sizes[i]);
        assert_memory_equal(inflated.bytes, bytes, sizes[i]);
        free(deflated.bytes);
        free(bytes);
    }
    free(inflated.bytes);
    deflater_end(&deflater);
    inflater_end(&inflater);
}

/* Pieces of 61 bytes make little at a time, so that an inflater of the same window sees what is beyond it. */
static void test_messages_come_back_with_each_window(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 15; bits++) {
        round_trip(bits, false, 20000);
        round_trip(bits, true, 20000);
        round_trip(bits, false, 64);
    }
}

static void test_hello_deflates_to_the_vectors_of_7_2_3(void **state)
{
    (void)state;
    static const struct vector expected[] = {HELLO, AGAIN};
    struct deflater deflater = {.window_bits = 15};
    for (size_t i = 0; i < 2; i++) {
        struct text text = deflate_message(&deflater, (const unsigned char *)"Hello", 5, 100);
        assert_int_equal(text.length, expected[i].size);
        assert_memory_equal(text.bytes, expected[i].payload, text.length);
        free(text.bytes);
    }
    deflater_end(&deflater);
}

static void test_without_takeover_messages_are_the_same_again(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 15; bits++) {
        struct deflater deflater = {.window_bits = bits, .no_context_takeover = true};
        struct text one = deflate_message(&deflater, (const unsigned char *)"Hello Hello Hello", 17, 100);
        struct text two = deflate_message(&deflater, (const unsigned char *)"Hello Hello Hello", 17, 100);
        assert_int_equal(one.length, two.length);
        assert_memory_equal(one.bytes, two.bytes, one.length);
        free(one.bytes);
        free(two.bytes);
        deflater_end(&deflater);
    }
}

static void test_what_never_ran_is_ended(void **state)
{
    (void)state;
    struct deflater deflater = {.window_bits = 8};
    struct inflater inflater = {.window_bits = 8};
    deflater_end(&deflater);
    inflater_end(&inflater);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_block_of_7_2_3_1),
        cmocka_unit_test(test_a_shared_window_of_7_2_3_2),
        cmocka_unit_test(test_no_compression_of_7_2_3_3),
        cmocka_unit_test(test_bfinal_of_7_2_3_4),
        cmocka_unit_test(test_two_blocks_of_7_2_3_5),
        cmocka_unit_test(test_an_empty_message_of_7_2_3_6),
        cmocka_unit_test(test_messages_go_on_behind_final_blocks),
        cmocka_unit_test(test_what_breaks_off_is_refused),
        cmocka_unit_test(test_what_is_no_deflate_is_refused),
        cmocka_unit_test(test_messages_come_back_with_each_window),
        cmocka_unit_test(test_hello_deflates_to_the_vectors_of_7_2_3),
        cmocka_unit_test(test_without_takeover_messages_are_the_same_again),
        cmocka_unit_test(test_what_never_ran_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
