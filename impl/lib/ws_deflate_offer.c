#include "lib/ws_deflate_offer.h"

#include <stdio.h>
#include <string.h>

#include "lib/ws_extension.h"

#define NAME "permessage-deflate"

enum value_rule { VALUE_NONE, VALUE_NEEDED, VALUE_OPTIONAL };

enum parameter {
    SERVER_NO_CONTEXT_TAKEOVER,
    CLIENT_NO_CONTEXT_TAKEOVER,
    SERVER_MAX_WINDOW_BITS,
    CLIENT_MAX_WINDOW_BITS,
    PARAMETERS,
};

static const struct {
    const char *name;
    enum value_rule value;
} rules[PARAMETERS] = {
    [SERVER_NO_CONTEXT_TAKEOVER] = {"server_no_context_takeover", VALUE_NONE},
    [CLIENT_NO_CONTEXT_TAKEOVER] = {"client_no_context_takeover", VALUE_NONE},
    [SERVER_MAX_WINDOW_BITS] = {"server_max_window_bits", VALUE_NEEDED},
    [CLIENT_MAX_WINDOW_BITS] = {"client_max_window_bits", VALUE_OPTIONAL},
};

static enum parameter parameter_find(struct span name)
{
    for (int i = 0; i < PARAMETERS; i++)
        if (span_equals(name, rules[i].name))
            return (enum parameter)i;
    return PARAMETERS;
}

/* Decimal without leading zeros, 8 to 15; 0 for anything else. */
static int bits_read(const char *value)
{
    int bits = 0;
    if (value[0] < '1' || value[0] > '9')
        return 0;
    for (; *value; value++) {
        if (*value < '0' || *value > '9' || bits > DEFLATE_BITS_MAX)
            return 0;
        bits = bits * 10 + *value - '0';
    }
    return bits >= DEFLATE_BITS_MIN && bits <= DEFLATE_BITS_MAX ? bits : 0;
}

/* False when the parameter's value is not one that it may have in an offer; `bits` is 0 without one. */
static bool value_is_legal(enum value_rule rule, const struct extension_parameter *parameter, int *bits)
{
    *bits = parameter->has_value ? bits_read(parameter->value) : 0;
    switch (rule) {
    case VALUE_NONE:
        return !parameter->has_value;
    case VALUE_NEEDED:
        return *bits > 0;
    case VALUE_OPTIONAL:
        return *bits > 0 || !parameter->has_value;
    }
    return false;
}

/* False for an offer that section 7.1 has the server decline. */
static bool offer_read(struct extension *offer, struct deflate_parameters *parameters)
{
    struct extension_parameter parameter;
    bool seen[PARAMETERS] = {false};
    int bits[PARAMETERS] = {0};
    while (extension_next_parameter(offer, &parameter)) {
        enum parameter which = parameter_find(parameter.name);
        if (which == PARAMETERS || seen[which])
            return false;
        if (!value_is_legal(rules[which].value, &parameter, &bits[which]))
            return false;
        seen[which] = true;
    }
    *parameters = (struct deflate_parameters){
        .server_no_context_takeover = seen[SERVER_NO_CONTEXT_TAKEOVER],
        .client_no_context_takeover = seen[CLIENT_NO_CONTEXT_TAKEOVER],
        .server_max_window_bits = bits[SERVER_MAX_WINDOW_BITS],
        .client_max_window_bits = bits[CLIENT_MAX_WINDOW_BITS],
    };
    return true;
}

bool deflate_negotiate(const struct message_head *head, struct deflate_parameters *parameters)
{
    struct field_line field = {0};
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, "Sec-WebSocket-Extensions"))
            continue;
        struct extension offer;
        while (extension_next(&field.value, &offer))
            if (offer.legal && span_equals(offer.name, NAME) && offer_read(&offer, parameters))
                return true;
    }
    return false;
}

size_t deflate_answer_write(const struct deflate_parameters *parameters, char text[DEFLATE_ANSWER_MAX])
{
    char server_bits[32] = "", client_bits[32] = "";
    if (parameters->server_max_window_bits)
        snprintf(server_bits, sizeof server_bits, "; server_max_window_bits=%d", parameters->server_max_window_bits);
    if (parameters->client_max_window_bits)
        snprintf(client_bits, sizeof client_bits, "; client_max_window_bits=%d", parameters->client_max_window_bits);
    return (size_t)snprintf(text, DEFLATE_ANSWER_MAX, NAME "%s%s%s%s",
                            parameters->server_no_context_takeover ? "; server_no_context_takeover" : "",
                            parameters->client_no_context_takeover ? "; client_no_context_takeover" : "", server_bits,
                            client_bits);
}
