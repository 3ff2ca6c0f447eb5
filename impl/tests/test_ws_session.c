/*
 * Each conversation runs whole, byte by byte and cut in two at every place, and must give the same events and
 * answers. Bytes are fed from heap buffers of exactly their size.
 */
#include "lib/ws_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* MORE: not the last frame. PACKED: RSV1, which says that the message is compressed. */
enum { TEXT = OPCODE_TEXT, BINARY = OPCODE_BINARY, MORE = 0x100, PACKED = 0x40 };

/* What a client sends, built frame by frame. */
struct wire {
    unsigned char bytes[4096];
    size_t size;
};

static void add_frame(struct wire *wire, unsigned opcode, const void *payload, size_t length)
{
    static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    unsigned char *to = wire->bytes + wire->size;
    size_t header = length < 126 ? 2 : 4;
    assert_true(wire->size + header + 4 + length <= sizeof wire->bytes);
    to[0] = (unsigned char)((opcode & MORE ? 0 : 0x80) | (opcode & (PACKED | 0xf)));
    to[1] = (unsigned char)(0x80 | (length < 126 ? length : 126));
    if (header == 4) {
        to[2] = (unsigned char)(length >> 8);
        to[3] = (unsigned char)length;
    }
    memcpy(to + header, mask, 4);
    frame_unmask(to + header + 4, payload, length, mask, 0);
    wire->size += header + 4 + length;
}

static void add(struct wire *wire, unsigned opcode, const char *text)
{
    add_frame(wire, opcode, text, strlen(text));
}

/* What a session made of it: the events as text, and all answers. */
struct outcome {
    char events[1024];
    unsigned char answers[8192];
    size_t answered;
};

static void note(struct outcome *outcome, const struct session_event *event)
{
    char *end = outcome->events + strlen(outcome->events);
    size_t room = (size_t)(outcome->events + sizeof outcome->events - end);
    switch (event->type) {
    case SESSION_NONE:
        return;
    case SESSION_MESSAGE:
        snprintf(end, room, "%s %zu;", event->opcode == OPCODE_TEXT ? "text" : "binary", event->length);
        assert_memory_equal(event->payload, event->answer + event->answer_length - event->length, event->length);
        break;
    case SESSION_PING:
        snprintf(end, room, "ping %zu;", event->length);
        break;
    case SESSION_CLOSED:
        snprintf(end, room, "%s %u;", event->failed ? "fail" : "close", event->code);
        break;
    }
    assert_true(outcome->answered + event->answer_length <= sizeof outcome->answers);
    memcpy(outcome->answers + outcome->answered, event->answer, event->answer_length);
    outcome->answered += event->answer_length;
}

/* What the handshake agreed on, or NULL. */
static const struct deflate_parameters *agreed;

/* The compressed answer, instead of the plain one. */
static void note_deflated(struct ws_session *session, struct session_event *event, struct outcome *outcome)
{
    outcome->answered -= event->answer_length;
    assert_int_equal(session_deflate_answer(session, event), 0);
    assert_true(outcome->answered + event->answer_length <= sizeof outcome->answers);
    memcpy(outcome->answers + outcome->answered, event->answer, event->answer_length);
    outcome->answered += event->answer_length;
}

static void feed(struct ws_session *session, const unsigned char *bytes, size_t size, struct outcome *outcome)
{
    unsigned char *exact = malloc(size);
    memcpy(exact, bytes, size);
    size_t taken = 0;
    struct session_event event;
    do {
        unsigned char *rest = malloc(size - taken);
        memcpy(rest, exact + taken, size - taken);
        size_t more = session_feed(session, rest, size - taken, &event);
        free(rest);
        assert_true(more == size - taken || event.type != SESSION_NONE);
        taken += more;
        note(outcome, &event);
        if (event.type == SESSION_MESSAGE && agreed)
            note_deflated(session, &event, outcome);
    } while (event.type != SESSION_NONE);
    assert_int_equal(taken, size);
    free(exact);
}

