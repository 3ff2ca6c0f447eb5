// permessage-deflate: vectors of RFC 7692 section 7.2.3, agreements, windows, and what is taken of a stream.
#include "ws/deflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exact.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BYTES(literal) (literal), sizeof(literal) - 1
#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"
#define AGAIN "\xf2\x00\x11\x00\x00"

static struct ws_deflate_agreement agreement_of(const char *value)
{
    struct http_head head = {0};
    struct http_field field = {"sec-websocket-extensions", value};
    head.fields = &field;
    head.field_count = 1;
    return ws_deflate_agreement_read(&head);
}

static void test_a_response_is_read_as_what_it_agrees_to(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        struct ws_deflate_agreement agreement;
    } rows[] = {
        {"", {.agreed = false}},
        {"x-webkit-deflate-frame", {.agreed = false}},
        {"permessage-deflate", {.agreed = true}},
        {"x, permessage-deflate ; client_no_context_takeover", {.agreed = true, .client_no_context_takeover = true}},
        {"permessage-deflate; server_no_context_takeover; server_max_window_bits=8; client_max_window_bits = \"15\"",
         {.agreed = true,
          .server_no_context_takeover = true,
          .server_max_window_bits = 8,
          .client_max_window_bits = 15}},
        {"permessage-deflate; server_max_window_bits=7; client_max_window_bits; other=1;", {.agreed = true}},
        {"permessage-deflate;\tserver_max_window_bits\t=\t9", {.agreed = true, .server_max_window_bits = 9}},
        {"permessage-deflate; server_max_window_bits=99999999999999999999", {.agreed = true}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ws_deflate_agreement agreement = agreement_of(rows[i].value);
        const struct ws_deflate_agreement *expected = &rows[i].agreement;
        assert_int_equal(agreement.agreed, expected->agreed);
        assert_int_equal(agreement.server_no_context_takeover, expected->server_no_context_takeover);
        assert_int_equal(agreement.client_no_context_takeover, expected->client_no_context_takeover);
        assert_int_equal(agreement.server_max_window_bits, expected->server_max_window_bits);
        assert_int_equal(agreement.client_max_window_bits, expected->client_max_window_bits);
    }
}

static void check_decode(const struct ws_deflate *deflate, const char *payload, size_t length, const char *text)
{
    struct buffer out = {0};
    unsigned char *exact = exact_copy(payload, length);
    const char *fault = ws_deflate_decode(deflate, exact, length, &out);
    assert_int_equal(fault == NULL, text != NULL);
    if (text) {
        assert_int_equal(out.length, strlen(text));
        assert_string_equal(buffer_string(&out), text);
    }
    buffer_free(&out);
    free(exact);
}

