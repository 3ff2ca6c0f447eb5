// The index in the shape of the Autobahn Testsuite's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/autobahn_index.h"

static void add(json_t *agent, const char *id, const char *verdict, const char *first, const char *second)
{
    json_t *event = json_pack("{s:s, s:s, s:s, s:f}", "event", "case", "id", id, "verdict", verdict, "seconds", 0.0126);
    if (first)
        json_object_set_new(event, "autobahn", json_pack("[s, s]", first, second));
    autobahn_add(agent, event, "a.jsonl");
    json_decref(event);
}

static const char *behavior(const json_t *agent, const char *key)
{
    return json_string_value(json_object_get(json_object_get(agent, key), "behavior"));
}

static void test_a_case_stands_under_its_numbers_or_its_id(void **state)
{
    (void)state;
    json_t *agent = json_object();
    add(agent, "ws/a", "pass", "1.1.1", "1.1.2");
    add(agent, "ws/b", "fail", NULL, NULL);
    assert_int_equal(json_object_size(agent), 3);
    assert_string_equal(behavior(agent, "1.1.1"), "OK");
    assert_string_equal(behavior(agent, "1.1.2"), "OK");
    assert_string_equal(behavior(agent, "ws/b"), "FAILED");
    const json_t *entry = json_object_get(agent, "1.1.1");
    assert_string_equal(json_string_value(json_object_get(entry, "behaviorClose")), "OK");
    assert_int_equal(json_integer_value(json_object_get(entry, "duration")), 13);
    assert_true(json_is_null(json_object_get(entry, "remoteCloseCode")));
    assert_string_equal(json_string_value(json_object_get(entry, "reportfile")), "a.jsonl");
    json_decref(agent);
}

static void test_the_worst_case_of_a_number_counts(void **state)
{
    (void)state;
    static const char *const verdicts[] = {"unsupported", "pass", "info", "nonstrict", "fail"};
    static const char *const behaviors[] = {"UNIMPLEMENTED", "OK", "INFORMATIONAL", "NON-STRICT", "FAILED"};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 5; k++) {
            json_t *agent = json_object();
            add(agent, "ws/a", verdicts[i], "1.1.1", "1.1.2");
            add(agent, "ws/b", verdicts[k], "1.1.2", "1.1.3");
            assert_string_equal(behavior(agent, "1.1.1"), behaviors[i]);
            assert_string_equal(behavior(agent, "1.1.2"), behaviors[i > k ? i : k]);
            assert_string_equal(behavior(agent, "1.1.3"), behaviors[k]);
            json_decref(agent);
        }
    }
}

static void test_every_verdict_has_a_behavior(void **state)
{
    (void)state;
    assert_string_equal(autobahn_behavior("xfail"), "NON-STRICT");
    assert_string_equal(autobahn_behavior("xpass"), "FAILED");
    assert_string_equal(autobahn_behavior("unresolved"), "FAILED");
    assert_string_equal(autobahn_behavior("skip"), "UNIMPLEMENTED");
    assert_string_equal(autobahn_behavior("of another version"), "FAILED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_case_stands_under_its_numbers_or_its_id),
        cmocka_unit_test(test_the_worst_case_of_a_number_counts),
        cmocka_unit_test(test_every_verdict_has_a_behavior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
