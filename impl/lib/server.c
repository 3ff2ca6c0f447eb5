#include "lib/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/stop.h"
#include "lib/unix_socket.h"

enum {
    DEFAULT_CLIENTS = 4096,
    DEFAULT_DRAIN_MS = 1000,
    STACK_BYTES = 256 * 1024,
    RETRY_MS = 100,  /* after running out of descriptors or threads */
    FINISH_MS = 500, /* for handlers to answer what they have received, when stopping */
    ABORT_MS = 1000, /* for handlers whose sockets are dead to notice it */
};

struct client {
    struct server *server;
    struct client *previous, *next;
    int socket;
};

struct server {
    struct server_options options;
    int listener;
    int stop; /* readable after a signal */
    int wake; /* an eventfd: server_stop, or a client ended while the loop was waiting for that */
    atomic_bool stopping;
    server_handler *handler;
    void *context;

    /* Only the accepting thread's: a client accepted that no thread could be started for yet. */
    struct client *waiting;

    /* Shared by all threads under the lock. Whoever takes a client off the list closes its socket, so that
     * the sockets of those on it are open. */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct client *clients;
    struct client *spare; /* ended ones, singly linked, for those to come */
    unsigned active;
    bool wants_wake;
};

static void wake(struct server *server)
{
    uint64_t one = 1;
    while (write(server->wake, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

/* Makes a client of a socket, or returns NULL when there is no memory. */
static struct client *make_client(struct server *server, int socket)
{
    pthread_mutex_lock(&server->lock);
    struct client *client = server->spare;
    if (client)
        server->spare = client->next;
    pthread_mutex_unlock(&server->lock);
    if (!client)
        client = malloc(sizeof *client);
    if (client)
        *client = (struct client){.server = server, .socket = socket};
    return client;
}

static void list_client(struct server *server, struct client *client)
{
    pthread_mutex_lock(&server->lock);
    client->next = server->clients;
    if (client->next)
        client->next->previous = client;
    server->clients = client;
    server->active++;
    pthread_mutex_unlock(&server->lock);
}

/* Takes the client off the list, closes its socket and spares its memory for another. After the unlock the
 * server may be gone. */
static void end_client(struct client *client)
{
    struct server *server = client->server;
    pthread_mutex_lock(&server->lock);
    if (client->previous)
        client->previous->next = client->next;
    else
        server->clients = client->next;
    if (client->next)
        client->next->previous = client->previous;
    close(client->socket);
    server->active--;
    if (server->wants_wake)
        wake(server);
    client->next = server->spare;
    server->spare = client;
    pthread_cond_signal(&server->ended);
    pthread_mutex_unlock(&server->lock);
}

static void *serve_client(void *argument)
{
    struct client *client = argument;
    struct server *server = client->server;
    server->handler(client->socket, server->context);
    net_drain(client->socket, server->options.drain_ms);
    if (server->options.once)
        server_stop(server);
    end_client(client);
    return NULL;
}

/* Starts the client's thread. Returns 0, or an errno code and the client stays the caller's. */
static int start_client(struct server *server, struct client *client)
{
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code != 0)
        return code;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    list_client(server, client);
    pthread_t thread;
    code = pthread_create(&thread, &attributes, serve_client, client);
    pthread_attr_destroy(&attributes);
    if (code == 0)
        return 0;
    pthread_mutex_lock(&server->lock);
    server->clients = client->next;
    if (client->next)
        client->next->previous = NULL;
    client->next = NULL;
    server->active--;
    pthread_mutex_unlock(&server->lock);
    return code;
}

/* Whether accept failed because the process or the system is out of something that an ending client returns.
 */
static bool is_shortage(int code)
{
    return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM;
}

/* Whether accept can never work again; everything else is the fate of one client (accept(2), "Error
 * handling"). */
static bool is_broken(int code)
{
    return code == EBADF || code == EINVAL || code == ENOTSOCK || code == EOPNOTSUPP || code == EFAULT;
}

/* Accepts and starts one client. Returns 0, also when that client was lost; -EAGAIN when a client is waiting,
 * or may be, for what there is a shortage of; another negative errno code when the listener is broken. */
static int accept_client(struct server *server)
{
    if (!server->waiting) {
        int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0 && is_shortage(errno))
            return -EAGAIN;
        if (socket < 0)
            return is_broken(errno) ? -errno : 0;
        if (server->options.accepted)
            atomic_fetch_add(server->options.accepted, 1);
        if (server->options.keepalive)
            net_set_keepalive(socket);
        server->waiting = make_client(server, socket);
        if (!server->waiting) {
            close(socket);
            return -EAGAIN;
        }
    }
    if (start_client(server, server->waiting) != 0)
        return -EAGAIN;
    server->waiting = NULL;
    return 0;
}

/* Whether there is room for another client; without, the end of one will wake the loop. */
static bool has_room(struct server *server, bool shortage)
{
    pthread_mutex_lock(&server->lock);
    bool room = !shortage && server->active < server->options.max_clients;
    server->wants_wake = !room;
    pthread_mutex_unlock(&server->lock);
    return room;
}

/* Waits for a client, a signal, or where there is no room the end of a client. Returns 0 or a negative errno.
 */
static int wait_for_event(struct server *server, bool shortage)
{
    bool room = has_room(server, shortage);
    struct pollfd items[] = {
        {.fd = server->stop, .events = POLLIN},
        {.fd = server->wake, .events = POLLIN},
        {.fd = room ? server->listener : -1, .events = POLLIN},
    };
    if (poll(items, 3, shortage ? RETRY_MS : -1) < 0)
        return errno == EINTR ? 0 : -errno;
    if (items[0].revents)
        atomic_store(&server->stopping, true);
    uint64_t ignored;
    if (items[1].revents && read(server->wake, &ignored, sizeof ignored) < 0 && errno != EAGAIN)
        return -errno;
    return 0;
}

static void shut_down_clients(struct server *server, int how)
{
    pthread_mutex_lock(&server->lock);
    for (struct client *client = server->clients; client; client = client->next)
        shutdown(client->socket, how);
    pthread_mutex_unlock(&server->lock);
}

/* Waits until no client is left, or `timeout_ms`. */
static void wait_for_clients(struct server *server, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += timeout_ms % 1000 * 1000000L;
    until.tv_sec += timeout_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&server->lock);
    while (server->active > 0 && pthread_cond_timedwait(&server->ended, &server->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&server->lock);
}

static void stop_listening(struct server *server)
{
    if (server->listener < 0)
        return;
    if (server->options.path)
        unlink(server->options.path);
    close(server->listener);
    server->listener = -1;
}

static void stop_clients(struct server *server)
{
    stop_listening(server);
    if (server->waiting) {
        close(server->waiting->socket);
        free(server->waiting);
        server->waiting = NULL;
    }
    shut_down_clients(server, SHUT_RD);
    wait_for_clients(server, FINISH_MS);
    shut_down_clients(server, SHUT_RDWR);
    wait_for_clients(server, ABORT_MS);
}

int server_run(struct server *server, server_handler *handler, void *context, struct failure *failure)
{
    server->handler = handler;
    server->context = context;
    int result = 0;
    bool shortage = false;
    while (result == 0) {
        result = wait_for_event(server, shortage);
        if (result < 0 || atomic_load(&server->stopping))
            break;
        if (!has_room(server, false))
            continue;
        result = accept_client(server);
        shortage = result == -EAGAIN;
        if (shortage)
            result = 0;
    }
    atomic_store(&server->stopping, true);
    stop_clients(server);
    return result < 0 ? failure_set(failure, -result, "accept") : 0;
}

bool server_is_stopping(const struct server *server)
{
    return atomic_load(&server->stopping);
}

void server_stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    wake(server);
}

