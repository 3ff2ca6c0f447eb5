// What an audit has found, for a person and for programs.
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"

static const char *id_of(const struct audit *audit, size_t entry)
{
    return audit->plan.entries[entry].id;
}

static bool has_caught(const struct audit *audit, size_t fault, size_t entry)
{
    return audit->caught[fault * audit->plan.count + entry];
}

size_t audit_catches(const struct audit *audit, size_t entry)
{
    size_t count = 0;
    for (size_t i = 0; i < audit->list->count; i++)
        count += has_caught(audit, i, entry) && audit->faults[i].fault->requirement;
    return count;
}

const char *audit_excuse(const struct audit *audit, size_t entry)
{
    const struct fault_list *list = audit->list;
    for (size_t i = 0; i < list->excuse_count; i++) {
        const char *const patterns[] = {list->excuses[i].pattern, NULL};
        if (fits_patterns(patterns, list->program, id_of(audit, entry)))
            return list->excuses[i].why;
    }
    return NULL;
}

// --- gaps ---

static bool escaped(const struct audited_fault *audited)
{
    return !audited->left_out && audited->fault->requirement && !audited->fault->explore && !audited->caught;
}

// A legal program that a case fails: that it is not the strictest is known.
static bool is_wronged(const struct audited_fault *audited)
{
    return !audited->left_out && !audited->fault->requirement && (audited->failed_by || audited->unresolved);
}

static bool right_fails(const struct audit *audit, size_t entry)
{
    enum verdict verdict = audit->right[entry];
    return verdict != VERDICT_PASS && verdict != VERDICT_SKIP && verdict != VERDICT_UNSUPPORTED;
}

// Of a rerun under a transform more is not asked than that it goes through.
static bool catches_nothing(const struct audit *audit, const struct audit_settings *settings, size_t entry)
{
    return !settings->quick && !settings->fault && audit->asked[entry] &&
           audit->plan.entries[entry].transform == TRANSFORM_NONE && audit_catches(audit, entry) == 0;
}

bool audit_is_whole(const struct audit *audit, const struct audit_settings *settings)
{
    for (size_t i = 0; i < audit->list->count; i++)
        if (escaped(&audit->faults[i]) || is_wronged(&audit->faults[i]))
            return false;
    for (size_t i = 0; i < audit->null_peer_count; i++)
        if (audit->null_peers[i].passed)
            return false;
    for (size_t i = 0; i < audit->plan.count; i++)
        if (right_fails(audit, i) || (catches_nothing(audit, settings, i) && !audit_excuse(audit, i)))
            return false;
    return true;
}

// --- for a person ---

static void print_fault(const struct audit *audit, const struct audited_fault *audited, FILE *out)
{
    const struct fault *fault = audited->fault;
    fprintf(out, "  %-28s ", fault->name);
    if (fault->requirement)
        fprintf(out, "%-6s %-40s ", level_name(fault->requirement->level), fault->requirement->id);
    else
        fprintf(out, "%-6s %-40s ", "legal", "");
    if (audited->caught_by)
        fprintf(out, "%4zu case%s %s\n", audited->caught_by,
                audited->caught_by == 1 ? ": " : "s:", id_of(audit, audited->first));
    else
        fprintf(out, "%s%s\n", fault->explore ? "explore --" : "",
                fault->explore        ? fault->explore
                : audited->unresolved ? "the positive control"
                                      : "none");
}

static void print_case(const struct audit *audit, size_t entry, FILE *out)
{
    fprintf(out, "  %s:", id_of(audit, entry));
    for (size_t i = 0; i < audit->list->count; i++)
        if (has_caught(audit, i, entry))
            fprintf(out, " %s", audit->faults[i].fault->name);
    fprintf(out, "\n");
}

static void print_fault_gaps(const struct audit *audit, FILE *out)
{
    for (size_t i = 0; i < audit->list->count; i++) {
        const struct audited_fault *audited = &audit->faults[i];
        if (escaped(audited))
            fprintf(out, "NOT CAUGHT       %s:%zu: %s breaks %s (%s)%s\n", audit->list->path, audited->fault->line,
                    audited->fault->name, audited->fault->requirement->id,
                    level_name(audited->fault->requirement->level),
                    audited->caught_by ? ", and no case says so as heavily" : "");
        if (is_wronged(audited))
            fprintf(out, "WRONGLY CAUGHT   %s:%zu: %s is legal: %s; yet see %s\n", audit->list->path,
                    audited->fault->line, audited->fault->name, audited->fault->legal,
                    audited->caught_by ? id_of(audit, audited->first) : "the positive control");
    }
}

