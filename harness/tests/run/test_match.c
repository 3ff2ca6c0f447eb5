// Matchers of plain bytes, patterns, integers, ends and alternatives.
#include "support.h"

static void test_exact_bytes_are_decided_by_the_first_difference(void **state)
{
    (void)state;
    check_bytewise("hello", BYTES("hello"));
    check_bytewise("{hex: \"00ff00\"}", BYTES("\0\xff\0"));
    check_bytewise("{fill: ab, length: 5}", BYTES("ababa"));
    check_bytewise("{concat: [a, {text: \"\"}, bc]}", BYTES("abc"));
    check_yes("hello", BYTES("hello, world"), OPEN, 5);
    check_yes("\"\"", NULL, 0, OPEN, 0);
    check_yes("\"\"", BYTES("x"), OPEN, 0);
    check_no("hello", BYTES("help"), OPEN, "byte 4 is 0x70 instead of 0x6c");
    check_no("hello", BYTES("H"), OPEN, "byte 1 is 0x48 instead of 0x68");
    check_no("hello", BYTES("hell"), FINAL, "4 bytes instead of 5");
    check_no("hello", NULL, 0, FIN, "0 bytes instead of 5");
}

static void test_a_datagram_must_match_whole(void **state)
{
    (void)state;
    check_yes("hello", BYTES("hello"), DATAGRAM, 5);
    check_yes("\"\"", NULL, 0, DATAGRAM, 0);
    check_no("hello", BYTES("hello!"), DATAGRAM, "1 bytes more follow");
    check_no("hello", BYTES("hell"), DATAGRAM, "4 bytes instead of 5");
    check_no("hello", NULL, 0, DATAGRAM, "0 bytes instead of 5");
    check_no("{regex: a+}", NULL, 0, DATAGRAM, NULL);
    check_no("{regex: a+}", BYTES("aab"), DATAGRAM, NULL);
    check_yes("{regex: \"a|aa\"}", BYTES("aa"), DATAGRAM, 2);
    check_no("{bytes: {min: 2, max: 3}}", BYTES("a"), DATAGRAM, "1 bytes instead of 2 or more");
    check_no("{bytes: {min: 0, max: 3}}", BYTES("aaaa"), DATAGRAM, "1 bytes more follow");
    check_yes("{prefix: he}", BYTES("hello"), DATAGRAM, 5);
    check_no("{prefix: he}", BYTES("h"), DATAGRAM, "1 bytes instead of 2");
    check_yes("{any: [{regex: a+}, \"\"]}", NULL, 0, DATAGRAM, 0);
    check_yes("{any: [{text: abc}, {text: ab}]}", BYTES("ab"), DATAGRAM, 2);
}

static void test_until_the_end_nothing_may_follow(void **state)
{
    (void)state;
    check_more("{text: ab, until: end}", BYTES("ab"), OPEN);
    check_yes("{text: ab, until: end}", BYTES("ab"), FIN, 2);
    check_yes("{text: ab, until: end}", BYTES("ab"), RST, 2);
    check_no("{text: ab, until: end}", BYTES("abc"), OPEN, "1 bytes more follow");
    check_no("{text: ab, until: end}", BYTES("ab"), FINAL, "the end does not follow");
    check_more("{regex: \"a+\", until: end}", BYTES("aab"), OPEN);
    check_yes("{regex: \"a+\", until: end}", BYTES("aa"), FIN, 2);
    check_no("{regex: \"a+\", until: end}", BYTES("aab"), FIN, NULL);
    check_more("{bytes: {min: 1, max: 3}, until: end}", BYTES("aa"), OPEN);
    check_no("{bytes: {min: 1, max: 3}, until: end}", BYTES("aaaa"), OPEN, "1 bytes more follow");
    check_more("{prefix: ab, until: end}", BYTES("abc"), OPEN);
    check_yes("{prefix: ab, until: end}", BYTES("abcdef"), FIN, 6);
    check_no("{prefix: ab, until: end}", BYTES("xb"), FIN, "byte 1 is 0x78 instead of 0x61");
    check_no("{any: [{text: ab}, {text: a}], until: end}", BYTES("abc"), FIN, "1 bytes more follow");
}

