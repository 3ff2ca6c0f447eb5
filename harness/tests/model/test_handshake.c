// The tables of the handshake are whole, and what is played covers what it says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/handshake_case.h"

static void test_every_level_is_legal_or_has_an_answer(void **state)
{
    (void)state;
    for (size_t t = 0; t < handshake_table_count; t++)
        for (size_t i = 0; i < handshake_tables[t].count; i++) {
            const struct handshake_factor *factor = &handshake_tables[t].factors[i];
            assert_true(factor->legal >= 1 && factor->legal <= factor->count);
            for (size_t k = 0; k < factor->count; k++) {
                const struct handshake_level *level = &factor->levels[k];
                if ((level->refused == NULL) != (k < factor->legal))
                    fail_msg("%s, %s: legal levels come first", factor->name, level->name);
                assert_true(level->refused || !level->opened);
                assert_non_null(level->requirement);
                assert_non_null(level->section);
                for (size_t other = 0; other < k; other++)
                    assert_string_not_equal(level->name, factor->levels[other].name);
            }
        }
}

static void test_every_requirement_is_in_the_data(void **state)
{
    static const char *const files[] = {REQUIREMENTS "/rfc6455.yaml", REQUIREMENTS "/ws-echo-server.yaml",
                                        REQUIREMENTS "/ws-client.yaml"};
    static char text[1 << 18];
    size_t length = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        FILE *file = fopen(files[i], "r");
        assert_non_null(file);
        length += fread(text + length, 1, sizeof text - 1 - length, file);
        fclose(file);
    }
    assert_true(length < sizeof text - 1);
    for (size_t t = 0; t < handshake_table_count; t++)
        for (size_t i = 0; i < handshake_tables[t].count; i++)
            for (size_t k = 0; k < handshake_tables[t].factors[i].count; k++) {
                char line[120];
                const char *requirement = handshake_tables[t].factors[i].levels[k].requirement;
                snprintf(line, sizeof line, "- id: %s\n", requirement);
                if (!strstr(text, line))
                    fail_msg("no requirement %s", requirement);
            }
}

static size_t levels_that_are_not_legal(const struct handshake_table *table, const struct covering_row *row)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += row->levels[i] >= table->factors[i].legal;
    return count;
}

// Whether a row has the three levels.
static bool has_triple(const struct covering *rows, const size_t *factors, const size_t *levels)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].levels[factors[0]] == levels[0] && rows->rows[i].levels[factors[1]] == levels[1] &&
            rows->rows[i].levels[factors[2]] == levels[2])
            return true;
    return false;
}

// The triples of three factors with at most one level that is not legal; `missing` are in no row.
static void count_triples(const struct handshake_table *table, const struct covering *rows, const size_t *factors,
                          uint64_t *legal, uint64_t *other, uint64_t *missing)
{
    const struct handshake_factor *a = &table->factors[factors[0]];
    const struct handshake_factor *b = &table->factors[factors[1]];
    const struct handshake_factor *c = &table->factors[factors[2]];
    size_t l[3];
    for (l[0] = 0; l[0] < a->count; l[0]++)
        for (l[1] = 0; l[1] < b->count; l[1]++)
            for (l[2] = 0; l[2] < c->count; l[2]++) {
                size_t bad = (size_t)(l[0] >= a->legal) + (size_t)(l[1] >= b->legal) + (size_t)(l[2] >= c->legal);
                if (bad > 1)
                    continue;
                *legal += bad == 0;
                *other += bad == 1;
                *missing += !has_triple(rows, factors, l);
            }
}

static void test_a_plan_has_every_triple_and_no_two_faults_in_a_row(void **state)
{
    (void)state;
    for (size_t t = 0; t < handshake_table_count; t++) {
        const struct handshake_table *table = &handshake_tables[t];
        struct handshake_plan plan;
        uint64_t legal = 0;
        uint64_t other = 0;
        uint64_t missing = 0;
        size_t f[3];
        handshake_plan_make(table, 3, &plan);
        for (size_t i = 0; i < plan.rows.count; i++)
            assert_int_equal(levels_that_are_not_legal(table, &plan.rows.rows[i]), i >= plan.legal);
        for (f[0] = 0; f[0] < table->count; f[0]++)
            for (f[1] = f[0] + 1; f[1] < table->count; f[1]++)
                for (f[2] = f[1] + 1; f[2] < table->count; f[2]++)
                    count_triples(table, &plan.rows, f, &legal, &other, &missing);
        assert_int_equal(missing, 0);
        assert_int_equal(legal, plan.legal_triples);
        assert_int_equal(other, plan.other_triples);
        handshake_plan_free(&plan);
    }
}

static char *written(const char *program, size_t factor, unsigned char level)
{
    const struct handshake_table *table = handshake_table_for(program);
    unsigned char path[CASE_PATH_MAX] = {0};
    struct case_model model;
    struct buffer text = {0};
    handshake_case_model(table, &model);
    path[factor] = level;
    model.write(model.context, path, table->count, "id", &text);
    return buffer_take(&text);
}

static void test_a_plain_request_is_that_of_the_rfc(void **state)
{
    char *text = written("ws-echo-server", 0, 0);
    (void)state;
    assert_non_null(strstr(text, "\"GET /ws HTTP/1.1\\r\\nHost: localhost\\r\\nUpgrade: websocket\\r\\n"
                                 "Connection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n"
                                 "Sec-WebSocket-Version: 13\\r\\n\\r\\n\""));
    assert_non_null(strstr(text, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_non_null(strstr(text, ": plain\"\n"));
    free(text);
}

static void test_two_fields_and_none_are_written(void **state)
{
    char *twice = written("ws-echo-server", 5, 4);
    char *absent = written("ws-echo-server", 5, 5);
    (void)state;
    assert_non_null(strstr(twice, "Connection: keep-alive\\r\\nConnection: Upgrade\\r\\n"));
    assert_null(strstr(absent, "\\r\\nConnection: "));
    assert_non_null(strstr(absent, "status: [400, 426]"));
    free(twice);
    free(absent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_level_is_legal_or_has_an_answer),
        cmocka_unit_test(test_every_requirement_is_in_the_data),
        cmocka_unit_test(test_a_plan_has_every_triple_and_no_two_faults_in_a_row),
        cmocka_unit_test(test_a_plain_request_is_that_of_the_rfc),
        cmocka_unit_test(test_two_fields_and_none_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
