#include "serve/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "run/mirror.h"
#include "serve/request.h"
#include "wire/tls.h"

#define HEAD_MS 10000

struct server {
    const struct server_settings *settings;
    int wake[2];           // a pipe: a byte ends the server
    pthread_mutex_t mutex; // guards `guests`
    pthread_cond_t left;
    size_t guests;
};

struct guest {
    struct server *server;
    int fd;
    struct net_address peer;
};

static atomic_bool interrupted;

static void on_signal(int signal)
{
    (void)signal;
    interrupted = true;
}

static int64_t deadline_in(const struct server *server, int64_t ms)
{
    return clock_now() + (int64_t)((double)ms * server->settings->time_scale) * NANOSECONDS_PER_MS;
}

// --- one guest ---

// Waits for a whole request head. Returns 0, with the target in `target` (to be freed), or NULL with -1 and what is
// wrong in `wrong`; NULL there, too, when nobody is left who could be told.
static int await_head(struct channel *channel, int64_t deadline, char **target, const char **wrong)
{
    *wrong = NULL;
    for (;;) {
        struct http_head head;
        int length = http_request_decode(channel->in.data, channel->in.length, &head, wrong);
        if (length > 0) {
            *target = duplicate(head.target);
            http_head_free(&head);
            return 0;
        }
        if (length < 0)
            return -1;
        *wrong = NULL;
        if (channel_receive(channel, deadline) <= 0)
            return -1;
    }
}

static void refuse(struct channel *channel, const char *status, const char *why, int64_t deadline)
{
    char *text = format_text("HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                             "Content-Length: %zu\r\n\r\n%s\n",
                             status, strlen(why) + 1, why);
    channel_send(channel, text, strlen(text), deadline);
    channel_shutdown(channel);
    free(text);
}

static void say(struct server *server, struct channel *channel, const char *text)
{
    int64_t deadline = deadline_in(server, HEAD_MS);
    if (mirror_say(channel, text, deadline) == -EBADMSG)
        refuse(channel, "400 Bad Request", "not the opening handshake of a WebSocket", deadline);
}

static char *case_info(const struct plan_entry *entry)
{
    json_t *info = json_pack("{s:s, s:s}", "id", entry->id, "description", entry->test->title);
    char *text = json_dumps(info, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(info);
    return text;
}

static void run_case(struct server *server, const struct serve_request *request, struct channel *channel,
                     struct result *result)
{
    const struct plan_entry *entry = &server->settings->plan->entries[request->number - 1];
    agents_begin_case(server->settings->agents, request->agent);
    mirror_run(entry->test, entry->transform, channel, server->settings->time_scale, result);
    agents_record(server->settings->agents, request->agent, request->number, result);
}

static void obey(struct server *server, const struct serve_request *request, struct channel *channel,
                 struct result *result)
{
    char *text = NULL;
    switch (request->word) {
    case SERVE_COUNT:
        text = format_text("%zu", server->settings->plan->count);
        break;
    case SERVE_INFO:
        text = case_info(&server->settings->plan->entries[request->number - 1]);
        break;
    case SERVE_STATUS:
        text = agents_status(server->settings->agents, request->agent, request->number);
        break;
    case SERVE_UPDATE:
        if (agents_finish(server->settings->agents, request->agent) && server->settings->once &&
            write(server->wake[1], "", 1) < 0)
            interrupted = true;
        break;
    case SERVE_RUN:
        run_case(server, request, channel, result);
        return;
    }
    say(server, channel, text);
    free(text);
}

static int begin_tls(const struct server *server, struct channel *channel)
{
    static const struct tls_style style = {0};
    SSL_CTX *context = server->settings->tls;
    return context ? tls_accept(channel, context, &style, deadline_in(server, HEAD_MS)) : 0;
}

static void *serve_guest(void *argument)
{
    struct guest guest = *(struct guest *)argument;
    struct server *server = guest.server;
    struct result result = {0};
    struct channel channel = {
        .name = "main", .waiter = &plain_waiter, .transcript = &result.transcript, .peer = guest.peer};
    struct serve_request request;
    char *target = NULL;
    const char *wrong;
    free(argument);
    transcript_begin(&result.transcript);
    channel_adopt(&channel, guest.fd);
    if (begin_tls(server, &channel) < 0) {
        channel_shutdown(&channel);
    } else if (await_head(&channel, deadline_in(server, HEAD_MS), &target, &wrong) < 0) {
        if (wrong)
            refuse(&channel, "400 Bad Request", wrong, deadline_in(server, HEAD_MS));
    } else {
        wrong = serve_request_parse(target, server->settings->plan->count, &request);
        if (wrong)
            refuse(&channel, "404 Not Found", wrong, deadline_in(server, HEAD_MS));
        else
            obey(server, &request, &channel, &result);
    }
    channel_free(&channel);
    result_free(&result);
    free(target);
    pthread_mutex_lock(&server->mutex);
    server->guests--;
    pthread_cond_signal(&server->left);
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

// --- all of them ---

// Signals arrive in ppoll() only, so that none is missed and no thread of a guest takes one.
static void await_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int server_listen(struct net_address *address)
{
    int on = 1;
    await_signals();
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 || bind(fd, &address->any, address->length) < 0 ||
        listen(fd, 512) < 0 || getsockname(fd, &address->any, &address->length) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

static void admit(struct server *server, int fd, const struct net_address *peer)
{
    struct guest *guest = allocate(1, sizeof *guest);
    pthread_t thread;
    *guest = (struct guest){server, fd, *peer};
    pthread_mutex_lock(&server->mutex);
    server->guests++;
    pthread_mutex_unlock(&server->mutex);
    if (pthread_create(&thread, NULL, serve_guest, guest) == 0) {
        pthread_detach(thread);
        return;
    }
    pthread_mutex_lock(&server->mutex);
    server->guests--;
    pthread_mutex_unlock(&server->mutex);
    close(fd);
    free(guest);
}

static int accept_all(struct server *server, int listener, const sigset_t *waiting)
{
    for (;;) {
        struct pollfd items[] = {{.fd = listener, .events = POLLIN}, {.fd = server->wake[0], .events = POLLIN}};
        if (ppoll(items, 2, NULL, waiting) < 0 && errno != EINTR)
            return -errno;
        if (interrupted || items[1].revents)
            return 0;
        struct net_address peer;
        int fd = listener_accept(listener, &plain_waiter, clock_now(), &peer);
        if (fd >= 0)
            admit(server, fd, &peer);
        else if (fd != -ETIMEDOUT && fd != -EMFILE && fd != -ENFILE)
            return fd;
    }
}

int server_run(const struct server_settings *settings, int listener)
{
    struct server server = {.settings = settings};
    sigset_t waiting;
    if (pipe2(server.wake, O_CLOEXEC) < 0)
        return -errno;
    pthread_sigmask(SIG_BLOCK, NULL, &waiting);
    sigdelset(&waiting, SIGINT);
    sigdelset(&waiting, SIGTERM);
    pthread_mutex_init(&server.mutex, NULL);
    pthread_cond_init(&server.left, NULL);
    int result = accept_all(&server, listener, &waiting);
    close(listener);
    pthread_mutex_lock(&server.mutex);
    while (server.guests > 0)
        pthread_cond_wait(&server.left, &server.mutex);
    pthread_mutex_unlock(&server.mutex);
    pthread_cond_destroy(&server.left);
    pthread_mutex_destroy(&server.mutex);
    close(server.wake[0]);
    close(server.wake[1]);
    return result;
}