static void test_patterns_are_anchored_and_match_any_byte(void **state)
{
    (void)state;
    check_bytewise("{regex: \"ab.d\"}", BYTES("ab\nd"));
    check_bytewise("{regex: \"ab.d\"}", BYTES("ab\xff"
                                              "d"));
    check_bytewise("{regex: \"a\\\\x00b\"}", BYTES("a\0b"));
    check_bytewise("{regex: \"(a)(b)(c)(d)\"}", BYTES("abcd"));
    check_no("{regex: \"b\"}", BYTES("ab"), OPEN, NULL);
    check_yes("{regex: \"a+?\"}", BYTES("aaa"), OPEN, 1);
    check_more("{regex: \"a+b\"}", BYTES("aaa"), OPEN);
    check_no("{regex: \"a+b\"}", BYTES("aaa"), FIN, NULL);
    check_no("{regex: \"a+b\"}", BYTES("aaac"), OPEN, NULL);
    check_more("{regex: \"a\"}", NULL, 0, OPEN);
    check_no("{regex: \"a\"}", NULL, 0, FINAL, NULL);
    check_yes("{regex: \"a*\"}", NULL, 0, FINAL, 0);
}

static void check_extendable(const char *text, const char *bytes, bool expected)
{
    struct matching matching;
    matching_begin(&matching, text);
    assert_int_equal(matching_do(&matching, bytes, strlen(bytes), OPEN), MATCH_YES);
    if (matching.match.extendable != expected)
        fail_msg("%s with %s", text, bytes);
    assert_int_equal(matching_do(&matching, bytes, strlen(bytes), FINAL), MATCH_YES);
    assert_false(matching.match.extendable && matching.matcher.kind != MATCH_BYTES);
    matching_end(&matching);
}

static void test_what_more_bytes_could_belong_to_says_so(void **state)
{
    (void)state;
    check_extendable("{regex: \"a+\"}", "aa", true);
    check_extendable("{regex: \"a+\"}", "aab", false);
    check_extendable("{regex: \"a{2}\"}", "aa", false);
    check_extendable("{regex: \"ab?\"}", "a", true);
    check_extendable("{integer: {min: 1, max: 99}}", "4", true);
    check_extendable("{integer: {min: 1, max: 99}}", "4\n", false);
    check_extendable("{bytes: {min: 1, max: 3}}", "ab", true);
    check_extendable("{bytes: {min: 1, max: 3}}", "abc", false);
    check_extendable("ab", "ab", false);
}

static void test_counted_bytes_are_taken_up_to_the_maximum(void **state)
{
    (void)state;
    check_bytewise("{bytes: {min: 3, max: 3}}", BYTES("\0\0\0"));
    check_yes("{bytes: {min: 0, max: 3}}", NULL, 0, OPEN, 0);
    check_yes("{bytes: {min: 1, max: 3}}", BYTES("abcde"), OPEN, 3);
    check_no("{bytes: {min: 2, max: 3}}", BYTES("a"), FIN, "1 bytes instead of 2 or more");
}

static void test_integers_are_held_against_their_range(void **state)
{
    (void)state;
    check_yes("{integer: {min: -5, max: 5}}", BYTES("-5\n"), OPEN, 2);
    check_yes("{integer: {min: 0, max: 100}}", BYTES("007 "), OPEN, 3);
    check_yes("{integer: {min: 0, max: 100}}", BYTES("12"), FIN, 2);
    check_no("{integer: {min: 0, max: 100}}", BYTES("101\n"), OPEN, "101 is out of the range");
    check_no("{integer: {min: 0, max: 100}}", BYTES("-1\n"), OPEN, "-1 is out of the range");
    check_no("{integer: {min: 0, max: 100}}", BYTES("x"), OPEN, NULL);
    check_no("{integer: {min: 0, max: 100}}", BYTES("99999999999999999999\n"), OPEN,
             "99999999999999999999 is out of the range");
    check_no("{integer: {min: 0, max: 100}}", BYTES(" 1\n"), OPEN, NULL);
    check_more("{integer: {min: -5, max: 5}}", BYTES("-"), OPEN);
}

