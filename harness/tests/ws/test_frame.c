// Frames on the wire: the examples of RFC 6455 section 5.7, every length form at its bounds, illegal headers,
// masking.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/buffer.h"
#include "exact.h"
#include "ws/frame.h"

#define WIRE(...)                                                                                                      \
    (const unsigned char[]){__VA_ARGS__}, sizeof(const unsigned char[])                                                \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static void check_encoded(struct ws_frame frame, const char *payload, const unsigned char *wire, size_t size)
{
    struct buffer out = {0};
    frame.length = strlen(payload);
    ws_frame_encode(&out, &frame, (const unsigned char *)payload, strlen(payload));
    assert_int_equal(out.length, size);
    assert_memory_equal(out.data, wire, size);
    buffer_free(&out);
}

static void test_encode_gives_the_examples_of_the_rfc(void **state)
{
    (void)state;
    struct ws_frame text = {.fin = true, .opcode = WS_TEXT};
    check_encoded(text, "Hello", WIRE(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f));

    struct ws_frame masked = {.fin = true, .opcode = WS_TEXT, .masked = true, .mask = {0x37, 0xfa, 0x21, 0x3d}};
    check_encoded(masked, "Hello", WIRE(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58));

    struct ws_frame first = {.opcode = WS_TEXT};
    check_encoded(first, "Hel", WIRE(0x01, 0x03, 0x48, 0x65, 0x6c));
    struct ws_frame last = {.fin = true, .opcode = WS_CONTINUATION};
    check_encoded(last, "lo", WIRE(0x80, 0x02, 0x6c, 0x6f));

    struct ws_frame ping = {.fin = true, .opcode = WS_PING};
    check_encoded(ping, "Hello", WIRE(0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f));
    struct ws_frame pong = {.fin = true, .opcode = WS_PONG, .masked = true, .mask = {0x37, 0xfa, 0x21, 0x3d}};
    check_encoded(pong, "Hello", WIRE(0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58));
}

// The header that encoding `frame` without a payload gives.
static void check_header(struct ws_frame frame, const unsigned char *wire, size_t size)
{
    struct buffer out = {0};
    ws_frame_encode(&out, &frame, NULL, 0);
    assert_int_equal(out.length, size);
    assert_memory_equal(out.data, wire, size);
    buffer_free(&out);
}

static struct ws_frame binary_of(uint64_t length, enum ws_length_form form)
{
    return (struct ws_frame){.fin = true, .opcode = WS_BINARY, .length = length, .length_form = form};
}

static void test_encode_takes_the_shortest_length_form(void **state)
{
    (void)state;
    check_header(binary_of(0, WS_LENGTH_SHORTEST), WIRE(0x82, 0));
    check_header(binary_of(125, WS_LENGTH_SHORTEST), WIRE(0x82, 125));
    check_header(binary_of(126, WS_LENGTH_SHORTEST), WIRE(0x82, 126, 0, 126));
    check_header(binary_of(127, WS_LENGTH_SHORTEST), WIRE(0x82, 126, 0, 127));
    check_header(binary_of(256, WS_LENGTH_SHORTEST), WIRE(0x82, 126, 1, 0));
    check_header(binary_of(65535, WS_LENGTH_SHORTEST), WIRE(0x82, 126, 0xff, 0xff));
    check_header(binary_of(65536, WS_LENGTH_SHORTEST), WIRE(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0));
    check_header(binary_of(UINT64_C(1) << 63, WS_LENGTH_SHORTEST), WIRE(0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0));
    check_header(binary_of(UINT64_MAX, WS_LENGTH_SHORTEST), WIRE(0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255));
}

static void test_encode_obeys_an_illegal_length_form(void **state)
{
    (void)state;
    check_header(binary_of(5, WS_LENGTH_16), WIRE(0x82, 126, 0, 5));
    check_header(binary_of(5, WS_LENGTH_64), WIRE(0x82, 127, 0, 0, 0, 0, 0, 0, 0, 5));
    check_header(binary_of(126, WS_LENGTH_7), WIRE(0x82, 126));
    check_header(binary_of(128 + 3, WS_LENGTH_7), WIRE(0x82, 3));
    check_header(binary_of(0x12345, WS_LENGTH_16), WIRE(0x82, 126, 0x23, 0x45));
}

static void test_encode_sends_every_first_byte(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        struct ws_frame frame = {.fin = byte & 0x80, .rsv = byte >> 4 & 7, .opcode = byte & 15};
        check_header(frame, WIRE((unsigned char)byte, 0));
    }
}

static void test_encode_keeps_a_declared_length_that_is_not_the_payloads(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct ws_frame frame = {.fin = true, .opcode = WS_TEXT, .length = 300};
    buffer_text(&out, "before");
    ws_frame_encode(&out, &frame, (const unsigned char *)"ab", 2);
    assert_int_equal(out.length, 6 + 4 + 2);
    assert_memory_equal(out.data,
                        "before\x81\x7e\x01\x2c"
                        "ab",
                        12);
    buffer_free(&out);
}

static const uint64_t lengths[] = {0,         1,         124,        125,       126,
                                   127,       128,       65534,      65535,     65536,
                                   65537,     INT32_MAX, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MAX + 1,
                                   UINT64_MAX};

