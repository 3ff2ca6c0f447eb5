// HTTP responses: status, fields, the accept, and bodies of every length.
#include "support.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define UPGRADE "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define SWITCHED "{response: {status: 101, headers: {Upgrade: websocket, Connection: {token: upgrade}}, accept: yes}}"

static struct match_input with_key(struct match_input how)
{
    how.key = KEY;
    return how;
}

static void test_an_accepted_handshake_opens_the_websocket(void **state)
{
    (void)state;
    static const char head[] = UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n";
    struct matching matching;
    matching_begin(&matching, SWITCHED);
    for (size_t i = 0; i < sizeof head - 1; i++)
        assert_int_equal(matching_do(&matching, head, i, with_key(OPEN)), MATCH_MORE);
    assert_int_equal(matching_do(&matching, head, sizeof head - 1, with_key(OPEN)), MATCH_YES);
    assert_true(matching.match.opened);
    assert_int_equal(matching.match.consumed, sizeof head - 1);
    matching_end(&matching);
    // What follows is frames already.
    check_yes(SWITCHED, BYTES(UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n\x81\x01x"), with_key(OPEN),
              sizeof head - 1);
}

static void test_the_accept_must_fit_the_key_and_stand_once(void **state)
{
    (void)state;
    static const char field[] = "Sec-WebSocket-Accept";
    check_no(SWITCHED, BYTES(UPGRADE "\r\n"), with_key(OPEN), "Sec-WebSocket-Accept is absent instead of " ACCEPT);
    check_no(SWITCHED, BYTES(UPGRADE "Sec-WebSocket-Accept: c3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"), with_key(OPEN),
             "Sec-WebSocket-Accept is c3pPLMBiTxaQ9kYGzzhZRbK+xOo= instead of " ACCEPT);
    struct matching matching;
    char *twice = format_text(UPGRADE "%s: " ACCEPT "\r\n%s: " ACCEPT "\r\n\r\n", field, field);
    matching_begin(&matching, SWITCHED);
    assert_int_equal(matching_do(&matching, twice, strlen(twice), with_key(OPEN)), MATCH_NO);
    assert_holds(matching.match.detail, "Sec-WebSocket-Accept stands there 2 times");
    matching_end(&matching);
    free(twice);
    check_no(SWITCHED, BYTES(UPGRADE "Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n"), OPEN, NULL);
}

static void test_a_status_fits_by_number_or_class(void **state)
{
    (void)state;
    check_yes("{response: {status: 400}}", BYTES("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"), OPEN, 39);
    check_yes("{response: {status: [101, 4xx]}}", BYTES("HTTP/1.1 426 Up\r\nContent-Length: 0\r\n\r\n"), OPEN, 38);
    check_no("{response: {status: 4xx}}", BYTES("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), OPEN,
             "the status is 500");
    check_no("{response: {status: 200}}", BYTES("HTTP/1.1 204 None\r\n\r\n"), OPEN, "the status is 204");
}

static void test_what_is_no_response_is_refused_early(void **state)
{
    (void)state;
    check_no("{response: {status: 400}}", BYTES("\x88\x02\x03\xea"), OPEN, NULL);
    check_no("{response: {status: 400}}", BYTES("HTTP/1.1 4xx\r\n"), OPEN, NULL);
    check_no("{response: {status: 400}}", BYTES("HTTP/1.1 400 Bad\r\nA: b"), FIN,
             "the head of a response is not whole");
    check_no("{response: {status: 400}}", NULL, 0, FINAL, "the head of a response is not whole");
    check_more("{response: {status: 400}}", NULL, 0, OPEN);
    check_no("{response: {status: 400}}", BYTES("HTTP/1.1 400 B\0d\r\n\r\n"), OPEN, NULL);
}

static void check_field(const char *expected, const char *fields, const char *detail)
{
    char *text = format_text("{response: {status: 204, headers: {%s}}}", expected);
    char *head = format_text("HTTP/1.1 204 None\r\n%s\r\n", fields);
    if (detail)
        check_no(text, head, strlen(head), OPEN, detail);
    else
        check_yes(text, head, strlen(head), OPEN, strlen(head));
    free(text);
    free(head);
}

static void test_fields_fit_by_text_token_or_pattern(void **state)
{
    (void)state;
    check_field("A: b c", "a:  b c \r\n", NULL);
    check_field("A: b", "A: B\r\n", "A is B");
    check_field("A: b", "B: b\r\n", "A is absent");
    check_field("A: absent", "B: b\r\n", NULL);
    check_field("A: absent", "A:\r\n", "A is ");
    check_field("A: {regex: \"b+\"}", "A: bbb\r\n", NULL);
    check_field("A: {regex: \"b+\"}", "A: bbbc\r\n", "A is bbbc");
    check_field("A: {regex: \"b+\"}", "B: b\r\n", "A is absent");
    check_field("A: {token: up}", "A: x, UP ,y\r\n", NULL);
    check_field("A: {token: up}", "A: x\r\nA: up\r\n", NULL);
    check_field("A: {token: up}", "A: upper\r\n", "A is upper");
    // Of repeated fields the list is meant, which is not the one text.
    check_field("A: b", "A: b\r\nA: b\r\n", "A stands there 2 times");
    check_field("A: {regex: b}", "A: b\r\nA: c\r\n", "A stands there 2 times");
}

#define PLAIN "{response: {status: 200, body: {contains: sorry}}}"

static void test_a_declared_body_is_awaited(void **state)
{
    (void)state;
    check_bytewise(PLAIN, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nso sorry"));
    check_yes(PLAIN, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nso sorry, more"), OPEN, 46);
    check_no(PLAIN, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nso sad!!"), OPEN,
             "the body does not hold \"sorry\"");
    check_no(PLAIN, BYTES("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nso sorry"), FIN,
             "the body is shorter than its Content-Length");
    check_bytewise("{response: {status: 200}}", BYTES("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

static void test_a_length_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"x", "-1", "", "1x", "18446744073709551616", "0x10"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *head = format_text("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\nbody", wrong[i]);
        char *detail = format_text("Content-Length is %s", wrong[i]);
        check_no("{response: {status: 200}}", head, strlen(head), OPEN, detail);
        free(head);
        free(detail);
    }
}

static void test_a_body_without_length_goes_on_to_the_end(void **state)
{
    (void)state;
    check_more(PLAIN, BYTES("HTTP/1.1 200 OK\r\n\r\nso sorry"), OPEN);
    check_yes(PLAIN, BYTES("HTTP/1.1 200 OK\r\n\r\nso sorry, more"), FIN, 33);
    check_yes(PLAIN, BYTES("HTTP/1.1 200 OK\r\n\r\nso sorry"), FINAL, 27);
    check_no(PLAIN, BYTES("HTTP/1.1 200 OK\r\n\r\n"), FIN, "the body does not hold \"sorry\"");
}

static void test_some_responses_have_no_body(void **state)
{
    (void)state;
    check_bytewise("{response: {status: 204}}", BYTES("HTTP/1.1 204 None\r\nContent-Length: 5\r\n\r\n"));
    check_bytewise("{response: {status: 304}}", BYTES("HTTP/1.1 304 Same\r\n\r\n"));
    check_bytewise("{response: {status: 100}}", BYTES("HTTP/1.1 100 Go on\r\n\r\n"));
}

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static void test_a_chunked_body_is_awaited_and_put_together(void **state)
{
    (void)state;
    check_bytewise(PLAIN, BYTES(CHUNKED "6\r\nso sor\r\n2;ext=\"a\"\r\nry\r\n0\r\n\r\n"));
    check_bytewise(PLAIN, BYTES(CHUNKED "0A\r\nso sorry\r\n\r\n0\r\nTrailer: x\r\nMore: y\r\n\r\n"));
    check_yes(PLAIN, BYTES(CHUNKED "5\r\nsorry\r\n0\r\n\r\nnext"), OPEN, sizeof CHUNKED - 1 + 15);
    check_no(PLAIN, BYTES(CHUNKED "3\r\nsor\r\n0\r\n\r\n"), OPEN, "the body does not hold \"sorry\"");
    check_no(PLAIN, BYTES(CHUNKED "5\r\nsorry\r\n"), FIN, "the chunked body is not whole");
    check_no(PLAIN, BYTES(CHUNKED "5\r\nsor"), FINAL, "the chunked body is not whole");
}

static void test_chunks_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"x\r\n",
                                        "\r\n",
                                        "-1\r\na",
                                        " 5\r\nsorry",
                                        "5\r\nsorry!!",
                                        "0x5\r\nsorry\r\n",
                                        "fffffffffffffffff\r\n",
                                        "5\nsorry\r\n0\r\n\r\n"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char *text = format_text("%s%s", CHUNKED, wrong[i]);
        check_no(PLAIN, text, strlen(text), OPEN, "the body is not chunked, as its Transfer-Encoding says");
        free(text);
    }
}

static void test_until_the_end_nothing_follows_a_response(void **state)
{
    (void)state;
    check_more("{response: {status: 204}, until: end}", BYTES("HTTP/1.1 204 None\r\n\r\n"), OPEN);
    check_yes("{response: {status: 204}, until: end}", BYTES("HTTP/1.1 204 None\r\n\r\n"), FIN, 21);
    check_no("{response: {status: 204}, until: end}", BYTES("HTTP/1.1 204 None\r\n\r\nx"), OPEN, "1 bytes more follow");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_accepted_handshake_opens_the_websocket),
        cmocka_unit_test(test_the_accept_must_fit_the_key_and_stand_once),
        cmocka_unit_test(test_a_status_fits_by_number_or_class),
        cmocka_unit_test(test_what_is_no_response_is_refused_early),
        cmocka_unit_test(test_fields_fit_by_text_token_or_pattern),
        cmocka_unit_test(test_a_declared_body_is_awaited),
        cmocka_unit_test(test_a_length_that_is_none_is_refused),
        cmocka_unit_test(test_a_body_without_length_goes_on_to_the_end),
        cmocka_unit_test(test_some_responses_have_no_body),
        cmocka_unit_test(test_a_chunked_body_is_awaited_and_put_together),
        cmocka_unit_test(test_chunks_that_are_none_are_refused),
        cmocka_unit_test(test_until_the_end_nothing_follows_a_response),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