static struct outcome run_cut(const unsigned char *bytes, size_t size, size_t limit, size_t first, size_t step)
{
    struct outcome outcome = {0};
    struct ws_session session;
    session_begin(&session, FRAME_BY_CLIENT, limit);
    if (agreed)
        session_use_deflate(&session, agreed);
    feed(&session, bytes, first, &outcome);
    for (size_t at = first; at < size; at += step)
        feed(&session, bytes + at, size - at < step ? size - at : step, &outcome);
    session_end(&session);
    return outcome;
}

static struct outcome run(const unsigned char *bytes, size_t size, size_t limit, const char *events)
{
    struct outcome whole = run_cut(bytes, size, limit, size, 1);
    assert_string_equal(whole.events, events);
    for (size_t cut = 0; cut <= size; cut++) {
        struct outcome other = run_cut(bytes, size, limit, cut, size);
        assert_string_equal(other.events, events);
        assert_int_equal(other.answered, whole.answered);
        assert_memory_equal(other.answers, whole.answers, whole.answered);
    }
    struct outcome bytewise = run_cut(bytes, size, limit, 0, 1);
    assert_string_equal(bytewise.events, events);
    assert_memory_equal(bytewise.answers, whole.answers, whole.answered);
    return whole;
}

#define RUN(wire, events) run((wire)->bytes, (wire)->size, 1024, events)

static void answers(const struct outcome *outcome, const char *bytes, size_t size)
{
    assert_int_equal(outcome->answered, size);
    assert_memory_equal(outcome->answers, bytes, size);
}

static void test_hello_of_rfc_6455_5_7_is_a_message_and_its_echo(void **state)
{
    (void)state;
    const unsigned char hello[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct outcome outcome = run(hello, sizeof hello, 1024, "text 5;");
    answers(&outcome, "\x81\x05Hello", 7);
}

static void test_ping_of_rfc_6455_5_7_is_answered(void **state)
{
    (void)state;
    const unsigned char ping[] = {0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    struct outcome outcome = run(ping, sizeof ping, 1024, "ping 5;");
    answers(&outcome, "\x8a\x05Hello", 7);
}

static void test_fragments_make_one_message_around_control_frames(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, TEXT | MORE, "Hel");
    add(&wire, OPCODE_PING, "now");
    add(&wire, OPCODE_CONTINUATION | MORE, "");
    add(&wire, OPCODE_PONG, "unasked");
    add(&wire, OPCODE_CONTINUATION, "lo");
    add(&wire, BINARY, "\xff");
    struct outcome outcome = RUN(&wire, "ping 3;text 5;binary 1;");
    answers(&outcome, "\x8a\x03now\x81\x05Hello\x82\x01\xff", 5 + 7 + 3);
}

static void test_empty_frames_and_messages_count(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, TEXT, "");
    add(&wire, BINARY | MORE, "");
    add(&wire, OPCODE_CONTINUATION, "");
    add(&wire, OPCODE_PING, "");
    struct outcome outcome = RUN(&wire, "text 0;binary 0;ping 0;");
    answers(&outcome, "\x81\x00\x82\x00\x8a\x00", 6);
}

static void test_mistakes_of_frames_are_protocol_errors(void **state)
{
    (void)state;
    struct wire nothing_to_continue = {0}, within = {0}, unmasked = {{0x81, 0x01, 'a'}, 3};
    add(&nothing_to_continue, OPCODE_CONTINUATION, "a");
    struct outcome outcome = RUN(&nothing_to_continue, "fail 1002;");
    answers(&outcome, "\x88\x02\x03\xea", 4);

    add(&within, TEXT | MORE, "a");
    add(&within, TEXT, "b");
    RUN(&within, "fail 1002;");
    RUN(&unmasked, "fail 1002;");
}

static void test_a_message_before_a_mistake_is_given_and_nothing_behind(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, TEXT, "good");
    add(&wire, 3, "bad");
    add(&wire, TEXT, "late");
    add(&wire, OPCODE_PING, "late");
    RUN(&wire, "text 4;fail 1002;");
}

