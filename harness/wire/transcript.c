#include "wire/transcript.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/memory.h"

#define KEPT_IN_ALL 65536 // bytes of a case
#define KEPT_IN_ENTRY 4096
#define SHOWN_WIDTH 200 // of a line, at about that many characters
#define ENTRIES 2000

struct transcript_entry {
    int64_t time;
    char name[24];
    enum direction direction;
    size_t length; // of what went over the wire
    size_t kept;   // of `text`
    char *text;
};

void transcript_begin(struct transcript *transcript)
{
    transcript_free(transcript);
    transcript->start = clock_now();
}

void transcript_free(struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++)
        free(transcript->entries[i].text);
    free(transcript->entries);
    *transcript = (struct transcript){0};
}

// What went last is what a failure is about, so it is the older half that has to go.
static void drop_older_half(struct transcript *transcript)
{
    size_t count = (transcript->count + 1) / 2;
    for (size_t i = 0; i < count; i++) {
        transcript->kept -= transcript->entries[i].kept;
        free(transcript->entries[i].text);
    }
    transcript->count -= count;
    transcript->dropped += count;
    memmove(transcript->entries, transcript->entries + count, transcript->count * sizeof *transcript->entries);
}

static void add(struct transcript *transcript, const char *name, enum direction direction, const void *bytes,
                size_t length)
{
    size_t kept = length < KEPT_IN_ENTRY ? length : KEPT_IN_ENTRY;
    while (transcript->count == ENTRIES || transcript->kept + kept > KEPT_IN_ALL)
        drop_older_half(transcript);
    transcript->entries = grow(transcript->entries, transcript->count, sizeof *transcript->entries);
    struct transcript_entry *entry = &transcript->entries[transcript->count++];
    *entry = (struct transcript_entry){
        .time = clock_now() - transcript->start,
        .direction = direction,
        .length = length,
        .kept = kept,
        .text = duplicate_bytes(bytes, kept),
    };
    strncpy(entry->name, name, sizeof entry->name - 1);
    transcript->kept += kept;
}

void transcript_bytes(struct transcript *transcript, const char *name, enum direction direction, const void *bytes,
                      size_t length)
{
    if (transcript)
        add(transcript, name, direction, bytes, length);
}

void transcript_note(struct transcript *transcript, const char *name, const char *format, ...)
{
    if (!transcript)
        return;
    struct buffer text = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_format_list(&text, format, arguments);
    va_end(arguments);
    add(transcript, name, DIRECTION_NOTE, text.data, text.length);
    buffer_free(&text);
}

struct transcript_view transcript_entry_view(const struct transcript *transcript, size_t index)
{
    const struct transcript_entry *entry = &transcript->entries[index];
    return (struct transcript_view){
        .name = entry->name,
        .direction = entry->direction,
        .bytes = (const unsigned char *)entry->text,
        .kept = entry->kept,
        .length = entry->length,
    };
}

// How many bytes fit into a line once they are escaped.
static size_t shown_bytes(const struct transcript_entry *entry)
{
    size_t count = 0;
    for (size_t width = 0; count < entry->kept; count++) {
        width += entry->text[count] >= ' ' && entry->text[count] <= '~' ? 1 : strlen("\\xff");
        if (width > SHOWN_WIDTH)
            break;
    }
    return count;
}

char *transcript_line(const struct transcript *transcript, size_t index)
{
    const struct transcript_entry *entry = &transcript->entries[index];
    struct buffer line = {0};
    buffer_format(&line, "+%.6f %s %c ", (double)entry->time / 1e9, entry->name, (char)entry->direction);
    if (entry->direction == DIRECTION_NOTE) {
        buffer_append(&line, entry->text, entry->kept);
        return buffer_take(&line);
    }
    buffer_text(&line, "\"");
    buffer_escaped(&line, entry->text, entry->length, shown_bytes(entry));
    buffer_text(&line, "\"");
    return buffer_take(&line);
}