static void test_what_follows_an_integer_belongs_to_it(void **state)
{
    (void)state;
    check_bytewise("{integer: {min: 1, max: 1000, then: \"\\n\"}}", BYTES("17\n"));
    check_bytewise("{integer: {min: -9, max: 9, then: \" (\\\\.*)\"}}", BYTES("-5 (\\.*)"));
    check_yes("{integer: {min: 1, max: 99, then: \"\\n\"}}", BYTES("4\n17\n"), OPEN, 2);
    check_no("{integer: {min: 1, max: 99, then: \"\\n\"}}", BYTES("4\r\n"), OPEN, NULL);
    check_no("{integer: {min: 1, max: 99, then: \"\\n\"}}", BYTES("4"), FIN, NULL);
    check_no("{integer: {min: 1, max: 99, then: \"\\n\"}}", BYTES("100\n"), OPEN, "100 is out of the range");
    check_yes("{integer: {min: -9223372036854775808, max: 9223372036854775807, then: .}}",
              BYTES("-9223372036854775808."), OPEN, 21);
}

static void check_sample(const char *text, const char *bytes, size_t length, const char *sample, long long number)
{
    struct matching matching;
    matching_begin(&matching, text);
    assert_int_equal(matching_do(&matching, bytes, length, OPEN), MATCH_YES);
    assert_int_equal(matching.match.number, number);
    if (sample)
        assert_string_equal(matching.match.sample, sample);
    else
        assert_null(matching.match.sample);
    matching_end(&matching);
}

static void test_an_integer_tells_its_sample(void **state)
{
    (void)state;
    check_sample("{integer: {min: 1, max: 9, then: ., sample: a}}", BYTES("7."), "a", 7);
    check_sample("{integer: {min: 1, max: 9, then: .}}", BYTES("7."), NULL, 7);
    check_sample(
        "{any: [{integer: {min: 1, max: 5, then: ., sample: a}}, {integer: {min: 6, max: 9, then: ., sample: b}}]}",
        BYTES("7."), "b", 7);
    check_sample("{message: text, payload: {integer: {min: 1, max: 9, sample: m}}}",
                 BYTES("\x81\x01"
                       "8"),
                 "m", 8);
}

// The first digit of a number that is large enough is none.
static void test_an_integer_that_still_grows_is_not_judged(void **state)
{
    (void)state;
    check_more("{integer: {min: 10, max: 99}}", BYTES("1"), OPEN);
    check_yes("{integer: {min: 10, max: 99}}", BYTES("12"), OPEN, 2);
    check_no("{integer: {min: 10, max: 99}}", BYTES("1"), FINAL, "1 is out of the range");
    check_no("{integer: {min: 10, max: 99}}", BYTES("1\n"), OPEN, "1 is out of the range");
    check_no("{integer: {min: 10, max: 99}}", BYTES("1"), DATAGRAM, "1 is out of the range");
}

static void test_ends_are_told_apart(void **state)
{
    (void)state;
    check_yes("{end: fin}", NULL, 0, FIN, 0);
    check_yes("{end: rst}", NULL, 0, RST, 0);
    check_yes("{end: any}", NULL, 0, FIN, 0);
    check_yes("{end: any}", NULL, 0, RST, 0);
    check_yes("{eof: yes}", NULL, 0, FIN, 0);
    check_no("{end: fin}", NULL, 0, RST, "it was a reset (RST)");
    check_no("{end: rst}", NULL, 0, FIN, "it was an orderly end (FIN)");
    check_no("{end: any}", BYTES("x"), FIN, "bytes came first");
    check_no("{end: any}", BYTES("x"), OPEN, "bytes came first");
    check_no("{end: any}", NULL, 0, FINAL, "the connection stayed open");
    check_more("{end: any}", NULL, 0, OPEN);
    check_yes("{end: fin, until: end}", NULL, 0, FIN, 0);
    check_yes("{end: cut}", NULL, 0, CUT, 0);
    check_yes("{end: any}", NULL, 0, CUT, 0);
    check_no("{end: fin}", NULL, 0, CUT, "no close_notify came before the FIN");
    check_no("{end: cut}", NULL, 0, FIN, "it was not a FIN without close_notify");
    check_no("{end: cut}", NULL, 0, RST, "it was not a FIN without close_notify");
}

static void check_alternative(const char *text, const char *bytes, size_t length, struct match_input how,
                              enum grade grade, const char *why)
{
    struct matching matching;
    matching_begin(&matching, text);
    assert_int_equal(matching_do(&matching, bytes, length, how), MATCH_YES);
    assert_int_equal(matching.match.by->grade, grade);
    if (why)
        assert_string_equal(matching.match.by->why, why);
    matching_end(&matching);
}