static void test_text_that_is_not_utf8_fails(void **state)
{
    (void)state;
    struct wire within = {0}, cut = {0}, across = {0}, bad_across = {0};
    add(&within, TEXT, "ab\xed\xa0\x80");
    RUN(&within, "fail 1007;");
    add(&cut, TEXT, "ab\xe2\x82");
    RUN(&cut, "fail 1007;");
    add(&across, TEXT | MORE, "\xe2\x82");
    add(&across, OPCODE_CONTINUATION, "\xac");
    RUN(&across, "text 3;");
    add(&bad_across, TEXT | MORE, "\xe2\x82");
    add(&bad_across, OPCODE_CONTINUATION, "x");
    RUN(&bad_across, "fail 1007;");
}

static void test_text_is_refused_before_its_frame_ends(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, TEXT, "ab\xf4\x90 and much more that need not come");
    size_t header = 6, good = 3; /* F4 may still become a character, 90 behind it may not */
    run(wire.bytes, header + good, 1024, "");
    run(wire.bytes, header + good + 1, 1024, "fail 1007;");
}

static void test_binary_may_be_anything(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, BINARY, "\xff\xfe");
    add(&wire, TEXT, "ok");
    RUN(&wire, "binary 2;text 2;");
}

static void test_close_codes_are_sent_back_or_refused(void **state)
{
    (void)state;
    for (unsigned code = 0; code <= 65535; code++) {
        bool legal = (code >= 1000 && code < 1004) || (code >= 1007 && code < 1015) || (code >= 3000 && code < 5000);
        assert_int_equal(close_code_is_legal(code), legal);
        if (code % 7 != 0 && (code < 995 || code > 1020))
            continue;
        struct wire wire = {0};
        const unsigned char payload[] = {(unsigned char)(code >> 8), (unsigned char)code, 'b', 'y', 'e'};
        char events[32];
        add_frame(&wire, OPCODE_CLOSE, payload, sizeof payload);
        snprintf(events, sizeof events, "%s %u;", legal ? "close" : "fail", legal ? code : 1002);
        struct outcome outcome = run_cut(wire.bytes, wire.size, 1024, wire.size, 1);
        assert_string_equal(outcome.events, events);
        assert_int_equal(outcome.answered, 4);
        if (legal)
            assert_memory_equal(outcome.answers + 2, payload, 2);
    }
}

static void test_close_payloads_are_validated(void **state)
{
    (void)state;
    struct wire empty = {0}, one_byte = {0}, reason = {0}, bad_reason = {0}, cut_reason = {0};
    add(&empty, OPCODE_CLOSE, "");
    struct outcome outcome = RUN(&empty, "close 1005;");
    answers(&outcome, "\x88\x00", 2);
    add(&one_byte, OPCODE_CLOSE, "\x03");
    RUN(&one_byte, "fail 1002;");
    add(&reason, OPCODE_CLOSE,
        "\x03\xe9"
        "adi\xc3\xb3s");
    RUN(&reason, "close 1001;");
    add(&bad_reason, OPCODE_CLOSE, "\x03\xe9\xff");
    RUN(&bad_reason, "fail 1007;");
    add(&cut_reason, OPCODE_CLOSE, "\x03\xe9\xc3");
    RUN(&cut_reason, "fail 1007;");
}

static void test_nothing_behind_a_close_frame_is_processed(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, TEXT | MORE, "never ended");
    add(&wire, OPCODE_CLOSE, "\x03\xe8");
    add(&wire, OPCODE_CONTINUATION, "");
    add(&wire, 3, "");
    add(&wire, OPCODE_CLOSE, "\x03\xe9");
    RUN(&wire, "close 1000;");
}

static void test_messages_of_the_limit_are_taken_and_none_above(void **state)
{
    (void)state;
    char payload[300];
    memset(payload, 'x', sizeof payload);
    struct wire at = {0}, above = {0}, fragments = {0}, fragments_above = {0};
    add_frame(&at, BINARY, payload, 200);
    run(at.bytes, at.size, 200, "binary 200;");
    add_frame(&above, BINARY, payload, 201);
    run(above.bytes, 8, 200, "fail 1009;"); /* by its header */
    run(above.bytes, above.size, 200, "fail 1009;");
    for (int i = 0; i < 4; i++)
        add_frame(&fragments, i ? OPCODE_CONTINUATION | MORE : BINARY | MORE, payload, 50);
    fragments_above = fragments;
    add(&fragments, OPCODE_CONTINUATION, "");
    run(fragments.bytes, fragments.size, 200, "binary 200;");
    add(&fragments_above, OPCODE_CONTINUATION | MORE, "!");
    run(fragments_above.bytes, fragments_above.size, 200, "fail 1009;");
}

