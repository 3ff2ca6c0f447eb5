#include "lib/ws_frame.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Decodes from a heap buffer of exactly `size` bytes. */
static int decode(const unsigned char *bytes, size_t size, struct frame_header *header)
{
    unsigned char *exact = malloc(size);
    memcpy(exact, bytes, size);
    int result = frame_header_decode(exact, size, FRAME_BY_CLIENT, false, header);
    free(exact);
    return result;
}

/* Decodes each beginning of the bytes, from none of them to all. Every one but the last must ask for more. */
static struct frame_header decode_all_beginnings(const unsigned char *bytes, size_t size)
{
    struct frame_header header;
    for (size_t part = 0; part < size; part++)
        assert_int_equal(decode(bytes, part, &header), 0);
    assert_int_equal(decode(bytes, size, &header), (int)size);
    return header;
}

/* The bytes must be refused as a whole, and their beginnings refused from some byte on and never taken. */
static void refuse(const unsigned char *bytes, size_t size)
{
    struct frame_header header;
    bool refused = false;
    for (size_t part = 0; part <= size; part++) {
        int result = decode(bytes, part, &header);
        assert_true(result == -EPROTO || (result == 0 && !refused));
        refused = result == -EPROTO;
    }
    assert_true(refused);
}

#define REFUSE(...) refuse((const unsigned char[]){__VA_ARGS__}, sizeof(const unsigned char[]){__VA_ARGS__})

