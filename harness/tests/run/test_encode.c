// Payloads as they go out: what is encoded decodes again.
#include "support.h"

#include "run/script.h"

struct encoding {
    struct document document;
    struct payload payload;
    struct connection connection;
    struct random random;
    struct buffer out;
};

static void encode(struct encoding *encoding, const char *text)
{
    const yaml_node_t *root = document_root(&encoding->document, text);
    encoding->random = random_for(1, 1);
    encoding->connection = (struct connection){.name = "main", .random = &encoding->random};
    encoding->connection.channel.peer = net_loopback(AF_INET6, 8080);
    encoding->out = (struct buffer){0};
    if (!payload_read(&encoding->document.reader, root, NULL, &encoding->payload))
        fail_msg("%s: %s", text, encoding->document.problems.items[0].text);
    payload_encode(&encoding->payload, &encoding->connection, &encoding->out);
}

static void encoding_end(struct encoding *encoding)
{
    buffer_free(&encoding->out);
    ws_deflate_free(&encoding->connection.deflate);
    document_close(&encoding->document);
}

// Takes the frame at the start of the output; its unmasked payload, to be freed.
static unsigned char *take_frame(struct encoding *encoding, struct ws_frame *frame)
{
    size_t header = ws_frame_decode(encoding->out.data, encoding->out.length, frame);
    assert_true(header > 0);
    size_t length = (size_t)frame->length;
    assert_true(encoding->out.length - header >= length);
    unsigned char *payload = (unsigned char *)duplicate_bytes(encoding->out.data + header, length);
    if (frame->masked)
        ws_mask(payload, length, frame->mask, 0);
    buffer_consume(&encoding->out, header + length);
    return payload;
}

static void check_frame(struct encoding *encoding, bool fin, unsigned opcode, const char *expected, size_t length)
{
    struct ws_frame frame;
    unsigned char *payload = take_frame(encoding, &frame);
    assert_int_equal(frame.fin, fin);
    assert_int_equal(frame.opcode, opcode);
    assert_true(frame.masked);
    assert_int_equal(frame.length, length);
    if (length)
        assert_memory_equal(payload, expected, length);
    assert_null(ws_frame_fault(&frame, false));
    free(payload);
}

static void test_plain_bytes_go_out_as_they_are(void **state)
{
    (void)state;
    struct encoding encoding;
    encode(&encoding, "{concat: [a, {hex: \"00\"}, {fill: xy, length: 3}]}");
    assert_int_equal(encoding.out.length, 5);
    assert_memory_equal(encoding.out.data, "a\0xyx", 5);
    encoding_end(&encoding);
    encode(&encoding, "\"\"");
    assert_int_equal(encoding.out.length, 0);
    encoding_end(&encoding);
}

static void test_frames_decode_again(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned opcode;
        const char *payload;
        size_t length;
    } rows[] = {
        {"{frame: text, payload: hello}", WS_TEXT, BYTES("hello")},
        {"{frame: binary, payload: {hex: \"00ff00\"}}", WS_BINARY, BYTES("\0\xff\0")},
        {"{frame: ping}", WS_PING, NULL, 0},
        {"{close-frame: 1000, reason: bye}", WS_CLOSE,
         BYTES("\x03\xe8"
               "bye")},
        {"{close-frame: none}", WS_CLOSE, NULL, 0},
        {"{message: text, payload: hi}", WS_TEXT, BYTES("hi")},
        {"{message: binary}", WS_BINARY, NULL, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct encoding encoding;
        encode(&encoding, rows[i].text);
        check_frame(&encoding, true, rows[i].opcode, rows[i].payload, rows[i].length);
        assert_int_equal(encoding.out.length, 0);
        encoding_end(&encoding);
    }
}