static void test_lengths_whose_sum_overflows_are_too_big(void **state)
{
    (void)state;
    struct wire wire = {0};
    add(&wire, BINARY | MORE, "abc");
    memcpy(wire.bytes + wire.size, "\x80\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04more", 18);
    wire.size += 18;
    RUN(&wire, "fail 1009;");
    run(wire.bytes, wire.size, SIZE_MAX, "fail 1009;");
}

static void test_an_announced_length_costs_nothing_until_it_comes(void **state)
{
    (void)state;
    struct ws_session session;
    struct session_event event;
    const unsigned char header[] = {0x82, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0, 'a'};
    session_begin(&session, FRAME_BY_CLIENT, 16 << 20);
    session_feed(&session, header, sizeof header, &event);
    assert_int_equal(event.type, SESSION_NONE);
    assert_true(session.message.room < 4096);
    session_end(&session);
}

static void test_a_big_message_is_assembled_and_its_memory_given_back(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    struct ws_session session;
    struct session_event event;
    unsigned char *bytes = calloc(1, SIZE + 14);
    memcpy(bytes, "\x82\xff\0\0\0\0\0\x04\x93\xe0\0\0\0\0", 14); /* 300,000, and a mask of zeros */
    for (size_t i = 0; i < SIZE; i++)
        bytes[14 + i] = (unsigned char)(i % 251);
    session_begin(&session, FRAME_BY_CLIENT, SIZE);
    size_t taken = 0;
    while (taken < SIZE + 14) {
        assert_true(taken == 0 || event.type == SESSION_NONE);
        taken += session_feed(&session, bytes + taken, SIZE + 14 - taken < 4096 ? SIZE + 14 - taken : 4096, &event);
    }
    assert_int_equal(event.type, SESSION_MESSAGE);
    assert_int_equal(event.length, SIZE);
    assert_memory_equal(event.payload, bytes + 14, SIZE);
    assert_int_equal(event.answer_length, SIZE + 10);
    session_feed(&session, bytes, 0, &event);
    assert_null(session.message.buffer);
    session_end(&session);
    free(bytes);
}

static void test_the_server_can_close(void **state)
{
    (void)state;
    struct wire wire = {0};
    struct ws_session session;
    struct session_event event;
    add(&wire, OPCODE_TEXT, "late");
    session_begin(&session, FRAME_BY_CLIENT, 1024);
    session_close(&session, CLOSE_GOING_AWAY, &event);
    assert_int_equal(event.answer_length, 4);
    assert_memory_equal(event.answer, "\x88\x02\x03\xe9", 4);
    assert_false(event.failed);
    /* What was under way is given out, unanswered, and the client's own close frame ends it. */
    static const enum session_event_type expected[] = {SESSION_MESSAGE, SESSION_PING, SESSION_CLOSED, SESSION_NONE};
    add(&wire, OPCODE_PING, "late");
    add(&wire, OPCODE_CLOSE, "\x03\xe9");
    add(&wire, OPCODE_TEXT, "later");
    size_t taken = 0;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        taken += session_feed(&session, wire.bytes + taken, wire.size - taken, &event);
        assert_int_equal(event.type, expected[i]);
        assert_int_equal(event.answer_length, 0);
        if (event.type == SESSION_CLOSED)
            assert_int_equal(event.code, CLOSE_GOING_AWAY);
    }
    assert_int_equal(taken, wire.size);
    session_end(&session);
}

/* Vectors of RFC 7692 section 7.2.3.2 */
#define HELLO "\xf2\x48\xcd\xc9\xc9\x07\x00"
#define AGAIN "\xf2\x00\x11\x00\x00"

static const struct deflate_parameters defaults,
    no_takeover = {.server_no_context_takeover = true, .client_no_context_takeover = true};