static void test_decode_reads_the_masked_hello_of_rfc_6455_5_7(void **state)
{
    (void)state;
    const unsigned char frame[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct frame_header header = decode_all_beginnings(frame, 6);
    assert_true(header.final);
    assert_int_equal(header.opcode, OPCODE_TEXT);
    assert_int_equal(header.length, 5);

    char payload[5];
    frame_unmask((unsigned char *)payload, frame + 6, 5, header.mask, 0);
    assert_memory_equal(payload, "Hello", 5);
}

static void test_decode_reads_no_further_than_the_header(void **state)
{
    (void)state;
    const unsigned char frame[] = {0x82, 0x81, 1, 2, 3, 4, 0xff, 0xff};
    struct frame_header header;
    assert_int_equal(decode(frame, sizeof frame, &header), 6);
}

static void test_decode_reads_each_length_form_at_its_bounds(void **state)
{
    (void)state;
    static const struct {
        unsigned char second;
        uint64_t length;
    } rows[] = {
        {0x80, 0}, {0xfd, 125}, {0xfe, 126}, {0xfe, 65535}, {0xff, 65536}, {0xff, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[FRAME_CLIENT_HEADER_MAX] = {0x82, rows[i].second};
        size_t extended = rows[i].second == 0xfe ? 2 : rows[i].second == 0xff ? 8 : 0;
        for (size_t k = 0; k < extended; k++)
            bytes[2 + k] = (unsigned char)(rows[i].length >> 8 * (extended - 1 - k));
        memcpy(bytes + 2 + extended, "\x11\x22\x33\x44", 4);
        struct frame_header header = decode_all_beginnings(bytes, 2 + extended + 4);
        assert_int_equal(header.length, rows[i].length);
        assert_memory_equal(header.mask, "\x11\x22\x33\x44", 4);
    }
}

static void test_decode_tells_fragments_and_opcodes(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        unsigned opcode = first & 0xf;
        bool control = opcode >= 8;
        bool legal = !(first & 0x70) && (opcode <= 2 || (opcode >= 8 && opcode <= 10)) && (first & 0x80 || !control);
        const unsigned char bytes[] = {(unsigned char)first, 0x80, 1, 2, 3, 4};
        if (!legal) {
            refuse(bytes, sizeof bytes);
            continue;
        }
        struct frame_header header = decode_all_beginnings(bytes, sizeof bytes);
        assert_int_equal(header.opcode, opcode);
        assert_int_equal(header.final, (first & 0x80) != 0);
        assert_int_equal(frame_is_control(header.opcode), control);
    }
}

static void test_decode_refuses_a_bad_first_byte_alone(void **state)
{
    (void)state;
    REFUSE(0xc1); /* RSV1 */
    REFUSE(0xa1);
    REFUSE(0x91);
    REFUSE(0x83); /* reserved opcode */
    REFUSE(0x8b);
    REFUSE(0x09); /* fragmented ping */
}

static void test_decode_refuses_frames_without_a_mask(void **state)
{
    (void)state;
    REFUSE(0x81, 0x05);
    REFUSE(0x82, 0x7e);
    REFUSE(0x88, 0x00);
}

static void test_decode_refuses_long_control_frames_at_the_second_byte(void **state)
{
    (void)state;
    REFUSE(0x89, 0xfe);
    REFUSE(0x8a, 0xff);
    REFUSE(0x88, 0xfe);
}

static void test_decode_rejects_non_minimal_length(void **state)
{
    (void)state;
    REFUSE(0x82, 0xfe, 0, 0);
    REFUSE(0x82, 0xfe, 0, 125);
    REFUSE(0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 0);
    REFUSE(0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
}

static void test_decode_refuses_the_top_bit_of_a_64_bit_length(void **state)
{
    (void)state;
    REFUSE(0x82, 0xff, 0x80);
    REFUSE(0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
}

static void test_decode_refuses_a_64_bit_length_as_soon_as_it_is_too_short(void **state)
{
    (void)state;
    static const unsigned char header[] = {0x82, 0xff, 0, 0, 0, 0, 0, 0};
    struct frame_header decoded;
    assert_int_equal(frame_header_decode(header, 7, FRAME_BY_CLIENT, false, &decoded), 0);
    assert_int_equal(frame_header_decode(header, 8, FRAME_BY_CLIENT, false, &decoded), -EPROTO);
}

/* A server's frame is read as a client's with the mask taken off it, and refused for the same reasons. */
static void test_decode_reads_a_servers_frames_without_masks(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            unsigned char bytes[FRAME_CLIENT_HEADER_MAX] = {(unsigned char)first, (unsigned char)(second | 0x80)};
            size_t extended = (second & 0x7f) == 126 ? 2 : (second & 0x7f) == 127 ? 8 : 0;
            bytes[4] = bytes[3] = bytes[2] = 1;
            struct frame_header client = {0}, server = {0};
            int by_client = decode(bytes, 2 + extended + 4, &client);
            bytes[1] = (unsigned char)second;
            int by_server = frame_header_decode(bytes, 2 + extended, FRAME_BY_SERVER, false, &server);
            if (by_client < 0 || second & 0x80) {
                assert_int_equal(by_server, -EPROTO);
                continue;
            }
            assert_int_equal(by_server, by_client - 4);
            assert_int_equal(server.opcode, client.opcode);
            assert_int_equal(server.final, client.final);
            assert_int_equal(server.length, client.length);
            assert_memory_equal(server.mask, "\0\0\0\0", 4);
        }
    }
}

static void test_decode_takes_rsv1_with_deflate_where_a_message_begins(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        const unsigned char bytes[] = {(unsigned char)first, 0x80, 1, 2, 3, 4};
        struct frame_header header, plain;
        int result = frame_header_decode(bytes, sizeof bytes, FRAME_BY_CLIENT, true, &header);
        if (!(first & FRAME_COMPRESSED)) {
            assert_int_equal(result, decode(bytes, sizeof bytes, &plain));
            assert_true(result < 0 || !header.compressed);
            continue;
        }
        bool legal =
            (first & 0x7f) == (FRAME_COMPRESSED | OPCODE_TEXT) || (first & 0x7f) == (FRAME_COMPRESSED | OPCODE_BINARY);
        assert_int_equal(result, legal ? 6 : -EPROTO);
        assert_true(!legal || header.compressed);
    }
}

