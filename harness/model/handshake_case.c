#include "model/handshake_case.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ws/handshake.h"

enum { LINES_MAX = 24 };

// A handshake as it is being written: the level of each part, and the lines of its fields.
struct writer {
    const struct handshake_table *table;
    const unsigned char *path;
    const struct handshake_level *other; // the level that is not legal, or NULL
    enum handshake_part other_part;
    char *lines[LINES_MAX];
    size_t line_count;
};

// --- levels ---

static const struct handshake_level *level_of(const struct writer *writer, enum handshake_part part)
{
    for (size_t i = 0; i < writer->table->count; i++)
        if (writer->table->factors[i].part == part)
            return &writer->table->factors[i].levels[writer->path[i]];
    return NULL;
}

static bool stands(const struct writer *writer, enum handshake_part part, const char *name)
{
    return strcmp(level_of(writer, part)->name, name) == 0;
}

static struct writer begin(const struct handshake_table *table, const unsigned char *path)
{
    struct writer writer = {.table = table, .path = path};
    for (size_t i = 0; i < table->count; i++) {
        if (path[i] < table->factors[i].legal)
            continue;
        writer.other = &table->factors[i].levels[path[i]];
        writer.other_part = table->factors[i].part;
    }
    return writer;
}

// --- text ---

static void write_quoted(struct buffer *out, const char *text)
{
    buffer_text(out, "\"");
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '\r' || byte == '\n' || byte == '\t')
            buffer_format(out, "\\%c", byte == '\r' ? 'r' : byte == '\n' ? 'n' : 't');
        else if (byte == '"' || byte == '\\')
            buffer_format(out, "\\%c", byte);
        else if (byte < ' ')
            buffer_format(out, "\\x%02x", byte);
        else
            buffer_append(out, &byte, 1);
    }
    buffer_text(out, "\"");
}

// The text of a level, with the host that the request names.
static char *fill_in(const struct writer *writer, const char *text)
{
    const struct handshake_level *host = level_of(writer, HANDSHAKE_HOST);
    const char *place = strstr(text, "{host}");
    if (!place || !host)
        return duplicate(text);
    const char *name = host->text ? host->text : "localhost";
    return format_text("%.*s%.*s%s", (int)(place - text), text, (int)strcspn(name, "\n"), name,
                       place + strlen("{host}"));
}

// --- fields ---

static void add_line(struct writer *writer, char *line)
{
    writer->lines[writer->line_count++] = line;
}

static void add_field(struct writer *writer, const char *field, const char *value, size_t length)
{
    const char *blanks = level_of(writer, HANDSHAKE_BLANKS)->text;
    size_t before = strcspn(blanks, "\n");
    char *line = format_text("%s:%.*s%.*s%s", field, (int)before, blanks, (int)length, value, blanks + before + 1);
    for (size_t i = 0; line[i] != ':'; i++) {
        if (stands(writer, HANDSHAKE_NAMES, "lower"))
            line[i] = (char)tolower((unsigned char)line[i]);
        if (stands(writer, HANDSHAKE_NAMES, "upper"))
            line[i] = (char)toupper((unsigned char)line[i]);
    }
    add_line(writer, line);
}

// The fields of a level's text, one for each line of it.
static void add_fields(struct writer *writer, const char *field, const char *text)
{
    char *filled = fill_in(writer, text);
    for (const char *value = filled; value;) {
        size_t length = strcspn(value, "\n");
        add_field(writer, field, value, length);
        value = value[length] ? value + length + 1 : NULL;
    }
    free(filled);
}

static void turn_lines(struct writer *writer, size_t from, size_t to)
{
    for (; from + 1 < to; from++, to--) {
        char *line = writer->lines[from];
        writer->lines[from] = writer->lines[to - 1];
        writer->lines[to - 1] = line;
    }
}

// The lines of all fields but the accept value, in the order of the level.
static void make_lines(struct writer *writer)
{
    const struct handshake_table *table = writer->table;
    for (size_t i = 0; i < table->count; i++) {
        const struct handshake_factor *factor = &table->factors[i];
        const char *text = factor->levels[writer->path[i]].text;
        if (text && factor->part == HANDSHAKE_OTHER)
            add_line(writer, duplicate(text));
        else if (text && factor->field && factor->part != HANDSHAKE_ACCEPT)
            add_fields(writer, factor->field, text);
    }
    size_t half = writer->line_count / 2;
    if (stands(writer, HANDSHAKE_ORDER, "reversed")) {
        turn_lines(writer, 0, writer->line_count);
    } else if (stands(writer, HANDSHAKE_ORDER, "rotated")) {
        turn_lines(writer, 0, half);
        turn_lines(writer, half, writer->line_count);
        turn_lines(writer, 0, writer->line_count);
    }
}

static void free_lines(struct writer *writer)
{
    for (size_t i = 0; i < writer->line_count; i++)
        free(writer->lines[i]);
    writer->line_count = 0;
}