#define ADD(wire, opcode, bytes) add_frame(wire, opcode, bytes, sizeof bytes - 1)

static struct outcome run_deflate(const struct deflate_parameters *parameters, const struct wire *wire, size_t limit,
                                  const char *events)
{
    agreed = parameters;
    struct outcome outcome = run(wire->bytes, wire->size, limit, events);
    agreed = NULL;
    return outcome;
}

static void test_compressed_messages_share_a_window_both_ways(void **state)
{
    (void)state;
    struct wire wire = {0};
    ADD(&wire, TEXT | PACKED, HELLO);
    ADD(&wire, BINARY | PACKED, AGAIN);
    struct outcome outcome = run_deflate(&defaults, &wire, 1024, "text 5;binary 5;");
    answers(&outcome, "\xc1\x07" HELLO "\xc2\x05" AGAIN, 16);
}

static void test_no_context_takeover_holds_both_ways(void **state)
{
    (void)state;
    struct wire wire = {0};
    ADD(&wire, TEXT | PACKED, HELLO);
    ADD(&wire, TEXT | PACKED, HELLO);
    ADD(&wire, TEXT | PACKED, AGAIN);
    struct outcome outcome = run_deflate(&no_takeover, &wire, 1024, "text 5;text 5;fail 1007;");
    answers(&outcome, "\xc1\x07" HELLO "\xc1\x07" HELLO "\x88\x02\x03\xef", 22);
}

static void test_plain_and_empty_messages_go_between_compressed_ones(void **state)
{
    (void)state;
    struct wire wire = {0};
    ADD(&wire, TEXT | PACKED, HELLO);
    ADD(&wire, TEXT, "plain");
    ADD(&wire, TEXT, "");
    ADD(&wire, TEXT | PACKED, "\0");
    ADD(&wire, TEXT | PACKED, AGAIN);
    struct outcome outcome = run_deflate(&defaults, &wire, 1024, "text 5;text 5;text 0;text 0;text 5;");
    assert_memory_equal(outcome.answers, "\xc1\x07" HELLO "\xc1", 10); /* the plain one comes back compressed */
}

static void test_compressed_fragments_are_put_together_around_a_ping(void **state)
{
    (void)state;
    struct wire wire = {0};
    ADD(&wire, TEXT | PACKED | MORE, "\xf2\x48");
    ADD(&wire, OPCODE_PING, "p");
    ADD(&wire, OPCODE_CONTINUATION | MORE, "");
    ADD(&wire, OPCODE_CONTINUATION, "\xcd\xc9\xc9\x07\x00");
    struct outcome outcome = run_deflate(&defaults, &wire, 1024, "ping 1;text 5;");
    answers(&outcome, "\x8a\x01p\xc1\x07" HELLO, 12);
}

static void test_rsv1_elsewhere_is_a_protocol_error(void **state)
{
    (void)state;
    static const unsigned opcodes[] = {OPCODE_PING, OPCODE_PONG, OPCODE_CLOSE};
    for (size_t i = 0; i < 3; i++) {
        struct wire wire = {0};
        ADD(&wire, PACKED | opcodes[i], "");
        run_deflate(&defaults, &wire, 1024, "fail 1002;");
    }
    struct wire wire = {0};
    ADD(&wire, TEXT | PACKED | MORE, HELLO);
    ADD(&wire, OPCODE_CONTINUATION | PACKED, "\0");
    run_deflate(&defaults, &wire, 1024, "fail 1002;");
    RUN(&wire, "fail 1002;");
}

static void test_compressed_text_must_be_utf8(void **state)
{
    (void)state;
    struct wire wire = {0}; /* stored blocks */
    ADD(&wire, BINARY | PACKED, "\x00\x01\x00\xfe\xff\xff\x00");
    ADD(&wire, TEXT | PACKED | MORE, "\x00\x01\x00\xfe\xff\xc3");
    ADD(&wire, OPCODE_CONTINUATION, "\x00\x01\x00\xfe\xff\xa9\x00");
    ADD(&wire, TEXT | PACKED, "\x00\x01\x00\xfe\xff\xc3\x00");
    run_deflate(&defaults, &wire, 1024, "binary 1;text 2;fail 1007;");
    struct wire early = {0}; /* refused before it ends */
    ADD(&early, TEXT | PACKED | MORE, "\x00\x01\x00\xfe\xff\xff");
    run_deflate(&defaults, &early, 1024, "fail 1007;");
}

