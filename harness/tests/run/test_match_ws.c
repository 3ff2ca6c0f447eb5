// WebSocket frames, messages and close frames from a server.
#include "support.h"

static void test_a_frame_is_needed_whole(void **state)
{
    (void)state;
    check_bytewise("{frame: text, payload: hi}", BYTES("\x81\x02hi"));
    check_bytewise("{frame: ping}", BYTES("\x89\x00"));
    check_bytewise("{frame: continuation, payload: {hex: \"00\"}}", BYTES("\x00\x01\x00"));
    check_yes("{frame: pong, payload: x}", BYTES("\x8a\x01x\x89\x00"), OPEN, 3);
    check_no("{frame: text}", BYTES("\x81\x02h"), FIN, "a frame is not whole");
    check_no("{frame: text}", BYTES("\x81"), FINAL, "a frame is not whole");
    check_no("{frame: text}", NULL, 0, FIN, NULL);
    check_more("{frame: text}", NULL, 0, OPEN);
}

static void test_long_frames_are_needed_whole(void **state)
{
    (void)state;
    static const size_t lengths[] = {126, 65535, 65536};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct buffer bytes = {0};
        struct matching matching;
        struct ws_frame frame = {.fin = true, .opcode = WS_BINARY, .length = lengths[i]};
        unsigned char *payload = allocate(lengths[i], 1);
        ws_frame_encode(&bytes, &frame, payload, lengths[i]);
        char *text = format_text("{frame: binary, payload: {fill: 0, length: %zu}}", lengths[i]);
        matching_begin(&matching, text);
        for (size_t cut = 1; cut <= 11; cut++)
            assert_int_equal(matching_do(&matching, bytes.data, bytes.length - cut, OPEN), MATCH_MORE);
        assert_int_equal(matching_do(&matching, bytes.data, bytes.length, OPEN), MATCH_YES);
        assert_int_equal(matching.match.consumed, bytes.length);
        matching_end(&matching);
        free(text);
        free(payload);
        buffer_free(&bytes);
    }
}

static void test_illegal_frames_are_named_by_their_header(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *detail;
    } rows[] = {
        {BYTES("\xc1\x7e\x01\x00"), "RSV bits 0x4 without an extension that defines them (RFC 6455 section 5.2)"},
        {BYTES("\x83\x00"), "reserved opcode 0x3 (RFC 6455 section 5.2)"},
        {BYTES("\x09\x00"), "control frame without FIN: control frames must not be fragmented (RFC 6455 section 5.5)"},
        {BYTES("\x89\x7e\x00\x7e"), "control frame with a payload of more than 125 bytes (RFC 6455 section 5.5)"},
        {BYTES("\x81\x80\x01\x02\x03\x04"), "masked frame from a server (RFC 6455 section 5.1)"},
        {BYTES("\x81\x7e\x00\x05"), "16-bit length for a payload of less than 126 bytes: not the shortest form "
                                    "(RFC 6455 section 5.2)"},
        {BYTES("\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff"),
         "64-bit length for a payload of less than 65536 bytes: not the shortest form (RFC 6455 section 5.2)"},
        {BYTES("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"),
         "64-bit length with the most significant bit set (RFC 6455 section 5.2)"},
    };
    static const char *const matchers[] = {"{frame: text}", "{message: text}", "{close-frame: any}"};
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < COUNT(matchers); k++)
            check_no(matchers[k], rows[i].bytes, rows[i].length, OPEN, rows[i].detail);
}

