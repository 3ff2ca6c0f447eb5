// What a client sends: the request of an opening handshake, and masked frames.
#include "support.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define HEAD                                                                                                           \
    "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"        \
    "Sec-WebSocket-Key: " KEY "\r\n\r\n"

static struct match_input masked(struct match_input how)
{
    how.from_client = true;
    return how;
}

static void test_a_request_is_needed_whole(void **state)
{
    (void)state;
    check_bytewise("{request: {opening: yes}}", BYTES(HEAD));
    check_no("{request: {}}", BYTES("GET /ws HT"), FIN, "the head of a request is not whole");
    check_no("{request: {}}", BYTES("HTTP/1.1 200 OK\r\n\r\n"), OPEN,
             "does not begin with a method and one space (RFC 9112 section 3)");
}

static void test_a_request_is_held_against_what_is_asked(void **state)
{
    (void)state;
    check_yes("{request: {method: GET, target: /ws, headers: {Host: h, Upgrade: {token: WEBSOCKET}, Origin: absent}}}",
              BYTES(HEAD "\x81\x80"), OPEN, sizeof HEAD - 1);
    check_no("{request: {target: /}}", BYTES(HEAD), OPEN, "the target is /ws");
    check_no("{request: {method: HEAD}}", BYTES(HEAD), OPEN, "the method is GET");
    check_no("{request: {headers: {Host: other}}}", BYTES(HEAD), OPEN, "Host is h");
    check_yes("{request: {}}", BYTES("PUT x HTTP/1.0\r\n\r\n"), OPEN, 18);
    check_no("{request: {opening: yes}}", BYTES("PUT x HTTP/1.0\r\n\r\n"), OPEN,
             "the method is not GET (RFC 6455 section 4.1, 2)");
}

static void test_the_key_of_a_request_is_kept(void **state)
{
    (void)state;
    struct matching matching;
    matching_begin(&matching, "{request: {key: {sample: keys}}}");
    assert_int_equal(matching_do(&matching, HEAD, sizeof HEAD - 1, OPEN), MATCH_YES);
    assert_string_equal(matching.match.key, KEY);
    assert_string_equal(matching.match.sample, "keys");
    // "the samp" xor "le nonce", without the last bit
    assert_true(matching.match.number == 0xc06a2a70e07870a);
    matching_end(&matching);
}

static void test_frames_from_a_client_are_masked(void **state)
{
    (void)state;
    static const char unmasked[] = "unmasked frame from a client (RFC 6455 section 5.1)";
    check_no("{frame: text}", BYTES("\x81\x02hi"), masked(OPEN), unmasked);
    check_no("{message: text}", BYTES("\x81\x02hi"), masked(OPEN), unmasked);
    check_no("{close-frame: any}", BYTES("\x88\x00"), masked(OPEN), unmasked);
    check_no("{frame: text}", BYTES("\x81\x82\x01\x01\x01\x01hi"), OPEN,
             "masked frame from a server (RFC 6455 section 5.1)");
    check_yes("{frame: text, payload: hi}", BYTES("\x81\x82\x01\x02\x03\x04ik"), masked(OPEN), 8);
    check_yes("{message: text, payload: hiho}", BYTES("\x01\x82\x01\x02\x03\x04ik\x80\x82\x01\x00\x00\x00io"),
              masked(OPEN), 16);
    check_yes("{close-frame: [1000]}", BYTES("\x88\x82\x01\x02\x03\x04\x02\xea"), masked(OPEN), 8);
    check_no("{close-frame: [1000]}", BYTES("\x88\x82\x01\x02\x03\x04\x02\xeb"), masked(OPEN), "it has the code 1001");
}

static void test_masks_are_numbers_of_a_sample(void **state)
{
    (void)state;
    struct matching matching;
    matching_begin(&matching, "{message: text, mask: {sample: masks}}");
    assert_int_equal(matching_do(&matching, BYTES("\x81\x80\xff\x02\x03\x04"), masked(OPEN)), MATCH_YES);
    assert_string_equal(matching.match.sample, "masks");
    assert_true(matching.match.number == 0xff020304);
    matching_end(&matching);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_is_needed_whole),
        cmocka_unit_test(test_a_request_is_held_against_what_is_asked),
        cmocka_unit_test(test_the_key_of_a_request_is_kept),
        cmocka_unit_test(test_frames_from_a_client_are_masked),
        cmocka_unit_test(test_masks_are_numbers_of_a_sample),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