// --- the request, and what a server answers ---

static void write_request(struct writer *writer, struct buffer *out)
{
    struct buffer head = {0};
    char *target = fill_in(writer, level_of(writer, HANDSHAKE_TARGET)->text);
    make_lines(writer);
    buffer_format(&head, "%s %s %s\r\n", level_of(writer, HANDSHAKE_METHOD)->text, target,
                  level_of(writer, HANDSHAKE_VERSION)->text);
    for (size_t i = 0; i < writer->line_count; i++)
        buffer_format(&head, "%s\r\n", writer->lines[i]);
    buffer_text(&head, "\r\n");
    buffer_text(out, "      - connect: a\n      - send: {text: ");
    write_quoted(out, buffer_string(&head));
    buffer_text(out, "}\n");
    free(target);
    free_lines(writer);
    buffer_free(&head);
}

// A 101 whose accept value belongs to the key, where that is one; without its last braces.
static void write_opened(const struct writer *writer, struct buffer *out)
{
    const char *key = level_of(writer, HANDSHAKE_KEY)->text;
    char accept[WS_ACCEPT_LENGTH + 1];
    buffer_text(out, "{response: {status: 101, headers: {Upgrade: {regex: '(?i)websocket$'}, "
                     "Connection: {token: Upgrade}");
    if (writer->other_part == HANDSHAKE_KEY && writer->other)
        return;
    ws_accept_for(key, accept);
    buffer_format(out, ", Sec-WebSocket-Accept: \"%s\"", accept);
}

// A server without subprotocols and extensions agrees to none; another may agree to what was offered.
static void write_all_opened(const struct writer *writer, struct buffer *out)
{
    bool subprotocol = level_of(writer, HANDSHAKE_PROTOCOL)->text;
    bool deflate = stands(writer, HANDSHAKE_EXTENSIONS, "deflate");
    for (unsigned i = 0; i < 4; i++) {
        bool agrees = i & 1;
        bool compresses = i & 2;
        if ((agrees && !subprotocol) || (compresses && !deflate))
            continue;
        buffer_text(out, "            - ");
        write_opened(writer, out);
        buffer_format(out, ", Sec-WebSocket-Protocol: %s, Sec-WebSocket-Extensions: %s}}",
                      agrees ? "{regex: '(?:super)?chat\\.example$'}" : "absent",
                      compresses ? "{regex: 'permessage-deflate( *;.*)?$'}" : "absent");
        if (agrees)
            buffer_text(out, ", grade: nonstrict, why: it was offered but the server does not speak it");
        else if (compresses)
            buffer_text(out, ", grade: info, why: the reference has it off by default");
        buffer_text(out, "}\n");
    }
}

static void write_grade(struct buffer *out, const char *grade)
{
    const char *why = strchr(grade, ':');
    if (!why)
        return;
    buffer_format(out, ", grade: %.*s, why: ", (int)(why - grade), grade);
    write_quoted(out, why + 2);
}

static void write_refused(const struct writer *writer, struct buffer *out)
{
    const struct handshake_level *level = writer->other;
    bool may_open = level->opened && strcmp(level->opened, "pass") == 0;
    if (level->opened) {
        buffer_text(out, "            - ");
        write_opened(writer, out);
        buffer_text(out, "}}");
        write_grade(out, level->opened);
        buffer_text(out, "}\n");
    }
    if (level->refused[0])
        buffer_format(out, "            - {response: {status: [%s]}}\n", level->refused);
    buffer_format(out, "            - {response: {status: %s}, grade: nonstrict, why: \"",
                  may_open ? "[4xx, 5xx]" : "4xx");
    if (level->refused[0])
        buffer_format(out, "best is %s\"}\n", level->refused);
    else
        buffer_text(out, "what is asked for is there\"}\n");
    // Where HTTP has an answer ready for what is refused, the end is none.
    if (level->refused[0] && writer->other_part != HANDSHAKE_TARGET && writer->other_part != HANDSHAKE_ORIGIN)
        buffer_text(out,
                    "            - {end: any, grade: nonstrict, why: \"RFC 6455 10.7 asks for an HTTP status\"}\n");
}

static void write_server_steps(struct writer *writer, struct buffer *out)
{
    if (writer->other)
        buffer_text(out, "      - control\n");
    write_request(writer, out);
    buffer_text(out, "      - expect:\n          any:\n");
    if (writer->other) {
        write_refused(writer, out);
        return;
    }
    write_all_opened(writer, out);
    buffer_text(out, "      - send: {message: text, payload: hello}\n"
                     "      - expect: {message: text, payload: hello}\n"
                     "      - close: 1000\n");
}

// --- the answer, and what a client makes of it ---