#define LADDER                                                                                                         \
    "{any: [full, {text: part, grade: nonstrict, why: n}, {end: rst, grade: info, why: i}, "                           \
    "{regex: \"f.*\", grade: fail, why: f}]}"

static void test_the_first_alternative_that_fits_decides_the_grade(void **state)
{
    (void)state;
    check_alternative(LADDER, BYTES("full"), OPEN, GRADE_PASS, NULL);
    check_alternative(LADDER, BYTES("part"), OPEN, GRADE_NONSTRICT, "n");
    check_alternative(LADDER, NULL, 0, RST, GRADE_INFO, "i");
    check_alternative(LADDER, BYTES("false"), OPEN, GRADE_FAIL, "f");
    check_alternative(LADDER, BYTES("fu"), FIN, GRADE_FAIL, "f");
    check_more(LADDER, BYTES("fu"), OPEN);
    check_more(LADDER, NULL, 0, OPEN);
    check_no(LADDER, BYTES("x"), OPEN, "byte 1 is 0x78 instead of 0x66");
    check_alternative("{any: [a, {any: [b, {text: c, grade: info, why: deep}]}]}", BYTES("c"), OPEN, GRADE_INFO,
                      "deep");
}

static void test_nothing_is_expected_of_a_program_that_ended(void **state)
{
    (void)state;
    struct matcher nothing = {0};
    struct match match = {0};
    struct match_input input = {.end = CHANNEL_FIN, .final = true, .exited = true};
    assert_int_equal(match_bytes(&nothing, &input, &match), MATCH_YES);
    assert_null(match.detail);
}

static void test_the_first_reason_is_kept(void **state)
{
    (void)state;
    struct match match = {0};
    assert_int_equal(match_refuse(&match, "%d", 1), MATCH_NO);
    assert_int_equal(match_refuse(&match, "%d", 2), MATCH_NO);
    assert_string_equal(match.detail, "1");
    free(match.detail);
}

static void test_megabytes_are_compared_when_nearly_all_have_come(void **state)
{
    (void)state;
    enum { ALL = 1 << 20 };
    unsigned char *bytes = allocate(ALL, 1);
    struct matcher matcher = {.kind = MATCH_PAYLOAD,
                              .payload = {.pattern = (const unsigned char *)"a", .pattern_length = 1, .length = ALL}};
    struct match_input input = {.bytes = bytes};
    memset(bytes, 'a', ALL);
    bytes[100] = 'b';
    struct match match = {0};
    input.length = 200; // the beginning is looked at
    assert_int_equal(match_bytes(&matcher, &input, &match), MATCH_NO);
    free(match.detail);
    match = (struct match){0};
    input.length = ALL / 2;
    assert_int_equal(match_bytes(&matcher, &input, &match), MATCH_MORE);
    input.final = true; // nothing more comes
    assert_int_equal(match_bytes(&matcher, &input, &match), MATCH_NO);
    free(match.detail);
    match = (struct match){0};
    bytes[100] = 'a';
    input = (struct match_input){.bytes = bytes, .length = ALL};
    assert_int_equal(match_bytes(&matcher, &input, &match), MATCH_YES);
    assert_int_equal(match.consumed, ALL);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_bytes_are_decided_by_the_first_difference),
        cmocka_unit_test(test_a_datagram_must_match_whole),
        cmocka_unit_test(test_until_the_end_nothing_may_follow),
        cmocka_unit_test(test_patterns_are_anchored_and_match_any_byte),
        cmocka_unit_test(test_what_more_bytes_could_belong_to_says_so),
        cmocka_unit_test(test_counted_bytes_are_taken_up_to_the_maximum),
        cmocka_unit_test(test_integers_are_held_against_their_range),
        cmocka_unit_test(test_what_follows_an_integer_belongs_to_it),
        cmocka_unit_test(test_an_integer_tells_its_sample),
        cmocka_unit_test(test_an_integer_that_still_grows_is_not_judged),
        cmocka_unit_test(test_ends_are_told_apart),
        cmocka_unit_test(test_the_first_alternative_that_fits_decides_the_grade),
        cmocka_unit_test(test_nothing_is_expected_of_a_program_that_ended),
        cmocka_unit_test(test_the_first_reason_is_kept),
        cmocka_unit_test(test_megabytes_are_compared_when_nearly_all_have_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
