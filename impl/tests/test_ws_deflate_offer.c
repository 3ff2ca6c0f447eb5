#include "lib/ws_deflate_offer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIELD "Sec-WebSocket-Extensions: "
#define PMD "permessage-deflate"

/* Negotiates by field lines, in a heap buffer of exactly their size; `answer` is NULL where nothing is agreed
 * on. */
static void negotiate_lines(const char *lines, const char *answer)
{
    char head[4096], text[DEFLATE_ANSWER_MAX];
    int size = snprintf(head, sizeof head, "GET /ws HTTP/1.1\r\n%s\r\n\r\n", lines);
    char *exact = malloc((size_t)size);
    memcpy(exact, head, (size_t)size);
    struct message_head parsed = {0};
    struct deflate_parameters parameters;
    assert_int_equal(request_head_parse(&parsed, exact, (size_t)size), size);
    bool agreed = deflate_negotiate(&parsed, &parameters);
    free(exact);
    assert_int_equal(agreed, answer != NULL);
    if (!answer)
        return;
    assert_int_equal(deflate_answer_write(&parameters, text), strlen(answer));
    assert_string_equal(text, answer);
}

static void negotiate(const char *offers, const char *answer)
{
    char lines[1024];
    snprintf(lines, sizeof lines, FIELD "%s", offers);
    negotiate_lines(lines, answer);
}

static void test_nothing_is_agreed_on_without_an_offer(void **state)
{
    (void)state;
    negotiate_lines("Host: a", NULL);
    negotiate("", NULL);
    negotiate("x-webkit-deflate-frame", NULL);
    negotiate("permessage-deflat, permessage-deflates, x; permessage-deflate", NULL);
}

static void test_each_parameter_is_answered(void **state)
{
    (void)state;
    negotiate(PMD, PMD);
    negotiate(PMD "; server_no_context_takeover", PMD "; server_no_context_takeover");
    negotiate(PMD "; client_no_context_takeover", PMD "; client_no_context_takeover");
    negotiate(PMD "; client_max_window_bits", PMD);
    for (int bits = 8; bits <= 15; bits++) {
        char offer[128];
        snprintf(offer, sizeof offer, PMD "; server_max_window_bits=%d", bits);
        negotiate(offer, offer);
        snprintf(offer, sizeof offer, PMD "; client_max_window_bits=%d", bits);
        negotiate(offer, offer);
    }
    negotiate(PMD ";client_max_window_bits=9;server_max_window_bits=\"1\\0\";client_no_context_takeover"
                  ";server_no_context_takeover",
              PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10"
                  "; client_max_window_bits=9");
}

static void test_malformed_offers_are_passed_over(void **state)
{
    (void)state;
    static const char *const parameters[] = {
        "unknown",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=0",
        "server_max_window_bits=08",
        "server_max_window_bits=+9",
        "server_max_window_bits=1000",
        "server_max_window_bits=4294967306",
        "server_max_window_bits=0xa",
        "server_max_window_bits=10a",
        "server_max_window_bits=ten",
        "client_max_window_bits=7",
        "client_max_window_bits=16",
        "client_max_window_bits=-9",
        "client_max_window_bits=010",
        "client_max_window_bits=99999999",
        "server_no_context_takeover=1",
        "server_no_context_takeover=true",
        "client_no_context_takeover=0",
        "server_no_context_takeover; server_no_context_takeover",
        "client_no_context_takeover; client_no_context_takeover",
        "server_max_window_bits=10; server_max_window_bits=10",
        "client_max_window_bits; client_max_window_bits=10",
        "client_max_window_bits; unknown=1",
        "server_max_window_bits=",
        "server_max_window_bits=\"\"",
        "server_max_window_bits=\" 10\"",
        "",
    };
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        char offers[256];
        snprintf(offers, sizeof offers, PMD "; %s", parameters[i]);
        negotiate(offers, NULL);
        snprintf(offers, sizeof offers, PMD "; %s, " PMD "; server_max_window_bits=12", parameters[i]);
        negotiate(offers, PMD "; server_max_window_bits=12");
    }
}

static void test_the_first_acceptable_offer_is_taken(void **state)
{
    (void)state;
    negotiate("x, " PMD "; client_max_window_bits=9, " PMD, PMD "; client_max_window_bits=9");
    negotiate_lines(FIELD "x\r\n" FIELD PMD "; z\r\n" FIELD PMD "; server_max_window_bits=9\r\n" FIELD PMD,
                    PMD "; server_max_window_bits=9");
    negotiate_lines("sec-websocket-extensions: " PMD, PMD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_agreed_on_without_an_offer),
        cmocka_unit_test(test_each_parameter_is_answered),
        cmocka_unit_test(test_malformed_offers_are_passed_over),
        cmocka_unit_test(test_the_first_acceptable_offer_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