/* "aaa…" of 1,032 bytes and more from few: what deflate makes of a run. */
static struct wire bomb(size_t length)
{
    static unsigned char zeros[100000];
    struct message_deflater deflater = {.deflater = {.window_bits = 15}};
    struct wire wire = {0};
    unsigned char *payload;
    ssize_t size = message_deflate(&deflater, zeros, length, true, &payload);
    assert_true(size > 0);
    add_frame(&wire, BINARY | PACKED, payload, (size_t)size);
    message_deflater_end(&deflater);
    return wire;
}

static void test_what_inflates_beyond_the_limit_is_too_big(void **state)
{
    (void)state;
    static const size_t limits[] = {1, 255, 256, 257, 1000, 5000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char events[32];
        size_t limit = limits[i];
        struct wire fits = bomb(limit), too_big = bomb(limit + 1);
        snprintf(events, sizeof events, "binary %zu;", limit);
        run_deflate(&defaults, &fits, limit, events);
        run_deflate(&defaults, &too_big, limit, "fail 1009;");
    }
    struct wire wire = bomb(100000);
    run_deflate(&defaults, &wire, 1024, "fail 1009;");
}

static void test_empty_blocks_without_end_cost_nothing(void **state)
{
    (void)state;
    struct ws_session session;
    struct session_event event;
    session_begin(&session, FRAME_BY_CLIENT, 10);
    session_use_deflate(&session, &defaults);
    session_feed(&session, (const unsigned char *)"\xc2\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 14, &event);
    for (int i = 0; i < 100000; i++) {
        session_feed(&session, (const unsigned char *)"\x00\x00\x00\xff\xff", 5, &event);
        assert_int_equal(event.type, SESSION_NONE);
    }
    assert_true(session.message.room <= 256);
    session_end(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello_of_rfc_6455_5_7_is_a_message_and_its_echo),
        cmocka_unit_test(test_ping_of_rfc_6455_5_7_is_answered),
        cmocka_unit_test(test_fragments_make_one_message_around_control_frames),
        cmocka_unit_test(test_empty_frames_and_messages_count),
        cmocka_unit_test(test_mistakes_of_frames_are_protocol_errors),
        cmocka_unit_test(test_a_message_before_a_mistake_is_given_and_nothing_behind),
        cmocka_unit_test(test_text_that_is_not_utf8_fails),
        cmocka_unit_test(test_text_is_refused_before_its_frame_ends),
        cmocka_unit_test(test_binary_may_be_anything),
        cmocka_unit_test(test_close_codes_are_sent_back_or_refused),
        cmocka_unit_test(test_close_payloads_are_validated),
        cmocka_unit_test(test_nothing_behind_a_close_frame_is_processed),
        cmocka_unit_test(test_messages_of_the_limit_are_taken_and_none_above),
        cmocka_unit_test(test_lengths_whose_sum_overflows_are_too_big),
        cmocka_unit_test(test_an_announced_length_costs_nothing_until_it_comes),
        cmocka_unit_test(test_a_big_message_is_assembled_and_its_memory_given_back),
        cmocka_unit_test(test_the_server_can_close),
        cmocka_unit_test(test_compressed_messages_share_a_window_both_ways),
        cmocka_unit_test(test_no_context_takeover_holds_both_ways),
        cmocka_unit_test(test_plain_and_empty_messages_go_between_compressed_ones),
        cmocka_unit_test(test_compressed_fragments_are_put_together_around_a_ping),
        cmocka_unit_test(test_rsv1_elsewhere_is_a_protocol_error),
        cmocka_unit_test(test_compressed_text_must_be_utf8),
        cmocka_unit_test(test_what_inflates_beyond_the_limit_is_too_big),
        cmocka_unit_test(test_empty_blocks_without_end_cost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
