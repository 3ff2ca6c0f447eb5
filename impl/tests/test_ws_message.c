#include "lib/ws_message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};

/* Feeds a payload in frames of one piece of at most `cut` bytes. */
static unsigned feed(struct ws_message *message, const unsigned char *payload, size_t size, size_t cut)
{
    unsigned code = 0;
    for (size_t at = 0; at < size && code == 0; at += cut) {
        size_t more = size - at < cut ? size - at : cut;
        unsigned char *masked = malloc(more);
        frame_unmask(masked, payload + at, more, mask, at);
        code = message_feed(message, masked, more, mask, at);
        free(masked);
    }
    return code;
}

/* Bytes that deflate hardly at all, so that the answer is longer than what it is made of. */
static unsigned char *noise(size_t size)
{
    unsigned char *bytes = malloc(size);
    unsigned state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1103515245 + 12345;
        bytes[i] = (unsigned char)(state >> 16 ^ state >> 23);
    }
    return bytes;
}

static void test_compressed_noise_comes_back_through_buffers_that_grow(void **state)
{
    (void)state;
    enum { SIZE = 500000 };
    unsigned char *bytes = noise(SIZE);
    struct ws_message message = {.limit = SIZE, .inflater = {.window_bits = 15}};
    struct message_deflater deflater = {.deflater = {.window_bits = 15}};
    static const size_t sizes[] = {1, 300, 100000, SIZE, 2};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *deflated;
        ssize_t length = message_deflate(&deflater, bytes, sizes[i], true, &deflated);
        assert_true(length > 0);
        message_begin(&message, OPCODE_BINARY, true);
        assert_int_equal(message_announce(&message, (uint64_t)length), 0);
        assert_int_equal(feed(&message, deflated, (size_t)length, 5000), 0);
        assert_int_equal(message_finish(&message), 0);
        assert_int_equal(message.length, sizes[i]);
        assert_memory_equal(message_payload(&message), bytes, sizes[i]);
        assert_true(message.room <= message.limit || message.room <= 256);
        message_give_back(&message);
        message_deflater_give_back(&deflater);
        assert_true(message.room <= 65536 && deflater.room <= 65536);
    }
    message_end(&message);
    message_deflater_end(&deflater);
    free(bytes);
}

static void test_only_plain_payload_is_refused_by_its_announcement(void **state)
{
    (void)state;
    struct ws_message message = {.limit = 10};
    message_begin(&message, OPCODE_BINARY, false);
    assert_int_equal(message_announce(&message, 10), 0);
    assert_int_equal(message_announce(&message, 11), CLOSE_TOO_BIG);
    assert_int_equal(message_announce(&message, UINT64_MAX), CLOSE_TOO_BIG);
    message_begin(&message, OPCODE_BINARY, true);
    assert_int_equal(message_announce(&message, 11), 0);
}

static void test_text_is_checked_as_it_comes(void **state)
{
    (void)state;
    struct ws_message message = {.limit = 10};
    message_begin(&message, OPCODE_TEXT, false);
    assert_int_equal(feed(&message, (const unsigned char *)"a\xc3\xa9", 3, 1), 0);
    assert_int_equal(message_finish(&message), 0);
    message_begin(&message, OPCODE_TEXT, false);
    assert_int_equal(feed(&message, (const unsigned char *)"a\xff", 2, 2), CLOSE_NOT_UTF8);
    message_begin(&message, OPCODE_TEXT, false);
    assert_int_equal(feed(&message, (const unsigned char *)"a\xc3", 2, 2), 0);
    assert_int_equal(message_finish(&message), CLOSE_NOT_UTF8);
    message_end(&message);
}

static void test_a_message_may_be_deflated_in_pieces(void **state)
{
    (void)state;
    static const char *const pieces[] = {"Hello", "", " Hello", " and more", ""};
    static const size_t count = sizeof pieces / sizeof pieces[0];
    struct ws_message message = {.limit = 100, .inflater = {.window_bits = 15, .no_context_takeover = true}};
    struct message_deflater deflater = {.deflater = {.window_bits = 15, .no_context_takeover = true}};
    for (size_t last = 1; last <= count; last++) {
        char whole[100] = "";
        message_begin(&message, OPCODE_TEXT, true);
        for (size_t i = 0; i < last; i++) {
            unsigned char *deflated;
            ssize_t length = message_deflate(&deflater, (const unsigned char *)pieces[i], strlen(pieces[i]),
                                             i == last - 1, &deflated);
            assert_true(length >= 0);
            assert_int_equal(feed(&message, deflated, (size_t)length, 5000), 0);
            strcat(whole, pieces[i]);
        }
        assert_int_equal(message_finish(&message), 0);
        assert_int_equal(message.length, strlen(whole));
        assert_memory_equal(message_payload(&message), whole, strlen(whole));
    }
    message_end(&message);
    message_deflater_end(&deflater);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compressed_noise_comes_back_through_buffers_that_grow),
        cmocka_unit_test(test_only_plain_payload_is_refused_by_its_announcement),
        cmocka_unit_test(test_text_is_checked_as_it_comes),
        cmocka_unit_test(test_a_message_may_be_deflated_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