// A header must be needed whole, decode to what was encoded, and not depend on what follows.
static void check_round_trip(const struct ws_frame *frame)
{
    struct buffer out = {0};
    ws_frame_encode(&out, frame, NULL, 0);
    struct ws_frame untouched;
    memset(&untouched, 0x5a, sizeof untouched);
    for (size_t size = 0; size <= out.length; size++) {
        unsigned char *bytes = exact_copy(out.data, size);
        struct ws_frame decoded = untouched;
        size_t header = ws_frame_decode(bytes, size, &decoded);
        free(bytes);
        if (size < out.length) {
            assert_int_equal(header, 0);
            assert_memory_equal(&decoded, &untouched, sizeof decoded);
            continue;
        }
        assert_int_equal(header, size);
        assert_int_equal(decoded.fin, frame->fin);
        assert_int_equal(decoded.rsv, frame->rsv);
        assert_int_equal(decoded.opcode, frame->opcode);
        assert_int_equal(decoded.masked, frame->masked);
        assert_memory_equal(decoded.mask, frame->mask, 4);
        assert_true(decoded.length == frame->length);
        assert_int_equal(decoded.length_form, frame->length_form);
    }
    buffer_text(&out, "and what follows");
    struct ws_frame decoded;
    assert_int_equal(ws_frame_decode(out.data, out.length, &decoded), out.length - strlen("and what follows"));
    buffer_free(&out);
}

static bool fits(uint64_t length, enum ws_length_form form)
{
    switch (form) {
    case WS_LENGTH_SHORTEST:
        return false;
    case WS_LENGTH_7:
        return length < 126;
    case WS_LENGTH_16:
        return length <= UINT16_MAX;
    case WS_LENGTH_64:
        return true;
    }
    return false;
}

static void test_decode_reverses_encode_for_every_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        for (unsigned bits = 0; bits < 512 * 3; bits++) {
            struct ws_frame frame = {
                .fin = bits & 1,
                .rsv = bits >> 1 & 7,
                .opcode = bits >> 4 & 15,
                .masked = bits >> 8 & 1,
                .length_form = (enum ws_length_form)(WS_LENGTH_7 + bits / 512),
                .length = lengths[i],
            };
            if (frame.masked)
                memcpy(frame.mask, "\x80\x00\xff\x01", 4);
            if (fits(frame.length, frame.length_form))
                check_round_trip(&frame);
        }
    }
}

static void test_masking_equals_byte_by_byte_at_any_offset_and_length(void **state)
{
    (void)state;
    const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    for (size_t start = 0; start < 9; start++) {
        for (size_t length = 0; length < 70; length++) {
            unsigned char *bytes = malloc(start + length + 1);
            for (size_t i = 0; i < start + length; i++)
                bytes[i] = (unsigned char)(i * 7);
            bytes[start + length] = 0xee;
            ws_mask(bytes + start, length, mask, start + 5);
            for (size_t i = 0; i < start; i++)
                assert_int_equal(bytes[i], (unsigned char)(i * 7));
            for (size_t i = start; i < start + length; i++)
                assert_int_equal(bytes[i], (unsigned char)(i * 7) ^ mask[(i + 5) % 4]);
            assert_int_equal(bytes[start + length], 0xee);
            free(bytes);
        }
    }
}

static void test_masking_in_pieces_equals_masking_whole(void **state)
{
    (void)state;
    const unsigned char mask[4] = {1, 2, 4, 8};
    for (size_t cut = 0; cut <= 64; cut++) {
        unsigned char whole[64] = {0};
        unsigned char pieces[64] = {0};
        ws_mask(whole, 64, mask, 0);
        ws_mask(pieces, cut, mask, 0);
        ws_mask(pieces + cut, 64 - cut, mask, cut);
        assert_memory_equal(whole, pieces, 64);
    }
}

static void test_opcodes_have_names(void **state)
{
    (void)state;
    assert_string_equal(ws_opcode_name(WS_CONTINUATION), "continuation");
    assert_string_equal(ws_opcode_name(WS_TEXT), "text");
    assert_string_equal(ws_opcode_name(WS_BINARY), "binary");
    assert_string_equal(ws_opcode_name(WS_CLOSE), "close");
    assert_string_equal(ws_opcode_name(WS_PING), "ping");
    assert_string_equal(ws_opcode_name(WS_PONG), "pong");
    for (unsigned opcode = 0; opcode < 16; opcode++) {
        char reserved[32];
        snprintf(reserved, sizeof reserved, "reserved opcode 0x%x", opcode);
        if ((opcode & 7) > 2)
            assert_string_equal(ws_opcode_name(opcode), reserved);
    }
    assert_string_equal(ws_opcode_name(16), "no opcode");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode_gives_the_examples_of_the_rfc),
        cmocka_unit_test(test_encode_takes_the_shortest_length_form),
        cmocka_unit_test(test_encode_obeys_an_illegal_length_form),
        cmocka_unit_test(test_encode_sends_every_first_byte),
        cmocka_unit_test(test_encode_keeps_a_declared_length_that_is_not_the_payloads),
        cmocka_unit_test(test_decode_reverses_encode_for_every_header),
        cmocka_unit_test(test_masking_equals_byte_by_byte_at_any_offset_and_length),
        cmocka_unit_test(test_masking_in_pieces_equals_masking_whole),
        cmocka_unit_test(test_opcodes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
