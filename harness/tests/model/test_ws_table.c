// The table of RFC 6455 is whole: each state and symbol has one rule, ends are ends, and every rule names a requirement
// that the data has.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/ws_table.h"

static void test_every_state_and_symbol_has_one_rule(void **state)
{
    (void)state;
    for (unsigned s = 0; s < WS_STATE_COUNT; s++)
        for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT; symbol++) {
            size_t rules = 0;
            for (size_t i = 0; i < ws_rule_count; i++)
                rules += ws_rules[i].states >> s & ws_rules[i].symbols >> symbol & 1;
            if (rules != 1)
                fail_msg("%s, %s: %zu rules", ws_state_names[s], ws_symbol_names[symbol], rules);
        }
}

static void test_no_rule_is_about_states_or_symbols_that_do_not_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < ws_rule_count; i++) {
        assert_int_not_equal(ws_rules[i].states, 0);
        assert_int_not_equal(ws_rules[i].symbols, 0);
        assert_int_equal(ws_rules[i].states >> WS_STATE_COUNT, 0);
        assert_int_equal(ws_rules[i].symbols >> WS_SYMBOL_COUNT, 0);
        assert_true(ws_rules[i].next <= WS_STATE_COUNT);
        assert_true(ws_rules[i].reply < WS_REPLY_COUNT);
    }
}

static void test_nothing_follows_the_end(void **state)
{
    static const enum ws_state ends[] = {WS_CLOSED, WS_FAILED};
    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT; symbol++) {
            const struct ws_rule *rule = ws_rule_for(ends[i], symbol);
            assert_int_equal(ws_next_state(ends[i], rule), ends[i]);
            assert_int_equal(rule->reply, WS_REPLY_NOTHING);
        }
}

static void test_a_rule_ends_the_connection_when_its_reply_does(void **state)
{
    (void)state;
    for (unsigned s = 0; s < WS_STATE_COUNT; s++)
        for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT && !ws_state_is_terminal(s); symbol++) {
            const struct ws_rule *rule = ws_rule_for(s, symbol);
            bool ends = ws_state_is_terminal(ws_next_state(s, rule));
            if (ends != ws_reply_must_end(rule->reply))
                fail_msg("%s, %s", ws_state_names[s], ws_symbol_names[symbol]);
        }
}

static void test_every_state_can_be_reached_and_left(void **state)
{
    (void)state;
    unsigned reached = 1u << WS_READY;
    for (int round = 0; round < WS_STATE_COUNT; round++)
        for (unsigned s = 0; s < WS_STATE_COUNT; s++)
            for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT && reached >> s & 1; symbol++)
                reached |= 1u << ws_next_state(s, ws_rule_for(s, symbol));
    assert_int_equal(reached, (1u << WS_STATE_COUNT) - 1);
}

// True when the file has the requirement with that section.
static bool is_required(FILE *file, const struct ws_rule *rule)
{
    char line[512];
    char id[128];
    char section[64];
    bool found = false;
    snprintf(id, sizeof id, "id: %s\n", rule->requirement);
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        found |= strstr(line, id) != NULL;
        if (found && sscanf(line, " section: \"%63[^\"]", section) == 1)
            return strcmp(rule->section, section) == 0;
    }
    return false;
}

static void test_every_rule_names_a_requirement_of_its_section(void **state)
{
    (void)state;
    FILE *file = fopen(REQUIREMENTS, "r");
    assert_non_null(file);
    for (size_t i = 0; i < ws_rule_count; i++)
        if (!is_required(file, &ws_rules[i]))
            fail_msg("no requirement %s of section %s", ws_rules[i].requirement, ws_rules[i].section);
    fclose(file);
}

static void test_everything_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WS_STATE_COUNT; i++)
        assert_non_null(ws_state_names[i]);
    for (unsigned i = 0; i < WS_SYMBOL_COUNT; i++)
        assert_non_null(ws_symbol_names[i]);
    for (unsigned i = 0; i < WS_REPLY_COUNT; i++)
        assert_non_null(ws_reply_names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_and_symbol_has_one_rule),
        cmocka_unit_test(test_no_rule_is_about_states_or_symbols_that_do_not_exist),
        cmocka_unit_test(test_nothing_follows_the_end),
        cmocka_unit_test(test_a_rule_ends_the_connection_when_its_reply_does),
        cmocka_unit_test(test_every_state_can_be_reached_and_left),
        cmocka_unit_test(test_every_rule_names_a_requirement_of_its_section),
        cmocka_unit_test(test_everything_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
