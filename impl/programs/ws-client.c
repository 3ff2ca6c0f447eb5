/* ws-client HOST:PORT PATH or ws-client URL: sends lines as text messages and prints what comes back
 * (contract 20). */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/arguments.h"
#include "lib/lines.h"
#include "lib/net.h"
#include "lib/stop.h"
#include "lib/utf8.h"
#include "lib/ws_client.h"

enum { HANDSHAKE_MS = 10000, CLOSE_MS = 2000, PROMPTS = 5 };

struct conversation {
    struct ws_client server;
    struct lines input;
    bool input_ended;
    struct utf8 text; /* of the line being sent */
    int64_t idle_ms;
    int prompts;      /* since the last input */
    int64_t deadline; /* for input, or, behind our close frame, for the server's */
};

/* Sends our close frame, after which the server has a while to answer. */
static int leave(struct conversation *talk, struct failure *failure)
{
    if (talk->server.closing)
        return 0;
    talk->deadline = net_deadline(CLOSE_MS);
    return ws_client_close(&talk->server, CLOSE_NORMAL, failure);
}

/* A line is a message, of as many fragments as it has pieces. */
static int send_line(struct conversation *talk, const struct line *line, struct failure *failure)
{
    bool final = line->end != LINE_GOES_ON;
    if (line->begins)
        talk->text = utf8_begin();
    if (!utf8_feed(&talk->text, (const unsigned char *)line->text, line->length) ||
        (final && !utf8_may_end(&talk->text)))
        return failure_explain(failure, EILSEQ, "not UTF-8", "read standard input");
    return ws_client_send(&talk->server, line->begins ? OPCODE_TEXT : OPCODE_CONTINUATION, final, line->text,
                          line->length, failure);
}

/* Sends the lines that are there. */
static int take_input(struct conversation *talk, struct failure *failure)
{
    struct line line;
    int result;
    talk->prompts = 0;
    talk->deadline = net_deadline(talk->idle_ms);
    while ((result = lines_next(&talk->input, net_deadline(0), &line)) > 0)
        if ((result = send_line(talk, &line, failure)) < 0)
            return result;
    if (result == -ETIMEDOUT)
        return 0;
    if (result < 0)
        return failure_set(failure, -result, "read standard input");
    talk->input_ended = true;
    return leave(talk, failure);
}

static int prompt(struct conversation *talk, struct failure *failure)
{
    printf("Please give me input! %d\n", ++talk->prompts);
    talk->deadline = net_deadline(talk->idle_ms);
    return talk->prompts == PROMPTS ? leave(talk, failure) : 0;
}

/* The close codes of an end in order; without a code it is one too (RFC 6455 section 7.4.1). */
static int end_by_server(const struct conversation *talk, unsigned code, struct failure *failure)
{
    if (code == CLOSE_NORMAL || code == CLOSE_GOING_AWAY || code == CLOSE_NO_CODE)
        return 1;
    char reason[64];
    snprintf(reason, sizeof reason, "closed by the server with code %u", code);
    return failure_explain(failure, ECONNRESET, reason, "read from %.200s", talk->server.peer);
}

/* Prints the messages that are there. Returns 1 when the conversation is over, 0 when it goes on, or a
 * negative errno code. */
static int take_messages(struct conversation *talk, struct failure *failure)
{
    struct session_event event;
    int result;
    while ((result = ws_client_next(&talk->server, net_deadline(0), &event, failure)) > 0) {
        if (event.type == SESSION_CLOSED)
            return end_by_server(talk, event.code, failure);
        fputs("Received: ", stdout);
        fwrite(event.payload, 1, event.length, stdout);
        putchar('\n');
    }
    return result;
}

/* Waits for a signal, input, the server or the deadline, and does what is to be done. Returns as
 * take_messages. */