static void test_encode_writes_what_decode_reads_of_a_client(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {0, 125, 126, 65535, 65536, INT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (int final = 0; final < 2; final++) {
            const struct frame_header written = {
                .final = final, .opcode = OPCODE_TEXT, .length = lengths[i], .mask = {1, 2, 3, 4}};
            unsigned char bytes[FRAME_CLIENT_HEADER_MAX];
            size_t size = frame_header_encode_client(bytes, &written);
            struct frame_header header = decode_all_beginnings(bytes, size);
            assert_int_equal(header.final, final);
            assert_int_equal(header.opcode, OPCODE_TEXT);
            assert_int_equal(header.length, lengths[i]);
            assert_memory_equal(header.mask, written.mask, 4);
        }
    }
}

static void test_encode_writes_the_headers_of_rfc_6455_5_7(void **state)
{
    (void)state;
    static const struct {
        enum frame_opcode opcode;
        uint64_t length;
        size_t size;
        unsigned char bytes[FRAME_SERVER_HEADER_MAX];
    } rows[] = {
        {OPCODE_TEXT, 5, 2, {0x81, 0x05}},
        {OPCODE_PONG, 5, 2, {0x8a, 0x05}},
        {OPCODE_BINARY, 125, 2, {0x82, 0x7d}},
        {OPCODE_BINARY, 126, 4, {0x82, 0x7e, 0, 126}},
        {OPCODE_BINARY, 256, 4, {0x82, 0x7e, 0x01, 0x00}},
        {OPCODE_BINARY, 65535, 4, {0x82, 0x7e, 0xff, 0xff}},
        {OPCODE_BINARY, 65536, 10, {0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}},
        {OPCODE_CLOSE, 0, 2, {0x88, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[FRAME_SERVER_HEADER_MAX];
        assert_int_equal(frame_header_encode(bytes, rows[i].opcode, rows[i].length), rows[i].size);
        assert_memory_equal(bytes, rows[i].bytes, rows[i].size);
    }
}

static void test_unmask_is_the_same_wherever_it_is_cut(void **state)
{
    (void)state;
    const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    for (size_t size = 0; size <= 67; size++) {
        for (size_t cut = 0; cut <= size; cut++) {
            unsigned char *bytes = malloc(size);
            unsigned char *plain = malloc(size);
            for (size_t i = 0; i < size; i++)
                bytes[i] = (unsigned char)(i * 7 + 1);
            frame_unmask(plain, bytes, cut, mask, 0);
            frame_unmask(plain + cut, bytes + cut, size - cut, mask, cut);
            frame_unmask(bytes, bytes, size, mask, 0); /* in place */
            for (size_t i = 0; i < size; i++)
                assert_int_equal(plain[i], (unsigned char)(i * 7 + 1) ^ mask[i % 4]);
            assert_memory_equal(plain, bytes, size);
            free(bytes);
            free(plain);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_reads_the_masked_hello_of_rfc_6455_5_7),
        cmocka_unit_test(test_decode_reads_no_further_than_the_header),
        cmocka_unit_test(test_decode_reads_each_length_form_at_its_bounds),
        cmocka_unit_test(test_decode_tells_fragments_and_opcodes),
        cmocka_unit_test(test_decode_refuses_a_bad_first_byte_alone),
        cmocka_unit_test(test_decode_refuses_frames_without_a_mask),
        cmocka_unit_test(test_decode_refuses_long_control_frames_at_the_second_byte),
        cmocka_unit_test(test_decode_rejects_non_minimal_length),
        cmocka_unit_test(test_decode_refuses_the_top_bit_of_a_64_bit_length),
        cmocka_unit_test(test_decode_refuses_a_64_bit_length_as_soon_as_it_is_too_short),
        cmocka_unit_test(test_decode_reads_a_servers_frames_without_masks),
        cmocka_unit_test(test_decode_takes_rsv1_with_deflate_where_a_message_begins),
        cmocka_unit_test(test_encode_writes_what_decode_reads_of_a_client),
        cmocka_unit_test(test_encode_writes_the_headers_of_rfc_6455_5_7),
        cmocka_unit_test(test_unmask_is_the_same_wherever_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