static void print_gaps(const struct audit *audit, const struct audit_settings *settings, FILE *out)
{
    for (size_t i = 0; i < audit->plan.count; i++)
        if (right_fails(audit, i))
            fprintf(out, "RIGHT AND FAILS  %s is %s for the right peer\n", id_of(audit, i),
                    verdict_table[audit->right[i]].name);
    print_fault_gaps(audit, out);
    for (size_t i = 0; i < audit->null_peer_count; i++)
        if (audit->null_peers[i].passed)
            fprintf(out, "NULL PEER PASSES %s passes %zu cases of level MUST, first %s\n", audit->null_peers[i].kind,
                    audit->null_peers[i].passed, id_of(audit, audit->null_peers[i].first));
    for (size_t i = 0; i < audit->plan.count; i++)
        if (catches_nothing(audit, settings, i) && !audit_excuse(audit, i))
            fprintf(out, "CATCHES NOTHING  %s\n", id_of(audit, i));
}

static void print_totals(const struct audit *audit, const struct audit_settings *settings, FILE *out)
{
    size_t audited = 0;
    size_t caught = 0;
    size_t idle = 0;
    size_t excused = 0;
    for (size_t i = 0; i < audit->list->count; i++) {
        audited += !audit->faults[i].left_out && audit->faults[i].fault->requirement &&
                   (audit->faults[i].caught || !audit->faults[i].fault->explore);
        caught += !audit->faults[i].left_out && audit->faults[i].caught;
    }
    for (size_t i = 0; i < audit->plan.count; i++) {
        bool nothing = catches_nothing(audit, settings, i);
        excused += nothing && audit_excuse(audit, i);
        idle += nothing && !audit_excuse(audit, i);
    }
    fprintf(out, "%s: %zu of %zu faults caught", audit->list->program->name, caught, audited);
    if (!settings->quick && !settings->fault)
        fprintf(out, "; %zu cases, of which %zu catch nothing and %zu are excused from it", audit->plan.count, idle,
                excused);
    if (audit->null_peer_count)
        fprintf(out, "; %zu null peers", audit->null_peer_count);
    fprintf(out, "\n\n");
}

void audit_print(const struct audit *audit, const struct audit_settings *settings, bool cases, FILE *out)
{
    fprintf(out, "%-30s %-47s %s\n", audit->list->program->name, "breaks", "caught by");
    for (size_t i = 0; i < audit->list->count; i++)
        if (!audit->faults[i].left_out)
            print_fault(audit, &audit->faults[i], out);
    for (size_t i = 0; i < audit->plan.count && cases; i++)
        if (audit_catches(audit, i))
            print_case(audit, i, out);
    print_gaps(audit, settings, out);
    print_totals(audit, settings, out);
}

// --- for programs ---

static int write_event(json_t *event, FILE *out)
{
    int result = json_dumpf(event, out, JSON_COMPACT) < 0 || fputc('\n', out) == EOF ? -EIO : 0;
    json_decref(event);
    return result;
}

static json_t *fault_event(const struct audit *audit, size_t number)
{
    const struct audited_fault *audited = &audit->faults[number];
    const struct fault *fault = audited->fault;
    json_t *cases = json_array();
    for (size_t i = 0; i < audit->plan.count; i++)
        if (has_caught(audit, number, i))
            json_array_append_new(cases, json_string(id_of(audit, i)));
    json_t *event = json_pack("{s:s, s:s, s:s, s:b, s:i, s:f, s:o}", "event", "fault", "program",
                              audit->list->program->name, "fault", fault->name, "caught", (int)audited->caught,
                              "unresolved", (int)audited->unresolved, "seconds", audited->seconds, "cases", cases);
    if (fault->requirement) {
        json_object_set_new(event, "requirement", json_string(fault->requirement->id));
        json_object_set_new(event, "level", json_string(level_name(fault->requirement->level)));
    }
    if (fault->legal)
        json_object_set_new(event, "legal", json_string(fault->legal));
    if (fault->explore)
        json_object_set_new(event, "explore", json_string(fault->explore));
    if (fault->known)
        json_object_set_new(event, "known", json_string(fault->known));
    return event;
}

static json_t *case_event_of(const struct audit *audit, size_t entry)
{
    json_t *faults = json_array();
    for (size_t i = 0; i < audit->list->count; i++)
        if (has_caught(audit, i, entry))
            json_array_append_new(faults, json_string(audit->faults[i].fault->name));
    json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:o}", "event", "case", "program", audit->list->program->name, "id",
                              id_of(audit, entry), "right", verdict_table[audit->right[entry]].name, "faults", faults);
    const char *excuse = audit_excuse(audit, entry);
    if (excuse)
        json_object_set_new(event, "excuse", json_string(excuse));
    return event;
}

int audit_write_events(const struct audit *audit, FILE *out)
{
    int result = 0;
    for (size_t i = 0; i < audit->list->count && result == 0; i++)
        if (!audit->faults[i].left_out)
            result = write_event(fault_event(audit, i), out);
    for (size_t i = 0; i < audit->plan.count && result == 0; i++)
        if (audit->asked[i])
            result = write_event(case_event_of(audit, i), out);
    for (size_t i = 0; i < audit->null_peer_count && result == 0; i++)
        result =
            write_event(json_pack("{s:s, s:s, s:s, s:i}", "event", "null-peer", "program", audit->list->program->name,
                                  "kind", audit->null_peers[i].kind, "passed", (int)audit->null_peers[i].passed),
                        out);
    return result;
}