static void test_a_header_may_lie(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes;
        size_t length;
    } rows[] = {
        {"{frame: text, fin: no, rsv: 7, mask: no, payload: a}", BYTES("\x71\x01"
                                                                       "a")},
        {"{frame: 15, mask: no, declared-length: 18446744073709551615}",
         BYTES("\x8f\x7f\xff\xff\xff\xff\xff\xff\xff\xff")},
        {"{frame: text, mask: no, length-form: 16, payload: a}", BYTES("\x81\x7e\x00\x01"
                                                                       "a")},
        {"{frame: text, mask: no, length-form: 64, payload: a}", BYTES("\x81\x7f\0\0\0\0\0\0\0\x01"
                                                                       "a")},
        {"{frame: text, mask: no, declared-length: 0, payload: abc}", BYTES("\x81\x00"
                                                                            "abc")},
        {"{frame: text, mask: \"37fa213d\", payload: Hello}", BYTES("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct encoding encoding;
        encode(&encoding, rows[i].text);
        assert_int_equal(encoding.out.length, rows[i].length);
        assert_memory_equal(encoding.out.data, rows[i].bytes, rows[i].length);
        encoding_end(&encoding);
    }
}

static void test_a_message_is_cut_into_fragments(void **state)
{
    (void)state;
    struct encoding encoding;
    encode(&encoding, "{message: text, payload: abcdefgh, fragment: 3}");
    check_frame(&encoding, false, WS_TEXT, BYTES("abc"));
    check_frame(&encoding, false, WS_CONTINUATION, BYTES("def"));
    check_frame(&encoding, true, WS_CONTINUATION, BYTES("gh"));
    assert_int_equal(encoding.out.length, 0);
    encoding_end(&encoding);

    encode(&encoding, "{message: binary, payload: abcd, fragment: 2}");
    check_frame(&encoding, false, WS_BINARY, BYTES("ab"));
    check_frame(&encoding, true, WS_CONTINUATION, BYTES("cd"));
    assert_int_equal(encoding.out.length, 0);
    encoding_end(&encoding);

    encode(&encoding, "{message: text, payload: \"\", fragment: 2}");
    check_frame(&encoding, true, WS_TEXT, NULL, 0);
    assert_int_equal(encoding.out.length, 0);
    encoding_end(&encoding);
}

static void test_every_frame_has_a_mask_of_its_own(void **state)
{
    (void)state;
    struct encoding encoding;
    struct ws_frame first;
    struct ws_frame second;
    int same = 0;
    for (int i = 0; i < 4; i++) {
        encode(&encoding, "{message: text, payload: abcd, fragment: 2}");
        free(take_frame(&encoding, &first));
        free(take_frame(&encoding, &second));
        same += memcmp(first.mask, second.mask, 4) == 0;
        encoding_end(&encoding);
    }
    assert_true(same < 4);
}

static void test_a_long_message_keeps_its_bytes(void **state)
{
    (void)state;
    struct encoding encoding;
    struct ws_frame frame = {0};
    size_t total = 0;
    size_t frames = 0;
    encode(&encoding, "{message: binary, payload: {fill: 0x5a, length: 200000}, fragment: 70000}");
    while (!frame.fin) {
        unsigned char *payload = take_frame(&encoding, &frame);
        for (size_t i = 0; i < frame.length; i++)
            assert_int_equal(payload[i], 0x5a);
        total += (size_t)frame.length;
        frames++;
        free(payload);
    }
    assert_int_equal(total, 200000);
    assert_int_equal(frames, 3);
    encoding_end(&encoding);
}

static void test_a_handshake_remembers_its_key(void **state)
{
    (void)state;
    struct encoding encoding;
    struct http_head head = {0};
    const char *fault;
    encode(&encoding, "handshake:");
    assert_int_equal(http_request_decode(encoding.out.data, encoding.out.length, &head, &fault), encoding.out.length);
    assert_string_equal(head.method, "GET");
    assert_string_equal(head.target, "/ws");
    assert_string_equal(http_field_value(&head, "Host"), "[::1]:8080");
    assert_int_equal(strlen(encoding.connection.key), WS_KEY_LENGTH);
    assert_string_equal(http_field_value(&head, "Sec-WebSocket-Key"), encoding.connection.key);
    http_head_free(&head);
    char key[WS_KEY_LENGTH + 1];
    memcpy(key, encoding.connection.key, sizeof key);
    payload_encode(&encoding.payload, &encoding.connection, &encoding.out);
    assert_string_not_equal(key, encoding.connection.key);
    encoding_end(&encoding);
}

static void test_a_key_of_the_case_is_remembered_whole(void **state)
{
    (void)state;
    static const char *const keys[] = {"dGhlIHNhbXBsZSBub25jZQ==", "short",
                                       "much-longer-than-the-twenty-four-characters-that-a-key-should-have"};
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct encoding encoding;
        char *text = format_text("handshake: {set: {sec-websocket-KEY: %s}}", keys[i]);
        encode(&encoding, text);
        assert_string_equal(encoding.connection.key, keys[i]);
        encoding_end(&encoding);
        free(text);
    }
}

