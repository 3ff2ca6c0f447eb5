// Reaches events_replay of harness/report/events.c and every report format: terminal, JSON Lines, TAP, JUnit, HTML, index.
//
// The first byte chooses the format, modulo their number; the rest is a file of events. One format each time, since what
// costs is the report and the look at it.
//
// Oracles:
// - lines that are refused have a message with a place;
// - whatever the events hold, the terminal's text has no control character but line feeds, TAP begins with its version and
//   has none either, JUnit and HTML are well-formed, JSON Lines are read back as they were, and
//   the index is a JSON object.
#include <jansson.h>
#include <libxml/parser.h>
#include <string.h>

#include "fuzz.h"
#include "report/reporter.h"

// What a format makes of the input, to be freed; NULL when it cannot hold one of the strings (-EILSEQ).
static char *replay(const uint8_t *data, size_t size, enum report_format format, size_t *length)
{
    char message[512];
    char *text = NULL;
    FILE *in = fmemopen((void *)data, size, "rb");
    FILE *out = open_memstream(&text, length);
    require(in && out);
    struct reporter *reporter = reporter_make(format, out, NULL);
    int result = events_replay(in, "input", reporter, message, sizeof message);
    if (result < 0)
        require(*message);
    int closed = reporter_close(reporter);
    fclose(in);
    if (closed < 0) {
        free(text);
        return NULL;
    }
    return text;
}

static void check_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        require((unsigned char)text[i] >= 0x20 || text[i] == '\n');
}

static void check_markup(const char *text, size_t length)
{
    xmlDoc *document = xmlReadMemory(text, (int)length, "report", NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
    require(document != NULL);
    xmlFreeDoc(document);
}

static void check_index(const char *text, size_t length)
{
    json_error_t error;
    json_t *index = json_loadb(text, length, 0, &error);
    require(json_is_object(index));
    json_decref(index);
}

static void check_lines(const char *text, size_t length)
{
    size_t again_length;
    if (length == 0)
        return;
    char *again = replay((const uint8_t *)text, length, REPORT_JSONL, &again_length);
    require(again && again_length == length && memcmp(again, text, length) == 0);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        enum report_format format;
        void (*check)(const char *text, size_t length);
    } rows[] = {
        {REPORT_TERMINAL, check_plain}, {REPORT_TAP, check_plain},   {REPORT_JUNIT, check_markup},
        {REPORT_HTML, check_markup},    {REPORT_JSONL, check_lines}, {REPORT_INDEX, check_index},
    };
    if (size < 2)
        return 0;
    size_t chosen = data[0] % (sizeof rows / sizeof *rows), length = 0;
    char *text = replay(data + 1, size - 1, rows[chosen].format, &length);
    if (text)
        rows[chosen].check(text, length);
    free(text);
    return 0;
}
