// Replay: JSON Lines back into events.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "report/details.h"
#include "report/reporter.h"

struct place {
    const char *name;
    size_t line;
    char *message;
    size_t message_size;
};

// Fills in the message; the parser quotes its input, so that has to be made harmless.
static int bad_line(const struct place *place, size_t column, const char *what, const char *more)
{
    struct buffer safe = {0};
    text_append(&safe, (struct text){what, strlen(what)}, SIZE_MAX);
    snprintf(place->message, place->message_size, "%s:%zu:%zu: %s%s", place->name, place->line, column,
             buffer_string(&safe), more);
    buffer_free(&safe);
    return -EBADMSG;
}

static int failed(const struct place *place, const char *action, const char *object, int error)
{
    snprintf(place->message, place->message_size, "%s %s: %s", action, object, strerror(-error));
    return error;
}

static int line_replay(const struct place *place, const char *line, size_t length, struct reporter *reporter)
{
    bool ended = length > 0 && line[length - 1] == '\n';
    json_error_t error;
    json_t *event = json_loadb(line, length, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (!event)
        return bad_line(place, error.column > 0 ? (size_t)error.column : 1, error.text,
                        ended ? "" : " (the file ends within this line)");

    int status;
    if (!json_is_object(event))
        status = bad_line(place, 1, "not a JSON object; each line is one event", "");
    else if (!json_is_string(json_object_get(event, "event")))
        status = bad_line(place, 1, "an object without an \"event\" member that says what it is", "");
    else if ((status = reporter_event(reporter, event)) != 0)
        failed(place, "write", "the report", status);
    json_decref(event);
    return status;
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!strchr(" \t\r\n", line[i]) || line[i] == '\0')
            return false;
    return true;
}

int events_replay(FILE *input, const char *name, struct reporter *reporter, char *message, size_t message_size)
{
    struct place place = {name, 0, message, message_size};
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int status = 0;

    if (message_size > 0)
        message[0] = '\0';
    errno = 0;
    while (status == 0 && (length = getline(&line, &capacity, input)) >= 0) {
        place.line++;
        if (!is_blank(line, (size_t)length))
            status = line_replay(&place, line, (size_t)length, reporter);
        errno = 0;
    }
    if (status == 0 && !feof(input))
        status = failed(&place, "read", name, errno ? -errno : -EIO);
    free(line);
    return status;
}
