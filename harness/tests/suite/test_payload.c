// Payloads: every word with its companions, and what each refuses.
#include "support.h"

#include <zlib.h>

#include "base/memory.h"
#include "suite/matcher.h"
#include "suite/payload.h"

struct read_payload {
    struct document document;
    struct payload payload;
    bool good;
};

static void payload_open(struct read_payload *read, const char *text)
{
    const yaml_node_t *root = document_root(&read->document, text);
    read->payload = (struct payload){0};
    read->good = payload_read(&read->document.reader, root, NULL, &read->payload);
    if (read->good)
        assert_no_problems(&read->document);
    else
        assert_true(read->document.problems.count > 0);
}

static void check_bytes(const char *text, const char *bytes, size_t length)
{
    struct read_payload read;
    struct buffer out = {0};
    payload_open(&read, text);
    if (!read.good)
        fail_msg("%s: %s", text, read.document.problems.items[0].text);
    assert_true(payload_is_plain(&read.payload));
    assert_int_equal(payload_length(&read.payload), length);
    payload_append(&read.payload, &out);
    assert_int_equal(out.length, length);
    if (length)
        assert_memory_equal(out.data, bytes, length);
    buffer_free(&out);
    document_close(&read.document);
}

static void check_problem(const char *text, const char *expected)
{
    struct read_payload read;
    payload_open(&read, text);
    if (read.good)
        fail_msg("accepted: %s", text);
    assert_problems(&read.document, expected);
    document_close(&read.document);
}

static void test_plain_words_are_bytes(void **state)
{
    (void)state;
    check_bytes("hello", "hello", 5);
    check_bytes("\"\"", NULL, 0);
    check_bytes("{text: \"a\\0b\\r\\n\"}", "a\0b\r\n", 5);
    check_bytes("{text: 12}", "12", 2);
    check_bytes("{hex: \"00 ff 0A\"}", "\0\xff\n", 3);
    check_bytes("{hex: \"\"}", NULL, 0);
    check_bytes("{hex: \" 01\\t02\\n03 \"}", "\1\2\3", 3);
    check_bytes("{base64: \"\"}", NULL, 0);
    check_bytes("{base64: aGVsbG8=}", "hello", 5);
    check_bytes("{base64: AA==}", "\0", 1);
    check_bytes("{base64: \"/+8A\"}", "\xff\xef\0", 3);
    check_bytes("{concat: []}", NULL, 0);
    check_bytes("{concat: [a, {hex: \"00\"}, {concat: [b, {fill: c, length: 2}]}]}", "a\0bcc", 5);
}

static void test_fill_repeats_a_byte_or_a_text(void **state)
{
    (void)state;
    check_bytes("{fill: 0x41, length: 3}", "AAA", 3);
    check_bytes("{fill: 255, length: 2}", "\xff\xff", 2);
    check_bytes("{fill: 0, length: 2}", "\0\0", 2);
    check_bytes("{fill: \"7\", length: 2}", "77", 2);
    check_bytes("{fill: abc, length: 7}", "abcabca", 7);
    check_bytes("{fill: abc, length: 2}", "ab", 2);
    check_bytes("{fill: abc, length: 0}", NULL, 0);
}

// Too small for its window to be of use, and larger than that.
static void test_noise_cannot_be_compressed(void **state)
{
    (void)state;
    static const uLong lengths[] = {100, 70000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct read_payload read;
        struct buffer out = {0};
        char *text = format_text("{noise: %lu}", lengths[i]);
        payload_open(&read, text);
        payload_append(&read.payload, &out);
        assert_int_equal(out.length, lengths[i]);
        uLongf size = compressBound(lengths[i]);
        unsigned char *smaller = allocate(1, size);
        assert_int_equal(compress(smaller, &size, out.data, lengths[i]), Z_OK);
        assert_true(size > lengths[i]);
        free(smaller);
        buffer_free(&out);
        document_close(&read.document);
        free(text);
    }
    check_bytes("{noise: 0}", NULL, 0);
    check_problem("{noise: -1}", "1:9: -1 is not in the range 0 to 1048576");
    check_problem("{noise: 1, length: 2}", "1:20: `length` does not go with `noise`");
}

