#include "model/case_model.h"

#include <string.h>

#include "model/line_model.h"
#include "model/ws_alphabet.h"
#include "model/ws_case.h"

#define CLIENT_LIMIT (UINT64_C(16) << 20)

const char case_model_programs[] = "ws-echo-server, ws-client, tcp-counter-server, daytime-session, tcp-random-server, "
                                   "tcp-random-range-server, tcp-echo-server, tcp-time-server, unix-echo-server";

// --- a WebSocket client: we are the server ---

static bool client_goes_on(const void *context, const unsigned char *path, size_t length)
{
    struct ws_receiver receiver = {.limit = CLIENT_LIMIT};
    bool result = ws_path_goes_on(context, path, length, &receiver);
    ws_receiver_free(&receiver);
    return result;
}

static unsigned client_key(const void *context, const unsigned char *path, size_t length)
{
    const struct ws_alphabet *alphabet = context;
    struct ws_receiver receiver = {.limit = CLIENT_LIMIT};
    ws_walk(alphabet, path, length - 1, &receiver);
    unsigned key = (unsigned)receiver.state * WS_SYMBOL_COUNT +
                   (unsigned)ws_symbol_of(&receiver, &alphabet->letters[path[length - 1]].move);
    ws_receiver_free(&receiver);
    return key;
}

// Whether a client takes a length in a long form cannot be told from what it prints.
static bool client_fits(const void *context, const unsigned char *path, size_t length)
{
    return client_key(context, path, length) % WS_SYMBOL_COUNT != WS_SYMBOL_LONG_FORM &&
           (length == 1 || client_goes_on(context, path, length - 1));
}

static void client_describe(const void *context, const unsigned char *path, size_t length, struct buffer *out)
{
    const struct ws_alphabet *alphabet = context;
    for (size_t i = 0; i < length; i++)
        buffer_format(out, "%s%s", i ? " " : "", alphabet->letters[path[i]].name);
}

static void client_write(const void *context, const unsigned char *path, size_t length, const char *id,
                         struct buffer *out)
{
    struct ws_receiver receiver = {.limit = CLIENT_LIMIT};
    struct ws_move moves[CASE_PATH_MAX];
    struct buffer title = {0};
    const struct ws_alphabet *alphabet = context;
    buffer_text(&title, "The sequence is answered as RFC 6455 allows: ");
    client_describe(context, path, length, &title);
    for (size_t i = 0; i < length; i++) {
        moves[i] = alphabet->letters[path[i]].move;
        moves[i].awaited = true;
    }
    struct ws_sequence sequence = {moves, length};
    struct ws_case_terms terms = {
        .limit = CLIENT_LIMIT, .id = id, .program = "ws-client", .title = buffer_string(&title)};
    ws_case_write(out, &sequence, &terms);
    buffer_free(&title);
    ws_receiver_free(&receiver);
}

bool case_model_find(const char *program, struct case_model *model)
{
    static struct ws_alphabet alphabet;
    for (size_t i = 0; i < line_model_count; i++) {
        if (strcmp(line_models[i].program, program) != 0)
            continue;
        line_case_model(&line_models[i], model);
        return true;
    }
    if (strcmp(program, "ws-client") != 0)
        return false;
    ws_alphabet_make(&alphabet, false);
    *model = (struct case_model){
        .context = &alphabet,
        .letters = alphabet.count,
        .fits = client_fits,
        .goes_on = client_goes_on,
        .key = client_key,
        .write = client_write,
        .describe = client_describe,
    };
    return true;
}