static void test_the_vectors_of_7_2_3_inflate(void **state)
{
    (void)state;
    static const int bits[] = {0, 9, 8};
    for (size_t i = 0; i < COUNT(bits); i++) {
        struct ws_deflate deflate = {.agreement = {.agreed = true, .server_max_window_bits = bits[i]}};
        check_decode(&deflate, BYTES(HELLO), "Hello");
        check_decode(&deflate, BYTES("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), "Hello");
        check_decode(&deflate, BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "Hello");
        check_decode(&deflate, BYTES("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "Hello");
        check_decode(&deflate, BYTES("\x00"), "");
        check_decode(&deflate, BYTES(HELLO AGAIN), NULL); // two messages are not one
        check_decode(&deflate, BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00" AGAIN), "HelloHello");
    }
}

static void test_what_does_not_inflate_is_refused(void **state)
{
    (void)state;
    struct ws_deflate deflate = {.agreement = {.agreed = true}};
    check_decode(&deflate, BYTES(""), NULL);
    check_decode(&deflate, BYTES("Hello"), NULL);
    check_decode(&deflate, BYTES("\x06"), NULL);
    check_decode(&deflate, BYTES("\xf2\x48\xcd"), NULL);
    check_decode(&deflate, BYTES("\xf3\x48\xcd\xc9\xc9\x07\x00"), NULL); // the empty block lacks its beginning
    check_decode(&deflate, BYTES(HELLO "\x00\x00\xff\xff"), NULL);
}

static void test_messages_that_were_taken_can_be_referred_to(void **state)
{
    (void)state;
    static const char stream[] = "\x81\x05plain\x41\x04\xf2\x48\xcd\xc9\x89\x01p\x80\x03\xc9\x07\x00";
    for (int no_takeover = 0; no_takeover < 2; no_takeover++) {
        struct ws_deflate deflate = {.agreement = {.agreed = true, .server_no_context_takeover = no_takeover}};
        check_decode(&deflate, BYTES(AGAIN), NULL);
        for (size_t i = 0; i < sizeof stream - 1; i++)
            ws_deflate_taken(&deflate, (const unsigned char *)stream + i, 1);
        check_decode(&deflate, BYTES(AGAIN), no_takeover ? NULL : "Hello");
        ws_deflate_free(&deflate);
    }
}

// 300 bytes that do not repeat, and again: only a window of 9 bits or more reaches back.
static void test_a_reference_beyond_the_window_is_a_fault(void **state)
{
    (void)state;
    unsigned char bytes[600];
    unsigned noise = 1;
    for (size_t i = 0; i < 300; i++) {
        noise = noise * 1103515245 + 12345;
        bytes[i] = bytes[300 + i] = (unsigned char)(noise >> 16);
    }
    for (int bits = 8; bits <= 9; bits++) {
        struct ws_deflate sender = {0};
        struct ws_deflate receiver = {.agreement = {.agreed = true, .server_max_window_bits = bits}};
        struct ws_deflate_style style = {0};
        struct buffer deflated = {0};
        struct buffer out = {0};
        ws_deflate_encode(&sender, &style, bytes, sizeof bytes, &deflated);
        assert_true(deflated.length < 400);
        const char *fault = ws_deflate_decode(&receiver, deflated.data, deflated.length, &out);
        assert_int_equal(fault == NULL, bits == 9);
        buffer_free(&deflated);
        buffer_free(&out);
        ws_deflate_free(&sender);
    }
}

static void round_trip(const struct ws_deflate_agreement *agreement, const struct ws_deflate_style *style)
{
    struct ws_deflate server = {0};
    struct ws_deflate client = {0};
    ws_deflate_agree(&server, agreement, true);
    ws_deflate_agree(&client, agreement, false);
    for (size_t turn = 0; turn < 4; turn++) {
        size_t length = turn * 50000;
        unsigned char *bytes = malloc(length + 1);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (unsigned char)(i % 1000 * i % 251);
        struct buffer deflated = {0};
        struct buffer out = {0};
        ws_deflate_encode(&client, style, bytes, length, &deflated);
        assert_null(ws_deflate_decode(&server, deflated.data, deflated.length, &out));
        assert_int_equal(out.length, length);
        assert_true(length == 0 || memcmp(out.data, bytes, length) == 0);
        struct buffer frame = {0};
        unsigned char header[] = {0xc2,
                                  127,
                                  0,
                                  0,
                                  0,
                                  0,
                                  (unsigned char)(deflated.length >> 24),
                                  (unsigned char)(deflated.length >> 16),
                                  (unsigned char)(deflated.length >> 8),
                                  (unsigned char)deflated.length};
        buffer_append(&frame, header, sizeof header);
        buffer_append(&frame, deflated.data, deflated.length);
        ws_deflate_taken(&server, frame.data, frame.length);
        assert_true(server.window.length <= 32768);
        buffer_free(&frame);
        buffer_free(&deflated);
        buffer_free(&out);
        free(bytes);
    }
    ws_deflate_free(&server);
    ws_deflate_free(&client);
}

static void test_what_is_deflated_inflates_with_each_window_and_style(void **state)
{
    (void)state;
    static const struct ws_deflate_style styles[] = {
        {0}, {.blocks = WS_BLOCKS_FIXED}, {.blocks = WS_BLOCKS_STORED}, {.final = true}, {.no_takeover = true}};
    for (size_t i = 0; i < COUNT(styles); i++) {
        for (int bits = 8; bits <= 15; bits++) {
            for (int forgets = 0; forgets < 2; forgets++) {
                struct ws_deflate_agreement agreement = {
                    .agreed = true, .client_max_window_bits = bits, .client_no_context_takeover = forgets};
                round_trip(&agreement, &styles[i]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_response_is_read_as_what_it_agrees_to),
        cmocka_unit_test(test_the_vectors_of_7_2_3_inflate),
        cmocka_unit_test(test_what_does_not_inflate_is_refused),
        cmocka_unit_test(test_messages_that_were_taken_can_be_referred_to),
        cmocka_unit_test(test_a_reference_beyond_the_window_is_a_fault),
        cmocka_unit_test(test_what_is_deflated_inflates_with_each_window_and_style),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