static void test_fill_refuses_what_cannot_be_repeated(void **state)
{
    (void)state;
    check_problem("{fill: 256, length: 1}", "1:8: 256 is not a byte");
    check_problem("{fill: -1, length: 1}", "1:8: -1 is not a byte");
    check_problem("{fill: \"\", length: 1}", "1:8: nothing cannot be repeated");
    check_problem("{fill: a}", "1:1: a fill needs `length`");
    check_problem("{fill: a, length: -1}", "1:19: -1 is not in the range 0 to 1073741824");
    check_problem("{fill: a, length: x}", "1:19: `x` is not an integer");
    check_problem("{fill: [a], length: 1}", "1:8: expected a plain value, not a list");
}

static void test_hex_and_base64_refuse_what_is_neither(void **state)
{
    (void)state;
    check_problem("{hex: \"0\"}", "1:7: `0` is not a whole number of bytes in hex");
    check_problem("{hex: \"0 0\"}", "1:7: `0 0` is not a whole number of bytes in hex");
    check_problem("{hex: \"0x00\"}", "1:7: `0x00` is not a whole number of bytes in hex");
    check_problem("{hex: zz}", "1:7: `zz` is not a whole number of bytes in hex");
    static const char *const wrong[] = {
        "aGV", "aG=V", "====", "a===", "=AAA", "aG!=", "    ", "aGU=    ", "    aGVs", "AA==AAAA", "aGVs\\n\\n\\n\\n"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct read_payload read;
        char *text = format_text("{base64: \"%s\"}", wrong[i]);
        payload_open(&read, text);
        if (read.good)
            fail_msg("accepted: %s", text);
        assert_holds(read.document.problems.items[0].text, "is not base64");
        document_close(&read.document);
        free(text);
    }
}

static void test_a_frame_has_the_header_that_is_asked_for(void **state)
{
    (void)state;
    struct read_payload read;
    payload_open(&read, "{frame: text, payload: hello}");
    assert_true(read.good);
    assert_int_equal(read.payload.kind, PAYLOAD_FRAME);
    assert_int_equal(read.payload.frame.opcode, WS_TEXT);
    assert_true(read.payload.frame.fin && read.payload.frame.masked && read.payload.random_mask);
    assert_false(read.payload.declared);
    assert_false(payload_is_plain(&read.payload));
    assert_int_equal(read.payload.parts[0].length, 5);
    document_close(&read.document);

    payload_open(&read, "{frame: 11, fin: no, rsv: 5, mask: \"37fa213d\", length-form: 64, declared-length: 7}");
    assert_true(read.good);
    assert_int_equal(read.payload.frame.opcode, 11);
    assert_int_equal(read.payload.frame.rsv, 5);
    assert_false(read.payload.frame.fin || read.payload.random_mask);
    assert_memory_equal(read.payload.frame.mask, "\x37\xfa\x21\x3d", 4);
    assert_int_equal(read.payload.frame.length_form, WS_LENGTH_64);
    assert_true(read.payload.declared);
    assert_int_equal(read.payload.frame.length, 7);
    assert_int_equal(payload_length(&read.payload), 0);
    document_close(&read.document);

    payload_open(&read, "{frame: ping, mask: no}");
    assert_true(read.good && !read.payload.frame.masked && !read.payload.random_mask);
    document_close(&read.document);
}

static void test_opcodes_go_by_name_or_number(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        unsigned opcode;
    } rows[] = {{"continuation", 0}, {"text", 1}, {"binary", 2}, {"close", 8}, {"ping", 9},
                {"pong", 10},        {"0", 0},    {"0xf", 15},   {"15", 15}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_payload read;
        char *text = format_text("{frame: %s}", rows[i].word);
        payload_open(&read, text);
        assert_true(read.good);
        assert_int_equal(read.payload.frame.opcode, rows[i].opcode);
        document_close(&read.document);
        free(text);
    }
    check_problem("{frame: 16}", "1:9: `16` is not an opcode, by name or from 0 to 15 (continuation, text, binary, "
                                 "close, ping, pong)");
    check_problem("{frame: pnig}", "1:9: `pnig` is not an opcode, by name or from 0 to 15 (continuation, text, "
                                   "binary, close, ping, pong), did you mean `ping`?");
}

static void test_a_declared_length_is_any_of_64_bits(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        uint64_t length;
    } rows[] = {{"0", 0},
                {"0x10", 16},
                {"9223372036854775808", UINT64_C(1) << 63},
                {"18446744073709551615", UINT64_MAX},
                {"0xffffffffffffffff", UINT64_MAX}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_payload read;
        char *text = format_text("{frame: text, declared-length: %s}", rows[i].word);
        payload_open(&read, text);
        assert_true(read.good && read.payload.declared);
        assert_true(read.payload.frame.length == rows[i].length);
        document_close(&read.document);
        free(text);
    }
}

