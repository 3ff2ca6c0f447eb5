#include "serve/request.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path;
    enum serve_word word;
    bool needs_case;
    bool needs_agent;
} words[] = {
    {"/getCaseCount", SERVE_COUNT, false, false},  {"/getCaseInfo", SERVE_INFO, true, false},
    {"/runCase", SERVE_RUN, true, true},           {"/getCaseStatus", SERVE_STATUS, true, true},
    {"/updateReports", SERVE_UPDATE, false, true},
};
#define WORDS (sizeof words / sizeof *words)

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c | 0x20) : NULL;
    return found ? (int)(found - digits) : -1;
}

// Undoes the percent-encoding of a value; a plus is a blank. False when it is too long or badly encoded.
static bool decode_value(const char *text, size_t length, char *out, size_t size)
{
    size_t made = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%') {
            int high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (made + 1 >= size || c == '\0')
            return false;
        out[made++] = c;
    }
    out[made] = '\0';
    return true;
}

static bool parse_number(const char *text, size_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *number = value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value > 0;
}

static const char *parse_query(const char *query, struct serve_request *request)
{
    char number[24];
    while (*query) {
        size_t length = strcspn(query, "&");
        if (strncmp(query, "agent=", 6) == 0 &&
            !decode_value(query + 6, length - 6, request->agent, sizeof request->agent))
            return "the agent's name is too long or badly encoded";
        if (strncmp(query, "case=", 5) == 0 &&
            (!decode_value(query + 5, length - 5, number, sizeof number) || !parse_number(number, &request->number)))
            return "`case` is not a number from 1";
        query += length + (query[length] == '&');
    }
    return NULL;
}

const char *serve_request_parse(const char *target, size_t cases, struct serve_request *request)
{
    size_t length = strcspn(target, "?");
    size_t i = 0;
    *request = (struct serve_request){0};
    while (i < WORDS && !(strlen(words[i].path) == length && strncmp(target, words[i].path, length) == 0))
        i++;
    if (i == WORDS)
        return "not one of /getCaseCount, /getCaseInfo, /runCase, /getCaseStatus, /updateReports";
    request->word = words[i].word;
    const char *wrong = parse_query(target[length] ? target + length + 1 : "", request);
    if (wrong)
        return wrong;
    if (words[i].needs_case && request->number == 0)
        return "it needs `case=N`";
    if (request->number > cases)
        return "there are not so many cases";
    if (words[i].needs_agent && !request->agent[0])
        return "it needs `agent=NAME`";
    return NULL;
}