static int turn(struct conversation *talk, int stop, struct failure *failure)
{
    bool closing = talk->server.closing;
    struct pollfd items[] = {
        {.fd = closing ? -1 : stop, .events = POLLIN},
        {.fd = closing || talk->input_ended ? -1 : STDIN_FILENO, .events = POLLIN},
        {.fd = talk->server.stream.socket, .events = POLLIN},
    };
    int64_t left = talk->deadline - net_deadline(0);
    int ready = poll(items, 3, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);
    if (ready < 0)
        return errno == EINTR ? 0 : failure_set(failure, errno, "poll");
    if (items[0].revents)
        return leave(talk, failure);
    if (items[1].revents)
        return take_input(talk, failure);
    if (items[2].revents || net_deadline(0) < talk->deadline)
        return 0;
    return closing ? 1 : prompt(talk, failure);
}

static int converse(struct conversation *talk, int stop, struct failure *failure)
{
    talk->deadline = net_deadline(talk->idle_ms);
    lines_begin(&talk->input, STDIN_FILENO);
    int result = 0;
    while (result == 0) {
        result = take_messages(talk, failure);
        if (result == 0)
            result = turn(talk, stop, failure);
    }
    return result < 0 ? result : 0;
}

static int visit(const struct ws_url *url, const struct ws_client_options *options, int64_t idle_ms,
                 struct failure *failure)
{
    static struct conversation talk;
    talk.idle_ms = idle_ms;
    int stop = stop_open(failure);
    if (stop < 0)
        return stop;
    int result = ws_client_dial(&talk.server, url, options, failure);
    if (result == 0) {
        result = converse(&talk, stop, failure);
        ws_client_end(&talk.server, CLOSE_MS);
    }
    close(stop);
    return result;
}

int main(int argc, char **argv)
{
    const char *place = NULL, *path = NULL, *authorities = NULL, *parameters = NULL;
    int64_t idle_ms = 4000;
    bool insecure = false, deflate = false;
    struct ws_client_options options = {.connect_timeout_ms = -1, .handshake_timeout_ms = HANDSHAKE_MS};
    const struct argument arguments[] = {
        {"--connect-timeout DURATION", ARGUMENT_DURATION, &options.connect_timeout_ms, "give up connecting"},
        {"--idle-timeout DURATION", ARGUMENT_DURATION, &idle_ms, "ask for input after so long, 4s by default"},
        {"--keepalive", ARGUMENT_FLAG, &options.keepalive, "send keep-alive probes"},
        {"--deflate", ARGUMENT_FLAG, &deflate, "offer permessage-deflate with client_max_window_bits"},
        {"--deflate-offer PARAMETERS", ARGUMENT_TEXT, &parameters, "offer it with these, separated by semicolons"},
        {"--ca FILE", ARGUMENT_TEXT, &authorities, "trust servers with these certificates (PEM)"},
        {"--insecure", ARGUMENT_FLAG, &insecure, "trust any server"},
        {"HOST:PORT|URL", ARGUMENT_TEXT, &place, "the server, or ws://HOST:PORT/PATH, or wss://"},
        {"[PATH]", ARGUMENT_TEXT, &path, "where on that server, unless the URL says it"},
        {0},
    };
    int status = arguments_read(argc, argv, "Sends lines as messages and prints what comes back", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    bool is_url = strstr(place, "://") != NULL;
    if (is_url == (path != NULL))
        return arguments_misuse(argc, argv, arguments, "expected HOST:PORT and PATH, or a URL alone");
    if (deflate && !parameters)
        parameters = "client_max_window_bits";
    if (parameters && deflate_offer_make(parameters, &options.deflate))
        return arguments_misuse(argc, argv, arguments, "no such parameters of permessage-deflate can be offered");

    struct failure failure;
    struct ws_url url;
    const char *reason = is_url ? ws_url_parse(place, &url) : ws_url_of(place, path, &url);
    int result = reason ? failure_explain(&failure, EINVAL, reason, "resolve %.200s", place) : 0;
    if (result == 0 && url.secure)
        result = tls_client_context(&options.tls, authorities, insecure, &failure);
    if (result == 0)
        result = visit(&url, &options, idle_ms, &failure);
    tls_context_free(options.tls);
    return failure_status(result, &failure);
}