static void test_a_length_beyond_memory_is_only_waited_for(void **state)
{
    (void)state;
    static const char header[] = "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff";
    check_more("{frame: binary}", header, 10, OPEN);
    check_no("{frame: binary}", header, 10, FIN, "a frame is not whole");
    check_more("{message: binary}", header, 10, OPEN);
    check_no("{close-frame: any}", BYTES("\x88\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), OPEN, NULL);
}

static void test_another_frame_or_payload_is_refused(void **state)
{
    (void)state;
    check_no("{frame: pong}", BYTES("\x81\x00"), OPEN, "it is a text frame");
    check_no("{frame: text}", BYTES("\x80\x00"), OPEN, "it is a continuation frame");
    check_no("{frame: text, payload: hi}", BYTES("\x81\x02ho"), OPEN, "byte 2 is 0x6f instead of 0x69");
    check_no("{frame: text, payload: hi}", BYTES("\x81\x01h"), OPEN, "1 bytes instead of 2");
    check_no("{frame: text, payload: hi}", BYTES("\x81\x03him"), OPEN, "1 bytes more follow");
    check_no("{frame: text, payload: {regex: \"h+\"}}", BYTES("\x81\x02hi"), OPEN, NULL);
    check_no("{frame: text, payload: {regex: h}}", BYTES("\x81\x00"), OPEN, NULL);
    check_yes("{frame: text, payload: {regex: \"h*\"}}", BYTES("\x81\x00"), OPEN, 2);
    check_yes("{frame: text, payload: \"\"}", BYTES("\x81\x00"), OPEN, 2);
    check_yes("{frame: text, payload: {bytes: {min: 1, max: 4}}}", BYTES("\x81\x04hihi"), OPEN, 6);
}

static void test_a_message_may_come_in_any_frames(void **state)
{
    (void)state;
    check_bytewise("{message: text, payload: hello}", BYTES("\x81\x05hello"));
    check_bytewise("{message: text, payload: hello}", BYTES("\x01\x03hel\x00\x00\x80\x02lo"));
    check_bytewise("{message: binary, payload: {hex: \"ff00\"}}", BYTES("\x02\x01\xff\x80\x01\x00"));
    check_bytewise("{message: text, payload: \"\"}", BYTES("\x01\x00\x80\x00"));
    check_yes("{message: text}", BYTES("\x81\x02hi\x81\x02ho"), OPEN, 4);
    check_bytewise("{message: text, payload: \"\\xe9\"}", BYTES("\x01\x01\xc3\x80\x01\xa9"));
}

static void test_control_frames_may_stand_in_a_message(void **state)
{
    (void)state;
    check_bytewise("{message: text, payload: hello}", BYTES("\x8a\x01x\x01\x03hel\x89\x02pi\x8a\x00\x80\x02lo"));
    check_more("{message: text}", BYTES("\x89\x00"), OPEN);
    check_no("{message: text}", BYTES("\x89\x00"), FIN, NULL);
    check_no("{message: text}", BYTES("\x01\x03hel\x88\x02\x03\xe8"), OPEN, "it is a close frame");
}

static void test_messages_out_of_order_are_refused(void **state)
{
    (void)state;
    check_no("{message: text}", BYTES("\x80\x02hi"), OPEN, "it is a continuation frame");
    check_no("{message: text}", BYTES("\x01\x02hi\x81\x02ho"), OPEN, "it is a text frame");
    check_no("{message: text}", BYTES("\x01\x02hi\x02\x02ho"), OPEN, "it is a binary frame");
    check_no("{message: text}", BYTES("\x82\x02hi"), OPEN, "it is a binary message");
    check_no("{message: binary}", BYTES("\x01\x02hi\x80\x00"), OPEN, "it is a text message");
    check_no("{message: text}", BYTES("\x81\x01\xff"), OPEN, "the text is not UTF-8");
    check_yes("{message: binary}", BYTES("\x82\x01\xff"), OPEN, 3);
    check_no("{message: text}", BYTES("\x01\x02hi"), FIN, NULL);
    check_no("{message: text}", BYTES("\x01\x02hi\x80"), FIN, "a frame is not whole");
}

static void test_of_several_pings_the_last_is_answered(void **state)
{
    (void)state;
    static const char three[] = "{pongs: [a, b, {regex: 'c+'}]}";
    check_bytewise("{pongs: [a]}", BYTES("\x8a\x01"
                                         "a"));
    check_bytewise(three, BYTES("\x8a\x01"
                                "a\x8a\x01"
                                "b\x8a\x01"
                                "c"));
    check_bytewise(three, BYTES("\x8a\x01"
                                "b\x8a\x02"
                                "cc"));
    check_yes(three,
              BYTES("\x8a\x01"
                    "c\x8a\x01"
                    "a"),
              OPEN, 3);
    check_more(three,
               BYTES("\x8a\x01"
                     "a\x8a\x01"
                     "b"),
               OPEN);
    check_no(three,
             BYTES("\x8a\x01"
                   "b\x8a\x01"
                   "a"),
             OPEN, "a pong is for none of the pings that wait");
    check_no(three,
             BYTES("\x8a\x01"
                   "a\x8a\x01"
                   "a"),
             OPEN, "a pong is for none of the pings that wait");
    check_no(three,
             BYTES("\x8a\x01"
                   "x"),
             OPEN, "a pong is for none of the pings that wait");
    check_no(three, BYTES("\x8a\x00"), OPEN, "a pong is for none of the pings that wait");
    check_no(three,
             BYTES("\x8a\x01"
                   "a\x81\x01"
                   "c"),
             OPEN, "it is a text frame");
    check_no(three,
             BYTES("\x8a\x01"
                   "a"),
             FIN, NULL);
    check_no(three, BYTES("\x8a\x01"), FIN, "a frame is not whole");
}

static void test_close_frames_are_held_against_codes(void **state)
{
    (void)state;
    check_bytewise("{close-frame: 1000}", BYTES("\x88\x02\x03\xe8"));
    check_bytewise("{close-frame: [1002, 1007]}", BYTES("\x88\x05\x03\xef"
                                                        "bye"));
    check_bytewise("{close-frame: any}", BYTES("\x88\x02\x03\xe9"));
    check_bytewise("{close-frame: any}", BYTES("\x88\x00"));
    check_bytewise("{close-frame: none}", BYTES("\x88\x00"));
    check_no("{close-frame: 1000}", BYTES("\x88\x02\x03\xe9"), OPEN, "it has the code 1001");
    check_no("{close-frame: 1000}", BYTES("\x88\x00"), OPEN, "it has no code");
    check_no("{close-frame: none}", BYTES("\x88\x02\x03\xe8"), OPEN, "it has the code 1000");
    check_no("{close-frame: any}", BYTES("\x81\x00"), OPEN, "it is a text frame");
}

static void test_close_frames_must_be_legal(void **state)
{
    (void)state;
    check_no("{close-frame: any}", BYTES("\x88\x01\x03"), OPEN, "the close frame has one byte, half a code");
    check_no("{close-frame: any}", BYTES("\x88\x02\x03\xed"), OPEN, "1005 must not stand in a close frame");
    check_no("{close-frame: 1005}", BYTES("\x88\x02\x03\xed"), OPEN, "1005 must not stand in a close frame");
    check_no("{close-frame: any}", BYTES("\x88\x02\x00\x00"), OPEN, "0 must not stand in a close frame");
    check_no("{close-frame: any}", BYTES("\x88\x03\x03\xe8\xff"), OPEN, "the reason is not UTF-8");
}

static void test_a_close_frame_is_known_to_be_one(void **state)
{
    (void)state;
    struct matching matching;
    matching_begin(&matching, "{any: [{message: text}, {close-frame: 1002}]}");
    assert_int_equal(matching_do(&matching, BYTES("\x88\x02\x03\xea"), OPEN), MATCH_YES);
    assert_true(matching.match.closing && matching.match.has_code);
    assert_memory_equal(matching.match.code, "\x03\xea", 2);
    matching_end(&matching);
    matching_begin(&matching, "{close-frame: any}");
    assert_int_equal(matching_do(&matching, BYTES("\x88\x00"), OPEN), MATCH_YES);
    assert_true(matching.match.closing && !matching.match.has_code);
    matching_end(&matching);
}

static void test_a_grade_within_a_payload_counts(void **state)
{
    (void)state;
    struct matching matching;
    matching_begin(&matching, "{message: text, payload: {any: [a, {text: b, grade: info, why: w}]}}");
    assert_int_equal(matching_do(&matching,
                                 BYTES("\x81\x01"
                                       "a"),
                                 OPEN),
                     MATCH_YES);
    assert_int_equal(matching.match.by->grade, GRADE_PASS);
    assert_int_equal(matching_do(&matching,
                                 BYTES("\x81\x01"
                                       "b"),
                                 OPEN),
                     MATCH_YES);
    assert_int_equal(matching.match.by->grade, GRADE_INFO);
    assert_int_equal(matching.match.consumed, 3);
    matching_end(&matching);
}

// Whatever a peer sends in whatever pieces: no crash, and what is refused stays refused.
static void test_hostile_bytes_are_decided_once(void **state)
{
    (void)state;
    static const char *const matchers[] = {"{frame: text}", "{message: binary}", "{close-frame: any}",
                                           "{any: [{message: text}, {close-frame: 1002}, {end: any}]}",
                                           "{response: {status: 400}}"};
    uint32_t seed = 1;
    for (int round = 0; round < 2000; round++) {
        unsigned char bytes[40];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = i % 7 < 2 ? (unsigned char)((seed >> 24) & 0x8f) : (unsigned char)(seed >> 24);
        }
        struct matching matching;
        matching_begin(&matching, matchers[(size_t)round % COUNT(matchers)]);
        enum match_answer decided = MATCH_MORE;
        for (size_t i = 0; i <= sizeof bytes; i++) {
            enum match_answer answer = matching_do(&matching, bytes, i, OPEN);
            if (decided != MATCH_MORE)
                assert_int_equal(answer, decided);
            decided = answer;
        }
        assert_int_not_equal(matching_do(&matching, bytes, sizeof bytes, FIN), MATCH_MORE);
        matching_end(&matching);
    }
}

#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00" // RFC 7692 section 7.2.3.1
#define AGAIN "\xf2\x00\x11\x00\x00"         // section 7.2.3.2, behind it

static void test_compressed_messages_are_inflated_where_that_was_agreed_on(void **state)
{
    (void)state;
    struct ws_deflate deflate = {.agreement = {.agreed = true}};
    struct match_input agreed = {.end = CHANNEL_OPEN, .deflate = &deflate};
    check_yes("{message: text, payload: Hello}", BYTES("\xc1\x07" HELLO), agreed, 9);
    check_yes("{frame: text, payload: Hello}", BYTES("\xc1\x07" HELLO), agreed, 9);
    check_yes("{message: text, payload: Hello}", BYTES("\x41\x04\xf2\x48\xcd\xc9\x80\x03\xc9\x07\x00"), agreed, 11);
    check_no("{message: text, payload: Hello}", BYTES("\xc1\x05" AGAIN), agreed,
             "what is compressed does not inflate: invalid distance too far back");
    check_no("{message: text}", BYTES("\xc1\x06\x00\x20\x00\xdf\xffH"), agreed,
             "what is compressed does not inflate: the compressed message breaks off within a block");
    check_no("{message: text}", BYTES("\x41\x00\xc0\x00"), agreed,
             "RSV bits 0x4 without an extension that defines them (RFC 6455 section 5.2)");
    check_no("{message: text}", BYTES("\xc1\x07" HELLO), OPEN,
             "RSV bits 0x4 without an extension that defines them (RFC 6455 section 5.2)");
    ws_deflate_taken(&deflate, (const unsigned char *)"\xc1\x07" HELLO, 9);
    check_yes("{message: text, payload: Hello}", BYTES("\xc1\x05" AGAIN), agreed, 7);
    check_yes("{message: text, payload: plain}", BYTES("\x81\x05plain"), agreed, 7);
    ws_deflate_free(&deflate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_frame_is_needed_whole),
        cmocka_unit_test(test_long_frames_are_needed_whole),
        cmocka_unit_test(test_illegal_frames_are_named_by_their_header),
        cmocka_unit_test(test_a_length_beyond_memory_is_only_waited_for),
        cmocka_unit_test(test_another_frame_or_payload_is_refused),
        cmocka_unit_test(test_a_message_may_come_in_any_frames),
        cmocka_unit_test(test_control_frames_may_stand_in_a_message),
        cmocka_unit_test(test_messages_out_of_order_are_refused),
        cmocka_unit_test(test_of_several_pings_the_last_is_answered),
        cmocka_unit_test(test_close_frames_are_held_against_codes),
        cmocka_unit_test(test_close_frames_must_be_legal),
        cmocka_unit_test(test_a_close_frame_is_known_to_be_one),
        cmocka_unit_test(test_a_grade_within_a_payload_counts),
        cmocka_unit_test(test_hostile_bytes_are_decided_once),
        cmocka_unit_test(test_compressed_messages_are_inflated_where_that_was_agreed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
