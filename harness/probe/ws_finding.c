#include "probe/ws_finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const grades[] = {"pass", "info", "nonstrict", "fail"};

bool ws_path_precedes(const unsigned char *a, size_t a_length, const unsigned char *b, size_t b_length)
{
    if (a_length != b_length)
        return a_length < b_length;
    return memcmp(a, b, a_length) < 0;
}

static bool comes_before(const struct ws_finding *a, const struct ws_finding *b)
{
    return ws_path_precedes(a->path, a->length, b->path, b->length);
}

static bool is_same(const struct ws_finding *a, const struct ws_finding *b)
{
    return a->state == b->state && a->symbol == b->symbol && a->grade == b->grade && a->unrepeated == b->unrepeated &&
           (a->grade == WS_GRADE_FAIL || strcmp(a->actual, b->actual) == 0);
}

static void finding_free(struct ws_finding *finding)
{
    free(finding->expected);
    free(finding->actual);
}

void ws_exploration_add(struct ws_exploration *exploration, struct ws_finding *finding)
{
    for (size_t i = 0; i < exploration->finding_count; i++) {
        struct ws_finding *known = &exploration->findings[i];
        if (!is_same(known, finding))
            continue;
        finding->count += known->count;
        if (comes_before(known, finding)) {
            known->count = finding->count;
            finding_free(finding);
            return;
        }
        finding_free(known);
        *known = *finding;
        return;
    }
    exploration->findings = grow(exploration->findings, exploration->finding_count, sizeof *exploration->findings);
    exploration->findings[exploration->finding_count++] = *finding;
}

// What could not be repeated is of no interest where something under the same rule could.
static void drop_unrepeated(struct ws_exploration *exploration)
{
    size_t kept = 0;
    for (size_t i = 0; i < exploration->finding_count; i++) {
        struct ws_finding *finding = &exploration->findings[i];
        bool better = false;
        for (size_t k = 0; k < exploration->finding_count && finding->unrepeated; k++) {
            const struct ws_finding *other = &exploration->findings[k];
            better |= k != i && !other->unrepeated && other->grade == WS_GRADE_FAIL &&
                      ws_rule_for(other->state, other->symbol) == ws_rule_for(finding->state, finding->symbol);
        }
        if (better)
            finding_free(finding);
        else
            exploration->findings[kept++] = *finding;
        if (better)
            *finding = (struct ws_finding){.unrepeated = true};
    }
    exploration->finding_count = kept;
}

static int order_of_findings(const void *a, const void *b)
{
    return comes_before(a, b) ? -1 : 1;
}

void ws_exploration_settle(struct ws_exploration *exploration)
{
    drop_unrepeated(exploration);
    if (exploration->finding_count)
        qsort(exploration->findings, exploration->finding_count, sizeof *exploration->findings, order_of_findings);
}

void ws_exploration_free(struct ws_exploration *exploration)
{
    for (size_t i = 0; i < exploration->finding_count; i++)
        finding_free(&exploration->findings[i]);
    free(exploration->findings);
    free(exploration->error);
    *exploration = (struct ws_exploration){0};
}

// --- as lines ---

json_t *ws_finding_line(const struct ws_alphabet *alphabet, const struct ws_finding *finding)
{
    json_t *path = json_array();
    for (size_t i = 0; i < finding->length; i++)
        json_array_append_new(path, json_string(alphabet->letters[finding->path[i]].name));
    // What a program sent may be no UTF-8, but it is escaped where it is told.
    return json_pack("{s:s, s:o, s:i, s:i, s:s, s:s, s:b}", "finding", grades[finding->grade], "path", path, "state",
                     (int)finding->state, "symbol", (int)finding->symbol, "expected", finding->expected, "actual",
                     finding->actual, "unrepeated", finding->unrepeated);
}

static int letter_of(const struct ws_alphabet *alphabet, const char *name)
{
    for (size_t i = 0; i < alphabet->count && name; i++)
        if (strcmp(alphabet->letters[i].name, name) == 0)
            return (int)i;
    return -1;
}

const char *ws_finding_read(struct ws_exploration *exploration, const struct ws_alphabet *alphabet, const json_t *line)
{
    struct ws_finding finding = {.count = 1, .unrepeated = json_is_true(json_object_get(line, "unrepeated"))};
    const char *grade = json_string_value(json_object_get(line, "finding"));
    const char *expected = json_string_value(json_object_get(line, "expected"));
    const char *actual = json_string_value(json_object_get(line, "actual"));
    const json_t *path = json_object_get(line, "path");
    finding.length = json_array_size(path);
    finding.state = (enum ws_state)json_integer_value(json_object_get(line, "state"));
    finding.symbol = (enum ws_symbol)json_integer_value(json_object_get(line, "symbol"));
    while (finding.grade < WS_GRADE_FAIL && grade && strcmp(grades[finding.grade], grade) != 0)
        finding.grade++;
    if (!expected || !actual || finding.length < 1 || finding.length > WS_DEPTH_MAX ||
        finding.state >= WS_STATE_COUNT || finding.symbol >= WS_SYMBOL_COUNT)
        return "a finding that is none";
    for (size_t i = 0; i < finding.length; i++) {
        int letter = letter_of(alphabet, json_string_value(json_array_get(path, i)));
        if (letter < 0)
            return "a letter that there is not";
        finding.path[i] = (unsigned char)letter;
    }
    finding.expected = duplicate(expected);
    finding.actual = duplicate(actual);
    ws_exploration_add(exploration, &finding);
    return NULL;
}