static void test_a_declared_length_must_be_a_number(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-1", "x",        "1x", "\"\"", "\" 1\"", "1.5", "+1", "18446744073709551616",
                                        "0x", "\"1\\0\"", "{}"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct read_payload read;
        char *text = format_text("{frame: text, declared-length: %s}", wrong[i]);
        payload_open(&read, text);
        if (read.good)
            fail_msg("accepted: %s", text);
        document_close(&read.document);
        free(text);
    }
    check_problem("{frame: text, declared-length: 12 bytes}",
                  "1:32: `12 bytes` is not a length from 0 to 18446744073709551615");
}

static void test_header_bits_are_checked(void **state)
{
    (void)state;
    check_problem("{frame: text, rsv: 8}", "1:20: 8 is not in the range 0 to 7");
    check_problem("{frame: text, fin: maybe}", "1:20: `maybe` is neither yes nor no");
    check_problem("{frame: text, mask: \"37fa21\"}", "1:21: a mask is `yes`, `no` or four bytes in hex");
    check_problem("{frame: text, mask: on}", "1:21: `on` is not a whole number of bytes in hex");
    check_problem("{frame: text, length-form: 8}", "1:28: `8` is not a length form (7, 16, 64)");
    check_problem("{message: text, fragment: 0}", "1:27: 0 is not in the range 1 to 1073741824");
}

static void test_a_message_is_fragmented_on_request(void **state)
{
    (void)state;
    struct read_payload read;
    payload_open(&read, "{message: binary, payload: {fill: 1, length: 10}, fragment: 4, mask: \"00000000\"}");
    assert_true(read.good);
    assert_int_equal(read.payload.kind, PAYLOAD_MESSAGE);
    assert_int_equal(read.payload.frame.opcode, WS_BINARY);
    assert_int_equal(read.payload.fragment, 4);
    assert_int_equal(read.payload.parts[0].length, 10);
    document_close(&read.document);
    check_problem("{message: ping}", "1:11: `ping` is not a type of message (text, binary)");
}

static void test_a_close_frame_holds_code_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes;
        size_t length;
    } rows[] = {{"{close-frame: 1000}", "\x03\xe8", 2},
                {"{close-frame: 1000, reason: bye}",
                 "\x03\xe8"
                 "bye",
                 5},
                {"{close-frame: 65535, reason: {hex: \"ff00\"}}", "\xff\xff\xff\0", 4},
                {"{close-frame: 0, reason: {concat: [a, b]}}", "\0\0ab", 4},
                {"{close-frame: none}", "", 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_payload read;
        struct buffer out = {0};
        payload_open(&read, rows[i].text);
        assert_true(read.good);
        assert_int_equal(read.payload.frame.opcode, WS_CLOSE);
        assert_true(read.payload.frame.fin);
        payload_append(read.payload.parts, &out);
        assert_int_equal(out.length, rows[i].length);
        if (out.length)
            assert_memory_equal(out.data, rows[i].bytes, rows[i].length);
        buffer_free(&out);
        document_close(&read.document);
    }
    check_problem("{close-frame: none, reason: x}", "1:29: a close frame without a code has no reason");
    check_problem("{close-frame: 65536}", "1:15: 65536 is not in the range 0 to 65535");
    check_problem("{close-frame: any}", "1:15: `any` is not an integer");
    check_problem("{close-frame: 1000, reason: {frame: text}}", "1:29: a reason is plain bytes");
}

