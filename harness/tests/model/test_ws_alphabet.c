#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/ws_alphabet.h"

// Marks each state and symbol that a path up to `depth` letters long meets.
static void visit(const struct ws_alphabet *alphabet, unsigned char *path, size_t length, size_t depth,
                  bool seen[WS_STATE_COUNT][WS_SYMBOL_COUNT])
{
    struct ws_receiver receiver = {.server = alphabet->server, .limit = 1 << 24};
    for (size_t i = 0; i < alphabet->count; i++) {
        ws_walk(alphabet, path, length, &receiver);
        seen[receiver.state][ws_symbol_of(&receiver, &alphabet->letters[i].move)] = true;
        path[length] = (unsigned char)i;
        if (length + 1 < depth && ws_path_goes_on(alphabet, path, length + 1, &receiver))
            visit(alphabet, path, length + 1, depth, seen);
    }
    ws_receiver_free(&receiver);
}

// Not every symbol can be met in every state: what a continuation is depends on the message.
static bool is_possible(enum ws_state state, enum ws_symbol symbol)
{
    bool content = symbol == WS_SYMBOL_MIDDLE_CUT || symbol == WS_SYMBOL_MIDDLE_BAD || symbol == WS_SYMBOL_LAST_BAD;
    if (ws_state_is_terminal(state))
        return false;
    if (state == WS_IN_BAD_TEXT)
        return symbol != WS_SYMBOL_MIDDLE && symbol != WS_SYMBOL_MIDDLE_CUT && symbol != WS_SYMBOL_LAST;
    return !content || state == WS_IN_TEXT || state == WS_IN_CHARACTER;
}

static void test_all_rules_are_met_at_depth_two(void **state)
{
    static const bool roles[] = {true, false};
    (void)state;
    for (size_t role = 0; role < 2; role++) {
        static struct ws_alphabet alphabet;
        bool seen[WS_STATE_COUNT][WS_SYMBOL_COUNT] = {0};
        unsigned char path[3] = {0};
        ws_alphabet_make(&alphabet, roles[role]);
        visit(&alphabet, path, 0, 2, seen);
        for (unsigned s = 0; s < WS_STATE_COUNT; s++)
            for (unsigned symbol = 0; symbol < WS_SYMBOL_COUNT; symbol++)
                if (seen[s][symbol] != is_possible(s, symbol))
                    fail_msg("%s, %s", ws_state_names[s], ws_symbol_names[symbol]);
    }
}

static void test_every_letter_has_a_name_of_its_own(void **state)
{
    static struct ws_alphabet alphabet;
    (void)state;
    ws_alphabet_make(&alphabet, true);
    for (size_t i = 0; i < alphabet.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(alphabet.letters[i].name, alphabet.letters[k].name);
}

static void test_a_sequence_ends_between_messages_or_with_the_connection(void **state)
{
    static struct ws_alphabet alphabet;
    struct ws_receiver receiver = {.server = true, .limit = 1 << 24};
    struct ws_move moves[WS_PATH_MOVES];
    unsigned char path[2];
    (void)state;
    ws_alphabet_make(&alphabet, true);
    for (path[0] = 0; path[0] < alphabet.count; path[0]++)
        for (path[1] = 0; path[1] < alphabet.count; path[1]++) {
            if (!ws_path_goes_on(&alphabet, path, 1, &receiver))
                continue;
            struct ws_sequence sequence = ws_path_sequence(&alphabet, path, 2, &receiver, moves);
            ws_receiver_reset(&receiver);
            for (size_t i = 0; i < sequence.count; i++)
                ws_receive_move(&receiver, &sequence.moves[i]);
            if (receiver.state != WS_READY && !ws_state_is_terminal(receiver.state))
                fail_msg("%s, %s", alphabet.letters[path[0]].name, alphabet.letters[path[1]].name);
        }
    ws_receiver_free(&receiver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rules_are_met_at_depth_two),
        cmocka_unit_test(test_every_letter_has_a_name_of_its_own),
        cmocka_unit_test(test_a_sequence_ends_between_messages_or_with_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
