// Every fault of a frame header by its text, and no fault where there is none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ws/frame.h"

static struct ws_frame text_of(uint64_t length, enum ws_length_form form)
{
    return (struct ws_frame){.fin = true, .opcode = WS_TEXT, .length = length, .length_form = form};
}

static void check_fault(struct ws_frame frame, const char *fault)
{
    const char *found = ws_frame_fault(&frame, true);
    assert_non_null(found);
    assert_string_equal(found, fault);
}

static void check_no_fault(struct ws_frame frame)
{
    assert_null(ws_frame_fault(&frame, true));
    frame.masked = true;
    assert_null(ws_frame_fault(&frame, false));
}

static void test_legal_frames_have_no_fault(void **state)
{
    (void)state;
    static const unsigned opcodes[] = {WS_CONTINUATION, WS_TEXT, WS_BINARY, WS_CLOSE, WS_PING, WS_PONG};
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++) {
        check_no_fault((struct ws_frame){.fin = true, .opcode = opcodes[i], .length_form = WS_LENGTH_7});
        check_no_fault((struct ws_frame){.fin = true, .opcode = opcodes[i], .length = 125, .length_form = WS_LENGTH_7});
    }
    check_no_fault((struct ws_frame){.opcode = WS_TEXT, .length_form = WS_LENGTH_7});
    check_no_fault((struct ws_frame){.opcode = WS_CONTINUATION, .length_form = WS_LENGTH_7});
    check_no_fault(text_of(126, WS_LENGTH_16));
    check_no_fault(text_of(65535, WS_LENGTH_16));
    check_no_fault(text_of(65536, WS_LENGTH_64));
    check_no_fault(text_of(INT64_MAX, WS_LENGTH_64));
}

static void test_rsv_bits_are_named(void **state)
{
    (void)state;
    for (unsigned rsv = 1; rsv < 8; rsv++) {
        char fault[100];
        snprintf(fault, sizeof fault, "RSV bits 0x%x without an extension that defines them (RFC 6455 section 5.2)",
                 rsv);
        check_fault((struct ws_frame){.fin = true, .rsv = rsv, .opcode = WS_TEXT}, fault);
    }
}

static void test_reserved_opcodes_are_named(void **state)
{
    (void)state;
    for (unsigned opcode = 0; opcode < 16; opcode++) {
        if ((opcode & 7) < 3)
            continue;
        char fault[100];
        snprintf(fault, sizeof fault, "reserved opcode 0x%x (RFC 6455 section 5.2)", opcode);
        check_fault((struct ws_frame){.fin = true, .opcode = opcode}, fault);
        check_fault((struct ws_frame){.opcode = opcode}, fault);
    }
}

static void test_control_frames_are_whole_and_short(void **state)
{
    (void)state;
    for (unsigned opcode = WS_CLOSE; opcode <= WS_PONG; opcode++) {
        check_fault((struct ws_frame){.opcode = opcode, .length_form = WS_LENGTH_7},
                    "control frame without FIN: control frames must not be fragmented (RFC 6455 section 5.5)");
        check_fault((struct ws_frame){.fin = true, .opcode = opcode, .length = 126, .length_form = WS_LENGTH_16},
                    "control frame with a payload of more than 125 bytes (RFC 6455 section 5.5)");
    }
}

static void test_masks_depend_on_the_direction(void **state)
{
    (void)state;
    struct ws_frame frame = text_of(1, WS_LENGTH_7);
    assert_string_equal(ws_frame_fault(&frame, false), "unmasked frame from a client (RFC 6455 section 5.1)");
    frame.masked = true;
    assert_string_equal(ws_frame_fault(&frame, true), "masked frame from a server (RFC 6455 section 5.1)");
}

static void test_lengths_are_in_the_shortest_form(void **state)
{
    (void)state;
    static const char fault_16[] =
        "16-bit length for a payload of less than 126 bytes: not the shortest form (RFC 6455 section 5.2)";
    static const char fault_64[] =
        "64-bit length for a payload of less than 65536 bytes: not the shortest form (RFC 6455 section 5.2)";
    check_fault(text_of(0, WS_LENGTH_16), fault_16);
    check_fault(text_of(125, WS_LENGTH_16), fault_16);
    check_fault(text_of(0, WS_LENGTH_64), fault_64);
    check_fault(text_of(65535, WS_LENGTH_64), fault_64);
    check_fault((struct ws_frame){.fin = true, .opcode = WS_PING, .length_form = WS_LENGTH_16}, fault_16);
}

static void test_the_highest_bit_of_a_length_is_zero(void **state)
{
    (void)state;
    static const char fault[] = "64-bit length with the most significant bit set (RFC 6455 section 5.2)";
    check_fault(text_of((uint64_t)INT64_MAX + 1, WS_LENGTH_64), fault);
    check_fault(text_of(UINT64_MAX, WS_LENGTH_64), fault);
}

static void test_of_several_faults_the_first_on_the_wire_is_named(void **state)
{
    (void)state;
    struct ws_frame frame = {
        .rsv = 4, .opcode = 0xb, .masked = true, .length = UINT64_MAX, .length_form = WS_LENGTH_64};
    check_fault(frame, "RSV bits 0x4 without an extension that defines them (RFC 6455 section 5.2)");
    frame.rsv = 0;
    check_fault(frame, "reserved opcode 0xb (RFC 6455 section 5.2)");
    frame.opcode = WS_TEXT;
    check_fault(frame, "masked frame from a server (RFC 6455 section 5.1)");
}

static void test_close_codes_of_the_registry_are_valid(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 70000; code++) {
        bool valid = code >= 3000 && code < 5000;
        switch (code) {
        case 1000:
        case 1001:
        case 1002:
        case 1003:
        case 1007:
        case 1008:
        case 1009:
        case 1010:
        case 1011:
        case 1012:
        case 1013:
        case 1014:
            valid = true;
        }
        assert_int_equal(ws_close_code_valid(code), valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legal_frames_have_no_fault),
        cmocka_unit_test(test_rsv_bits_are_named),
        cmocka_unit_test(test_reserved_opcodes_are_named),
        cmocka_unit_test(test_control_frames_are_whole_and_short),
        cmocka_unit_test(test_masks_depend_on_the_direction),
        cmocka_unit_test(test_lengths_are_in_the_shortest_form),
        cmocka_unit_test(test_the_highest_bit_of_a_length_is_zero),
        cmocka_unit_test(test_of_several_faults_the_first_on_the_wire_is_named),
        cmocka_unit_test(test_close_codes_of_the_registry_are_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