static void test_a_handshake_takes_its_members(void **state)
{
    (void)state;
    struct read_payload read;
    payload_open(&read, "{handshake: {method: POST, target: /x, version: HTTP/1.0, set: {Host: h, X-A: \"\"}, "
                        "without: Upgrade, add: [\"A: 1\", \"B: 2\"]}}");
    assert_true(read.good);
    const struct ws_request *request = &read.payload.request;
    assert_int_equal(read.payload.kind, PAYLOAD_HANDSHAKE);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->target, "/x");
    assert_string_equal(request->version, "HTTP/1.0");
    assert_int_equal(request->changes.set_count, 2);
    assert_string_equal(request->changes.set[1].name, "X-A");
    assert_string_equal(request->changes.set[1].value, "");
    assert_int_equal(request->changes.without_count, 1);
    assert_string_equal(request->changes.without[0], "Upgrade");
    assert_int_equal(request->changes.add_count, 2);
    assert_string_equal(request->changes.add[1], "B: 2");
    document_close(&read.document);

    payload_open(&read, "handshake:");
    assert_true(read.good && !read.payload.request.method && read.payload.request.changes.set_count == 0);
    document_close(&read.document);

    check_problem("{handshake: {set: [a]}}", "1:19: `set` must be a map of header fields");
    check_problem("{handshake: {sett: {}}}", "1:14: unknown key `sett` in a handshake, did you mean `set`?");
    check_problem("{handshake: yes}", "1:13: a handshake must be a map, not a plain value");
}

static void test_a_response_takes_its_members(void **state)
{
    (void)state;
    struct read_payload read;
    payload_open(&read, "{response: {status: 404, reason: No, version: HTTP/1.0, accept: swapped-case, set: {A: b}, "
                        "without: Upgrade, add: X}}");
    assert_true(read.good);
    const struct ws_response *response = &read.payload.response;
    assert_int_equal(read.payload.kind, PAYLOAD_RESPONSE);
    assert_int_equal(response->status, 404);
    assert_string_equal(response->reason, "No");
    assert_string_equal(response->version, "HTTP/1.0");
    assert_int_equal(response->accept, WS_ACCEPT_SWAPPED_CASE);
    assert_int_equal(response->changes.set_count, 1);
    assert_int_equal(response->changes.without_count, 1);
    assert_int_equal(response->changes.add_count, 1);
    document_close(&read.document);

    payload_open(&read, "response:");
    assert_true(read.good && read.payload.response.status == 0 && read.payload.response.accept == WS_ACCEPT_RIGHT);
    document_close(&read.document);

    check_problem("{response: {status: 99}}", "1:21: 99 is not in the range 100 to 999");
    check_problem("{response: {target: /}}", "1:13: unknown key `target` in a response; it can have: status, reason, "
                                             "version, accept, set, without, add");
}

static void test_words_exclude_each_other(void **state)
{
    (void)state;
    check_problem(
        "{}",
        "1:1: a payload needs one of: text, hex, base64, fill, noise, concat, deflated, frame, message, close-frame, "
        "handshake, response");
    check_problem("{length: 5}",
                  "1:1: a payload needs one of: text, hex, base64, fill, noise, concat, deflated, frame, message, "
                  "close-frame, handshake, response");
    check_problem("{text: a, hex: \"00\"}", "1:1: `text` and `hex` exclude each other");
    check_problem("{frame: text, close-frame: 1000}", "1:1: `frame` and `close-frame` exclude each other");
    check_problem("{txet: a}", "1:2: unknown key `txet` in a payload, did you mean `text`?");
    check_problem("[a]", "1:1: a payload must be a map, not a list");
    check_problem("{concat: a}", "1:10: concat must be a list, not a plain value");
    check_problem("{concat: [{hex: x}]}", "1:17: `x` is not a whole number of bytes in hex");
}

static void test_companions_go_with_their_word_only(void **state)
{
    (void)state;
    check_problem("{text: a, length: 5}", "1:19: `length` does not go with `text`");
    check_problem("{text: a, payload: b}", "1:20: `payload` does not go with `text`");
    check_problem("{frame: text, fragment: 3}", "1:25: `fragment` does not go with `frame`");
    check_problem("{frame: close, reason: x}", "1:24: `reason` does not go with `frame`");
    check_problem("{message: text, fin: no}", "1:22: `fin` does not go with `message`");
    check_problem("{message: text, declared-length: 3}", "1:34: `declared-length` does not go with `message`");
    check_problem("{close-frame: 1000, payload: x}", "1:30: `payload` does not go with `close-frame`");
    check_problem("{handshake: {}, mask: no}", "1:23: `mask` does not go with `handshake`");
}

static void test_keys_of_others_may_stand_beside(void **state)
{
    (void)state;
    static const char *const more[] = {"on", NULL};
    struct document document;
    struct payload payload;
    const yaml_node_t *root = document_root(&document, "{text: a, on: b}");
    assert_true(payload_read(&document.reader, root, more, &payload));
    assert_false(payload_read(&document.reader, root, NULL, &payload));
    assert_problems(&document,
                    "1:11: unknown key `on` in a payload; it can have: text, hex, base64, fill, length, "
                    "concat, deflated, blocks, final, tail, takeover, frame, message, payload, deflate, fin, "
                    "rsv, mask, length-form, fragment, "
                    "declared-length, close-frame, reason, handshake, response, noise");
    document_close(&document);
}