uint16_t server_port(const struct server *server)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof address;
    getsockname(server->listener, (struct sockaddr *)&address, &length);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static void init_lock(struct server *server)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&server->lock, NULL);
}

int server_open(struct server **opened, const struct server_options *options, struct failure *failure)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return failure_set(failure, ENOMEM, "start the server");
    server->options = *options;
    if (server->options.once)
        server->options.max_clients = 1;
    if (server->options.max_clients == 0)
        server->options.max_clients = DEFAULT_CLIENTS;
    if (server->options.drain_ms == 0)
        server->options.drain_ms = DEFAULT_DRAIN_MS;
    init_lock(server);
    server->listener = server->wake = -1;
    int result = server->stop = stop_open(failure);
    if (result >= 0)
        result = server->listener =
            options->path ? unix_listen(options->path, failure)
                          : net_listen(options->host, options->port, options->family, SOCK_STREAM, failure);
    if (result >= 0) {
        result = server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (result < 0)
            result = failure_set(failure, errno, "open an eventfd");
    }
    if (result < 0) {
        server_close(server);
        return result;
    }
    *opened = server;
    return 0;
}

static void close_if_open(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

void server_close(struct server *server)
{
    if (!server)
        return;
    /* A handler that neither reads nor writes is not to be stopped, and still uses the server. */
    pthread_mutex_lock(&server->lock);
    unsigned active = server->active;
    pthread_mutex_unlock(&server->lock);
    if (active > 0)
        return;
    stop_listening(server);
    close_if_open(server->stop);
    close_if_open(server->wake);
    for (struct client *client = server->spare; client;) {
        struct client *next = client->next;
        free(client);
        client = next;
    }
    pthread_cond_destroy(&server->ended);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int server_main(const struct server_options *options, server_handler *handler, void *context)
{
    struct server *server;
    struct failure failure;
    if (server_open(&server, options, &failure) < 0)
        return failure_report(&failure);
    int result = server_run(server, handler, context, &failure);
    server_close(server);
    return result < 0 ? failure_report(&failure) : EXIT_SUCCESS;
}
