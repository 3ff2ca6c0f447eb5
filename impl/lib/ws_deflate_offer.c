#include "lib/ws_deflate_offer.h"

#include <stdio.h>
#include <string.h>

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

/* False when the parameter's value is not one that it may have; `bits` is 0 without one. */
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

/* The parameters of one element of the list. */
struct element {
    bool seen[PARAMETERS];
    int bits[PARAMETERS];
};

/* False for an element that section 7.1 has its receiver decline: an unknown, repeated or invalid parameter. */
static bool element_read(struct extension *extension, struct element *element)
{
    struct extension_parameter parameter;
    *element = (struct element){{false}, {0}};
    while (extension_next_parameter(extension, &parameter)) {
        enum parameter which = parameter_find(parameter.name);
        if (which == PARAMETERS || element->seen[which])
            return false;
        if (!value_is_legal(rules[which].value, &parameter, &element->bits[which]))
            return false;
        element->seen[which] = true;
    }
    return true;
}

static struct deflate_parameters element_parameters(const struct element *element)
{
    return (struct deflate_parameters){
        .server_no_context_takeover = element->seen[SERVER_NO_CONTEXT_TAKEOVER],
        .client_no_context_takeover = element->seen[CLIENT_NO_CONTEXT_TAKEOVER],
        .server_max_window_bits = element->bits[SERVER_MAX_WINDOW_BITS],
        .client_max_window_bits = element->bits[CLIENT_MAX_WINDOW_BITS],
    };
}

static bool offer_read(struct extension *offer, struct deflate_parameters *parameters)
{
    struct element element;
    if (!element_read(offer, &element))
        return false;
    *parameters = element_parameters(&element);
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

const char *deflate_offer_make(const char *parameters, struct deflate_offer *offer)
{
    struct extension extension;
    struct element element;
    int length = snprintf(offer->text, sizeof offer->text, NAME "%s%s", parameters[0] ? "; " : "", parameters);
    if (length >= (int)sizeof offer->text)
        return "too long";
    struct span list = {offer->text, (size_t)length};
    if (!extension_next(&list, &extension) || !extension.legal || list.length > 0)
        return "not a list of parameters";
    if (!element_read(&extension, &element))
        return "an unknown, repeated or invalid parameter";
    offer->parameters = element_parameters(&element);
    offer->client_max_window_bits = element.seen[CLIENT_MAX_WINDOW_BITS];
    offer->made = true;
    return NULL;
}

/* What a client checks of the parameters of a response beyond their form. */
static bool response_fits(const struct deflate_offer *offer, const struct element *response)
{
    const struct deflate_parameters *asked = &offer->parameters;
    bool limited = response->seen[CLIENT_MAX_WINDOW_BITS];
    int server_bits = response->bits[SERVER_MAX_WINDOW_BITS], client_bits = response->bits[CLIENT_MAX_WINDOW_BITS];
    if (asked->server_no_context_takeover && !response->seen[SERVER_NO_CONTEXT_TAKEOVER])
        return false;
    if (asked->server_max_window_bits && (!server_bits || server_bits > asked->server_max_window_bits))
        return false;
    if (limited && (!offer->client_max_window_bits || !client_bits))
        return false;
    return !asked->client_max_window_bits || client_bits <= asked->client_max_window_bits;
}

static const char *accept_response(struct extension *extension, const struct deflate_offer *offer,
                                   struct deflate_parameters *parameters)
{
    struct element response;
    if (!element_read(extension, &response))
        return "an unknown, repeated or invalid parameter of " NAME;
    if (!response_fits(offer, &response))
        return "parameters of " NAME " that do not fit the offer";
    *parameters = element_parameters(&response);
    parameters->client_no_context_takeover |= offer->parameters.client_no_context_takeover;
    if (!parameters->client_max_window_bits)
        parameters->client_max_window_bits = offer->parameters.client_max_window_bits;
    return NULL;
}

/* Takes one field's list. */
static const char *accept_list(struct span list, const struct deflate_offer *offer, bool *accepted,
                               struct deflate_parameters *parameters)
{
    struct extension extension;
    if (!extension_next(&list, &extension))
        return "a list of extensions without any";
    do {
        if (!offer->made || !extension.legal || !span_equals(extension.name, NAME))
            return "an extension that was not offered";
        if (*accepted)
            return NAME " is there twice";
        const char *fault = accept_response(&extension, offer, parameters);
        if (fault)
            return fault;
        *accepted = true;
    } while (extension_next(&list, &extension));
    return NULL;
}

const char *deflate_response_fault(const struct message_head *head, const struct deflate_offer *offer, bool *accepted,
                                   struct deflate_parameters *parameters)
{
    struct field_line field = {0};
    *accepted = false;
    while (message_head_next(head, &field)) {
        if (!span_equals_nocase(field.name, "Sec-WebSocket-Extensions"))
            continue;
        const char *fault = accept_list(field.value, offer, accepted, parameters);
        if (fault)
            return fault;
    }
    return NULL;
}
