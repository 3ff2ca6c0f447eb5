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

/* What a client that offered `parameters` (NULL: nothing) makes of a response with these field lines: the fault, or what
 * holds then as a server would answer it, or NULL where nothing was accepted. */
static const char *check_response(const char *parameters, const char *lines)
{
    static char text[DEFLATE_ANSWER_MAX];
    char head[4096];
    struct message_head parsed = {0};
    struct deflate_offer offer = {.made = false};
    struct deflate_parameters agreed;
    bool accepted;
    int size = snprintf(head, sizeof head, "HTTP/1.1 101 x\r\n%s\r\n\r\n", lines);
    assert_int_equal(response_head_parse(&parsed, head, (size_t)size), size);
    if (parameters)
        assert_null(deflate_offer_make(parameters, &offer));
    const char *fault = deflate_response_fault(&parsed, &offer, &accepted, &agreed);
    if (fault)
        return fault;
    if (accepted)
        deflate_answer_write(&agreed, text);
    return accepted ? text : NULL;
}

static void test_an_offer_says_what_it_was_made_of(void **state)
{
    (void)state;
    static const char *const bad[] = {"unknown",
                                      "server_max_window_bits",
                                      "client_max_window_bits=16",
                                      "; ;",
                                      ", x",
                                      "client_max_window_bits, x",
                                      "client_no_context_takeover\r\nX: y",
                                      "client_max_window_bits; client_max_window_bits"};
    struct deflate_offer offer = {.made = false};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(deflate_offer_make(bad[i], &offer));
        assert_false(offer.made);
    }
    char longest[DEFLATE_OFFER_MAX + 1];
    memset(longest, ' ', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_string_equal(deflate_offer_make(longest, &offer), "too long");
    assert_null(deflate_offer_make("", &offer));
    assert_string_equal(offer.text, PMD);
    assert_false(offer.client_max_window_bits);
    assert_null(deflate_offer_make("client_max_window_bits=9;server_no_context_takeover", &offer));
    assert_string_equal(offer.text, PMD "; client_max_window_bits=9;server_no_context_takeover");
    assert_true(offer.made && offer.client_max_window_bits);
    assert_int_equal(offer.parameters.client_max_window_bits, 9);
}

static void test_a_response_that_fits_the_offer_is_accepted(void **state)
{
    (void)state;
    assert_null(check_response(NULL, "X: y"));
    assert_null(check_response("client_max_window_bits", "X: y"));
    assert_string_equal(check_response("", FIELD PMD), PMD);
    assert_string_equal(check_response("", FIELD PMD "; server_no_context_takeover; client_no_context_takeover"
                                                     "; server_max_window_bits=\"8\""),
                        PMD "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8");
    assert_string_equal(check_response("client_max_window_bits", FIELD PMD "; client_max_window_bits=15"),
                        PMD "; client_max_window_bits=15");
    assert_string_equal(check_response("server_max_window_bits=10", FIELD PMD "; server_max_window_bits=9"),
                        PMD "; server_max_window_bits=9");
    /* What the client promised holds though the server does not ask for it. */
    assert_string_equal(check_response("client_no_context_takeover; client_max_window_bits=10", FIELD PMD),
                        PMD "; client_no_context_takeover; client_max_window_bits=10");
}

static void test_a_response_that_does_not_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *lines;
    } rows[] = {
        {NULL, FIELD PMD},
        {"", FIELD "x"},
        {"", FIELD},
        {"", FIELD ", ,"},
        {"", FIELD "Permessage-Deflate"},
        {"", FIELD PMD ", x"},
        {"", FIELD PMD ", " PMD},
        {"", FIELD PMD "\r\n" FIELD PMD},
        {"", FIELD PMD "; unknown"},
        {"", FIELD PMD "; server_no_context_takeover=1"},
        {"", FIELD PMD "; server_no_context_takeover; server_no_context_takeover"},
        {"", FIELD PMD "; server_max_window_bits"},
        {"", FIELD PMD "; server_max_window_bits=16"},
        {"", FIELD PMD "; server_max_window_bits=09"},
        {"", FIELD PMD "; client_max_window_bits=10"},
        {"", FIELD PMD ";"},
        {"client_max_window_bits", FIELD PMD "; client_max_window_bits"},
        {"client_max_window_bits", FIELD PMD "; client_max_window_bits=7"},
        {"client_max_window_bits=10", FIELD PMD "; client_max_window_bits=11"},
        {"server_max_window_bits=10", FIELD PMD},
        {"server_max_window_bits=10", FIELD PMD "; server_max_window_bits=11"},
        {"server_no_context_takeover", FIELD PMD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *fault = check_response(rows[i].offer, rows[i].lines);
        assert_non_null(fault);
        assert_false(strncmp(fault, PMD, strlen(PMD)) == 0 && !strstr(fault, "twice"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_agreed_on_without_an_offer),
        cmocka_unit_test(test_each_parameter_is_answered),
        cmocka_unit_test(test_malformed_offers_are_passed_over),
        cmocka_unit_test(test_the_first_acceptable_offer_is_taken),
        cmocka_unit_test(test_an_offer_says_what_it_was_made_of),
        cmocka_unit_test(test_a_response_that_fits_the_offer_is_accepted),
        cmocka_unit_test(test_a_response_that_does_not_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