static void test_frames_to_a_client_have_a_mask_only_when_asked(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        bool masked;
    } rows[] = {
        {"{frame: text, payload: hi}", false},
        {"{message: text, payload: hi, fragment: 1}", false},
        {"{close-frame: 1000}", false},
        {"{frame: text, payload: hi, mask: yes}", true},
        {"{frame: text, payload: hi, mask: \"01020304\"}", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct encoding encoding;
        struct ws_frame frame;
        encode(&encoding, rows[i].payload);
        encoding.connection.accepted = true;
        buffer_shorten(&encoding.out, 0);
        payload_encode(&encoding.payload, &encoding.connection, &encoding.out);
        free(take_frame(&encoding, &frame));
        assert_int_equal(frame.masked, rows[i].masked);
        encoding_end(&encoding);
    }
}

static void test_a_response_answers_the_key_that_came(void **state)
{
    (void)state;
    struct encoding encoding;
    encode(&encoding, "response:");
    assert_true(encoding.connection.websocket);
    strcpy(encoding.connection.key, "dGhlIHNhbXBsZSBub25jZQ==");
    buffer_shorten(&encoding.out, 0);
    payload_encode(&encoding.payload, &encoding.connection, &encoding.out);
    assert_non_null(strstr(buffer_string(&encoding.out), "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    encoding_end(&encoding);

    encode(&encoding, "{response: {status: 404}}");
    assert_false(encoding.connection.websocket);
    encoding_end(&encoding);
}

static void test_the_target_of_the_url_stands_where_none_is_named(void **state)
{
    (void)state;
    struct encoding encoding;
    encode(&encoding, "handshake:");
    encoding.connection.target = "/of/the/url";
    buffer_shorten(&encoding.out, 0);
    payload_encode(&encoding.payload, &encoding.connection, &encoding.out);
    assert_memory_equal(encoding.out.data, "GET /of/the/url HTTP/1.1\r\n", 26);
    encoding_end(&encoding);
}

static void check_bytes(const char *text, const char *bytes, size_t length)
{
    struct encoding encoding;
    encode(&encoding, text);
    assert_int_equal(encoding.out.length, length);
    assert_memory_equal(encoding.out.data, bytes, length);
    encoding_end(&encoding);
}

// The vectors of RFC 7692 section 7.2.3.
static void test_payloads_are_deflated(void **state)
{
    (void)state;
    check_bytes("{deflated: Hello}", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00"));
    check_bytes("{deflated: Hello, tail: yes}", BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"));
    check_bytes("{deflated: Hello, blocks: stored}", BYTES("\x00\x05\x00\xfa\xffHello\x00"));
    check_bytes("{deflated: Hello, final: yes}", BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"));
    check_bytes("{deflated: \"\"}", BYTES("\x00"));
    check_bytes("{concat: [{deflated: Hello}, {deflated: Hello}]}",
                BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00\xf2\x00\x11\x00\x00"));
    check_bytes("{concat: [{deflated: Hello}, {deflated: Hello, takeover: no}]}",
                BYTES("\xf2\x48\xcd\xc9\xc9\x07\x00\xf2\x48\xcd\xc9\xc9\x07\x00"));
    check_bytes("{frame: text, mask: no, payload: Hello, deflate: yes}", BYTES("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"));
    check_bytes("{message: text, mask: no, payload: Hello, deflate: yes, fragment: 4}",
                BYTES("\x41\x04\xf2\x48\xcd\xc9\x80\x03\xc9\x07\x00"));
}

static void test_a_response_agrees_on_deflate(void **state)
{
    (void)state;
    struct encoding encoding;
    encode(&encoding, "{response: {set: {Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9}}}");
    assert_true(encoding.connection.deflate.agreement.agreed);
    assert_true(encoding.connection.deflate.server);
    assert_int_equal(encoding.connection.deflate.agreement.server_max_window_bits, 9);
    encoding_end(&encoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_bytes_go_out_as_they_are),
        cmocka_unit_test(test_frames_decode_again),
        cmocka_unit_test(test_a_header_may_lie),
        cmocka_unit_test(test_a_message_is_cut_into_fragments),
        cmocka_unit_test(test_every_frame_has_a_mask_of_its_own),
        cmocka_unit_test(test_a_long_message_keeps_its_bytes),
        cmocka_unit_test(test_a_handshake_remembers_its_key),
        cmocka_unit_test(test_a_key_of_the_case_is_remembered_whole),
        cmocka_unit_test(test_frames_to_a_client_have_a_mask_only_when_asked),
        cmocka_unit_test(test_a_response_answers_the_key_that_came),
        cmocka_unit_test(test_the_target_of_the_url_stands_where_none_is_named),
        cmocka_unit_test(test_payloads_are_deflated),
        cmocka_unit_test(test_a_response_agrees_on_deflate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