static void test_payloads_are_put_into_words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"\"a\\n\"", "\"a\\n\""},
        {"{fill: ab, length: 61}", "61 bytes of \"ab\""},
        {"{fill: ab, length: 3}", "\"aba\""},
        {"{concat: [a, {hex: \"00\"}]}", "\"a\" + \"\\0\""},
        {"{frame: ping}", "ping frame of \"\""},
        {"{frame: 3, fin: no, rsv: 4, mask: no, declared-length: 9}",
         "reserved opcode 0x3 frame without FIN with RSV 4 without mask that declares 9 bytes of \"\""},
        {"{message: text, payload: hi, fragment: 1}", "text message in frames of 1 bytes of \"hi\""},
        {"{close-frame: 1000}", "close frame of \"\\x03\\xe8\""},
        {"{message: text, payload: hi, deflate: yes}", "text message with RSV 4 of deflated \"hi\""},
        {"{deflated: a, blocks: stored, final: yes, tail: yes, takeover: no}",
         "deflated in stored blocks with BFINAL with the tail by itself \"a\""},
        {"handshake:", "GET /ws HTTP/1.1 with the fields of a handshake"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct read_payload read;
        struct buffer out = {0};
        payload_open(&read, rows[i].text);
        assert_true(read.good);
        payload_describe(&read.payload, &out);
        assert_string_equal(buffer_string(&out), rows[i].words);
        buffer_free(&out);
        document_close(&read.document);
    }
}

static void test_a_payload_is_deflated_on_request(void **state)
{
    (void)state;
    struct read_payload read;
    payload_open(&read, "{deflated: hi, blocks: stored, final: yes, tail: yes, takeover: no}");
    assert_true(read.good);
    assert_int_equal(read.payload.kind, PAYLOAD_DEFLATED);
    assert_int_equal(read.payload.style.blocks, WS_BLOCKS_STORED);
    assert_true(read.payload.style.final && read.payload.style.keep_tail && read.payload.style.no_takeover);
    assert_false(payload_is_plain(&read.payload));
    document_close(&read.document);

    payload_open(&read, "{message: text, payload: hi, deflate: yes, fragment: 3}");
    assert_true(read.good);
    assert_int_equal(read.payload.frame.rsv, 4);
    assert_int_equal(read.payload.parts->kind, PAYLOAD_DEFLATED);
    document_close(&read.document);

    check_problem("{deflated: a, blocks: big}", "1:23: `big` is not a kind of blocks (any, fixed, stored)");
    check_problem("{text: a, final: yes}", "1:18: `final` does not go with `text`");
    check_problem("{close-frame: 1000, deflate: yes}", "1:30: `deflate` does not go with `close-frame`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_words_are_bytes),
        cmocka_unit_test(test_fill_repeats_a_byte_or_a_text),
        cmocka_unit_test(test_noise_cannot_be_compressed),
        cmocka_unit_test(test_fill_refuses_what_cannot_be_repeated),
        cmocka_unit_test(test_hex_and_base64_refuse_what_is_neither),
        cmocka_unit_test(test_a_frame_has_the_header_that_is_asked_for),
        cmocka_unit_test(test_opcodes_go_by_name_or_number),
        cmocka_unit_test(test_a_declared_length_is_any_of_64_bits),
        cmocka_unit_test(test_a_declared_length_must_be_a_number),
        cmocka_unit_test(test_header_bits_are_checked),
        cmocka_unit_test(test_a_message_is_fragmented_on_request),
        cmocka_unit_test(test_a_close_frame_holds_code_and_reason),
        cmocka_unit_test(test_a_handshake_takes_its_members),
        cmocka_unit_test(test_a_response_takes_its_members),
        cmocka_unit_test(test_words_exclude_each_other),
        cmocka_unit_test(test_companions_go_with_their_word_only),
        cmocka_unit_test(test_keys_of_others_may_stand_beside),
        cmocka_unit_test(test_a_payload_is_deflated_on_request),
        cmocka_unit_test(test_payloads_are_put_into_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
