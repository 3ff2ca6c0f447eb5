// Frames found in transcripts, wherever their bytes were cut.
#include "support.h"

#include "run/frame_notes.h"

#define REQUEST "GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

static void assert_notes(struct frame_notes *notes, const char *name, enum direction direction, const void *bytes,
                         size_t length, const char *expected)
{
    char *kept = duplicate_bytes(bytes, length);
    struct transcript_view view = {name, direction, (const unsigned char *)kept, length, length};
    char *text = frame_notes_take(notes, &view);
    assert_string_equal(text, expected);
    free(text);
    free(kept);
}

#define ASSERT_OUT(notes, bytes, expected) assert_notes(notes, "a", DIRECTION_OUT, bytes, sizeof bytes - 1, expected)
#define ASSERT_IN(notes, bytes, expected) assert_notes(notes, "a", DIRECTION_IN, bytes, sizeof bytes - 1, expected)

static void test_frames_behind_the_heads_are_named(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_OUT(&notes, REQUEST, "");
    ASSERT_IN(&notes, SWITCHING "\x81\x05Hello", "text frame of 5 bytes");
    ASSERT_OUT(&notes, "\x89\x81\1\2\3\4x\x01\x80\1\2\3\4", "ping frame of 1 byte, unfinished text frame of 0 bytes");
    ASSERT_OUT(&notes, "\x88\x82\0\0\0\0\x03\xe8", "close frame of 2 bytes with code 1000");
    ASSERT_IN(&notes, "\x88\x00", "close frame of 0 bytes");
    frame_notes_free(&notes);
}

static void test_what_is_wrong_with_a_frame_is_said(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_OUT(&notes, REQUEST, "");
    ASSERT_IN(&notes, SWITCHING, "");
    ASSERT_IN(&notes, "\x83\x00", "reserved opcode 0x3 frame of 0 bytes (reserved opcode 0x3 (RFC 6455 section 5.2))");
    ASSERT_OUT(&notes, "\x81\x00", "text frame of 0 bytes (unmasked frame from a client (RFC 6455 section 5.1))");
    frame_notes_free(&notes);
}

static void test_compressed_frames_are_no_fault_where_the_head_names_the_extension(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_IN(&notes, "HTTP/1.1 101 S\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n\xc1\x00",
              "compressed text frame of 0 bytes");
    ASSERT_IN(&notes, "\xc9\x00",
              "ping frame of 0 bytes (RSV bits 0x4 without an extension that defines them (RFC 6455 "
              "section 5.2))");
    frame_notes_free(&notes);
}

static void test_it_does_not_matter_where_bytes_are_cut(void **state)
{
    (void)state;
    static const char bytes[] = SWITCHING "\x81\x7e\x00\x80";
    struct frame_notes notes = {0};
    for (size_t i = 0; i < sizeof bytes - 2; i++)
        assert_notes(&notes, "a", DIRECTION_IN, bytes + i, 1, "");
    assert_notes(&notes, "a", DIRECTION_IN, bytes + sizeof bytes - 2, 1, "text frame of 128 bytes");
    char payload[128] = {0};
    assert_notes(&notes, "a", DIRECTION_IN, payload, 100, "");
    assert_notes(&notes, "a", DIRECTION_IN, payload, 28, "");
    ASSERT_IN(&notes, "\x88\x02\x03", "");
    ASSERT_IN(&notes, "\xe9", "close frame of 2 bytes with code 1001");
    frame_notes_free(&notes);
}

// Of a long payload the transcript keeps the beginning only.
static void test_payload_that_was_not_kept_is_passed_over(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_IN(&notes, SWITCHING, "");
    struct transcript_view cut = {"a", DIRECTION_IN, (const unsigned char *)"\x82\x7f\0\0\0\0\0\1\0\0", 10, 60000};
    char *text = frame_notes_take(&notes, &cut);
    assert_string_equal(text, "binary frame of 65536 bytes");
    free(text);
    cut = (struct transcript_view){"a", DIRECTION_IN, (const unsigned char *)"", 0, 5546};
    text = frame_notes_take(&notes, &cut);
    assert_string_equal(text, "");
    free(text);
    ASSERT_IN(&notes, "\x8a\x00", "pong frame of 0 bytes");
    cut.length = 1; // a header that is not there: from here on nobody knows
    text = frame_notes_take(&notes, &cut);
    assert_string_equal(text, "");
    free(text);
    ASSERT_IN(&notes, "\x8a\x00", "");
    frame_notes_free(&notes);
}

static void test_other_bytes_are_no_frames(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_OUT(&notes, REQUEST, "");
    ASSERT_IN(&notes, "HTTP/1.1 404 Not Found\r\n\r\n\x81\x00", "");
    assert_notes(&notes, "b", DIRECTION_OUT, "timestamp", 9, "");
    assert_notes(&notes, "b", DIRECTION_IN, "17\r\n\r\n\x81\x00", 8, "");
    frame_notes_free(&notes);
}

static void test_a_name_may_be_connected_again(void **state)
{
    (void)state;
    struct frame_notes notes = {0};
    ASSERT_OUT(&notes, REQUEST "\x89\x80\1\2\3\4", "ping frame of 0 bytes");
    assert_notes(&notes, "a", DIRECTION_NOTE, "connected", 9, "");
    ASSERT_OUT(&notes, REQUEST "\x8a\x80\1\2\3\4", "pong frame of 0 bytes");
    frame_notes_free(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_behind_the_heads_are_named),
        cmocka_unit_test(test_what_is_wrong_with_a_frame_is_said),
        cmocka_unit_test(test_it_does_not_matter_where_bytes_are_cut),
        cmocka_unit_test(test_payload_that_was_not_kept_is_passed_over),
        cmocka_unit_test(test_other_bytes_are_no_frames),
        cmocka_unit_test(test_a_name_may_be_connected_again),
        cmocka_unit_test(test_compressed_frames_are_no_fault_where_the_head_names_the_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
