/* tcp-random-range-server PORT: answers "MIN MAX" with a random number in that range (contract 22). */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/arguments.h"
#include "lib/integer.h"
#include "lib/lines.h"
#include "lib/random.h"
#include "lib/server.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Takes the next number and the blanks around it off the text. Returns as integer_parse. */
static int take_number(const char **text, const char *end, int64_t *number)
{
    while (*text < end && is_blank(**text))
        ++*text;
    const char *start = *text;
    while (*text < end && !is_blank(**text))
        ++*text;
    int result = integer_parse(start, (size_t)(*text - start), number);
    while (*text < end && is_blank(**text))
        ++*text;
    return result;
}

/* Reads a request. Returns NULL, or the reason why it is none. */
static const char *read_range(const struct line *line, int64_t *minimum, int64_t *maximum)
{
    const char *text = line->text, *end = line->text + line->length;
    if (!line->begins)
        return "the line is too long";
    int first = take_number(&text, end, minimum);
    int second = take_number(&text, end, maximum);
    if (first == -EINVAL || second == -EINVAL || text < end)
        return "expected two integers, MIN MAX";
    if (first == -ERANGE || second == -ERANGE)
        return "a number is outside of 64 bits";
    return *minimum > *maximum ? "MIN is above MAX" : NULL;
}

static int answer(int socket, const struct line *line, int64_t deadline)
{
    int64_t minimum, maximum;
    char text[64];
    const char *reason = read_range(line, &minimum, &maximum);
    size_t length = reason ? (size_t)snprintf(text, sizeof text, "error: %s\n", reason)
                           : integer_line(random_between(minimum, maximum), text);
    return net_write(socket, text, length, deadline);
}

static void serve(int socket, void *context)
{
    const struct server_deadlines *deadlines = context;
    net_set_nodelay(socket);
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    while (lines_next(&lines, net_deadline(deadlines->read_ms), &line) > 0) {
        if (line.end == LINE_ENDS && answer(socket, &line, net_deadline(deadlines->write_ms)) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    struct server_options options = {.host = NULL};
    struct server_deadlines deadlines = SERVER_DEADLINES;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        SERVER_ARGUMENTS(options, deadlines),
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers MIN MAX with a random number in that range", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return server_main(&options, serve, &deadlines);
}