// The head that the harness makes, because it knows the key. What it cannot put there stands before it: the field
// X-Ignored then swallows its status line.
static void write_answer(struct writer *writer, struct buffer *out)
{
    const struct handshake_level *accept = level_of(writer, HANDSHAKE_ACCEPT);
    const char *second = accept->text ? strchr(accept->text, '\n') : NULL;
    bool last = stands(writer, HANDSHAKE_ORDER, "accept-last");
    bool ahead = last || !stands(writer, HANDSHAKE_STATUS, "101");
    make_lines(writer);
    if (second)
        add_field(writer, "Sec-WebSocket-Accept", second + 1, strlen(second + 1));
    if (ahead) {
        struct buffer head = {0};
        buffer_format(&head, "%s %s %s\r\n", level_of(writer, HANDSHAKE_VERSION)->text,
                      level_of(writer, HANDSHAKE_STATUS)->text, level_of(writer, HANDSHAKE_REASON)->text);
        for (size_t i = 0; i < writer->line_count && last; i++)
            buffer_format(&head, "%s\r\n", writer->lines[i]);
        buffer_text(&head, "X-Ignored: ");
        buffer_text(out, "{text: ");
        write_quoted(out, buffer_string(&head));
        buffer_text(out, "}, ");
        buffer_free(&head);
    }
    buffer_format(out, "{response: {version: %s, reason: ", level_of(writer, HANDSHAKE_VERSION)->text);
    write_quoted(out, level_of(writer, HANDSHAKE_REASON)->text);
    buffer_format(out, ", without: [Upgrade, Connection%s]", accept->text ? "" : ", Sec-WebSocket-Accept");
    if (accept->text && accept->text[0] == ':')
        buffer_text(out, ", set: {Sec-WebSocket-Accept: \"\"}");
    else if (accept->text)
        buffer_format(out, ", accept: %.*s", (int)strcspn(accept->text, "\n"), accept->text);
    buffer_text(out, ", add: [");
    for (size_t i = 0; i < writer->line_count && !last; i++) {
        buffer_text(out, i ? ", " : "");
        write_quoted(out, writer->lines[i]);
    }
    buffer_text(out, "]}}");
    free_lines(writer);
}

static void write_client_steps(struct writer *writer, struct buffer *out)
{
    static const char message[] = "{message: text, payload: hello}";
    buffer_text(out, "      - accept\n      - expect: {request: {opening: yes}}\n      - send: {concat: [");
    write_answer(writer, out);
    if (writer->other) {
        buffer_format(out,
                      ", %s, {close-frame: 1000}]}\n      - close\n"
                      "      - expect-stderr: {regex: 'Fatal error: [^\\n]+\\n', until: end}\n"
                      "      - expect-exit: 1\n",
                      message);
        return;
    }
    if (stands(writer, HANDSHAKE_BEHIND, "message"))
        buffer_format(out, ", %s]}\n", message);
    else
        buffer_format(out, "]}\n      - send: %s\n", message);
    buffer_text(out, "      - expect-stdout: \"Received: hello\\n\"\n");
}

// --- the case ---

static void describe(const void *context, const unsigned char *path, size_t length, struct buffer *out)
{
    const struct handshake_table *table = context;
    size_t start = out->length;
    for (size_t i = 0; i < length; i++)
        if (path[i])
            buffer_format(out, "%s%s-%s", out->length > start ? " " : "", table->factors[i].name,
                          table->factors[i].levels[path[i]].name);
    if (out->length == start)
        buffer_text(out, "plain");
}

static void write_requirements(const struct writer *writer, struct buffer *out)
{
    const struct handshake_table *table = writer->table;
    if (writer->other) {
        buffer_text(out, writer->other->requirement);
        return;
    }
    for (size_t i = 0; i < table->count; i++) {
        const char *requirement = table->factors[i].levels[writer->path[i]].requirement;
        bool known = false;
        for (size_t k = 0; k < i; k++)
            known |= strcmp(table->factors[k].levels[writer->path[k]].requirement, requirement) == 0;
        if (!known)
            buffer_format(out, "%s%s", i ? ", " : "", requirement);
    }
}

static void write(const void *context, const unsigned char *path, size_t length, const char *id, struct buffer *out)
{
    const struct handshake_table *table = context;
    struct writer writer = begin(table, path);
    buffer_format(out, "  - id: %s/%s\n    title: \"%s: ", table->program, id,
                  !writer.other          ? "The handshake opens the WebSocket"
                  : writer.other->opened ? "The handshake is refused, or taken as it may be"
                                         : "The handshake is refused");
    describe(context, path, length, out);
    buffer_text(out, "\"\n    checks: [");
    write_requirements(&writer, out);
    buffer_text(out, "]\n    steps:\n");
    if (table->server)
        write_server_steps(&writer, out);
    else
        write_client_steps(&writer, out);
}

void handshake_case_model(const struct handshake_table *table, struct case_model *model)
{
    *model = (struct case_model){.context = table, .write = write, .describe = describe};
    for (size_t i = 0; i < table->count; i++)
        model->letters += table->factors[i].count;
}
